/** The whole pipeline: candidates, bounds, fallbacks, cross-references, surroundings. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Dimension, MemoryHit, NewEntity } from '../../../src/index.js';
import { Opening } from '../../../src/opening.js';
import type { BoostSource, NodeBoost } from '../../../src/search/request.js';
import { searchMemories } from '../../../src/search/search-memories.js';
import { Searcher } from '../../../src/search/searcher.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const newPath = (): string => join(temporaryFolder(), 'dimension');

const memory = (id: string, content: string, more: Partial<NewEntity> = {}): NewEntity => {
  return { realm: 'work', domain: 'notes', content, entity_id: id, ...more };
};

const NOTES: readonly NewEntity[] = [
  memory('login', 'The login page fails in Safari.'),
  memory('logout', 'The logout button works in Firefox.', { domain: 'bugs' }),
  memory('soup', 'Grandmother cooks lentil soup on Sundays.', { realm: 'home' }),
];

async function filled(items: readonly NewEntity[], path = newPath()): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  await dimension.batchAddEntities(items);
  return dimension;
}

const ids = (hits: readonly { readonly id: string }[]): string[] => hits.map(({ id }) => id);

describe('a search for memories', () => {
  it('answers with one shape of hits, rounded, the text once', async () => {
    const dimension = await filled(NOTES);
    const found = await dimension.searchMemories('login safari', { realm: 'Work' });
    expect(found).toMatchObject({
      query: 'login safari',
      filters: { realm: 'work', domain: null },
      total_candidates: 2,
      pending: 0,
      warnings: [],
    });
    expect(found).not.toHaveProperty('fallback');
    expect(ids(found.results)).toEqual(['login', 'logout']);
    for (const hit of found.results) {
      expect(Object.keys(hit).sort()).toEqual([
        'bm25_score',
        'created_at',
        'distance',
        'domain',
        'id',
        'matched_via',
        'metadata',
        'node_boost',
        'passage',
        'realm',
        'score',
        'similarity',
        'source_file',
        'text',
        'updated_at',
      ]);
      expect(hit.distance).toBe(rounded(hit.distance, 4));
      expect(hit.similarity).toBe(rounded(hit.similarity, 3));
      expect(hit.bm25_score).toBe(rounded(hit.bm25_score, 3));
      expect(hit.similarity).toBeCloseTo(Math.max(0, 1 - Number(hit.distance)), 3);
      expect(hit.node_boost).toBe(0);
    }
    expect(found.results.map(({ matched_via }) => matched_via)).toEqual(['both', 'vector']);
  });

  it('gives 5 unless told otherwise, and none for 0 or less', async () => {
    const dimension = await filled(
      Array.from({ length: 7 }, (_, at) => memory(`m${String(at)}`, `Note ${String(at)} on rain.`)),
    );
    const counts = [undefined, 2, 7, 0, -3].map(async (limit) => {
      return (await dimension.searchMemories('rain', { limit })).results.length;
    });
    expect(await Promise.all(counts)).toEqual([5, 2, 7, 0, 0]);
  });

  it('checks the strategy before anything else and names both', async () => {
    const dimension = await filled([]);
    const options = { candidateStrategy: 'all', limit: 0.5 };
    await expect(dimension.searchMemories('x'.repeat(20_000), options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `Unknown candidate strategy 'all'.`,
      hint: 'The candidate strategies are vector and union.',
    });
    for (const maxDistance of [-0.1, 2.1, NaN]) {
      const asked = dimension.searchMemories('x', { maxDistance });
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('keeps what is within the maximum distance, in every mode that knows distances', async () => {
    const dimension = await filled(NOTES);
    const { results } = await dimension.searchMemories('login page in Safari');
    const [first, second] = results.map(({ distance }) => Number(distance));
    expect(first).toBeLessThan(Number(second));
    for (const candidateStrategy of ['vector', 'union']) {
      const near = { maxDistance: Number(first), candidateStrategy };
      const found = await dimension.searchMemories('login page in Safari', near);
      expect([ids(found.results), found.total_candidates]).toEqual([['login'], 1]);
      const none = { maxDistance: Number(first) - 0.0002, candidateStrategy };
      expect((await dimension.searchMemories('login page in Safari', none)).results).toEqual([]);
    }
    const near = { mode: 'vector', maxDistance: Number(second) };
    expect(ids(await dimension.search('login page in Safari', near))).toEqual(['login', 'logout']);
    const words = await dimension.searchAnswer('login', { mode: 'keyword', maxDistance: 0.1 });
    expect(ids(words.results)).toEqual(['login']);
    expect(words.warnings).toEqual([
      'The maximum distance was not applied: nothing was searched by meaning.',
    ]);
  });

  it('adds what shares rare words with the union of candidates only', async () => {
    // 150 memories are nearer to the question than the one with its rare word.
    const many = Array.from({ length: 150 }, (_, at) =>
      memory(`near-${String(at)}`, `the quarterly report of our northern team ${String(at)}`),
    );
    const far = memory(
      'far',
      `zanzibar ${'unrelated clove harvest words about ships '.repeat(10)}`,
    );
    const dimension = await filled([...many, far]);
    const question = 'the quarterly report of our northern team zanzibar';
    const union = { candidateStrategy: 'union', limit: 200 };
    const found = await dimension.searchMemories(question, union);
    const hit = found.results.find(({ id }) => id === 'far');
    expect(found.total_candidates).toBe(151);
    expect(hit?.matched_via).toMatch(/keyword|both/);
    const few = await dimension.searchMemories(question, { candidateStrategy: 'union' });
    const near = await dimension.searchMemories(question);
    expect(near.total_candidates).toBe(100);
    expect(few.total_candidates).toBeGreaterThan(100);
  });

  it('finds more memories than the nearest passages belong to', async () => {
    const long = `The lighthouse keeper logs the tide. `.repeat(3_000);
    const dimension = await filled([
      memory('long', long),
      memory('short', 'A keeper of bees.'),
      memory('other', 'Tides of the moon.'),
    ]);
    for (const mode of ['hybrid', 'vector']) {
      const found = await dimension.search('The lighthouse keeper logs the tide.', { mode });
      expect(ids(found).sort(), mode).toEqual(['long', 'other', 'short']);
    }
  });

  it('finds the question in a prompt when asked to, and says so', async () => {
    const dimension = await filled(NOTES);
    const orders = `You are a helpful assistant. ${'Be brief. '.repeat(30)}`;
    const prompt = `${orders}\nWhat of the login page?`;
    const found = await dimension.searchMemories(prompt, { sanitize: true, limit: 1 });
    expect(found).toMatchObject({
      query: 'What of the login page?',
      query_sanitized: true,
      sanitizer: { method: 'question_extraction', clean_length: 23 },
    });
    expect(ids(found.results)).toEqual(['login']);
    const plain = await dimension.searchMemories('login', { sanitize: true });
    expect(plain).not.toHaveProperty('query_sanitized');
    expect(await dimension.searchMemories(prompt)).toMatchObject({ query: prompt });
  });
});

const rounded = (value: number | null, digits: number): number =>
  Number(Number(value).toFixed(digits));

describe('without vectors', () => {
  it('goes by words when told to, and ignores the maximum distance', async () => {
    const dimension = await filled(NOTES);
    const options = { vectorDisabled: true, maxDistance: 0.1 };
    const found = await dimension.searchMemories('Where does login fail?', options);
    expect(found).toMatchObject({
      fallback: 'keyword_only',
      fallback_reason: 'vector_disabled',
      results: [{ id: 'login', distance: null, similarity: null, matched_via: 'keyword' }],
    });
    expect(found.warnings).toHaveLength(1);
  });

  it('goes by words while nothing is embedded', async () => {
    const dimension = await filled(NOTES);
    const found = await dimension.searchMemories('login', { pendingBudgetMs: 0 });
    expect(found).toMatchObject({
      fallback: 'keyword_only',
      fallback_reason: 'index_empty',
      pending: 3,
      results: [{ id: 'login', distance: null }],
      warnings: ['Searched by words only: nothing is embedded yet.'],
    });
    const vector = await dimension.searchAnswer('login', { mode: 'vector', pendingBudgetMs: 0 });
    expect(vector.results).toEqual([]);
    expect(vector).not.toHaveProperty('fallback');
    expect(vector.warnings).toEqual(['Nothing was searched: nothing is embedded yet.']);
  });

  it('finds nothing in an empty dimension and does not complain', async () => {
    const dimension = await filled([]);
    expect(await dimension.searchMemories('login')).toEqual({
      query: 'login',
      mode: 'hybrid',
      filters: { realm: null, domain: null },
      results: [],
      total_candidates: 0,
      pending: 0,
      fallback: 'keyword_only',
      fallback_reason: 'index_empty',
      warnings: [],
    });
  });

  it('goes by words without the model or with a question that it does not know', async () => {
    const { dimension } = open(newPath(), { embedder: 'embeddinggemma' });
    await dimension.init();
    await dimension.batchAddEntities(NOTES);
    const found = await dimension.searchMemories('login');
    expect(found).toMatchObject({
      fallback: 'keyword_only',
      fallback_reason: 'embedder_unavailable',
      results: [{ id: 'login', distance: null }],
    });
    expect(found.warnings[0]).toMatch(/^Searched by words only: ./);
    const unknown = await (await filled(NOTES)).searchMemories('…?!');
    expect(unknown).toMatchObject({ fallback_reason: 'embedder_unavailable', results: [] });
  });
});

const FILE = '/home/me/trip.md';
const part = (index: number, content: string, more: Partial<NewEntity> = {}): NewEntity =>
  memory(`part-${String(index)}`, content, {
    source_file: FILE,
    metadata: { chunk_index: index },
    ...more,
  });
const TRIP = [
  part(0, 'We packed the van at dawn.'),
  part(1, 'The ferry to Hull was late.'),
  part(2, 'A puncture near York; the spare wheel saved us.'),
  part(3, 'Supper by the sea.'),
];

/** Asks with cross-references that would be kept of the file. */
async function askBoosted(
  items: readonly NewEntity[],
  question: string,
  options: { readonly boosts?: BoostSource; readonly realm?: string } = {},
): Promise<MemoryHit[]> {
  const path = newPath();
  const dimension = await filled(items, path);
  await dimension.embedPending();
  const opening = new Opening({ path });
  onTestFinished(() => opening.close());
  const { session, embedding } = opening.opened();
  const node: NodeBoost = { boost: 0.4, preview: 'ferry|Hull' };
  const { boosts = () => new Map([[FILE, node]]), realm } = options;
  const searcher = new Searcher(session.store, embedding, boosts);
  const limit = 10;
  return (await searchMemories(searcher, question, { limit, realm, explain: true })).results;
}

