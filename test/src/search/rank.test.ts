import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { packTerms, termHash } from '../../../projections/text/packed-terms.js';
import {
  fuse,
  idf,
  knownShare,
  passageBm25,
  type FusionCandidate,
  type FusionInput,
  type PassageScores,
} from '../../../src/search/rank.js';

const candidate = (id: string, values: Partial<FusionCandidate> = {}): FusionCandidate => {
  const { cosine = 0, bm25 = 0 } = values;
  const passages = [{ cosine, bm25 }];
  return { id, cosine, bm25, passages, boost: 0, createdAt: 0, ...values };
};

const ranked = (
  candidates: readonly FusionCandidate[],
  options: Partial<FusionInput<FusionCandidate>> = {},
) => fuse({ candidates, known: 1, idfSum: 10, weight: 0.6, cosineFloor: 0, ...options });

const ids = (candidates: readonly FusionCandidate[]): string[] =>
  ranked(candidates).hits.map((hit) => hit.candidate.id);

describe('passageBm25', () => {
  it('computes what FTS5 computes', () => {
    const texts = ['a b c a', 'b c d', 'c d e f g a', 'h', 'i j', 'k l m'];
    const db = new Database(':memory:');
    db.exec('CREATE VIRTUAL TABLE t USING fts5(c)');
    for (const text of texts) db.prepare('INSERT INTO t (c) VALUES (?)').run(text);
    const rows = db
      .prepare(
        `SELECT rowid, -bm25(t) AS s FROM t WHERE t MATCH '"a" OR "c" OR "zzz"' ORDER BY rowid`,
      )
      .all() as { rowid: number; s: number }[];
    db.close();
    const query = [
      { hash: termHash('a'), idf: idf(6, 2) },
      { hash: termHash('c'), idf: idf(6, 3) },
      { hash: termHash('zzz'), idf: idf(6, 0) },
    ];
    const average = texts.join(' ').split(' ').length / texts.length;
    const ours = texts.map((text) => passageBm25(query, packTerms(text.split(' ')), average));
    expect(rows.map((row) => row.rowid)).toEqual([1, 2, 3]);
    for (const { rowid, s } of rows) expect(ours[rowid - 1]).toBeCloseTo(s, 12);
    expect(ours.slice(3)).toEqual([0, 0, 0]);
  });

  it('never lets a term in half of all passages count against a text', () => {
    expect(idf(10, 9)).toBe(1e-6);
    expect(idf(10, 5)).toBe(1e-6);
    expect(idf(10, 1)).toBeCloseTo(Math.log(9.5 / 1.5), 12);
  });
});

