/**
 * Nearest passages of one embedding space, as one process sees them: the hnsw index on disk plus
 * the exact tail that is not in it yet, or everything exactly while it is little.
 *
 * Never wrong for being behind: passages that are gone are dropped from answers, those not yet
 * embedded are simply not among them.
 */
import type { Files } from '../../events/index.js';
import type { Db } from '../database.js';
import type { Place } from '../entity-queries.js';
import type { EmbeddingCache } from './embedding-cache.js';
import { byNearness, ExactVectors, type Neighbour } from './exact-vectors.js';
import { HnswFile, hnswStamp, isHnswAvailable, type HnswPlace } from './hnsw-file.js';
import { labelsIn, livingLabels, passagesAfter, type PassageName } from './passage-rows.js';

/** Up to this many vectors, exact search is as fast as the index and needs none. */
export const EXACT_VECTORS_MAX = 5_000;
/** A filter that leaves no more than this is searched exactly. */
const EXACT_FILTERED_MAX = 20_000;
/** The index is written anew when this many vectors have gathered beside it. */
export const TAIL_VECTORS_MAX = 2_000;
const LOAD_ROWS = 1_000;

export interface PassageIndexOptions {
  readonly files: Files;
  readonly folder: string;
  readonly space: string;
  readonly cache: EmbeddingCache;
  /** Told of an index on disk that cannot be used. */
  readonly onDamaged?: (() => void) | undefined;
}

export class PassageIndex {
  readonly #options: PassageIndexOptions;
  #generation = '';
  /** Everything embedded up to this label is here. */
  #loadedTo = 0;
  #tail = new ExactVectors();
  #hnsw: HnswFile | undefined;
  #hnswStamp = '';

  constructor(options: PassageIndexOptions) {
    this.#options = options;
  }

  /** How many vectors are searched. */
  get size(): number {
    return this.#tail.size + (this.#hnsw?.count ?? 0);
  }

  /** Whether vectors have gathered that an index on disk should hold. */
  get wantsSnapshot(): boolean {
    if (!isHnswAvailable() || this.size <= EXACT_VECTORS_MAX) return false;
    return this.#hnsw === undefined || this.#tail.size >= TAIL_VECTORS_MAX;
  }

  get #place(): HnswPlace {
    const { files, folder, space, onDamaged } = this.#options;
    return { files, folder, space, onDamaged, generation: this.#generation };
  }

  /** Takes in what was embedded, or saved by another process, since the last call. */
  refresh(db: Db, generation: string): void {
    if (generation !== this.#generation) this.#restart(generation);
    const mark = this.#options.cache.mark(generation);
    if (mark > EXACT_VECTORS_MAX) this.#loadSnapshot();
    while (this.#loadedTo < mark) {
      const rows = passagesAfter(db, this.#loadedTo, LOAD_ROWS).filter((row) => row.label <= mark);
      for (const row of rows) this.#take(row);
      this.#loadedTo = rows.at(-1)?.label ?? mark;
    }
  }

  #restart(generation: string): void {
    this.#generation = generation;
    this.#loadedTo = 0;
    this.#tail = new ExactVectors();
    this.#hnsw = undefined;
    this.#hnswStamp = '';
  }

  #loadSnapshot(): void {
    const stamp = hnswStamp(this.#place);
    if (stamp === this.#hnswStamp) return;
    this.#hnswStamp = stamp;
    const loaded = HnswFile.load(this.#place);
    if (!loaded || loaded.maxLabel <= (this.#hnsw?.maxLabel ?? 0)) return;
    this.#adopt(loaded);
  }

  /** Makes an index the main part; what it holds leaves the tail. */
  #adopt(hnsw: HnswFile): void {
    this.#hnsw = hnsw;
    for (const label of [...this.#tail.labels()]) {
      if (label <= hnsw.maxLabel) this.#tail.remove(label);
    }
    this.#loadedTo = Math.max(this.#loadedTo, hnsw.maxLabel);
  }

  #take({ label, textHash }: PassageName): void {
    const vector = this.#options.cache.get(textHash);
    if (vector instanceof Float32Array) this.#tail.add(label, vector);
  }

  /** The cosine of the query with a passage, undefined when it has no vector (yet). */
  cosine(query: Float32Array, label: number): number | undefined {
    return this.#tail.cosine(query, label) ?? this.#hnsw?.cosine(query, label);
  }

  /** The `count` nearest passages that exist, within a realm and domain if given, nearest first. */
  search(db: Db, query: Float32Array, request: NearestRequest): Neighbour[] {
    const { count, place } = request;
    const isFiltered = place.realm !== undefined || place.domain !== undefined;
    const allowed = isFiltered ? labelsIn(db, place) : undefined;
    for (;;) {
      const found = this.#searchAll(query, count, allowed);
      const living = livingLabels(
        db,
        found.map(({ label }) => label),
      );
      const gone = found.filter(({ label }) => !living.has(label));
      if (gone.length === 0) return found;
      for (const { label } of gone) this.#forget(label);
    }
  }

  #searchAll(query: Float32Array, count: number, allowed: number[] | undefined): Neighbour[] {
    const tail = this.#tail.search(query, count, allowed);
    if (!this.#hnsw) return tail;
    const main = this.#searchMain(this.#hnsw, query, { count, allowed });
    return [...tail, ...main].sort(byNearness).slice(0, count);
  }

  #searchMain(
    hnsw: HnswFile,
    query: Float32Array,
    request: { readonly count: number; readonly allowed: number[] | undefined },
  ): Neighbour[] {
    const { count, allowed } = request;
    if (allowed === undefined) return hnsw.search(query, count);
    if (allowed.length > EXACT_FILTERED_MAX) {
      const set = new Set(allowed);
      return hnsw.search(query, count, (label) => set.has(label));
    }
    const found = allowed.flatMap((label) => {
      const cosine = hnsw.cosine(query, label);
      return cosine === undefined ? [] : [{ label, cosine }];
    });
    return found.sort(byNearness).slice(0, count);
  }

  #forget(label: number): void {
    this.#tail.remove(label);
    this.#hnsw?.remove(label);
  }

  /**
   * Puts every loaded vector into the index and writes it to disk; gives the event loop a turn
   * through `pause` as it asks for one. Only one process at a time may do this.
   */
  async writeSnapshot(pause: () => Promise<void>): Promise<void> {
    const hnsw = this.#hnsw ?? HnswFile.create();
    if (!hnsw) return;
    const labels = [...this.#tail.labels()].sort((a, b) => a - b);
    const target = this.#loadedTo;
    for (const label of labels) {
      const vector = this.#tail.vector(label);
      if (vector && label > hnsw.maxLabel) hnsw.add(label, vector);
      await pause();
    }
    hnsw.reach(target);
    this.#adopt(hnsw);
    hnsw.save(this.#place);
    this.#hnswStamp = hnswStamp(this.#place);
  }
}

export interface NearestRequest {
  readonly count: number;
  readonly place: Place;
}
