/** Vectors on disk are disposable: damaged, torn or cut short they are never a wrong answer. */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Files } from '../../events/index.js';
import { failingFiles } from '../support/failing-files.js';
import { runs } from '../support/level.js';
import { mixed, randomVector, seeded, VectorSpace } from '../support/vector-space.js';

const VECTORS = 2_200;
const ROW_BYTES = 384 * 4;
/** A few of them in memory, or all on disk. */
const LIMITS = [
  ['in memory', { exactMax: Infinity }],
  ['by their signs', { exactMax: 0 }],
] as const;

interface Given {
  readonly space: VectorSpace;
  readonly query: Float32Array;
  /** The nearest of all, by looking at each, without a file. */
  readonly expected: unknown;
}

function given(): Given {
  const random = seeded(5);
  const query = randomVector(random);
  const space = new VectorSpace();
  space.add(
    Array.from({ length: VECTORS }, () => mixed([random(), query], [1, randomVector(random)])),
  );
  return { space, query, expected: expectedOf(space, query) };
}

const expectedOf = (space: VectorSpace, query: Float32Array): unknown =>
  space.open({ exactMax: Infinity, folder: join(space.folder, 'none') }).nearest(query, 30);

const indexPath = ({ vectors }: VectorSpace): string => join(vectors, 'vectors.index');
const rowsPath = ({ vectors }: VectorSpace, number = 1): string =>
  join(vectors, `vectors-${String(number)}.f32`);

/** Alters a byte of a file, at a share of its length. */
function alter(path: string, where: number): void {
  const bytes = readFileSync(path);
  const at = Math.min(bytes.length - 1, Math.floor(bytes.length * where));
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  writeFileSync(path, bytes);
}

const header = (path: string): number => readFileSync(path).indexOf('\n');
const wordsBytes = VECTORS * 4;

type Damage = (space: VectorSpace) => void;

function alterAt(offset: (headerBytes: number) => number): Damage {
  return (space) => {
    const path = indexPath(space);
    alter(path, (offset(header(path)) + 0.5) / statSync(path).size);
  };
}

