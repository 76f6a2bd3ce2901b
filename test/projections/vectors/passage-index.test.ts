/** An index of passages that lies on disk: saved, opened again, shared with other processes. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isHnswAvailable } from '../../../projections/index.js';
import {
  mixed,
  randomVector,
  seeded,
  VectorSpace,
  type OpenIndex,
} from '../../support/vector-space.js';

/** So many that the signs choose. */
const VECTORS = 5_000;
const BY_SIGNS = { exactMax: 0 };

interface Given {
  readonly space: VectorSpace;
  readonly vectors: readonly Float32Array[];
  readonly query: Float32Array;
}

/** Vectors of which every tenth is near the query, spread over realms of several sizes. */
function given(count = VECTORS): Given {
  const random = seeded(3);
  const query = randomVector(random);
  const vectors = Array.from({ length: count }, (_, at) => {
    const own = randomVector(random);
    return at % 10 === 0 ? mixed([0.2 + random(), query], [1, own]) : own;
  });
  const space = new VectorSpace();
  space.add(vectors, realmOf);
  return { space, vectors, query };
}

const REALMS = ['one', 'some', 'many', 'most'] as const;

function realmOf(at: number): (typeof REALMS)[number] {
  if (at === 1_230) return 'one';
  if (at % 5 === 0) return 'some';
  return at % 2 === 0 ? 'many' : 'most';
}

/** Looks at each vector, and has never seen a file. */
const exactly = ({ space }: Given): OpenIndex =>
  space.open({ exactMax: Infinity, folder: join(space.folder, 'none') });

/** What two indexes must agree on. */
const answersOf = (index: OpenIndex, query: Float32Array): unknown =>
  [undefined, ...REALMS].map((realm) => index.nearest(query, 20, realm));

