/**
 * The vectors that are on disk, as one process searches them. A few lie in memory and are all
 * looked at; of many only the codes do, which propose, and the rows in the file decide.
 */
import { ExactVectors, type Among } from './exact-vectors.js';
import { ROW_BYTES } from './kernel.js';
import { Nearest, type Neighbour } from './nearest.js';
import { RowFile } from './row-file.js';
import { SignCodes } from './sign-codes.js';
import {
  openVectors,
  type OpenVectors,
  type VectorFilePlace,
  type VectorList,
} from './vector-file.js';

/** So few are looked at, whatever their codes say. */
const LOOKED_AT_MIN = 2_000;
/** Of more, the codes propose so many for each that is wanted, and at least so many. */
const PROPOSED_FACTOR = 8;
const PROPOSED_MIN = 1_000;
/** So many rows may stand for nothing in any file. */
const GONE_MAX = 2_000;

/** Rows from `first` up to `end`, that one not included. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

export class SavedVectors {
  readonly #opened: OpenVectors;
  readonly #resident: ExactVectors | undefined;
  readonly #codes: SignCodes | undefined;
  readonly #gone = new Set<number>();
  /** Rows of a list of labels, for as long as the list is in use. */
  readonly #rowsOf = new WeakMap<readonly number[], Uint32Array>();

  /** Up to `exactMax` vectors are held in memory. @throws {RowsDamaged} */
  private constructor(opened: OpenVectors, exactMax: number) {
    const { list } = opened;
    const { labels } = list;
    if (labels.length <= exactMax) {
      this.#resident = new ExactVectors();
      this.#resident.addAll(labels, (target) => {
        opened.rows.read(0, target);
      });
      this.#opened = opened;
      return;
    }
    this.#codes = new SignCodes(list);
    this.#opened = { ...opened, list: { ...list, ...this.#codes.list } };
  }

  /** What is on disk. @throws {RowsDamaged} */
  static load(place: VectorFilePlace, exactMax: number): SavedVectors | undefined {
    const opened = openVectors(place);
    return opened && SavedVectors.#closing(opened, exactMax);
  }

  /** What was just put there. @throws {RowsDamaged} and what the file system throws. */
  static of(place: VectorFilePlace, list: VectorList, exactMax: number): SavedVectors {
    const { files, folder } = place;
    const rows = new RowFile(files, { folder, name: list.rows }, list);
    return SavedVectors.#closing({ list, rows }, exactMax);
  }

  static #closing(opened: OpenVectors, exactMax: number): SavedVectors {
    try {
      return new SavedVectors(opened, exactMax);
    } catch (error) {
      opened.rows.close();
      throw error;
    }
  }

  get opened(): OpenVectors {
    return this.#opened;
  }

  /** Every embedded passage up to this label is here. */
  get maxLabel(): number {
    return this.#opened.list.maxLabel;
  }

  /** How many vectors can be found. */
  get size(): number {
    return this.#opened.list.labels.length - this.#gone.size;
  }

  /** Whether too many rows of the file stand for nothing: it should be written anew. */
  get isWasteful(): boolean {
    const gone = this.#opened.list.written - this.size;
    return gone > Math.max(GONE_MAX, this.size / 8);
  }

  /** Whether the codes are of the mean of too few: with `more` vectors it should be taken anew. */
  isOutgrown(more: number): boolean {
    return this.size + more >= 2 * this.#opened.list.meanOf;
  }

  /** The row of a label, -1 when it is not here. */
  #rowOf(label: number): number {
    const { labels } = this.#opened.list;
    const row = firstNotBelow(labels, label);
    return labels[row] === label && !this.#gone.has(row) ? row : -1;
  }

  /** Takes a vector out of what is found, and of what is written next. */
  remove(label: number): void {
    const row = this.#rowOf(label);
    if (row < 0) return;
    this.#gone.add(row);
    this.#codes?.remove(row);
    this.#resident?.remove(label);
  }

  /** The rows that can be found, ascending, in stretches of at most so many. */
  *stretches(most = Infinity): Generator<Stretch> {
    const gone = [...this.#gone].sort((a, b) => a - b);
    let first = 0;
    for (const stop of [...gone, this.#opened.list.labels.length]) {
      for (let end = first; first < stop; first = end) {
        end = Math.min(stop, first + most);
        yield { first, end };
      }
      first = stop + 1;
    }
  }

  /** Labels that can be found, ascending. */
  labels(): number[] {
    return this.labelsAfter(0, Infinity);
  }

  /** The next labels after one, ascending, at most `limit`. */
  labelsAfter(after: number, limit: number): number[] {
    const { labels } = this.#opened.list;
    const found: number[] = [];
    for (let row = firstNotBelow(labels, after + 1); row < labels.length; row += 1) {
      if (found.length === limit) break;
      if (!this.#gone.has(row)) found.push(labels[row] ?? 0);
    }
    return found;
  }

  /** That label's vector. @throws {RowsDamaged} */
  vector(label: number): Float32Array | undefined {
    const row = this.#rowOf(label);
    if (row < 0) return undefined;
    const vector = new Float32Array(ROW_BYTES / 4);
    this.#opened.rows.read(row, new Uint8Array(vector.buffer));
    return vector;
  }

  /**
   * The `count` nearest of those after a label, or of the given labels, ascending; ties by label.
   *
   * @throws {RowsDamaged}
   */
  search(query: Float32Array, count: number, among: Among): Neighbour[] {
    if (this.#resident) return this.#resident.search(query, count, among);
    const best = new Nearest(count);
    const { labels } = this.#opened.list;
    this.#opened.rows.cosines(query, this.#rowsToLookAt(query, count, among), (row, cosine) => {
      best.offer(labels[row] ?? 0, cosine);
    });
    return best.sorted();
  }

  #rowsToLookAt(query: Float32Array, count: number, among: Among): Uint32Array {
    const rows = 'labels' in among ? this.#rowsIn(among.labels) : this.#rowsAfter(among.after);
    if (rows && rows.length <= LOOKED_AT_MIN) return rows.filter((row) => !this.#gone.has(row));
    const proposed = Math.max(PROPOSED_MIN, PROPOSED_FACTOR * count);
    return this.#codes?.propose(query, proposed, rows) ?? new Uint32Array();
  }

  /** Undefined for all of them. */
  #rowsAfter(label: number): Uint32Array | undefined {
    const { labels } = this.#opened.list;
    const first = firstNotBelow(labels, label + 1);
    if (first === 0 && labels.length > LOOKED_AT_MIN) return undefined;
    return Uint32Array.from({ length: labels.length - first }, (_, at) => first + at);
  }

  #rowsIn(labels: readonly number[]): Uint32Array {
    const known = this.#rowsOf.get(labels);
    if (known) return known;
    const found = new Uint32Array(labels.length);
    let filled = 0;
    for (const label of labels) {
      const row = this.#rowOf(label);
      if (row < 0) continue;
      found[filled] = row;
      filled += 1;
    }
    const rows = found.slice(0, filled);
    this.#rowsOf.set(labels, rows);
    return rows;
  }

  /**
   * Writes into `cosines`, at the place of each label that is here, its cosine with the query.
   *
   * @throws {RowsDamaged}
   */
  cosines(query: Float32Array, labels: readonly number[], cosines: (number | undefined)[]): void {
    const resident = this.#resident;
    if (resident) {
      for (const [at, label] of labels.entries()) cosines[at] ??= resident.cosine(query, label);
      return;
    }
    const places = new Map<number, number>();
    for (const [at, label] of labels.entries()) {
      const row = this.#rowOf(label);
      if (row >= 0) places.set(row, at);
    }
    this.#opened.rows.cosines(query, Uint32Array.from(places.keys()).sort(), (row, cosine) => {
      const at = places.get(row);
      if (at !== undefined) cosines[at] = cosine;
    });
  }

  close(): void {
    this.#opened.rows.close();
  }
}

/** Where the first of the ascending numbers lies that is not below the value. */
export function firstNotBelow(numbers: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
