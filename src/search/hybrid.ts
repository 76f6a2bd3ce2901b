/** Candidates of both halves, scored completely and fused: docs/decisions/0010-ranking.md. */
import {
  passagesWithTerms,
  queryTerms,
  termHash,
  type Neighbour,
  type PassageRow,
} from '../../projections/index.js';
import { groupBy } from '../group-by.js';
import { askLoneWords, type LoneWords, type QueryTerm } from './lone-words.js';
import { isWithin } from './numbers.js';
import {
  fuse,
  idf,
  knownShare,
  passageBm25,
  type FusedHit,
  type Fusion,
  type FusionCandidate,
  type FusionScale,
  type PassageScores,
} from './rank.js';
import type { NodeBoost, SearchContext, SearchRequest } from './request.js';

/** Passages that each half proposes, at least. */
export const CANDIDATES_PER_HALF = 100;
/** A term in more of the passages than this is no reason to look at one. */
const RARE_SHARE_MAX = 0.05;
/** …unless the passages are so few that looking costs nothing. */
const RARE_PASSAGES_MIN = 200;
const RARE_TERMS_MIN = 2;
/** FTS5 takes a good microsecond for each passage that it scores. */
const VISITED_PASSAGES_MAX = 2_000;
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
  /** The half that proposed it. */
  readonly via: 'vector' | 'keyword' | 'both';
  readonly node: NodeBoost | undefined;
  readonly passage: { readonly start: number; readonly end: number };
  readonly explanation: Explanation;
}

export interface Fused {
  readonly hits: readonly HybridHit[];
  /** Candidates that had no vector yet. */
  readonly pending: number;
  /** How many memories were ranked. */
  readonly total: number;
  /** Fewer memories than wanted, though more passages would have led to more of them. */
  readonly isShort: boolean;
}

interface ScoredPassage extends PassageScores {
  readonly row: PassageRow;
}

interface Candidate extends FusionCandidate {
  readonly entity: number;
  readonly node: NodeBoost | undefined;
  readonly passages: readonly ScoredPassage[];
}

/** The best memories for a question, best first. */
export function fuseCandidates(context: SearchContext, request: SearchRequest): Fused {
  if (context.stats.passages(context.db).count === 0) {
    return { hits: [], pending: 0, total: 0, isShort: false };
  }
  const proposed = propose(context, request);
  const { terms } = proposed.words;
  const candidates = score(context, request, proposed);
  const { hits: ranked, scale } = fuseBy(context, request, { candidates, proposed });
  const within = withinReach(ranked, context, request);
  const frequencies = terms.map(({ term, frequency }) => [term, frequency]);
  const shared = { scale, terms: Object.fromEntries(frequencies) as Explanation['terms'] };
  const hits = within.slice(0, request.limit).map((hit) => toHit(hit, proposed, shared));
  const isShort = hits.length < request.limit && hasMore(context, request, proposed);
  const pending = context.vectors ? within.filter((hit) => hit.pending).length : 0;
  return { hits, pending, total: within.length, isShort };
}

function toHit(
  hit: FusedHit<Candidate>,
  proposed: Proposed,
  shared: Pick<Explanation, 'scale' | 'terms'>,
): HybridHit {
  const { candidate, score, vectorPart: vector_part, keywordPart: keyword_part } = hit;
  const { cosine, bm25, boost, entity, node, passages } = candidate;
  const { start = 0, end = 0 } = passages[hit.passage]?.row ?? {};
  const explanation = { cosine, bm25, vector_part, keyword_part, boost, ...shared };
  const via = viaOf(candidate, proposed);
  return { entity, score, via, node, passage: { start, end }, explanation };
}

interface Proposed {
  readonly words: LoneWords;
  readonly near: readonly Neighbour[];
  readonly byVector: ReadonlySet<number>;
  readonly byWords: ReadonlySet<number>;
  /** More passages hold the words than were proposed. */
  readonly isCut: boolean;
  /** Of the passages whose memories are ranked. */
  readonly labels: ReadonlySet<number>;
}

/** What each half proposes, by label. */
function propose(context: SearchContext, request: SearchRequest): Proposed {
  const { db, generation, vectors } = context;
  const within = { place: request.place, limit: context.count };
  const terms = weigh(context, queryTerms(request.question).slice(0, TERMS_MAX));
  const words = askLoneWords(db, terms, within);
  const rare = rareTerms(terms, context.stats.passages(db).count);
  const withTerms = passagesWithTerms(db, rare, within);
  const byWords = new Set([...words.bm25.keys(), ...withTerms]);
  const isCut = withTerms.length >= context.count;
  const near = vectors?.search.nearest(db, generation) ?? [];
  const byVector = new Set(near.map(({ label }) => label));
  const isUnion = !vectors || request.strategy === 'union';
  const labels = isUnion ? new Set([...byVector, ...byWords]) : byVector;
  return { words, near, byVector, byWords, isCut: isUnion && isCut, labels };
}

