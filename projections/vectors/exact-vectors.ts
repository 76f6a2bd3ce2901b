/**
 * Vectors in memory, searched one by one: exact, and fast enough for tens of thousands of them.
 * Rows stay in the order of their labels; one that is taken out leaves a zero row behind.
 */
import { createKernel, DIMENSION, reserve, ROW_BYTES } from './kernel.js';
import { Nearest, type Neighbour } from './nearest.js';

/** Rows whose dot products are taken in one call, and kept in the kernel's memory. */
const BLOCK_ROWS = 1_024;
const QUERY_AT = 0;
const OUT_AT = ROW_BYTES;
const ROWS_AT = OUT_AT + BLOCK_ROWS * 4;
/** Of a row that was taken out; labels begin with 1. */
const GONE = 0;

export class ExactVectors {
  readonly #kernel = createKernel();
  #floats = new Float32Array(this.#kernel.memory.buffer);
  /** Ascending, but for rows that are gone. */
  readonly #labels: number[] = [];
  readonly #rowOf = new Map<number, number>();
  #query: Float32Array | undefined;

  /** How many vectors can be found. */
  get size(): number {
    return this.#rowOf.size;
  }

  /** Labels must rise from call to call. */
  add(label: number, vector: Float32Array): void {
    const row = this.#labels.length;
    this.#reserve(row + 1);
    this.#labels.push(label);
    this.#rowOf.set(label, row);
    this.#floats.set(vector, (ROWS_AT + row * ROW_BYTES) / 4);
  }

  /** Makes room for that many rows. */
  #reserve(rows: number): void {
    const { memory } = this.#kernel;
    const wanted = ROWS_AT + rows * ROW_BYTES;
    if (wanted <= memory.buffer.byteLength) return;
    // By an eighth at least, so that filling up copies each row a few times only.
    reserve(this.#kernel, Math.max(wanted, memory.buffer.byteLength * 1.125));
    this.#floats = new Float32Array(memory.buffer);
  }

  /** Takes in many rows at once, as they lie in a file. Labels must rise. */
  addAll(labels: Uint32Array, readRows: (target: Uint8Array) => void): void {
    const first = this.#labels.length;
    this.#reserve(first + labels.length);
    const at = ROWS_AT + first * ROW_BYTES;
    const { buffer } = this.#kernel.memory;
    readRows(new Uint8Array(buffer, at, labels.length * ROW_BYTES));
    for (const [index, label] of labels.entries()) {
      this.#labels.push(label);
      this.#rowOf.set(label, first + index);
    }
  }

  /** Takes a vector out. */
  remove(label: number): void {
    const row = this.#rowOf.get(label);
    if (row === undefined) return;
    this.#rowOf.delete(label);
    this.#labels[row] = GONE;
    this.#floats.fill(0, (ROWS_AT + row * ROW_BYTES) / 4, (ROWS_AT + (row + 1) * ROW_BYTES) / 4);
  }

  /** Labels that can be found, ascending. */
  labels(): number[] {
    return this.#labels.filter((label) => label !== GONE);
  }

  has(label: number): boolean {
    return this.#rowOf.has(label);
  }

  /** That label's vector, as a view that the next change may overwrite. */
  vector(label: number): Float32Array | undefined {
    const row = this.#rowOf.get(label);
    if (row === undefined) return undefined;
    const at = (ROWS_AT + row * ROW_BYTES) / 4;
    return this.#floats.subarray(at, at + DIMENSION);
  }

  /** The cosine of the query with that label's vector, if it is here. */
  cosine(query: Float32Array, label: number): number | undefined {
    const row = this.#rowOf.get(label);
    if (row === undefined) return undefined;
    this.#ask(query);
    this.#kernel.dots(QUERY_AT, ROWS_AT + row * ROW_BYTES, 1, OUT_AT);
    return this.#floats[OUT_AT / 4];
  }

  #ask(query: Float32Array): void {
    if (this.#query === query) return;
    this.#floats.set(query, QUERY_AT / 4);
    this.#query = query;
  }

  /** The `count` nearest of those after a label, or of the given labels; ties by label. */
  search(query: Float32Array, count: number, among: Among = { after: 0 }): Neighbour[] {
    const best = new Nearest(count);
    if ('after' in among) this.#searchAfter(query, best, among.after);
    else {
      for (const label of among.labels) {
        const cosine = this.cosine(query, label);
        if (cosine !== undefined) best.offer(label, cosine);
      }
    }
    return best.sorted();
  }

  #searchAfter(query: Float32Array, best: Nearest, after: number): void {
    this.#ask(query);
    let row = this.#labels.length;
    // From the end: whoever searches a tail need not look at what lies before it.
    while (row > 0) {
      const first = Math.max(0, row - BLOCK_ROWS);
      this.#kernel.dots(QUERY_AT, ROWS_AT + first * ROW_BYTES, row - first, OUT_AT);
      let isBefore = false;
      for (let index = first; index < row; index += 1) {
        const label = this.#labels[index] ?? GONE;
        if (label === GONE) continue;
        if (label <= after) isBefore = true;
        else best.offer(label, this.#floats[OUT_AT / 4 + index - first] ?? 0);
      }
      if (isBefore) return;
      row = first;
    }
  }
}

/** Where to search: what lies behind a label, or exactly these labels. */
export type Among = { readonly after: number } | { readonly labels: readonly number[] };