describe('fuse', () => {
  it('scores by the formula and shows every number', () => {
    const { hits, scale } = ranked(
      [
        candidate('a', { cosine: 0.5, bm25: 6, boost: 0.1 }),
        candidate('b', { cosine: -0.2, bm25: 3 }),
      ],
      { known: 0.5, typicalCosine: 0.1 },
    );
    expect(scale).toEqual({
      vectorWeight: 0.3,
      known: 0.5,
      idfSum: 10,
      cosineFloor: 0,
      maxBm25: 6,
      cover: 0.5,
      medianCosine: 0.25,
      lead: 0.4,
    });
    expect(hits[0]?.score).toBeCloseTo(0.3 * 0.6 + 0.7 * Math.sqrt(0.5), 12);
    expect(hits[1]?.score).toBeCloseTo(0.35 * Math.sqrt(0.5), 12);
    expect(hits[0]?.vectorPart).toBeCloseTo(0.18, 12);
    expect(hits[1]?.cosine).toBe(0);
  });

  it('caps the cover at 1 and has no keyword part without matches', () => {
    expect(ranked([candidate('a', { bm25: 100 })]).scale.cover).toBe(1);
    const [hit] = ranked([candidate('a', { cosine: 1 })], { idfSum: 0 }).hits;
    expect(hit).toMatchObject({ score: 0.6, keywordPart: 0 });
  });

  it('gives a memory without vector the median cosine and says so', () => {
    const { hits } = ranked([
      candidate('a', { cosine: 0.9 }),
      candidate('b', { cosine: 0.4 }),
      candidate('c', { cosine: 0.1 }),
      candidate('d', { cosine: null }),
    ]);
    expect(hits.filter(({ pending }) => pending)).toMatchObject([
      { candidate: { id: 'd' }, cosine: 0.4, vectorPart: 0.24 },
    ]);
    expect(ranked([candidate('d', { cosine: null })]).hits[0]?.score).toBe(0);
  });

  it('starts the scale of cosines at the floor of the embedder', () => {
    const { hits } = ranked([candidate('a', { cosine: 0.85 }), candidate('b', { cosine: 0.6 })], {
      cosineFloor: 0.7,
      weight: 0.75,
    });
    expect(hits[0]?.score).toBeCloseTo(0.375, 12);
    expect(hits[1]?.score).toBe(0);
  });

  it.each([
    { best: 0.1, weight: 0.4 },
    { best: 0.2, weight: 0.48 },
    { best: 0.3, weight: 0.6 },
    { best: 0.4, weight: 0.72 },
    { best: 0.99, weight: 0.8 },
  ])('gives meaning $weight when the best cosine is $best and others are 0.1', (expected) => {
    const list = [candidate('a', { cosine: expected.best }), candidate('b', { cosine: 0.1 })];
    const weighed = (options: Partial<FusionInput<FusionCandidate>>): number =>
      ranked(list, { typicalCosine: 0.1, ...options }).scale.vectorWeight;
    expect(weighed({ usualLead: 0.2 })).toBeCloseTo(expected.weight, 12);
    expect(weighed({ usualLead: 0.2, known: 0.5 })).toBeCloseTo(expected.weight / 2, 12);
    expect(weighed({})).toBe(0.6);
  });

  it('never lets the weight leave 0 to 1', () => {
    const weighed = (best: number, weight: number): number => {
      const list = [candidate('a', { cosine: best })];
      return ranked(list, { usualLead: 0.2, typicalCosine: 0, weight }).scale.vectorWeight;
    };
    expect(weighed(1, 0.9)).toBe(1);
    expect(weighed(0, 0.1)).toBe(0);
  });

  it('sees no lead without neighbours, and none in what the scale leaves out', () => {
    const list = [candidate('a', { cosine: 0.75 }), candidate('b', { cosine: 0.2 })];
    expect(ranked(list).scale.lead).toBe(0);
    const scaled = ranked(list, { cosineFloor: 0.7, typicalCosine: 0.5 }).scale;
    expect(scaled.lead).toBeCloseTo(0.05 / 0.3, 12);
  });

  it('ranks words and meaning in one passage above the same in two', () => {
    const apart: PassageScores[] = [
      { cosine: 0.8, bm25: 0 },
      { cosine: 0.1, bm25: 12 },
    ];
    const together: PassageScores[] = [
      { cosine: 0.8, bm25: 12 },
      { cosine: 0.1, bm25: 0 },
    ];
    const { hits } = ranked([
      candidate('apart', { cosine: 0.8, bm25: 12, passages: apart, createdAt: 1 }),
      candidate('together', { cosine: 0.8, bm25: 12, passages: together }),
    ]);
    // Apart: the best passage is that of the cosine, 0.6 * 0.8, so half of the words' 0.4 is lost.
    expect(hits).toMatchObject([
      { candidate: { id: 'together' }, passage: 0, vectorPart: expect.closeTo(0.48, 12) as number },
      { candidate: { id: 'apart' }, passage: 0, keywordPart: expect.closeTo(0.2, 12) as number },
    ]);
    expect(hits[0]?.score).toBeCloseTo(0.88, 12);
    expect(hits[1]?.score).toBeCloseTo(0.68, 12);
  });

  it('names the passage with the largest sum of both parts, the first of equals', () => {
    const passages = [
      { cosine: 0.5, bm25: 0 },
      { cosine: 0.1, bm25: 12 },
      { cosine: 0.1, bm25: 12 },
      { cosine: null, bm25: 1 },
    ];
    const { hits } = ranked([candidate('a', { cosine: 0.5, bm25: 12, passages })]);
    expect(hits[0]?.passage).toBe(1);
    expect(ranked([candidate('a', { passages: [] })]).hits[0]?.passage).toBe(-1);
  });

  it('breaks ties by cosine, then newest, then id, whatever the input order', () => {
    const list = [
      candidate('d', { createdAt: 1 }),
      candidate('b', { createdAt: 2 }),
      candidate('a', { createdAt: 1 }),
      candidate('c', { cosine: 0, createdAt: 2 }),
    ];
    expect(ids(list)).toEqual(['b', 'c', 'a', 'd']);
    expect(ids(list.toReversed())).toEqual(['b', 'c', 'a', 'd']);
  });

  it('ranks nothing as nothing', () => {
    expect(ranked([])).toMatchObject({ hits: [] });
  });
});

describe('knownShare', () => {
  it.each([
    ['Wer ist Müller?', ['Latin'], 1],
    ['猫 cat', ['Latin'], 0.75],
    ['हिन्दी', ['Latin'], 0],
    ['Привет ok', ['Latin', 'Cyrillic'], 1],
    ['42 !?', ['Latin'], 1],
    ['', ['Latin'], 1],
    ['猫', 'all', 1],
    ['cat', [], 0],
  ] as const)('of %j in %j is %d', (question, scripts, expected) => {
    expect(knownShare(question, scripts)).toBe(expected);
  });
});
