/**
 * What finds the nearest passages of one embedding space. The vectors themselves lie in the cache;
 * a backend keeps what makes them quick to search, and can be thrown away.
 *
 * A search has two halves: what must be asked of others comes before the read transaction, what
 * needs the views comes inside it.
 */
import { createRequire } from 'node:module';
import { AltError } from '../../events/index.js';
import type { Db, EmbeddingCache, Neighbour, Place } from '../../projections/index.js';
import type { Store } from '../../replay/index.js';

export const BACKEND_NAMES = ['hnsw', 'chroma'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

export interface NearestRequest {
  /** At most this many passages. */
  readonly count: number;
  readonly place: Place;
}

/** One search under way. */
export interface VectorSearch {
  /** Why another way than the backend's own was taken. */
  readonly degraded?: string | undefined;
  /** The nearest passages that exist, nearest first, exact cosines. Inside a read transaction. */
  nearest(db: Db, generation: string): Neighbour[];
  /**
   * The cosines with passages, each named once: undefined for one that has no vector (yet). In the
   * transaction of {@link nearest}, and after it.
   */
  cosines(db: Db, labels: readonly number[]): (number | undefined)[];
}

export interface BackendWork {
  readonly signal?: AbortSignal | undefined;
  /** Vectors done and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface PushWork {
  readonly signal?: AbortSignal | undefined;
  /** `performance.now()` at which to stop; without it all is taken in. */
  readonly deadline?: number | undefined;
}

export interface VectorBackend {
  readonly name: BackendName;
  /** Whether there is something to push, also when nothing was embedded. Asks nobody outside. */
  isBehind(): Promise<boolean>;
  /** Begins a search. A server that cannot be reached makes it slower or smaller, not fail. */
  ask(query: Float32Array, request: NearestRequest): Promise<VectorSearch>;
  /**
   * Takes in what was embedded, or otherwise changed, since the last time. Only under the embedding
   * lock. @returns false when time ran out; a server that cannot be reached is no reason to go on.
   */
  push(work?: PushWork): Promise<boolean>;
  /** Lets go of what was kept elsewhere for spaces that this one, which now answers, replaced. */
  tidy(): Promise<void>;
  /** Writes to disk what a later start would otherwise gather again. Under the embedding lock. */
  save(): Promise<void>;
  /**
   * Makes the index agree with the cache and the views, whatever it holds. @returns its vectors.
   *
   * @throws {AltError} UNAVAILABLE when a server cannot be reached, CANCELLED
   */
  rebuild(work?: BackendWork): Promise<number>;
  /** For status: how it searches, and what it lacks. */
  describe(): Promise<BackendState>;
  close(): Promise<void>;
}

export interface BackendState {
  readonly name: BackendName;
  /** How a search goes about it: by an index, one by one, or by a server. */
  readonly mode: 'hnsw' | 'flat' | 'chroma';
  /** Vectors that are embedded but not in the index yet; undefined when it cannot be told. */
  readonly lag?: number;
  readonly degraded?: string;
}

/** What a backend is made from. */
export interface BackendContext {
  readonly store: Store;
  readonly spaceId: string;
  readonly cache: EmbeddingCache;
  /** Aborted when nothing is to be waited for any more. */
  readonly closing?: AbortSignal | undefined;
  /** Up to how many vectors each is looked at. */
  readonly exactMax?: number | undefined;
  /** Up to how many vectors their signs propose. */
  readonly signsMax?: number | undefined;
}

/** What could be chosen here without installing anything. */
export function availableBackends(): readonly BackendName[] {
  try {
    createRequire(import.meta.url).resolve('chromadb');
    return BACKEND_NAMES;
  } catch {
    // An optional dependency: the backend of every machine remains.
    return ['hnsw'];
  }
}

/**
 * The backend someone meant.
 *
 * @throws {AltError} INVALID_ARGUMENT listing the valid names.
 */
export function resolveBackendName(name: string): BackendName {
  const wanted = name.trim().toLowerCase();
  const resolved = wanted === 'faiss' ? 'hnsw' : wanted;
  const known = BACKEND_NAMES.find((candidate) => candidate === resolved);
  if (known) return known;
  throw new AltError('INVALID_ARGUMENT', `Unknown backend: '${name}'. Valid: ['chroma','hnsw'].`);
}
