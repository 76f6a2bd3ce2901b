/**
 * Search in three modes. Hybrid follows spec: candidates from both halves, then every passage of
 * every candidate is scored by meaning and by words, and the two are fused (rank.ts).
 */
import {
  entitiesByNum,
  entitiesMatching,
  ownersOf,
  passagesOfOwners,
  type Db,
  type EntityRow,
} from '../../projections/index.js';
import { toEntity, type Entity } from '../entity.js';
import { buildFtsQuery, rebuildFtsQuery } from './fts-query.js';
import { fuseCandidates, type HybridHit } from './hybrid.js';
import type { SearchContext, SearchRequest } from './request.js';

/** Passages asked of the vector half at least; more when more entities are wanted. */
const NEIGHBOURS_MIN = 100;

/** One memory that was found. */
export interface SearchResult extends Entity {
  /** The whole text of the memory. */
  readonly text: string;
  /** Cosine distance in [0, 2], smaller is nearer; null for a hit without vector. */
  readonly distance: number | null;
  /** Bigger is better; what the results are ordered by. */
  readonly score: number;
  /** The passage that matched best, as offsets into the text. */
  readonly passage?: { readonly start: number; readonly end: number };
  /** Every number the rank came from. */
  readonly explanation?: HybridHit['explanation'];
}

export interface Found {
  readonly results: SearchResult[];
  /** Candidates that had no vector yet. */
  readonly pending: number;
}

/** Best first. One consistent state of the views. */
export function search(context: SearchContext, request: SearchRequest): Found {
  if (request.mode === 'keyword') return searchKeywords(context.db, request);
  if (request.mode === 'vector') return searchVectors(context, request);
  return searchHybrid(context, request);
}

function searchHybrid(context: SearchContext, request: SearchRequest): Found {
  const { hits, pending } = fuseCandidates(context, request);
  const rows = rowsByNum(
    context.db,
    hits.map(({ entity }) => entity),
  );
  const results = hits.flatMap((hit) => {
    const row = rows.get(hit.entity);
    if (!row) return [];
    const { distance, score, passage, explanation } = hit;
    return [{ ...toResult(row), distance, score, passage, explanation }];
  });
  return { results, pending };
}

function searchVectors(context: SearchContext, request: SearchRequest): Found {
  const { db, generation, vectors } = context;
  if (!vectors) return { results: [], pending: 0 };
  const { space, query } = vectors;
  space.index.refresh(db, generation);
  const { place, limit } = request;
  let owners: number[] = [];
  let cosines = new Map<number, number>();
  // Several passages of one memory count once: ask for more until enough memories are found.
  for (let count = Math.max(NEIGHBOURS_MIN, 2 * limit); ; count *= 4) {
    const found = space.index.search(db, query, { count, place });
    const labels = found.map(({ label }) => label);
    owners = ownersOf(db, labels).slice(0, limit);
    cosines = new Map(found.map(({ label, cosine }) => [label, cosine]));
    if (owners.length >= limit || found.length < count) break;
  }
  const best = bestCosines(db, cosines);
  const rows = rowsByNum(db, owners);
  const results = owners.flatMap((owner) => {
    const row = rows.get(owner);
    const cosine = best.get(owner)?.cosine ?? 0;
    if (!row) return [];
    return [{ ...toResult(row), distance: 1 - cosine, score: cosine, ...best.get(owner)?.at }];
  });
  return { results, pending: 0 };
}

interface BestPassage {
  readonly cosine: number;
  readonly at: { readonly passage: { readonly start: number; readonly end: number } };
}

function bestCosines(db: Db, cosines: ReadonlyMap<number, number>): Map<number, BestPassage> {
  const best = new Map<number, BestPassage>();
  for (const { label, entity, start, end } of passagesOfOwners(db, [...cosines.keys()])) {
    const cosine = cosines.get(label) ?? -Infinity;
    if (cosine <= (best.get(entity)?.cosine ?? -Infinity)) continue;
    best.set(entity, { cosine, at: { passage: { start, end } } });
  }
  return best;
}

function searchKeywords(db: Db, request: SearchRequest): Found {
  const matches = matchKeywords(db, request);
  const rows = rowsByNum(
    db,
    matches.map(({ entity }) => entity),
  );
  const results = matches.flatMap(({ entity, bm25 }) => {
    const row = rows.get(entity);
    return row ? [{ ...toResult(row), distance: 1 / (1 + bm25), score: bm25 }] : [];
  });
  return { results, pending: 0 };
}

/** Asks in the owner's query language; a query that FTS5 cannot parse is asked as plain words. */
function matchKeywords(db: Db, request: SearchRequest): ReturnType<typeof entitiesMatching> {
  const { question, limit, place } = request;
  const first = buildFtsQuery(question);
  if (first === '') return [];
  try {
    return entitiesMatching(db, first, { place, limit });
  } catch (error) {
    if (!isQueryError(error)) throw error;
    const rebuilt = rebuildFtsQuery(question);
    return rebuilt === '' ? [] : entitiesMatching(db, rebuilt, { place, limit });
  }
}

/** FTS5 gives SQLite's plain error code for its query syntax; damage has codes of its own. */
function isQueryError(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'SQLITE_ERROR';
}

function rowsByNum(db: Db, nums: readonly number[]): Map<number, EntityRow> {
  return new Map(entitiesByNum(db, nums).map((row) => [row.num, row]));
}

function toResult(row: EntityRow): Omit<SearchResult, 'distance' | 'score'> {
  return { ...toEntity(row), text: row.content };
}
