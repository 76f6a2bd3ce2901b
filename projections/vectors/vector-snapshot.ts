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

/** Called often: gives the event loop a turn as it asks for one. */
export type Pause = () => Promise<void>;

/** What there is to save. */
export interface Unsaved {
  readonly saved: SavedVectors | undefined;
  readonly tail: ExactVectors;
  /** Every embedded passage up to this label is among them. */
  readonly maxLabel: number;
  /** Whether all goes into a new file; nothing else will do where nothing is saved. */
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
  pause: Pause,
): Promise<Written> {
  const former = unsaved.saved?.opened.list;
  const continued = unsaved.isAnew ? undefined : former;
  const rows = continued?.rows ?? newRowsFile(place, former?.rows);
  try {
    const { mean, meanOf } = continued ?? (await centreOf(unsaved, pause));
    const snapshot = new Snapshot(place, unsaved, { rows, mean, meanOf });
    return { list: await snapshot.write(pause), isNew: !continued };
  } catch (error) {
    if (!continued) removeRows(place, rows);
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

type Begun = Pick<VectorList, 'rows' | 'mean' | 'meanOf'>;

class Snapshot {
  readonly #place: VectorFilePlace;
  readonly #unsaved: Unsaved;
  readonly #list: VectorList;
  #count = 0;
  /** Rows of the file that are in use. */
  #written = 0;

  constructor(place: VectorFilePlace, unsaved: Unsaved, begun: Begun) {
    const { saved, tail, maxLabel } = unsaved;
    const most = (saved?.size ?? 0) + tail.size;
    this.#place = place;
    this.#unsaved = unsaved;
    this.#list = {
      ...begun,
      codes: new Uint8Array(most * CODE_BYTES),
      labels: new Uint32Array(most),
      positions: new Uint32Array(most),
      sums: new Uint32Array(most),
      written: 0,
      maxLabel,
    };
  }

  async write(pause: Pause): Promise<VectorList> {
    const { files, folder } = this.#place;
    const { saved, isAnew } = this.#unsaved;
    const handle = files.open(join(folder, this.#list.rows), 'write');
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
  async #copy(handle: number, saved: SavedVectors, pause: Pause): Promise<void> {
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
  async #append(handle: number, pause: Pause): Promise<void> {
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

/** The mean of the vectors, or of enough of them, and how many there are. @throws {RowsDamaged} */
async function centreOf({ saved, tail }: Unsaved, pause: Pause): Promise<Omit<Begun, 'rows'>> {
  const labels = [...(saved?.labels() ?? []), ...tail.labels()];
  const step = Math.max(1, Math.floor(labels.length / MEAN_SAMPLE));
  const sums = new Float32Array(DIMENSION);
  for (let at = 0; at < labels.length; at += step) {
    const label = labels[at] ?? 0;
    addTo(sums, tail.vector(label) ?? saved?.vector(label));
    await pause();
  }
  // A passage that went meanwhile counts as nothing: the mean need not be exact.
  const count = Math.max(1, Math.ceil(labels.length / step));
  return { mean: sums.map((sum) => sum / count), meanOf: labels.length };
}

function addTo(sums: Float32Array, vector: Float32Array | undefined): void {
  for (let index = 0; vector && index < DIMENSION; index += 1) {
    sums[index] = (sums[index] ?? 0) + (vector[index] ?? 0);
  }
}