/** Each of them is a damage that any search must notice. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'altered in the header': alterAt(() => 40),
  'altered in the mean': alterAt((at) => at + 700),
  'altered in a label': alterAt((at) => at + ROW_BYTES + 400),
  'altered in a position': alterAt((at) => at + ROW_BYTES + wordsBytes + 400),
  'altered in a checksum': alterAt((at) => at + ROW_BYTES + 2 * wordsBytes + 400),
  'altered in a code': alterAt((at) => at + ROW_BYTES + 3 * wordsBytes + 4_000),
  'altered in its last byte': (space) => {
    alter(indexPath(space), 1);
  },
  'an index cut in half': (space) => {
    truncateSync(indexPath(space), Math.floor(statSync(indexPath(space)).size / 2));
  },
  'an empty index': (space) => {
    truncateSync(indexPath(space), 0);
  },
  'altered in every row': (space) => {
    const bytes = readFileSync(rowsPath(space));
    for (let at = 5; at < bytes.length; at += ROW_BYTES) bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(rowsPath(space), bytes);
  },
  'of zeros': (space) => {
    writeFileSync(rowsPath(space), Buffer.alloc(VECTORS * ROW_BYTES));
  },
  'without its rows': (space) => {
    rmSync(rowsPath(space));
  },
  'of fewer rows than it says': (space) => {
    truncateSync(rowsPath(space), (VECTORS - 1) * ROW_BYTES);
  },
};

describe.each(LIMITS)('vectors on disk, searched %s', (_, limits) => {
  it.each(Object.keys(DAMAGES))('%s give what the cache gives, and one warning', async (name) => {
    const { space, query, expected } = given();
    await space.open().save();
    DAMAGES[name]?.(space);
    const index = space.open(limits);
    expect(index.nearest(query, 30)).toEqual(expected);
    expect(index.nearest(query, 30)).toEqual(expected);
    expect(space.damages).toBe(1);
    expect(await index.save()).toBe(true);
    expect(space.open(limits).nearest(query, 30)).toEqual(expected);
    expect(space.damages).toBe(1);
    expect(space.files()).toContain('vectors.index');
  });

  it('that are altered while they are open are noticed in any byte that is read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (where) => {
        const { space, query, expected } = given();
        await space.open().save();
        const index = space.open(limits);
        index.cosines(query, [1]);
        alter(rowsPath(space), where);
        expect(index.nearest(query, 30)).toEqual(expected);
        expect(space.open(limits).nearest(query, 30)).toEqual(expected);
        const labels = Array.from({ length: VECTORS }, (_, at) => at + 1);
        const exact = space.open({ ...limits, folder: join(space.folder, 'none') });
        expect(index.cosines(query, labels)).toEqual(exact.cosines(query, labels));
      }),
      { numRuns: runs(4, 60) },
    );
  });

  it('with half a row behind the others, of one who was killed, are added to', async () => {
    const { space, query, expected } = given();
    await space.open().save();
    const rows = readFileSync(rowsPath(space));
    writeFileSync(rowsPath(space), Buffer.concat([rows, Buffer.alloc(ROW_BYTES * 5 + 77, 0x5a)]));
    const index = space.open(limits);
    expect(index.nearest(query, 30)).toEqual(expected);
    const random = seeded(9);
    space.add(Array.from({ length: 2_000 }, () => mixed([0.5, query], [1, randomVector(random)])));
    await index.save();
    expect(statSync(rowsPath(space)).size).toBe((VECTORS + 2_000) * ROW_BYTES);
    expect(space.open(limits).nearest(query, 30)).toEqual(expectedOf(space, query));
    expect(space.damages).toBe(0);
  });
});

describe('vectors on disk that turn out damaged while they are written anew', () => {
  it('come from the cache, and the next writing is whole', async () => {
    const { space, query, expected } = given();
    const index = space.open({ exactMax: 0 });
    await index.save();
    alter(rowsPath(space), 0.7);
    expect(await index.save({ isAnew: true })).toBe(false);
    expect(index.nearest(query, 30)).toEqual(expected);
    expect(await index.save({ isAnew: true })).toBe(true);
    expect(space.open({ exactMax: 0 }).nearest(query, 30)).toEqual(expected);
    expect(space.damages).toBe(1);
    expect(space.files()).toHaveLength(2);
  });

  it('are found again when a search has noticed first', async () => {
    const { space, query, expected } = given();
    const index = space.open({ exactMax: 0 });
    await index.save();
    let turns = 0;
    const pause = (): void => {
      turns += 1;
      // Their mean is taken, and the first thousand are copied.
      if (turns !== VECTORS + 1) return;
      DAMAGES['altered in every row']?.(space);
      const random = seeded(21);
      for (let at = 0; at < 5; at += 1) index.nearest(randomVector(random), 30);
      expect(index.nearest(query, 30)).toEqual(expected);
    };
    await index.save({ isAnew: true, pause });
    expect(turns).toBeGreaterThan(VECTORS);
    expect(space.damages).toBe(1);
    expect(index.nearest(query, 30)).toEqual(expected);
    expect(await index.save()).toBe(true);
    expect(space.open({ exactMax: 0 }).nearest(query, 30)).toEqual(expected);
    expect(space.damages).toBe(1);
    expect(space.files()).toHaveLength(2);
  });
});

/** Saves with files that fail once. @returns the error, and what is found then. */
async function saveFailing(
  { space, query }: Given,
  { files, isAnew }: { readonly files: Files; readonly isAnew: boolean },
): Promise<{ readonly error: unknown; readonly found: unknown }> {
  const index = space.open({ exactMax: 0, files });
  let error: unknown;
  try {
    await index.save({ isAnew });
  } catch (thrown) {
    error = thrown;
  }
  return { error, found: index.nearest(query, 30) };
}

describe('vectors that cannot be saved', () => {
  it.each([
    ['opened', 'open', false],
    ['opened for a new file', 'open', true],
    ['written', 'write', false],
    ['written to a new file', 'write', true],
    ['put in place', 'rename', false],
    ['put in place as a new file', 'rename', true],
  ] as const)('because a file cannot be %s leave what there was', async (_, operation, isAnew) => {
    let failures = 0;
    for (let call = 1; call <= 12; call += 1) {
      const all = given();
      await all.space.open().save();
      const random = seeded(13);
      all.space.add(
        Array.from({ length: 2_000 }, () => mixed([1, all.query], [1, randomVector(random)])),
      );
      const expected = expectedOf(all.space, all.query);
      const { files } = failingFiles({ operation, call, errno: 'ENOSPC', shortBytes: 1_000 });
      const { error, found } = await saveFailing(all, { files, isAnew });
      expect(found).toEqual(expected);
      expect(all.space.open({ exactMax: 0 }).nearest(all.query, 30)).toEqual(expected);
      if (error === undefined && failures > 0) break;
      if (error === undefined) continue;
      failures += 1;
      expect(error).toMatchObject({ code: 'DISK_FULL' });
      // No litter: a file of rows and the index.
      expect(all.space.files()).toEqual([expect.stringMatching(/^vectors-/), 'vectors.index']);
      expect(all.space.damages).toBe(0);
    }
    expect(failures).toBeGreaterThan(0);
  });
});
