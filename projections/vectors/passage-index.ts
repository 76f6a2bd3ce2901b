/**
 * Nearest passages of one embedding space, as one process sees them: all vectors that are embedded,
 * and beyond a million of them an hnsw index that proposes candidates.
 *
 * Never wrong for being behind: passages that are gone are dropped from answers, those not yet
 * embedded are simply not among them.
 */
import type { Files } from '../../events/index.js';
import type { Db } from '../database.js';
import type { Place } from '../entity-queries.js';
import type { EmbeddingCache } from './embedding-cache.js';
import { HnswFile, hnswStamp, isHnswAvailable, removeHnsw, type HnswPlace } from './hnsw-file.js';
import { LoadedVectors, TAIL_VECTORS_MAX } from './loaded-vectors.js';
import { nearestOf, type Neighbour } from './nearest.js';
import { livingLabels, passagesAfter } from './passage-rows.js';
import { PlaceLabels } from './place-labels.js';
import { RowsDamaged } from './row-file.js';
import type { Pause } from './vector-snapshot.js';

/** Looking at each of this many vectors takes about 3 ms: nothing need propose them. */
const EXACT_VECTORS_MAX = 25_000;
/** Looking at the signs of this many takes about 8 ms, and grows with them; hnsw hardly does. */
const SIGNS_VECTORS_MAX = 1_000_000;
/** A filter that leaves more than this is asked of the hnsw index, not of the signs. */
const SIGNS_FILTERED_MAX = 20_000;
const LOAD_ROWS = 1_000;
/** Passages looked for in one transaction, behind a search's back. */
const LABELS_AT_ONCE = 5_000;

export interface PassageIndexOptions {
  readonly files: Files;
  readonly folder: string;
  readonly space: string;
  readonly cache: EmbeddingCache;
  /** Up to so many vectors are held in memory and all looked at; 25,000 when absent. */
  readonly exactMax?: number | undefined;
  /** Up to so many their signs propose, beyond an hnsw index; 1,000,000 when absent. */
  readonly signsMax?: number | undefined;
  /** Told of a file on disk that cannot be used. */
  readonly onDamaged?: (() => void) | undefined;
}

export interface NearestRequest {
  readonly count: number;
  readonly place: Place;
}

export interface SnapshotOptions {
  /** Writes all files anew, so that nothing is left in them of passages that are gone. */
  readonly isAnew?: boolean;
}

export class PassageIndex {
  readonly #options: PassageIndexOptions;
  readonly #exactMax: number;
  readonly #signsMax: number;
  readonly #places = new PlaceLabels();
  #generation = '';
  #vectors: LoadedVectors;
  #hnsw: HnswFile | undefined;
  #hnswStamp = '';

  constructor(options: PassageIndexOptions) {
    this.#options = options;
    this.#exactMax = options.exactMax ?? EXACT_VECTORS_MAX;
    this.#signsMax = options.signsMax ?? SIGNS_VECTORS_MAX;
    this.#vectors = new LoadedVectors(this.#place, this.#exactMax);
  }

  /** How many vectors are searched. */
  get size(): number {
    return this.#vectors.size;
  }

  /** Whether the files on disk should be written. */
  get wantsSnapshot(): boolean {
    return this.#vectors.wantsSave || this.#wantsHnsw;
  }

  get #usesHnsw(): boolean {
    return this.size > Math.max(this.#exactMax, this.#signsMax) && isHnswAvailable();
  }

  get #wantsHnsw(): boolean {
    if (!this.#usesHnsw) return false;
    return this.#vectors.loadedTo - (this.#hnsw?.maxLabel ?? 0) >= TAIL_VECTORS_MAX;
  }

  get #place(): HnswPlace {
    const { files, folder, space, onDamaged } = this.#options;
    return { files, folder, space, onDamaged, generation: this.#generation };
  }

  /** Takes in what was embedded, or saved by another process, since the last call. */
  refresh(db: Db, generation: string): void {
    if (generation !== this.#generation) this.#restart(generation);
    const { cache } = this.#options;
    const vectors = this.#vectors;
    vectors.follow(() => cache.mark(generation));
    const mark = cache.mark(generation);
    while (vectors.loadedTo < mark) {
      const rows = passagesAfter(db, vectors.loadedTo, LOAD_ROWS);
      const embedded = rows.filter(({ label }) => label <= mark);
      for (const { label, textHash } of embedded) {
        const vector = cache.get(textHash);
        if (vector instanceof Float32Array) vectors.add(label, vector);
      }
      vectors.reach(embedded.at(-1)?.label ?? mark);
    }
    if (this.#usesHnsw) this.#loadHnsw();
  }

  #restart(generation: string): void {
    this.#vectors.close();
    this.#generation = generation;
    this.#vectors = new LoadedVectors(this.#place, this.#exactMax);
    this.#hnsw = undefined;
    this.#hnswStamp = '';
  }

  /** Does `work`; when a row on disk is damaged, once more with what the cache holds. */
  #healing<Result>(db: Db, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RowsDamaged)) throw error;
      this.#vectors.giveUp();
      this.refresh(db, this.#generation);
      return work();
    }
  }

