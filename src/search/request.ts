/** What a search is asked and what it works with. */
import type { Db, Place } from '../../projections/index.js';
import type { VectorSearch } from '../vectors/backend.js';
import type { Space } from '../vectors/space.js';
import type { KnownPassages } from './known-passages.js';
import type { RankingStats } from './ranking-stats.js';

export const MODES = ['hybrid', 'vector', 'keyword'] as const;
export type Mode = (typeof MODES)[number];

/** Who proposes candidates: the vectors alone, or the words of the question too. */
export const CANDIDATE_STRATEGIES = ['vector', 'union'] as const;
export type CandidateStrategy = (typeof CANDIDATE_STRATEGIES)[number];

export interface SearchRequest {
  readonly question: string;
  readonly mode: Mode;
  readonly limit: number;
  readonly place: Place;
  readonly strategy: CandidateStrategy;
  /** Only what has a vector at most this far from the question's; 0 for no bound. */
  readonly maxDistance: number;
}

/** What the cross-references of a file add to the rank of its memories. */
export interface NodeBoost {
  /** Added to the cosine. */
  readonly boost: number;
  /** What of the cross-references answers the question, at most 200 characters. */
  readonly preview: string;
}

/** Boosts by source file. Inside the read transaction. */
export type BoostSource = (
  db: Db,
  question: string,
  place: Place,
) => ReadonlyMap<string, NodeBoost>;

/** What the vector half works with; absent when there is no vector for the question. */
export interface VectorHalf {
  readonly space: Space;
  readonly search: VectorSearch;
  /** How many passages were asked for. */
  readonly count: number;
}

export interface SearchContext {
  /** How many passages each half may propose. */
  readonly count: number;
  readonly db: Db;
  readonly generation: string;
  readonly stats: RankingStats;
  readonly passages: KnownPassages;
  readonly vectors: VectorHalf | undefined;
  readonly boosts: BoostSource;
}
