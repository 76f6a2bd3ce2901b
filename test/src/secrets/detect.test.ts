/** Secrets of known forms are found, and what only looks like one is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSecrets, maskedExcerpt } from '../../../src/secrets/detect.js';

const letters = (count: number): string => 'aB3dE5gH7jK9mN1pQ2'.repeat(20).slice(0, count);
/** In pieces, so that no scanner takes this file for a leak. */
const made = (...parts: string[]): string => parts.join('');

const KEY_BODY = `${letters(64)}\n${letters(64)}\n`;
const SECRETS: readonly [format: string, secret: string, before?: string][] = [
  ['aws-access-key-id', made('AKIA', 'Q3EGRZT5KWMN4XYD')],
  ['aws-secret-access-key', letters(40), 'aws_secret_access_key = '],
  ['github-token', made('ghp', '_', letters(36))],
  ['github-token', made('gho', '_', letters(36))],
  ['github-fine-grained-token', made('github', '_pat_', letters(82))],
  ['gitlab-token', made('glpat', '-', letters(20))],
  ['slack-token', made('xoxb', '-123456789012-1234567890123-', letters(24))],
  ['slack-webhook', made('https://hooks.slack', '.com/services/T00ABC12/B00DEF34/', letters(24))],
  ['stripe-key', made('sk', '_live_', letters(24))],
  ['anthropic-key', made('sk', '-ant-api03-', letters(93))],
  ['openai-key', made('sk', '-', letters(48))],
  ['openai-key', made('sk', '-proj-', letters(60))],
  ['google-api-key', made('AIza', letters(35))],
  ['npm-token', made('npm', '_', letters(36))],
  ['hugging-face-token', made('hf', '_', 'abCdEfGhIjKlMnOpQrStUvWxYzabCdEfGh')],
  ['jwt', `${made('eyJ', letters(20))}.${made('eyJ', letters(40))}.${letters(43)}`],
  ['private-key', `\n${KEY_BODY}`, made('-----BEGIN RSA PRIV', 'ATE KEY-----')],
  ['private-key', `\n${KEY_BODY}`, made('-----BEGIN OPENSSH PRIV', 'ATE KEY-----')],
  ['password-in-url', 'hunter2-Xq', 'postgres://admin:'],
];

/** What follows a secret where its form needs something. */
const AFTER: Readonly<Record<string, string>> = {
  'private-key': '-----END',
  'password-in-url': '@db.example.com/x',
};

describe('findSecrets', () => {
  it.each(SECRETS)('finds a secret of the form %s', (format, secret, before = '') => {
    const text = `Use this: ${before}${secret}${AFTER[format] ?? ''} for now.`;
    const found = findSecrets(text);
    expect(found.map((one) => one.format)).toEqual([format]);
    expect(text.slice(found[0]?.start, found[0]?.end)).toBe(secret);
  });

  it.each([
    'The commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad fixed it.',
    'postgres://user:password@localhost/db and https://user:$TOKEN@host/',
    made('OPENAI_API_KEY=sk', '-...'),
    made('ghp', '_', 'x'.repeat(36)),
    'https://example.com/a:b@c and mailto:ann@example.com',
    made('-----BEGIN PUBLIC', ' KEY-----\nMIIB\n-----END PUBLIC KEY-----'),
    'The sk-learn-contrib-imbalanced package is called scikit-learn-contrib too.',
    '',
  ])('finds none in %j', (text) => {
    expect(findSecrets(text)).toEqual([]);
  });

  it('takes any text, and finds no two secrets in one place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const found = findSecrets(text);
        let reached = 0;
        for (const { start, end } of found) {
          expect(start).toBeGreaterThanOrEqual(reached);
          expect(end).toBeGreaterThan(start);
          reached = end;
        }
      }),
    );
  });
});

describe('maskedExcerpt', () => {
  it.each(SECRETS)('shows nothing of a secret of the form %s', (format, secret, before = '') => {
    const one = `${before}${secret}${AFTER[format] ?? ''}`;
    const text = `${one} and ${one}`;
    for (const found of findSecrets(text)) {
      const excerpt = maskedExcerpt(text, found);
      for (let at = 4; at + 6 <= secret.length; at += 1) {
        const piece = secret.slice(at, at + 6).trim();
        if (piece.length === 6) expect(excerpt).not.toContain(piece);
      }
    }
  });
});