  #loadHnsw(): void {
    const stamp = hnswStamp(this.#place);
    if (stamp === this.#hnswStamp) return;
    this.#hnswStamp = stamp;
    const loaded = HnswFile.load(this.#place);
    if (loaded && loaded.maxLabel > (this.#hnsw?.maxLabel ?? 0)) this.#hnsw = loaded;
  }

  /**
   * The cosines of the query with passages, each named once: undefined for one that has no vector
   * (yet).
   */
  cosines(db: Db, query: Float32Array, labels: readonly number[]): (number | undefined)[] {
    return this.#healing(db, () => this.#vectors.cosines(query, labels));
  }

  /** The `count` nearest passages that exist, within a realm and domain if given, nearest first. */
  search(db: Db, query: Float32Array, request: NearestRequest): Neighbour[] {
    const { count, place } = request;
    const isFiltered = place.realm !== undefined || place.domain !== undefined;
    const allowed = isFiltered ? this.#places.in(db, place) : undefined;
    for (;;) {
      const found = this.#healing(db, () => this.#nearest(query, count, allowed));
      const labels = found.map(({ label }) => label);
      const living = livingLabels(db, labels);
      const gone = labels.filter((label) => !living.has(label));
      if (gone.length === 0) return found;
      for (const label of gone) this.#forget(label);
    }
  }

  #nearest(query: Float32Array, count: number, allowed?: readonly number[]): Neighbour[] {
    const hnsw = this.#hnsw;
    const isNarrow = allowed !== undefined && allowed.length <= SIGNS_FILTERED_MAX;
    if (!hnsw || isNarrow) return this.#vectors.search(query, count, { after: 0, allowed });
    const set = allowed && new Set(allowed);
    const isAllowed = set && ((label: number): boolean => set.has(label));
    const proposed = hnsw.search(query, count, isAllowed).map(({ label }) => label);
    proposed.sort((a, b) => a - b);
    const main = this.#vectors.search(query, count, { after: 0, allowed: proposed });
    const rest = this.#vectors.search(query, count, { after: hnsw.maxLabel, allowed });
    return nearestOf([...main, ...rest], count);
  }

  #forget(label: number): void {
    this.#vectors.remove(label);
    this.#hnsw?.remove(label);
  }

  /**
   * Drops the vectors of passages that are no more, from memory and from what is written next: of
   * those after a label, for so many that it takes some milliseconds.
   *
   * @returns the label to go on after; undefined when all were looked at, or when the views are
   *   others than those that were refreshed from.
   */
  forgetGone(db: Db, generation: string, after: number): number | undefined {
    if (generation !== this.#generation) return undefined;
    const labels = this.#vectors.labelsAfter(after, LABELS_AT_ONCE);
    const living = livingLabels(db, labels);
    for (const label of labels) if (!living.has(label)) this.#forget(label);
    return labels.length < LABELS_AT_ONCE ? undefined : labels.at(-1);
  }

  /**
   * Writes what is loaded to disk, gives the event loop a turn through `pause` as it asks for one.
   * Only one process at a time may do this.
   *
   * @returns false when a file turned out damaged: after a refresh it can be tried again.
   * @throws {AltError} DISK_FULL, READ_ONLY, IO_FAILED
   */
  async writeSnapshot(pause: Pause, { isAnew = false }: SnapshotOptions = {}): Promise<boolean> {
    const vectors = this.#vectors;
    try {
      if (isAnew || vectors.wantsSave) await vectors.save(pause, isAnew);
      // Closed, or of other views, meanwhile: what is next is another's.
      if (vectors === this.#vectors) await this.#saveHnsw(pause, isAnew);
      return true;
    } catch (error) {
      if (!(error instanceof RowsDamaged)) throw error;
      vectors.giveUp();
      return false;
    }
  }

  async #saveHnsw(pause: Pause, isAnew: boolean): Promise<void> {
    if (isAnew) this.#hnsw = undefined;
    if (this.#wantsHnsw) await this.#writeHnsw(pause);
    else if (!this.#usesHnsw) removeHnsw(this.#place);
  }

  async #writeHnsw(pause: Pause): Promise<void> {
    const hnsw = this.#hnsw ?? HnswFile.create();
    if (!hnsw) return;
    const target = this.#vectors.loadedTo;
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

  /** Lets go of the files on disk. A later refresh opens them again. */
  close(): void {
    this.#restart('');
  }
}
