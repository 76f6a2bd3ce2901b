/**
 * Vectors in a file, read by row: 384 f32 each, little-endian. A row is checked whenever it is
 * read; those read lately stay in memory.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Files } from '../../events/index.js';
import { createKernel, reserve, ROW_BYTES } from './kernel.js';

/** Rows kept: 25 MB. */
const ROWS_KEPT = 16_384;
/** Rows that lie side by side are read together, so many at most. */
const RUN_MAX = 256;
const QUERY_AT = 0;
const OUT_AT = ROW_BYTES;
const ROWS_AT = OUT_AT + RUN_MAX * 4;

/** A row is not what was written: nothing that comes from this file can be relied on. */
export class RowsDamaged extends Error {}

/** Which rows of a file there are: parallel lists, positions ascending. */
export interface RowList {
  /** Where in the file each lies, in rows. */
  readonly positions: Uint32Array;
  /** CRC-32 of each. */
  readonly sums: Uint32Array;
}

export class RowFile {
  readonly name: string;
  readonly #files: Files;
  readonly #handle: number;
  readonly #list: RowList;
  readonly #kernel = createKernel();
  #floats = new Float32Array(this.#kernel.memory.buffer);
  #query: Float32Array | undefined;
  readonly #slotOf = new Map<number, number>();
  readonly #rowIn: (number | undefined)[] = [];
  #nextSlot = 0;

  /** @throws what the file system throws when there is no such file. */
  constructor(files: Files, at: { readonly folder: string; readonly name: string }, list: RowList) {
    this.name = at.name;
    this.#files = files;
    this.#list = list;
    this.#handle = files.open(join(at.folder, at.name), 'read');
  }

  /** How many bytes there are. */
  get sizeBytes(): number {
    return this.#files.sizeOf(this.#handle);
  }

  /** Reads `target` full of rows, from the given one of the list on. @throws {RowsDamaged} */
  read(first: number, target: Uint8Array): void {
    const end = first + target.length / ROW_BYTES;
    for (let row = first; row < end;) {
      const length = this.#runLength(row, end);
      const at = (row - first) * ROW_BYTES;
      this.#readRun(row, target.subarray(at, at + length * ROW_BYTES));
      row += length;
    }
  }

  /** How many rows, from this one on, lie side by side in the file. */
  #runLength(row: number, end: number): number {
    const { positions } = this.#list;
    const offset = (positions[row] ?? 0) - row;
    let next = row + 1;
    while (next < end && (positions[next] ?? 0) - next === offset) next += 1;
    return next - row;
  }

  #readRun(first: number, target: Uint8Array): void {
    const { positions, sums } = this.#list;
    const filled = this.#fill(target, (positions[first] ?? 0) * ROW_BYTES);
    let isSound = filled === target.length;
    for (let at = 0, row = first; isSound && at < target.length; at += ROW_BYTES, row += 1) {
      isSound = crc32(target.subarray(at, at + ROW_BYTES)) === sums[row];
    }
    if (!isSound) throw new RowsDamaged(this.name);
  }

  #fill(target: Uint8Array, offset: number): number {
    try {
      return this.#files.readInto(this.#handle, target, offset);
    } catch (error) {
      throw new RowsDamaged(this.name, { cause: error });
    }
  }

  /** Calls `visit` with the cosine of the query and each of the rows. @throws {RowsDamaged} */
  cosines(
    query: Float32Array,
    rows: Uint32Array,
    visit: (row: number, cosine: number) => void,
  ): void {
    this.#ask(query);
    for (let at = 0; at < rows.length;) {
      const row = rows[at] ?? 0;
      const known = this.#slotOf.get(row);
      const length = known === undefined ? this.#unknownRun(rows, at) : 1;
      const slot = known ?? this.#take(row, length);
      this.#kernel.dots(QUERY_AT, ROWS_AT + slot * ROW_BYTES, length, OUT_AT);
      for (let index = 0; index < length; index += 1) {
        visit(row + index, this.#floats[OUT_AT / 4 + index] ?? 0);
      }
      at += length;
    }
  }

  #ask(query: Float32Array): void {
    if (this.#query === query) return;
    this.#floats.set(query, QUERY_AT / 4);
    this.#query = query;
  }

  /** How many rows, from the place `at` on, lie side by side and are not in memory. */
  #unknownRun(rows: Uint32Array, at: number): number {
    const first = rows[at] ?? 0;
    if (this.#nextSlot >= ROWS_KEPT) this.#nextSlot = 0;
    const most = Math.min(RUN_MAX, ROWS_KEPT - this.#nextSlot);
    let end = first + 1;
    while (end - first < most && rows[at + end - first] === end && !this.#slotOf.has(end)) end += 1;
    return this.#runLength(first, end);
  }

  /** Reads rows that lie side by side over those read longest ago. @returns the first one's slot */
  #take(first: number, length: number): number {
    const slot = this.#nextSlot;
    const end = slot + length;
    // In steps, so that memory is made and copied a few times only.
    const wanted = ROWS_AT + Math.min(ROWS_KEPT, Math.ceil(end / 2_048) * 2_048) * ROW_BYTES;
    if (reserve(this.#kernel, wanted)) this.#floats = new Float32Array(this.#kernel.memory.buffer);
    for (let index = slot; index < end; index += 1) {
      const former = this.#rowIn[index];
      if (former !== undefined) this.#slotOf.delete(former);
      this.#rowIn[index] = undefined;
    }
    const { buffer } = this.#kernel.memory;
    this.#readRun(first, new Uint8Array(buffer, ROWS_AT + slot * ROW_BYTES, length * ROW_BYTES));
    for (let index = 0; index < length; index += 1) {
      this.#slotOf.set(first + index, slot + index);
      this.#rowIn[slot + index] = first + index;
    }
    this.#nextSlot = end;
    return slot;
  }

  close(): void {
    this.#files.close(this.#handle);
  }
}
