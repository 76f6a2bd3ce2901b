/**
 * What the answers of an S3 server mean. Nothing of its text is passed on: it may be anybody's, and
 * quotes what was sent.
 */
import { AltError, isAltError } from '../../events/index.js';

interface Said {
  readonly name: string;
  /** HTTP; undefined when the server was not reached. */
  readonly status: number | undefined;
  /** Of the operating system. */
  readonly code: string | undefined;
}

function saidBy(error: unknown): Said {
  const { name, code, $metadata } = (error ?? {}) as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const isWord = (text: unknown): text is string =>
    typeof text === 'string' && /^\w{1,64}$/.test(text);
  return {
    name: isWord(name) ? name : 'Error',
    status: $metadata?.httpStatusCode,
    code: isWord(code) ? code : undefined,
  };
}

/** Nothing stands under that name. */
export const isAbsent = (error: unknown): boolean =>
  ['NoSuchKey', 'NotFound'].includes(saidBy(error).name);

/** Something else stands there now than was to be replaced. */
export function isOvertaken(error: unknown): boolean {
  const { name, status } = saidBy(error);
  // 404: what was to be replaced is gone; a bucket that is gone has a name of its own.
  return status === 412 || status === 409 || (status === 404 && name === 'NoSuchKey');
}

/** The server does not know conditions. */
export function isUnsupported(error: unknown): boolean {
  const { name, status } = saidBy(error);
  return status === 501 || name === 'NotImplemented';
}

/** The next try may succeed. */
export function isPassing(error: unknown): boolean {
  if (isAltError(error)) return false;
  const { name, status, code } = saidBy(error);
  if (status === 200 || status === undefined) return isOfTheLine(name, code);
  return (status >= 500 && status !== 501) || status === 429 || status === 408;
}

const isOfTheLine = (name: string, code: string | undefined): boolean =>
  name === 'TimeoutError' || (code !== undefined && /^(E[A-Z]+|ERR_STREAM\w*)$/.test(code));

const REFUSED = /^(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|Expired\w*|InvalidToken)$/;
const KEYS =
  'Keys come as for every AWS tool: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';

export interface Attempt {
  readonly verb: 'Reading' | 'Writing';
  readonly location: string;
  readonly bucket: string;
}

/** It says itself what is wrong; a bug is shown as one. */
const isPlain = (error: unknown): boolean => isAltError(error) || error instanceof TypeError;

/** An {@link AltError} for whatever went wrong at the server or on the way. */
export function s3Error(error: unknown, at: Attempt): unknown {
  if (isPlain(error)) return error;
  const said = saidBy(error);
  const { name, status, code } = said;
  const failed = `${at.verb} ${at.location} failed`;
  const isRefused = status === 401 || status === 403 || REFUSED.test(name);
  if (isRefused) return refusal(said, at);
  if (name === 'NoSuchBucket') {
    return new AltError('UNAVAILABLE', `There is no bucket "${at.bucket}".`, {
      hint: 'Make it first, or check --endpoint and --region.',
    });
  }
  if (name === 'CredentialsProviderError') {
    return new AltError('UNAVAILABLE', `${failed}: there are no keys for it.`, { hint: KEYS });
  }
  if ((error as Error).message === 'Region is missing') {
    return new AltError('UNAVAILABLE', `${failed}: its region is not known.`, {
      hint: 'Set AWS_REGION, or name it: "alt remote add … --region eu-central-1".',
    });
  }
  const reason = status === undefined ? (code ?? name) : `${String(status)} ${name}`;
  return new AltError('UNAVAILABLE', `${failed}: ${reason}.`, {
    hint: 'Is there a network, and are endpoint and region right? What was sent stays there.',
  });
}

function refusal({ name }: Said, { verb, location }: Attempt): AltError {
  const isForbidden = verb === 'Writing' && name === 'AccessDenied';
  const message = `${verb} ${location} failed: the server refused it (${name}).`;
  return new AltError(isForbidden ? 'READ_ONLY' : 'UNAVAILABLE', message, { hint: KEYS });
}