function fuseBy(
  { vectors }: SearchContext,
  { question }: SearchRequest,
  from: { readonly candidates: readonly Candidate[]; readonly proposed: Proposed },
): Fusion<Candidate> {
  const { candidates, proposed } = from;
  const idfSum = proposed.words.terms.reduce((sum, term) => sum + term.idf, 0);
  if (!vectors) return fuse({ candidates, known: 0, idfSum, weight: 0, cosineFloor: 0 });
  const { scripts, weight, usualLead, cosineFloor } = vectors.space.embedder;
  const known = knownShare(question, scripts);
  const typicalCosine = typicalOf(proposed.near);
  return fuse({ candidates, known, idfSum, weight, usualLead, cosineFloor, typicalCosine });
}

/**
 * The median cosine of the first 100 neighbours: the same however many were asked for, and however
 * the passages came in. Which passages the words propose can depend on both, where many are alike.
 */
function typicalOf(near: readonly Neighbour[]): number | undefined {
  return near[Math.min(near.length, CANDIDATES_PER_HALF) >> 1]?.cosine;
}

/** Whether asking for more passages would lead to more memories. */
function hasMore(
  { vectors }: SearchContext,
  { maxDistance }: SearchRequest,
  { near, isCut }: Proposed,
): boolean {
  if (isCut) return true;
  const farthest = near.at(-1);
  if (!vectors || !farthest || near.length < vectors.count) return false;
  return isWithin(farthest.cosine, maxDistance);
}

/** Without the vector half nothing has a distance, and the bound cannot be kept. */
function withinReach(
  hits: readonly FusedHit<Candidate>[],
  { vectors }: SearchContext,
  { maxDistance }: SearchRequest,
): readonly FusedHit<Candidate>[] {
  if (!vectors || maxDistance === 0) return hits;
  return hits.filter(({ candidate: { cosine } }) => {
    return cosine !== null && isWithin(cosine, maxDistance);
  });
}

function viaOf({ passages }: Candidate, { byVector, byWords }: Proposed): HybridHit['via'] {
  const isNear = passages.some(({ row }) => byVector.has(row.label));
  const hasWords = passages.some(({ row }) => byWords.has(row.label));
  if (isNear && hasWords) return 'both';
  return isNear ? 'vector' : 'keyword';
}

function weigh({ db, stats }: SearchContext, terms: readonly string[]): QueryTerm[] {
  const { count } = stats.passages(db);
  return terms.map((term) => {
    const frequency = stats.frequency(db, term);
    return { term, hash: termHash(term), frequency, idf: idf(count, frequency) };
  });
}

/**
 * The terms whose passages are worth visiting: rare ones, the rarest first, until so many passages
 * are visited; and at least the two rarest.
 */
function rareTerms(terms: readonly QueryTerm[], passages: number): string[] {
  const present = terms.filter(({ frequency }) => frequency > 0);
  present.sort((a, b) => a.frequency - b.frequency || (a.term < b.term ? -1 : 1));
  const limit = Math.max(RARE_PASSAGES_MIN, passages * RARE_SHARE_MAX);
  let visited = 0;
  const rare = present.filter(({ frequency }, at) => {
    visited += frequency;
    return at < RARE_TERMS_MIN || (frequency <= limit && visited <= VISITED_PASSAGES_MAX);
  });
  return rare.map(({ term }) => term);
}

/** Every passage of every memory that owns one of the labels, scored by both halves. */
function score(
  context: SearchContext,
  request: SearchRequest,
  { words, labels }: Proposed,
): Candidate[] {
  const { db, generation, stats, vectors } = context;
  const { terms, bm25: lone } = words;
  const { averageLength } = stats.passages(db);
  const rows = context.passages.ofOwners(db, generation, [...labels]);
  const cosines = vectors?.search.cosines(
    db,
    rows.map(({ label }) => label),
  );
  const scored = rows.map((row, at): ScoredPassage => {
    const cosine = cosines?.[at] ?? null;
    const packed = { blob: row.terms, length: row.length };
    const bm25 = lone.get(row.label) ?? passageBm25(terms, packed, averageLength);
    return { row, cosine, bm25 };
  });
  const byEntity = groupBy(scored, ({ row }) => row.entity);
  const boosts = context.boosts(db, request.question, request.place);
  return [...byEntity].map(([entity, passages]) => {
    const known = context.passages.entity(entity);
    const { id = '', createdAt = 0, sourceFile = '' } = known ?? {};
    const node = sourceFile === '' ? undefined : boosts.get(sourceFile);
    const boost = node?.boost ?? 0;
    return { id, entity, passages, ...best(passages), boost, node, createdAt };
  });
}

function best(passages: readonly PassageScores[]): PassageScores {
  let cosine: number | null = null;
  let bm25 = 0;
  for (const passage of passages) {
    if (passage.cosine !== null && passage.cosine > (cosine ?? -Infinity)) ({ cosine } = passage);
    if (passage.bm25 > bm25) ({ bm25 } = passage);
  }
  return { cosine, bm25 };
}
