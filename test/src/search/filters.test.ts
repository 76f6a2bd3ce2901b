/** A filter acts inside the search: what it leaves is found, all of it, ranked as by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dimension, type SearchOptions } from '../../../src/index.js';
import { isHnswAvailable } from '../../../projections/index.js';
import { Opening, type Open } from '../../../src/opening.js';
import { filesIn } from '../../support/dimensions.js';
import { runs } from '../../support/level.js';

/** An index is built from 2,000 vectors on; every hundredth memory passes the filter. */
const MEMORIES = runs(2_100, 10_000);
const RARE = 100;
const WANTED = 10;
const WITH_INDEX = { exactVectorsMax: 100, signsVectorsMax: 100 };
const WORDS = (
  'anchor basin cedar delta ember fjord glacier harbour island juniper kelp lagoon meadow ' +
  'nectar orchard pebble quarry reef summit tundra'
).split(' ');
const WHERE = { realm: 'rare', domain: 'kept' };

/** Texts of eight words out of twenty: near and far ones, and many with a word in common. */
function textOf(at: number): string {
  let state = at + 1;
  const words = Array.from({ length: 8 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return WORDS[(state >> 16) % WORDS.length];
  });
  return `${words.join(' ')} n${String(at)}`;
}

const isRare = (at: number): boolean => at % RARE === 7;
const QUESTIONS = ['glacier by the harbour', 'ember quarry reef', 'cedar', 'n107 meadow kelp'];

let path: string;

async function addAll(dimension: Dimension): Promise<void> {
  const items = Array.from({ length: MEMORIES }, (_, at) => {
    const place = isRare(at) ? WHERE : { realm: 'common', domain: `d${String(at % 5)}` };
    return { ...place, content: textOf(at), entity_id: `e${String(at)}` };
  });
  for (let at = 0; at < items.length; at += 1_000) {
    await dimension.batchAddEntities(items.slice(at, at + 1_000));
  }
}

beforeAll(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'alt-memory-filters-')), 'dimension');
  const dimension = new Dimension({ path, embedder: 'numpy', ...WITH_INDEX });
  await dimension.init();
  await addAll(dimension);
  await dimension.embedPending({ snapshot: true });
  await dimension.close();
}, 120_000);

afterAll(() => {
  rmSync(join(path, '..'), { recursive: true, force: true });
});

/** Ids and cosines of the memories that the filter leaves, nearest first, one by one. */
async function byHand({ session, embedding }: Open, question: string): Promise<string[]> {
  const { space, query = new Float32Array(384) } = await embedding.query(question);
  const rows = await session.store.read((db) => {
    return db.all<{ id: string; label: number; textHash: Uint8Array }>(
      `SELECT id, label, text_hash AS textHash FROM passages JOIN entities ON num = entity
       WHERE realm = 'rare'`,
    );
  });
  const ranked = rows.map(({ id, label, textHash }) => {
    const vector = space.cache.get(textHash);
    if (!(vector instanceof Float32Array)) throw new Error(`${id} has no vector.`);
    let cosine = 0;
    for (const [at, value] of vector.entries()) cosine += value * (query[at] ?? 0);
    return { id, label, cosine };
  });
  ranked.sort((a, b) => b.cosine - a.cosine || a.label - b.label);
  return ranked.slice(0, WANTED).map(({ id }) => id);
}

const found = async (
  dimension: Dimension,
  question: string,
  options: SearchOptions,
): Promise<string[]> => {
  const hits = await dimension.search(question, { ...WHERE, limit: WANTED, ...options });
  for (const { realm, domain } of hits) expect([realm, domain]).toEqual(['rare', 'kept']);
  return hits.map(({ id }) => id);
};

const expected = Array.from({ length: MEMORIES }, (_, at) => at).filter(isRare);

describe.each([
  ['with the index', WITH_INDEX],
  ['by their signs', { exactVectorsMax: 100 }],
  ['one by one', { exactVectorsMax: 1_000_000 }],
])('a filter that leaves one in a hundred, %s', (_, options) => {
  it('leaves enough, ranked as by hand', async () => {
    const opening = new Opening({ path, ...options });
    const dimension = new Dimension(opening);
    for (const question of QUESTIONS) {
      const nearest = await byHand(opening.opened(), question);
      expect(nearest).toHaveLength(WANTED);
      expect(await found(dimension, question, { mode: 'vector' }), question).toEqual(nearest);
    }
    await dimension.close();
  });

  it('gives hybrid results as if there were only those memories to rank', async () => {
    const dimension = new Dimension({ path, ...options });
    for (const question of QUESTIONS) {
      const all = await found(dimension, question, { limit: expected.length });
      expect(new Set(all).size).toBe(expected.length);
      expect(await found(dimension, question, {}), question).toEqual(all.slice(0, WANTED));
      const near = { ...WHERE, limit: WANTED };
      const { results } = await dimension.searchMemories(question, near);
      expect(results).toHaveLength(WANTED);
    }
    await dimension.close();
  });

  it('finds by words all that there is', async () => {
    const dimension = new Dimension({ path, ...options });
    const holding = expected.filter((at) => textOf(at).includes('cedar'));
    expect(holding.length).toBeGreaterThan(0);
    const ids = await found(dimension, 'cedar', { mode: 'keyword', limit: 1_000 });
    expect(new Set(ids)).toEqual(new Set(holding.map((at) => `e${String(at)}`)));
    const few = await found(dimension, 'cedar', { mode: 'keyword', limit: 3 });
    expect(few).toEqual(ids.slice(0, 3));
    await dimension.close();
  });
});

it.runIf(isHnswAvailable())('the index was there to be used', () => {
  expect(filesIn(path, 'views').some((file) => file.endsWith('index.hnsw'))).toBe(true);
});
