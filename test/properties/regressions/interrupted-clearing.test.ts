/** An erasure is cut short at any of its steps: the next fold finishes it; nothing is damage. */
import { describe, expect, it } from 'vitest';
import type { Files } from '../../../events/index.js';
import { entityAdded } from '../../support/given.js';
import { deliver, fastFiles, withMachines, type Machine } from '../../support/replicas.js';

/** Fails the write of index `failing` after it has written that many bytes; counts from 0. */
class CutShort {
  #writes = 0;
  failing = Infinity;
  bytes = 0;

  readonly files: Files = {
    ...fastFiles,
    write: (handle, bytes, offset) => {
      const isCut = this.failing !== Infinity && this.#writes === this.failing;
      if (this.failing !== Infinity) this.#writes += 1;
      fastFiles.write(handle, isCut ? bytes.subarray(0, this.bytes) : bytes, offset);
      if (isCut) throw Object.assign(new Error('power cut'), { code: 'EIO' });
    },
  };
}

const secret = entityAdded('X', { content: `secret ${'x'.repeat(200)}` });
const erase = {
  type: 'Erased' as const,
  stream: secret.stream,
  data: { digests: [], whole_stream: true },
};

describe('a clearing that is cut short', () => {
  for (const [failing, bytes] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 40],
    [1, 1_000],
  ] as const) {
    const step = `write ${String(failing)}, ${String(bytes)} bytes`;
    it(`is finished by the next fold (${step})`, async () => {
      const cut = new CutShort();
      await withMachines(
        2,
        async (machines) => {
          const [a, b] = machines as [Machine, Machine];
          await b.write(secret);
          deliver({ from: b, to: a, replica: b.replica });
          await a.fold();
          await b.write(erase);
          deliver({ from: b, to: a, replica: b.replica });
          Object.assign(cut, { failing, bytes });
          await expect(a.fold()).rejects.toThrow();
          cut.failing = Infinity;
          await a.fold();
          expect(a.bytesOf(b.replica).includes('xxx')).toBe(false);
          expect(a.digest()).toEqual(await a.rebuiltDigest());
        },
        cut.files,
      );
    });
  }
});
