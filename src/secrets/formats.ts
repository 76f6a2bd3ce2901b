/**
 * Secrets that are known by their form. Each form is one that its maker documents, or that the
 * scanners of code hosts go by (docs.github.com, "Supported secret scanning patterns"); a text that
 * only looks random is none. Every pattern has one group `secret`, or is the secret as a whole.
 */
export interface SecretFormat {
  /** What it is, for people and programs. */
  readonly name: string;
  readonly pattern: RegExp;
}

/** One pattern, written in pieces. */
const joined = (pieces: readonly string[], flags = 'g'): RegExp =>
  new RegExp(pieces.join(''), flags);

export const SECRET_FORMATS: readonly SecretFormat[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { name: 'aws-access-key-id', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  {
    name: 'aws-secret-access-key',
    pattern: joined(
      [
        String.raw`aws_?secret_?(?:access_?)?key["']?\s{0,3}[:=]\s{0,3}["']?`,
        String.raw`(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])`,
      ],
      'gi',
    ),
  },
  // https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
  { name: 'github-token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { name: 'github-fine-grained-token', pattern: /\bgithub_pat_[A-Za-z0-9_]{60,255}\b/g },
  // https://docs.gitlab.com/security/tokens/#token-prefixes
  { name: 'gitlab-token', pattern: /\bgl(?:pat|dt|rt|ptt|soat)-[A-Za-z0-9_.-]{20,}/g },
  // https://api.slack.com/authentication/token-types
  { name: 'slack-token', pattern: /\bxox[abeoprs]-(?:[A-Za-z0-9]+-){1,4}[A-Za-z0-9]{10,}\b/g },
  {
    name: 'slack-webhook',
    pattern: /\bhttps:\/\/hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/[A-Za-z0-9]{20,}/g,
  },
  // https://docs.stripe.com/keys
  { name: 'stripe-key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}\b/g },
  { name: 'anthropic-key', pattern: /\bsk-ant-[a-z]{3,8}\d{2}-[A-Za-z0-9_-]{32,}/g },
  {
    name: 'openai-key',
    pattern: /\bsk-(?!ant-)(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,}|[A-Za-z0-9]{40,})/g,
  },
  // https://cloud.google.com/docs/authentication/api-keys
  { name: 'google-api-key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  // https://docs.npmjs.com/about-access-tokens
  { name: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: 'hugging-face-token', pattern: /\bhf_[A-Za-z]{34}\b/g },
  // RFC 7519: a header and claims that are JSON objects, and a signature.
  { name: 'jwt', pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,}/g },
  // RFC 7468 and the forms of OpenSSH and PGP; also one that was cut off.
  {
    name: 'private-key',
    pattern: joined([
      String.raw`-----BEGIN (?:[A-Z]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----`,
      String.raw`(?<secret>[A-Za-z0-9+/=\s:,.\\-]{40,}?)(?:-----END|$)`,
    ]),
  },
  // RFC 3986: user:password@host.
  {
    name: 'password-in-url',
    pattern: joined(
      [
        String.raw`\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{0,128}:`,
        String.raw`(?<secret>[^\s/?#@"'<>]{3,128})@[\w.-]+`,
      ],
      'gi',
    ),
  },
];
