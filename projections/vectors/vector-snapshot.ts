/**
 * Writes the vectors that a process has loaded to disk: new ones behind the rows that are there, or
 * all that count into a new file. Whoever has the old file open reads on from it.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ExactVectors } from './exact-vectors.js';
import { DIMENSION, ROW_BYTES } from './kernel.js';
import type { SavedVectors } from './saved-vectors.js';
import { CODE_BYTES, writeCode } from './sign-codes.js';
import {
  newRowsFile,
  removeRows,
  replaceList,
  type VectorFilePlace,
  type VectorList,
} from './vector-file.js';

/** Rows written at once. */
const CHUNK_ROWS = 1_024;
/** The mean of so many vectors is that of all, near enough. */
const MEAN_SAMPLE = 4_096;

/** What there is to save. */
export interface Unsaved {
  readonly saved: SavedVectors | undefined;
  readonly tail: ExactVectors;
  /** Every embedded passage up to this label is among them. */
  readonly maxLabel: number;
  /** Whether all goes into a new file. */
  readonly isAnew: boolean;
}

export interface Written {
  readonly list: VectorList;
  /** Whether the rows lie in a file that was made for them. */
  readonly isNew: boolean;
}

/**
 * Writes rows, which count only once they are put in place.
 *
 * @throws {RowsDamaged} and what the file system throws: nothing has changed.
 */
export async function writeRows(
  place: VectorFilePlace,
  unsaved: Unsaved,
  pause: () => Promise<void>,
): Promise<Written> {
  const { saved, isAnew } = unsaved;
  const former = saved?.opened.list.rows;
  let made: string | undefined;
  try {
    if (former === undefined || isAnew) made = newRowsFile(place, former);
    const snapshot = new Snapshot(place, made ?? former ?? '', unsaved);
    return { list: await snapshot.write(pause), isNew: made !== undefined };
  } catch (error) {
    if (made !== undefined) removeRows(place, made);
    throw error;
  }
}

/** Makes the rows those that are searched from now on. @throws as above. */
export function putInPlace(place: VectorFilePlace, written: Written): void {
  try {
    replaceList(place, written.list);
  } catch (error) {
    dropRows(place, written);
    throw error;
  }
}

/** Takes back what was written for nothing. */
export function dropRows(place: VectorFilePlace, { list, isNew }: Written): void {
  if (isNew) removeRows(place, list.rows);
}

class Snapshot {
  readonly #place: VectorFilePlace;
  readonly #name: string;
  readonly #unsaved: Unsaved;
  readonly #list: VectorList;
  #count = 0;
  /** Rows of the file that are in use. */
  #written = 0;

