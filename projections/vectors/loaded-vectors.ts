/**
 * All vectors of one space and one generation of views, as one process knows them: what is saved on
 * disk, and in memory the tail of those that came since.
 */
import { explained } from '../../events/index.js';
import { ExactVectors } from './exact-vectors.js';
import { nearestOf, type Neighbour } from './nearest.js';
import { RowsDamaged } from './row-file.js';
import { firstNotBelow, SavedVectors } from './saved-vectors.js';
import { discardList, vectorsStamp, type VectorFilePlace } from './vector-file.js';
import { dropRows, putInPlace, writeRows, type Pause } from './vector-snapshot.js';

/** What is on disk is written when this many vectors have gathered beside it. */
export const TAIL_VECTORS_MAX = 2_000;

/** Where to search: behind a label, and, if given, among those labels only. They ascend. */
export interface SearchIn {
  readonly after: number;
  readonly allowed?: readonly number[] | undefined;
}

export class LoadedVectors {
  readonly #place: VectorFilePlace;
  readonly #exactMax: number;
  #saved: SavedVectors | undefined;
  /** Of what is on disk, when it was last looked at; and when it was what is searched here. */
  #stamp = '';
  #savedStamp = '';
  #tail = new ExactVectors();
  #loadedTo = 0;
  #isClosed = false;

  constructor(place: VectorFilePlace, exactMax: number) {
    this.#place = place;
    this.#exactMax = exactMax;
  }

  /** How many vectors can be found. */
  get size(): number {
    return (this.#saved?.size ?? 0) + this.#tail.size;
  }

  /** Every embedded passage up to this label is here. */
  get loadedTo(): number {
    return this.#loadedTo;
  }

  get #savedTo(): number {
    return this.#saved?.maxLabel ?? 0;
  }

  get wantsSave(): boolean {
    if (this.#loadedTo - this.#savedTo >= TAIL_VECTORS_MAX) return true;
    return this.#saved?.isWasteful === true;
  }

  /**
   * Takes in what another process has saved since the last call. One of more than `mark` says was
   * written before the cache was lost, and is not used.
   */
  follow(mark: () => number): void {
    const stamp = vectorsStamp(this.#place);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const saved = this.#load();
    if (saved && saved.maxLabel <= mark()) this.#adopt(saved);
    else saved?.close();
  }

  #load(): SavedVectors | undefined {
    try {
      return SavedVectors.load(this.#place, this.#exactMax);
    } catch (error) {
      if (!(error instanceof RowsDamaged)) throw error;
      this.#refuse();
      return undefined;
    }
  }

  /** Searches what was saved from now on, and in memory only what lies behind it. */
  #adopt(saved: SavedVectors): void {
    const isBehind = saved.maxLabel < this.#savedTo;
    const tail = new ExactVectors();
    for (const label of isBehind ? [] : this.#tail.labels()) {
      const vector = label > saved.maxLabel ? this.#tail.vector(label) : undefined;
      if (vector) tail.add(label, vector);
    }
    this.#loadedTo = isBehind ? saved.maxLabel : Math.max(this.#loadedTo, saved.maxLabel);
    this.#tail = tail;
    this.#saved?.close();
    this.#saved = saved;
    this.#savedStamp = this.#stamp;
  }

  /** What is on disk is damaged: it is used no more, and nobody else need stumble over it. */
  #refuse(): void {
    this.#place.onDamaged?.();
    if (vectorsStamp(this.#place) === this.#stamp) discardList(this.#place);
    this.#stamp = vectorsStamp(this.#place);
  }

  /** Lets go of everything, for a row on disk is damaged: it comes from the cache again. */
  giveUp(): void {
    if (this.#isClosed) return;
    this.#refuse();
    this.#saved?.close();
    this.#saved = undefined;
    this.#tail = new ExactVectors();
    this.#loadedTo = 0;
  }

  /** Labels must rise from call to call. */
  add(label: number, vector: Float32Array): void {
    this.#tail.add(label, vector);
  }

  /** Passages up to that label are in here or have no vector. */
  reach(label: number): void {
    this.#loadedTo = label;
  }

  /** Takes a vector out of what is found, and of what is written next. */
  remove(label: number): void {
    this.#tail.remove(label);
    this.#saved?.remove(label);
  }

  /** Labels that can be found, ascending. */
  labels(): number[] {
    return [...(this.#saved?.labels() ?? []), ...this.#tail.labels()];
  }

  /** The next labels after one, ascending, at most `limit`. */
  labelsAfter(after: number, limit: number): number[] {
    const saved = this.#saved?.labelsAfter(after, limit) ?? [];
    if (saved.length === limit) return saved;
    const tail = behind(this.#tail.labels(), after);
    return [...saved, ...tail.slice(0, limit - saved.length)];
  }

  /** That label's vector, for reading at once. @throws {RowsDamaged} */
  vector(label: number): Float32Array | undefined {
    return this.#tail.vector(label) ?? this.#saved?.vector(label);
  }

  /** The `count` nearest, exactly or by their signs; ties by label. @throws {RowsDamaged} */
  search(query: Float32Array, count: number, { after, allowed }: SearchIn): Neighbour[] {
    const labels = allowed && after > 0 ? behind(allowed, after) : allowed;
    const saved = this.#saved?.search(query, count, labels ? { labels } : { after }) ?? [];
    const beyond = labels ? { labels: behind(labels, this.#savedTo) } : { after };
    return nearestOf([...saved, ...this.#tail.search(query, count, beyond)], count);
  }

  /** The cosines of the query with those labels, each named once. @throws {RowsDamaged} */
  cosines(query: Float32Array, labels: readonly number[]): (number | undefined)[] {
    const cosines = labels.map((label) => this.#tail.cosine(query, label));
    this.#saved?.cosines(query, labels, cosines);
    return cosines;
  }

  /**
   * Writes what is here to disk, all of it anew if asked to. One process at a time may do this.
   *
   * @throws {RowsDamaged} unless somebody else has found the damage meanwhile.
   * @throws {AltError} DISK_FULL, READ_ONLY, IO_FAILED
   */
  async save(pause: Pause, isAnew: boolean): Promise<void> {
    const saved = this.#saved;
    // Nothing is added to what is no more on disk: somebody may have found it damaged.
    const isOurs = saved !== undefined && vectorsStamp(this.#place) === this.#savedStamp;
    const unsaved = {
      saved,
      tail: this.#tail,
      maxLabel: this.#loadedTo,
      isAnew: isAnew || !isOurs || saved.isWasteful || saved.isOutgrown(this.#tail.size),
    };
    const isCurrent = (): boolean => !this.#isClosed && this.#saved === saved;
    try {
      const written = await writeRows(this.#place, unsaved, pause);
      if (!isCurrent()) {
        dropRows(this.#place, written);
        return;
      }
      putInPlace(this.#place, written);
      const next = SavedVectors.of(this.#place, written.list, this.#exactMax);
      this.#stamp = vectorsStamp(this.#place);
      this.#adopt(next);
    } catch (error) {
      if (isCurrent() || !(error instanceof RowsDamaged)) throw explained(error, 'Saving vectors');
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#saved?.close();
    this.#saved = undefined;
  }
}

const behind = (labels: readonly number[], label: number): readonly number[] =>
  label === 0 ? labels : labels.slice(firstNotBelow(labels, label + 1));
