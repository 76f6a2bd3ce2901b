/** Positions in the log that leave the process: version vectors as opaque tokens. */
import { AltError, type VersionVector } from '../events/index.js';

/** `<replica>.<seq>` joined by `~`, sorted; replicas as base64url, seqs in base 36. */
export function encodeCursor(vector: VersionVector): string {
  const parts = Object.entries(vector).map(([replica, seq]) => {
    return `${Buffer.from(replica, 'hex').toString('base64url')}.${seq.toString(36)}`;
  });
  return parts.sort().join('~');
}

/** Undefined for what is no cursor. */
export function parseCursor(cursor: string): VersionVector | undefined {
  const vector: Record<string, number> = {};
  for (const part of cursor.split('~')) {
    const [replica = '', seq = '', ...more] = part.split('.');
    const bytes = Buffer.from(replica, 'base64url');
    const number = Number.parseInt(seq, 36);
    const isSound = bytes.toString('base64url') === replica && number.toString(36) === seq;
    if (!isSound || bytes.length !== 16 || number < 1 || more.length > 0) return undefined;
    vector[bytes.toString('hex')] = number;
  }
  return vector;
}

/** @throws {AltError} INVALID_ARGUMENT */
export function decodeCursor(cursor: unknown, what = 'after'): VersionVector {
  // An empty log has an empty cursor.
  if (cursor === '') return {};
  const vector = typeof cursor === 'string' ? parseCursor(cursor) : undefined;
  if (vector) return vector;
  throw new AltError('INVALID_ARGUMENT', `${what} must be a cursor from an earlier answer.`);
}