  constructor(place: VectorFilePlace, name: string, unsaved: Unsaved) {
    const { saved, tail, maxLabel, isAnew } = unsaved;
    const most = (saved?.size ?? 0) + tail.size;
    const former = saved?.opened.list;
    const centre = former && !isAnew ? former : { mean: averageOf(saved, tail), meanOf: most };
    this.#place = place;
    this.#name = name;
    this.#unsaved = unsaved;
    this.#list = {
      mean: centre.mean,
      codes: new Uint8Array(most * CODE_BYTES),
      labels: new Uint32Array(most),
      positions: new Uint32Array(most),
      sums: new Uint32Array(most),
      ...{ rows: name, written: 0, meanOf: centre.meanOf, maxLabel },
    };
  }

  async write(pause: () => Promise<void>): Promise<VectorList> {
    const { files, folder } = this.#place;
    const { saved, isAnew } = this.#unsaved;
    const handle = files.open(join(folder, this.#name), 'write');
    try {
      if (saved && isAnew) await this.#copy(handle, saved, pause);
      else if (saved) this.#keep(saved);
      await this.#append(handle, pause);
    } finally {
      files.close(handle);
    }
    const list = this.#list;
    const count = this.#count;
    return {
      ...list,
      codes: list.codes.subarray(0, count * CODE_BYTES),
      labels: list.labels.subarray(0, count),
      positions: list.positions.subarray(0, count),
      sums: list.sums.subarray(0, count),
      written: this.#written,
    };
  }

  /** Takes over the rows that still count, where they are and as they are known. */
  #keep(saved: SavedVectors): void {
    const former = saved.opened.list;
    for (const { first, end } of saved.stretches()) {
      this.#list.labels.set(former.labels.subarray(first, end), this.#count);
      this.#list.positions.set(former.positions.subarray(first, end), this.#count);
      this.#list.sums.set(former.sums.subarray(first, end), this.#count);
      const codes = former.codes.subarray(first * CODE_BYTES, end * CODE_BYTES);
      this.#list.codes.set(codes, this.#count * CODE_BYTES);
      this.#count += end - first;
    }
    this.#written = former.written;
  }

  /** Copies the rows that still count. */
  async #copy(handle: number, saved: SavedVectors, pause: () => Promise<void>): Promise<void> {
    const { list, rows } = saved.opened;
    const chunk = new Uint8Array(CHUNK_ROWS * ROW_BYTES);
    for (const { first, end } of saved.stretches(CHUNK_ROWS)) {
      const target = chunk.subarray(0, (end - first) * ROW_BYTES);
      rows.read(first, target);
      this.#write(handle, target, list.labels.subarray(first, end));
      await pause();
    }
  }

  /** Writes the vectors that no file holds yet. */
  async #append(handle: number, pause: () => Promise<void>): Promise<void> {
    const { tail, maxLabel } = this.#unsaved;
    const labels = tail.labels().filter((label) => label <= maxLabel);
    const chunk = new Uint8Array(CHUNK_ROWS * ROW_BYTES);
    for (let at = 0; at < labels.length; at += CHUNK_ROWS) {
      // Meanwhile a passage may have gone.
      const present = labels.slice(at, at + CHUNK_ROWS).filter((label) => tail.has(label));
      for (const [index, label] of present.entries()) {
        const { buffer, byteOffset } = tail.vector(label) ?? new Float32Array(DIMENSION);
        chunk.set(new Uint8Array(buffer, byteOffset, ROW_BYTES), index * ROW_BYTES);
      }
      this.#write(handle, chunk.subarray(0, present.length * ROW_BYTES), present);
      await pause();
    }
  }

  /** Writes rows behind the others, and lists them. */
  #write(handle: number, rows: Uint8Array, labels: ArrayLike<number>): void {
    this.#place.files.write(handle, rows, this.#written * ROW_BYTES);
    this.#list.labels.set(labels, this.#count);
    const { mean, codes } = this.#list;
    for (let at = 0; at < rows.length; at += ROW_BYTES) {
      const row = rows.subarray(at, at + ROW_BYTES);
      this.#list.positions[this.#count] = this.#written;
      this.#list.sums[this.#count] = crc32(row);
      const vector = new Float32Array(row.buffer, row.byteOffset, DIMENSION);
      writeCode(vector, mean, codes.subarray(this.#count * CODE_BYTES));
      this.#count += 1;
      this.#written += 1;
    }
  }
}

/** The mean of the vectors, or of enough of them. @throws {RowsDamaged} */
function averageOf(saved: SavedVectors | undefined, tail: ExactVectors): Float32Array {
  const labels = [...(saved?.labels() ?? []), ...tail.labels()];
  const step = Math.max(1, Math.floor(labels.length / MEAN_SAMPLE));
  const sums = new Float64Array(DIMENSION);
  let count = 0;
  for (let at = 0; at < labels.length; at += step) {
    const label = labels[at] ?? 0;
    const vector = tail.vector(label) ?? saved?.vector(label) ?? [];
    for (const [index, value] of vector.entries()) sums[index] = (sums[index] ?? 0) + value;
    count += 1;
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, count));
}
