/**
 * Nearest passages of one embedding space, as one process sees them: all vectors in memory,
 * searched exactly, and beyond some tens of thousands an hnsw index that proposes candidates.
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
import { loadVectors, saveVectors } from './vector-file.js';

/** Looking at each of this many vectors takes about 3 ms: no index is worth building. */
const EXACT_VECTORS_MAX = 25_000;
/** Files are written anew when this many vectors have gathered beside them. */
const TAIL_VECTORS_MAX = 2_000;
/** A filter that leaves more than this share is asked of the index, not of each vector. */
const EXACT_FILTERED_MAX = 20_000;
const LOAD_ROWS = 1_000;

export interface PassageIndexOptions {
  readonly files: Files;
  readonly folder: string;
  readonly space: string;
  readonly cache: EmbeddingCache;
  /** {@link EXACT_VECTORS_MAX} when absent. */
  readonly exactMax?: number | undefined;
  /** Told of a file on disk that cannot be used. */
  readonly onDamaged?: (() => void) | undefined;
}

export interface NearestRequest {
  readonly count: number;
  readonly place: Place;
}

export class PassageIndex {
  readonly #options: PassageIndexOptions;
  readonly #exactMax: number;
  #generation = '';
  /** Everything embedded up to this label is in memory. */
  #loadedTo = 0;
  /** Everything up to this label is in the file of vectors. */
  #savedTo = 0;
  #vectors = new ExactVectors();
  #hnsw: HnswFile | undefined;
  #hnswStamp = '';

  constructor(options: PassageIndexOptions) {
    this.#options = options;
    this.#exactMax = options.exactMax ?? EXACT_VECTORS_MAX;
  }

  /** How many vectors are searched. */
  get size(): number {
    return this.#vectors.size;
  }

  /** Whether vectors have gathered that the files on disk should hold. */
  get wantsSnapshot(): boolean {
    return this.#loadedTo - this.#savedTo >= TAIL_VECTORS_MAX || this.#wantsHnsw;
  }

  get #wantsHnsw(): boolean {
    if (this.size <= this.#exactMax || !isHnswAvailable()) return false;
    return this.#loadedTo - (this.#hnsw?.maxLabel ?? 0) >= TAIL_VECTORS_MAX;
  }

  get #place(): HnswPlace {
    const { files, folder, space, onDamaged } = this.#options;
    return { files, folder, space, onDamaged, generation: this.#generation };
  }

