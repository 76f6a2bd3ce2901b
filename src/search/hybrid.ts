/** Candidates of both halves, scored completely and fused: spec/retrieval.md, section 4. */
import {
  passagesWithTerms,
  queryTerms,
  termHash,
  type Db,
  type PassageRow,
} from '../../projections/index.js';
import { groupBy } from '../group-by.js';
import { bestPassage, fuse, idf, knownShare, passageBm25, type FusionScale } from './rank.js';
import type { SearchContext, SearchRequest, VectorHalf } from './request.js';

/** Passages that each half proposes. */
const CANDIDATES_PER_HALF = 100;
/** A term in more of the passages than this is no reason to look at one. */
const RARE_SHARE_MAX = 0.05;
/** …unless the passages are so few that looking costs nothing. */
const RARE_PASSAGES_MIN = 200;
const RARE_TERMS_MIN = 2;
/** A question of a whole page is cut to its first terms; more cost time and change no rank. */
const TERMS_MAX = 64;

export interface Explanation {
  /** Best cosine of the memory's passages, null without a vector. */
  readonly cosine: number | null;
  /** Best BM25 of the memory's passages. */
  readonly bm25: number;
  readonly vector_part: number;
  readonly keyword_part: number;
  readonly boost: number;
  /** What all hits share: weight of meaning, share of known letters, cover of the question. */
  readonly scale: FusionScale;
  /** The terms that were asked, with the number of passages that hold each. */
  readonly terms: Readonly<Record<string, number>>;
}

export interface HybridHit {
  readonly entity: number;
  readonly score: number;
  readonly distance: number | null;
  readonly passage: { readonly start: number; readonly end: number };
  readonly explanation: Explanation;
}

interface QueryTerm {
  readonly term: string;
  readonly hash: number;
  readonly frequency: number;
  readonly idf: number;
}

interface ScoredPassage {
  readonly row: PassageRow;
  readonly cosine: number | null;
  readonly bm25: number;
}

interface Candidate {
  readonly id: string;
  readonly entity: number;
  readonly cosine: number | null;
  readonly bm25: number;
  readonly boost: number;
  readonly createdAt: number;
  readonly passages: readonly ScoredPassage[];
}

/** The best memories for a question, best first. */
export function fuseCandidates(
  context: SearchContext,
  request: SearchRequest,
): { readonly hits: HybridHit[]; readonly pending: number } {
  const { db, vectors } = context;
  const { count } = context.stats.passages(db);
  if (count === 0) return { hits: [], pending: 0 };
  const terms = weigh(context, queryTerms(request.question).slice(0, TERMS_MAX));
  const labels = new Set([
    ...nearest(context, request, vectors),
    ...passagesWithTerms(db, rareTerms(terms, count), {
      place: request.place,
      limit: Math.max(CANDIDATES_PER_HALF, request.limit),
    }),
  ]);
  const candidates = score(context, terms, [...labels]);
  const fusion = fuse({
    candidates,
    known: vectors ? knownShare(request.question, vectors.space.embedder.scripts) : 0,
    idfSum: terms.reduce((sum, term) => sum + term.idf, 0),
    weight: vectors?.space.embedder.weight ?? 0,
    cosineFloor: vectors?.space.embedder.cosineFloor ?? 0,
  });
  const frequencies = Object.fromEntries(terms.map((term) => [term.term, term.frequency]));
  const hits = fusion.hits.slice(0, request.limit).map((hit) => {
    const { candidate } = hit;
    const explanation: Explanation = {
      cosine: candidate.cosine,
      bm25: candidate.bm25,
      vector_part: hit.vectorPart,
      keyword_part: hit.keywordPart,
      boost: candidate.boost,
      scale: fusion.scale,
      terms: frequencies,
    };
    const { cosine, entity } = candidate;
    const distance = cosine === null ? null : 1 - cosine;
    const passage = spanOf(candidate, fusion.scale);
    return { entity, score: hit.score, distance, passage, explanation };
  });
  return { hits, pending: vectors ? fusion.pending : 0 };
}

function spanOf(candidate: Candidate, scale: FusionScale): { start: number; end: number } {
  const best = candidate.passages[Math.max(0, bestPassage(candidate.passages, scale))];
  return { start: best?.row.start ?? 0, end: best?.row.end ?? 0 };
}

function weigh({ db, stats }: SearchContext, terms: readonly string[]): QueryTerm[] {
  const { count } = stats.passages(db);
  return terms.map((term) => {
    const frequency = stats.frequency(db, term);
    return { term, hash: termHash(term), frequency, idf: idf(count, frequency) };
  });
}

/** The terms whose passages are worth visiting: rare ones, and at least the two rarest. */
function rareTerms(terms: readonly QueryTerm[], passages: number): string[] {
  const present = terms.filter(({ frequency }) => frequency > 0);
  present.sort((a, b) => a.frequency - b.frequency || (a.term < b.term ? -1 : 1));
  const limit = Math.max(RARE_PASSAGES_MIN, passages * RARE_SHARE_MAX);
  const rare = present.filter(({ frequency }, at) => at < RARE_TERMS_MIN || frequency <= limit);
  return rare.map(({ term }) => term);
}

function nearest(
  context: SearchContext,
  request: SearchRequest,
  vectors: VectorHalf | undefined,
): number[] {
  if (!vectors) return [];
  const { db, generation } = context;
  const { index } = vectors.space;
  index.refresh(db, generation);
  const count = Math.max(CANDIDATES_PER_HALF, request.limit);
  return index.search(db, vectors.query, { count, place: request.place }).map(({ label }) => label);
}

/** Every passage of every memory that owns one of the labels, scored by both halves. */
function score(
  context: SearchContext,
  terms: readonly QueryTerm[],
  labels: readonly number[],
): Candidate[] {
  const { db, generation, stats, vectors } = context;
  const { averageLength } = stats.passages(db);
  const scored = context.passages.ofOwners(db, generation, labels).map((row): ScoredPassage => {
    const cosine = vectors?.space.index.cosine(vectors.query, row.label) ?? null;
    const packed = { blob: row.terms, length: row.length };
    return { row, cosine, bm25: passageBm25(terms, packed, averageLength) };
  });
  const byEntity = groupBy(scored, ({ row }) => row.entity);
  const keys = tieKeys(db, [...byEntity.keys()]);
  return [...byEntity].map(([entity, passages]) => ({
    entity,
    passages,
    ...best(passages),
    boost: 0,
    ...(keys.get(entity) ?? { id: '', createdAt: 0 }),
  }));
}

function best(passages: readonly ScoredPassage[]): { cosine: number | null; bm25: number } {
  let cosine: number | null = null;
  let bm25 = 0;
  for (const passage of passages) {
    if (passage.cosine !== null && passage.cosine > (cosine ?? -Infinity)) ({ cosine } = passage);
    if (passage.bm25 > bm25) ({ bm25 } = passage);
  }
  return { cosine, bm25 };
}

/** What decides between equal scores. */
function tieKeys(
  db: Db,
  entities: readonly number[],
): Map<number, { readonly id: string; readonly createdAt: number }> {
  const rows = db.all<{ num: number; id: string; createdAt: number }>(
    `SELECT num, id, created_ms AS createdAt FROM entities
     WHERE num IN (SELECT value FROM json_each(?))`,
    JSON.stringify(entities),
  );
  return new Map(rows.map(({ num, id, createdAt }) => [num, { id, createdAt }]));
}
