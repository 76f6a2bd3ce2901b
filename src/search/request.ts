/** What a search is asked and what it works with. */
import type { Db, Place } from '../../projections/index.js';
import type { Space } from '../embedding-space.js';
import type { KnownPassages } from './known-passages.js';
import type { RankingStats } from './ranking-stats.js';

export const MODES = ['hybrid', 'vector', 'keyword'] as const;
export type Mode = (typeof MODES)[number];

export interface SearchRequest {
  readonly question: string;
  readonly mode: Mode;
  readonly limit: number;
  readonly place: Place;
}

/** What the vector half works with; absent when there is no vector for the question. */
export interface VectorHalf {
  readonly space: Space;
  readonly query: Float32Array;
}

export interface SearchContext {
  readonly db: Db;
  readonly generation: string;
  readonly stats: RankingStats;
  readonly passages: KnownPassages;
  readonly vectors: VectorHalf | undefined;
}