describe('an index of passages on disk', () => {
  it('finds what looking at each finds, in places of any size, also opened again', async () => {
    const all = given();
    const first = all.space.open(BY_SIGNS);
    expect(answersOf(first, all.query)).toEqual(answersOf(exactly(all), all.query));
    await first.save();
    expect(answersOf(first, all.query)).toEqual(answersOf(exactly(all), all.query));
    const again = all.space.open(BY_SIGNS);
    expect(answersOf(again, all.query)).toEqual(answersOf(exactly(all), all.query));
    expect(again.labels(all.query, 1_000, 'one')).toEqual([1_231]);
    expect(all.space.damages).toBe(0);
  });

  it('finds others when all that was near is gone', async () => {
    const all = given();
    const index = all.space.open(BY_SIGNS);
    await index.save();
    all.space.forget(index.labels(all.query, 480));
    expect(answersOf(index, all.query)).toEqual(answersOf(exactly(all), all.query));
    // One that has not seen them go, and saves.
    const other = all.space.open(BY_SIGNS);
    await other.save({ isAnew: true });
    expect(answersOf(other, all.query)).toEqual(answersOf(exactly(all), all.query));
    expect(other.index.size).toBe(VECTORS - 480);
  });

  it('finds what came in since, and adds it to the file behind what is there', async () => {
    const all = given();
    const index = all.space.open(BY_SIGNS);
    await index.save();
    expect(all.space.files()).toEqual(['vectors-1.f32', 'vectors.index']);
    const rows = readFileSync(join(all.space.vectors, 'vectors-1.f32'));
    const near = Array.from({ length: 2_000 }, (_, at) => mixed([at, all.query], [1, all.query]));
    const labels = all.space.add(near);
    const other = all.space.open(BY_SIGNS);
    expect(other.labels(all.query, 2)).toEqual(exactly(all).labels(all.query, 2));
    expect(labels).toContain(other.labels(all.query, 1)[0]);
    await other.save();
    expect(all.space.files()).toEqual(['vectors-1.f32', 'vectors.index']);
    const grown = readFileSync(join(all.space.vectors, 'vectors-1.f32'));
    expect(grown.length).toBe(rows.length + 2_000 * 384 * 4);
    expect(grown.subarray(0, rows.length).equals(rows)).toBe(true);
    for (const one of [index, other, all.space.open(BY_SIGNS)]) {
      expect(answersOf(one, all.query)).toEqual(answersOf(exactly(all), all.query));
    }
  });

  it('is written anew when it has doubled, or when too much of it stands for nothing', async () => {
    const all = given();
    const index = all.space.open(BY_SIGNS);
    await index.save();
    all.space.add(all.vectors);
    await index.save();
    expect(all.space.files()).toEqual(['vectors-2.f32', 'vectors.index']);
    all.space.forget(Array.from({ length: 3_000 }, (_, at) => at + 1));
    all.space.add(all.vectors.slice(0, 2_000));
    await index.save();
    expect(all.space.files()).toEqual(['vectors-3.f32', 'vectors.index']);
    expect(answersOf(index, all.query)).toEqual(answersOf(exactly(all), all.query));
  });

  it('keeps nothing of passages that are gone when it is written anew', async () => {
    const all = given(2_500);
    const index = all.space.open(BY_SIGNS);
    await index.save();
    const [gone = new Float32Array()] = all.vectors.slice(70, 71);
    const bytes = Buffer.from(gone.buffer);
    const holds = (): boolean =>
      all.space.files().some((name) => readFileSync(join(all.space.vectors, name)).includes(bytes));
    expect(holds()).toBe(true);
    all.space.forget([71]);
    await index.save({ isAnew: true });
    expect(holds()).toBe(false);
    expect(index.labels(gone, 5)).not.toContain(71);
  });

  it('goes on in one process while another writes it anew', async () => {
    const all = given();
    const writer = all.space.open(BY_SIGNS);
    await writer.save();
    const reader = all.space.open(BY_SIGNS);
    const expected = answersOf(reader, all.query);
    let turns = 0;
    const pause = (): void => {
      turns += 1;
      // One for each vector while their mean is taken, then one for each thousand.
      if (turns % 1_000 > 0 && turns < VECTORS) return;
      expect(answersOf(reader, all.query)).toEqual(expected);
      expect(answersOf(writer, all.query)).toEqual(expected);
    };
    await writer.save({ isAnew: true, pause });
    expect(turns).toBeGreaterThan(VECTORS + 3);
    expect(all.space.files()).toEqual(['vectors-2.f32', 'vectors.index']);
    expect(answersOf(reader, all.query)).toEqual(expected);
    expect(all.space.damages).toBe(0);
  });

  it('takes no notice of the files of a former release, and removes them', async () => {
    const all = given(2_500);
    const index = all.space.open();
    await index.save();
    for (const name of ['vectors.f32', 'vectors.json', 'index.hnsw', 'index.json']) {
      writeFileSync(join(all.space.vectors, name), 'of old');
    }
    const again = all.space.open();
    expect(again.labels(all.query, 5)).toEqual(exactly(all).labels(all.query, 5));
    await again.save({ isAnew: true });
    expect(all.space.files()).toEqual(['vectors-2.f32', 'vectors.index']);
    expect(all.space.damages).toBe(0);
  });

  it('is not used when it is of other views, or of more than was embedded', async () => {
    const all = given(2_500);
    await all.space.open().save();
    all.space.generation = '2-89abcdef';
    expect(all.space.open().labels(all.query, 5)).toEqual([]);
    all.space.cache.put([], { generation: all.space.generation, label: 40 });
    expect(all.space.open().nearest(all.query, 50)).toHaveLength(40);
    all.space.generation = '1-0123abcd';
    all.space.cache.put([], { generation: all.space.generation, label: 30 });
    expect(all.space.open().nearest(all.query, 50)).toHaveLength(30);
    expect(all.space.damages).toBe(0);
  });

  it('is not used when it is of another space', async () => {
    const all = given(2_500);
    await all.space.open().save();
    await all.space.open({ space: 'another' }).save();
    expect(all.space.files()).toEqual(['vectors-2.f32', 'vectors.index']);
    expect(all.space.damages).toBe(0);
  });

  it('is not added to when another process has thrown it away', async () => {
    const all = given();
    const index = all.space.open(BY_SIGNS);
    await index.save();
    rmSync(join(all.space.vectors, 'vectors.index'));
    all.space.add(all.vectors.slice(0, 2_000));
    expect(answersOf(index, all.query)).toEqual(answersOf(exactly(all), all.query));
    await index.save();
    expect(all.space.files()).toEqual(['vectors-2.f32', 'vectors.index']);
    expect(answersOf(index, all.query)).toEqual(answersOf(exactly(all), all.query));
  });
});

describe.runIf(isHnswAvailable())('an index of more passages than signs are for', () => {
  it('asks hnsw, and finds what is behind it and in narrow places', async () => {
    const all = given();
    const options = { exactMax: 0, signsMax: 2_000 };
    const index = all.space.open(options);
    await index.save();
    expect(all.space.files()).toContain('index.hnsw');
    const near = all.space.add([mixed([1, all.query], [0.1, all.vectors[1] ?? all.query])], 'most');
    for (const one of [index, all.space.open(options)]) {
      expect(answersOf(one, all.query)).toEqual(answersOf(exactly(all), all.query));
      expect(one.labels(all.query, 1)).toEqual(near);
    }
  });
});