  /** Takes in what was embedded, or saved by another process, since the last call. */
  refresh(db: Db, generation: string): void {
    if (generation !== this.#generation) this.#restart(generation);
    const mark = this.#options.cache.mark(generation);
    if (this.#loadedTo === 0 && mark > 0) this.#loadFile(mark);
    while (this.#loadedTo < mark) {
      const rows = passagesAfter(db, this.#loadedTo, LOAD_ROWS).filter((row) => row.label <= mark);
      for (const row of rows) this.#take(row);
      this.#loadedTo = rows.at(-1)?.label ?? mark;
    }
    if (this.size > this.#exactMax) this.#loadHnsw();
  }

  #restart(generation: string): void {
    this.#generation = generation;
    this.#loadedTo = 0;
    this.#savedTo = 0;
    this.#vectors = new ExactVectors();
    this.#hnsw = undefined;
    this.#hnswStamp = '';
  }

  /** A file from before the cache was lost would hold more than the mark says: it is not used. */
  #loadFile(mark: number): void {
    const loadedTo = loadVectors(this.#place, this.#vectors);
    if (loadedTo > 0 && loadedTo <= mark) {
      this.#loadedTo = loadedTo;
      this.#savedTo = loadedTo;
    } else this.#vectors = new ExactVectors();
  }

  #loadHnsw(): void {
    const stamp = hnswStamp(this.#place);
    if (stamp === this.#hnswStamp) return;
    this.#hnswStamp = stamp;
    const loaded = HnswFile.load(this.#place);
    if (loaded && loaded.maxLabel > (this.#hnsw?.maxLabel ?? 0)) this.#hnsw = loaded;
  }

  #take({ label, textHash }: PassageName): void {
    const vector = this.#options.cache.get(textHash);
    if (vector instanceof Float32Array) this.#vectors.add(label, vector);
  }

  /** The cosine of the query with a passage, undefined when it has no vector (yet). */
  cosine(query: Float32Array, label: number): number | undefined {
    return this.#vectors.cosine(query, label);
  }

  /** The `count` nearest passages that exist, within a realm and domain if given, nearest first. */
  search(db: Db, query: Float32Array, request: NearestRequest): Neighbour[] {
    const { count, place } = request;
    const isFiltered = place.realm !== undefined || place.domain !== undefined;
    const allowed = isFiltered ? labelsIn(db, place) : undefined;
    for (;;) {
      const found = this.#nearest(query, count, allowed);
      const labels = found.map(({ label }) => label);
      const living = livingLabels(db, labels);
      const gone = labels.filter((label) => !living.has(label));
      if (gone.length === 0) return found;
      for (const label of gone) this.#forget(label);
    }
  }

  #nearest(query: Float32Array, count: number, allowed: number[] | undefined): Neighbour[] {
    const isNarrow = allowed !== undefined && allowed.length <= EXACT_FILTERED_MAX;
    if (isNarrow) return this.#vectors.search(query, count, { labels: allowed });
    const hnsw = this.#hnsw;
    if (!hnsw) return this.#searchAll(query, count, allowed);
    const set = allowed && new Set(allowed);
    const isAllowed = set && ((label: number): boolean => set.has(label));
    const proposed = hnsw.search(query, count, isAllowed).map(({ label }) => label);
    const main = this.#vectors.search(query, count, { labels: proposed });
    const tail = this.#vectors.search(query, count, { after: hnsw.maxLabel });
    const inPlace = isAllowed ? tail.filter(({ label }) => isAllowed(label)) : tail;
    return [...inPlace, ...main].sort(byNearness).slice(0, count);
  }

  #searchAll(query: Float32Array, count: number, allowed: number[] | undefined): Neighbour[] {
    return this.#vectors.search(query, count, allowed ? { labels: allowed } : { after: 0 });
  }

  #forget(label: number): void {
    this.#vectors.remove(label);
    this.#hnsw?.remove(label);
  }

  /** Drops the vectors of passages that are no more, from memory and from what is written next. */
  forgetGone(db: Db): void {
    const labels = this.#vectors.labels();
    const living = livingLabels(db, labels);
    if (living.size === labels.length) return;
    const kept = new ExactVectors();
    for (const label of labels) {
      const vector = living.has(label) ? this.#vectors.vector(label) : undefined;
      if (vector) kept.add(label, vector);
      else this.#hnsw?.remove(label);
    }
    this.#vectors = kept;
  }

  /**
   * Writes what is loaded to disk, gives the event loop a turn through `pause` as it asks for one.
   * Only one process at a time may do this.
   */
  async writeSnapshot(pause: () => Promise<void>): Promise<void> {
    const target = this.#loadedTo;
    if (target - this.#savedTo >= TAIL_VECTORS_MAX) {
      saveVectors(this.#place, this.#vectors, target);
      this.#savedTo = target;
    }
    if (this.#wantsHnsw) await this.#writeHnsw(target, pause);
  }

  async #writeHnsw(target: number, pause: () => Promise<void>): Promise<void> {
    const hnsw = this.#hnsw ?? HnswFile.create();
    if (!hnsw) return;
    for (const label of this.#vectors.labels()) {
      const vector = label > hnsw.maxLabel ? this.#vectors.vector(label) : undefined;
      if (vector) hnsw.add(label, vector);
      await pause();
    }
    hnsw.reach(target);
    this.#hnsw = hnsw;
    hnsw.save(this.#place);
    this.#hnswStamp = hnswStamp(this.#place);
  }
}
