/**
 * Search in three modes. Hybrid follows spec: candidates from both halves, then every passage of
 * every candidate is scored by meaning and by words, and the two are fused (rank.ts).
 */
import {
  entitiesByNum,
  entitiesMatching,
  passagesByLabel,
  rankedEntities,
  type Db,
  type EntityRow,
} from '../../projections/index.js';
import { toEntity, type Entity } from '../entity.js';
import { buildFtsQuery, rebuildFtsQuery } from './fts-query.js';
import { fuseCandidates, type HybridHit } from './hybrid.js';
import { Hydrator, type Hydration } from './hydrate.js';
import { distanceOf, isWithin, shownScore, similarityOf } from './numbers.js';
import type { SearchContext, SearchRequest } from './request.js';

/** One memory that was found. */
export interface SearchResult extends Entity, Partial<Hydration> {
  /** The whole text of the memory. */
  readonly text: string;
  /**
   * Cosine distance in [0, 2], smaller is nearer; null for a hit without vector. In keyword mode
   * 1 / (1 + BM25).
   */
  readonly distance: number | null;
  /** 1 - distance, at least 0; null for a hit without vector. */
  readonly similarity: number | null;
  /** null in vector mode. */
  readonly bm25_score: number | null;
  /** Bigger is better; what the results are ordered by. */
  readonly score: number;
  /** What the cross-references of its file add to its similarity. */
  readonly node_boost: number;
  readonly matched_via: MatchedVia;
  /** Of a boosted hit: what of the cross-references answers the question. */
  readonly node_preview?: string;
  /** The passage that matched best, as offsets into the text. */
  readonly passage?: { readonly start: number; readonly end: number };
  /** Every number the rank came from. */
  readonly explanation?: HybridHit['explanation'];
}

/** The half that proposed a hit, and whether the cross-references of its file lifted it. */
export type MatchedVia = HybridHit['via'] | `${HybridHit['via']}+node`;

export interface Found {
  readonly results: SearchResult[];
  /** Candidates that had no vector yet. */
  readonly pending: number;
  /** How many memories were ranked. */
  readonly total: number;
  /** Fewer memories than wanted, though more passages would have led to more of them. */
  readonly isShort: boolean;
}

const NOTHING: Found = { results: [], pending: 0, total: 0, isShort: false };

/** Best first. One consistent state of the views. */
export function search(context: SearchContext, request: SearchRequest): Found {
  if (request.mode === 'keyword') return searchKeywords(context.db, request);
  if (request.mode === 'vector') return searchVectors(context, request);
  return searchHybrid(context, request);
}

function searchHybrid(context: SearchContext, request: SearchRequest): Found {
  const { hits, ...counts } = fuseCandidates(context, request);
  const rows = rowsByNum(
    context.db,
    hits.map(({ entity }) => entity),
  );
  const hydrator = new Hydrator(context.db, request);
  const results = hits.flatMap((hit) => {
    const row = rows.get(hit.entity);
    return row ? [hybridResult(row, hit, hydrator)] : [];
  });
  return { results, ...counts };
}

function hybridResult(row: EntityRow, hit: HybridHit, hydrator: Hydrator): SearchResult {
  const { score, passage, explanation, node, via } = hit;
  const { cosine, bm25 } = explanation;
  return {
    ...toResult(row),
    distance: cosine === null ? null : distanceOf(cosine),
    similarity: cosine === null ? null : similarityOf(cosine),
    bm25_score: shownScore(bm25),
    score,
    node_boost: node?.boost ?? 0,
    matched_via: node ? `${via}+node` : via,
    ...(node && { node_preview: node.preview, ...hydrator.hydrate({ ...row, entity: row.num }) }),
    passage,
    explanation,
  };
}

function searchVectors(context: SearchContext, request: SearchRequest): Found {
  const { db, generation, vectors } = context;
  if (!vectors) return NOTHING;
  const near = vectors.search.nearest(db, generation);
  const found = near.filter(({ cosine }) => isWithin(cosine, request.maxDistance));
  const best = bestCosines(db, new Map(found.map(({ label, cosine }) => [label, cosine])));
  const all = nearestFirst(db, best);
  const owners = all.slice(0, request.limit);
  const rows = rowsByNum(db, owners);
  const results = owners.flatMap((owner): SearchResult[] => {
    const row = rows.get(owner);
    const cosine = best.get(owner)?.cosine ?? 0;
    if (!row) return [];
    return [
      {
        ...toResult(row),
        distance: distanceOf(cosine),
        similarity: similarityOf(cosine),
        bm25_score: null,
        score: cosine,
        node_boost: 0,
        matched_via: 'vector',
        ...best.get(owner)?.at,
      },
    ];
  });
  // Several passages of one memory count once: more may have to be asked for.
  const isCut = near.length >= vectors.count && found.length === near.length;
  const isShort = owners.length < request.limit && isCut;
  return { results, pending: 0, total: all.length, isShort };
}

/** By distance, then the newest, then by id: no order of arrival shows. */
function nearestFirst(db: Db, best: ReadonlyMap<number, BestPassage>): number[] {
  const entities = rankedEntities(db, [...best.keys()]);
  const cosineOf = (num: number): number => best.get(num)?.cosine ?? -Infinity;
  entities.sort((left, right) => {
    const nearer = cosineOf(right.num) - cosineOf(left.num);
    return nearer || right.createdAt - left.createdAt || (left.id < right.id ? -1 : 1);
  });
  return entities.map(({ num }) => num);
}

interface BestPassage {
  readonly cosine: number;
  readonly at: { readonly passage: { readonly start: number; readonly end: number } };
}

function bestCosines(db: Db, cosines: ReadonlyMap<number, number>): Map<number, BestPassage> {
  const best = new Map<number, BestPassage>();
  const rows = passagesByLabel(db, [...cosines.keys()]);
  // Of equal passages of a memory, the first one is shown.
  rows.sort((a, b) => a.start - b.start);
  for (const { label, entity, start, end } of rows) {
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
  const results = matches.flatMap(({ entity, bm25 }): SearchResult[] => {
    const row = rows.get(entity);
    if (!row) return [];
    return [
      {
        ...toResult(row),
        distance: distanceOf(1 - 1 / (1 + bm25)),
        similarity: null,
        bm25_score: shownScore(bm25),
        score: bm25,
        node_boost: 0,
        matched_via: 'keyword',
      },
    ];
  });
  return { results, pending: 0, total: results.length, isShort: false };
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

function toResult(row: EntityRow): Entity & { readonly text: string } {
  return { ...toEntity(row), text: row.content };
}
