/**
 * One search with a Chroma server behind it. What the server names is only proposed: each passage
 * is looked up in the views and scored from the cache, and so is what the server was not told yet.
 * Where that cannot be right, everything is searched here.
 */
import {
  labelsBeyond,
  labelsClaimed,
  labelsIn,
  type Db,
  type Neighbour,
  type PassageIndex,
  type VectorMemory,
} from '../../projections/index.js';
import type { NearestRequest, VectorSearch } from './backend.js';
import { claimOf, type StoredRecord } from './chroma-collection.js';
import type { ChromaState } from './chroma-state.js';

/** More passages than this that the server was not told of are not looked at one by one. */
const BEYOND_MAX = 5_000;

export interface ServerAnswer {
  readonly records: readonly StoredRecord[];
  readonly told: ChromaState;
}

export interface SearchParts {
  readonly query: Float32Array;
  readonly request: NearestRequest;
  /** What the server answered, and what it was told then; absent when it is of no use. */
  readonly answer?: ServerAnswer | undefined;
  readonly degraded?: string | undefined;
  /** Where no more passages than this are in the place, each is looked at. */
  readonly exactMax: number;
  readonly memory: VectorMemory;
  readonly index: () => PassageIndex;
  /** Told of records that stand for nothing here. */
  readonly onStrays: (strays: readonly string[]) => void;
}

export class ChromaSearch implements VectorSearch {
  readonly #parts: SearchParts;
  #degraded: string | undefined;

  constructor(parts: SearchParts) {
    this.#parts = parts;
    this.#degraded = parts.degraded;
  }

  get degraded(): string | undefined {
    return this.#degraded;
  }

  nearest(db: Db, generation: string): Neighbour[] {
    const { memory, query, request, exactMax } = this.#parts;
    memory.enter(generation);
    const proposed = this.#proposed(db, generation);
    const few = labelsIn(db, request.place, exactMax + 1);
    const labels = few.length <= exactMax ? few : proposed;
    if (!labels) {
      this.#degraded ??= 'chroma has not been told everything yet';
      return this.#everything(db, generation);
    }
    const nearest = memory.nearest(db, query, { labels, count: request.count });
    const isShort = labels !== few && nearest.length < request.count;
    return isShort ? this.#everything(db, generation) : nearest;
  }

  /** What the server named and what it was not told; undefined when that is too much. */
  #proposed(db: Db, generation: string): number[] | undefined {
    const { answer, request, onStrays } = this.#parts;
    if (answer?.told.generation !== generation) return undefined;
    const { records, told } = answer;
    const { place } = request;
    const beyond = labelsBeyond(db, told, { place, limit: BEYOND_MAX + 1 });
    const claimed = labelsClaimed(db, records.map(claimOf), place);
    const strays = records.filter((_, at) => claimed[at] === undefined).map(({ id }) => id);
    onStrays(strays);
    if (beyond.length > BEYOND_MAX) return undefined;
    const named = claimed.filter((label) => typeof label === 'number');
    return [...new Set([...named, ...beyond])];
  }

  #everything(db: Db, generation: string): Neighbour[] {
    const { query, request, index } = this.#parts;
    const all = index();
    all.refresh(db, generation);
    return all.search(db, query, request);
  }

  cosines(db: Db, labels: readonly number[]): (number | undefined)[] {
    return this.#parts.memory.cosines(db, this.#parts.query, labels);
  }
}

/** How many of the records stand for a passage in the place that was asked for. */
export function countValid(
  db: Db,
  records: readonly StoredRecord[],
  { place }: NearestRequest,
): number {
  const labels = labelsClaimed(db, records.map(claimOf), place);
  return labels.filter((label) => typeof label === 'number').length;
}
