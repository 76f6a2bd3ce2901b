/** What the logs of tests are made of: fixed ids, times and bytes. */
import { createHash } from 'node:crypto';
import type { CommitHeader } from '../../events/index.js';

export const REPLICA = '1a'.repeat(16);
export const DIMENSION = 'd0'.repeat(16);

/** Bytes that look random and are the same every time. */
export function seededBytes(seed: string): (size: number) => Buffer {
  let counter = 0;
  return (size) => {
    counter += 1;
    const digest = createHash('sha256')
      .update(`${seed}:${String(counter)}`)
      .digest();
    return Buffer.concat([digest, digest]).subarray(0, size);
  };
}

export type Envelope = Omit<CommitHeader, 'replica' | 'seq' | 'count'>;

/** The envelope of the n-th commit of a log. */
export function envelope(n: number): Envelope {
  const ms = 1_767_225_600_000 + n;
  return { at: { ms, counter: 0 }, wall: ms, actor: { kind: 'api' }, source: 'user' };
}
