/** Finding secrets in texts, by the forms of formats.ts. */
import { SECRET_FORMATS } from './formats.js';

export interface Secret {
  /** The form, such as `github-token`. */
  readonly format: string;
  /** UTF-16 offsets of the secret in the text; `end` is just after its last character. */
  readonly start: number;
  readonly end: number;
}

/** What stands where a secret would, in examples and templates. */
const PLACEHOLDER = new RegExp(
  String.raw`^(?:pass(?:word|wd)?|pwd|secret|token|changeme|example|redacted|user|x{3,}|\*+|\.+|` +
    String.raw`<.*>|\$.*|%.*%|\{.*)$`,
  'i',
);

/** Secrets of known forms, in the order of the text; of two that overlap the first. */
export function findSecrets(text: string): Secret[] {
  const all = SECRET_FORMATS.flatMap(({ name: format, pattern }): Secret[] => {
    return [...text.matchAll(pattern)].flatMap((match) => {
      const [whole] = match;
      const secret = match.groups?.secret ?? whole;
      if (isPlaceholder(secret)) return [];
      const start = match.index + whole.lastIndexOf(secret);
      return [{ format, start, end: start + secret.length }];
    });
  });
  all.sort((a, b) => a.start - b.start || b.end - a.end);
  let reached = 0;
  return all.filter(({ start, end }) => {
    if (start < reached) return false;
    reached = end;
    return true;
  });
}

/** One character over and over is an example too. */
function isPlaceholder(secret: string): boolean {
  const body = secret.slice(Math.min(8, secret.length - 3));
  return PLACEHOLDER.test(secret) || new Set(body).size === 1;
}

const AROUND = 24;
/** So many characters of a long secret are shown, for its owner to know it by. */
const SHOWN = 4;

/** A secret with what stands around it, all secrets of the text masked. */
export function maskedExcerpt(text: string, secret: Secret): string {
  const from = Math.max(0, secret.start - AROUND);
  const to = Math.min(text.length, secret.end + AROUND);
  let excerpt = '';
  let at = from;
  for (const { start, end } of findSecrets(text)) {
    if (end <= from || start >= to) continue;
    excerpt += text.slice(at, Math.max(at, start)) + masked(text.slice(start, end));
    at = Math.max(at, end);
  }
  return (excerpt + text.slice(at, Math.max(at, to))).replace(/\s+/g, ' ').trim().toWellFormed();
}

function masked(secret: string): string {
  return secret.length >= 5 * SHOWN ? `${secret.slice(0, SHOWN)}…` : '…';
}