function found(hits: readonly MemoryHit[], id: string): MemoryHit {
  const hit = hits.find((candidate) => candidate.id === id);
  if (!hit) throw new Error(`${id} was not found.`);
  return hit;
}

describe('cross-references', () => {
  it('lift every memory of their file by weight times boost, and say so', async () => {
    const plain = await askBoosted([...TRIP, ...NOTES], 'late ferry', { boosts: () => new Map() });
    const hits = await askBoosted([...TRIP, ...NOTES], 'late ferry');
    const others = hits.filter(({ source_file }) => source_file !== FILE);
    const lifted = hits.filter(({ source_file }) => source_file === FILE);
    expect([others.length, ids(hits.slice(0, 4)).sort()]).toEqual([3, ids(lifted).sort()]);
    for (const { id, score, node_boost, matched_via, ...rest } of others) {
      const { score: before, matched_via: via } = found(plain, id);
      expect([score, node_boost, matched_via]).toEqual([before, 0, via]);
      expect(rest).not.toHaveProperty('node_preview');
      expect(rest).not.toHaveProperty('hydrated_text');
    }
    for (const hit of lifted) {
      const { score, matched_via: via, explanation } = found(plain, hit.id);
      const gain = 0.4 * Number(explanation?.scale.vectorWeight);
      expect(gain).toBeGreaterThan(0);
      expect(hit.score - score).toBeCloseTo(gain, 10);
      expect([hit.node_boost, hit.matched_via]).toEqual([0.4, `${via}+node`]);
      expect(hit.node_preview).toBe('ferry|Hull');
      expect(hit).toHaveProperty('hydrated_text');
    }
  });

  it('are asked with the question and its filters', async () => {
    const asked: unknown[] = [];
    const boosts: BoostSource = (_, question, place) => {
      asked.push([question, place]);
      return new Map();
    };
    await askBoosted(TRIP, 'late ferry', { boosts, realm: 'work' });
    expect(asked).toEqual([['late ferry', { realm: 'work', domain: undefined }]]);
  });

  it('show the part that holds most of the question, with its neighbours in order', async () => {
    const hits = await askBoosted(TRIP.toReversed(), 'spare wheel puncture');
    const around = [
      'The ferry to Hull was late.',
      'A puncture near York; the spare wheel saved us.',
      'Supper by the sea.',
    ].join('\n\n');
    expect(hits).toHaveLength(4);
    for (const hit of hits) {
      expect([hit.hydrated_text, hit.chunk_index, hit.total_chunks]).toEqual([around, 2, 4]);
    }
  });

  it('show the hit itself where no part, or none more than it, holds the question', async () => {
    const hits = await askBoosted(TRIP, 'zeppelin');
    const shown = hits.map(({ id, chunk_index }) => [id, chunk_index]).sort();
    expect(shown).toEqual([
      ['part-0', 0],
      ['part-1', 1],
      ['part-2', 2],
      ['part-3', 3],
    ]);
    expect(found(hits, 'part-0').hydrated_text).toBe(
      'We packed the van at dawn.\n\nThe ferry to Hull was late.',
    );
    const tied = [part(0, 'A ferry.'), part(5, 'The ferry.'), part(6, 'Trains.')];
    const tiedHits = await askBoosted(tied, 'ferry');
    expect(tiedHits.map(({ id, chunk_index }) => [id, chunk_index]).sort()).toEqual([
      ['part-0', 0],
      ['part-5', 5],
      ['part-6', 0],
    ]);
    // Part 1 does not exist.
    expect(found(tiedHits, 'part-0').hydrated_text).toBe('A ferry.');
  });

  it('show no surroundings of a single part, one without index, one of another realm', async () => {
    const items = [
      part(0, 'We packed the van at dawn.'),
      part(1, 'The ferry was late.', { metadata: {} }),
      part(2, 'The ferry was early.', { metadata: { chunk_index: '2' } }),
      part(3, 'A secret ferry.', { realm: 'private' }),
    ];
    for (const hit of await askBoosted(items, 'ferry')) {
      expect(hit.matched_via).toMatch(/\+node$/);
      expect(hit).not.toHaveProperty('hydrated_text');
    }
  });

  it('cut what is long and say how much there is', async () => {
    const items = [0, 1, 2, 3].map((index) => part(index, `Ferry ${'x'.repeat(6_000)}`));
    const [hit] = await askBoosted(items, 'ferry');
    expect(hit?.hydrated_text).toMatch(/x\n\n\[truncated; 4 chunks in source\]$/);
    expect(hit?.hydrated_text).toHaveLength(10_000 + '\n\n[truncated; 4 chunks in source]'.length);
  });
});
