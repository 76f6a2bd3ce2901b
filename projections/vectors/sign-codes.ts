/**
 * The signs of many vectors, one bit for each number, propose which vectors are worth looking at.
 * Why and how: docs/decisions/0012.
 *
 * Signs are those of a vector less the mean of all, for a model may put everything on one side. Two
 * numbers beside them make an estimate of the cosine out of the signs: its scale and its offset.
 */
import { createKernel, DIMENSION, reserve } from './kernel.js';

const SIGN_BYTES = DIMENSION / 8;
/** Signs, then scale and offset as f32. */
export const CODE_BYTES = SIGN_BYTES + 8;
/** The query as the kernel takes it: signs, mask of heavy numbers, tables, whole and unit. */
const MASK_AT = SIGN_BYTES;
const TABLES_AT = MASK_AT + SIGN_BYTES;
const TABLE_SIZE = 256;
const WHOLE_AT = TABLES_AT + SIGN_BYTES * TABLE_SIZE * 2;
const QUERY_BYTES = WHOLE_AT + 8;
/** What all numbers of a query weigh together, in units, rounding aside. */
const UNITS = 16_000;
/** A number of the query is heavy from so many times the root of their mean square on. */
const HEAVY_MIN = 0.98;
const DIFFERENCE_MAX = 3 * DIMENSION;
/** Estimates are made of so many times what is wanted: of those whose signs differ the least. */
const ESTIMATED_FACTOR = 6;
/** How much that is, is judged by each of so many rows. */
const SAMPLE_STEP = 64;
const RANK_MAX = 60_000;

export interface CodeList {
  /** What was taken from each vector first. */
  readonly mean: Float32Array;
  /** {@link CODE_BYTES} each. */
  readonly codes: Uint8Array;
}

/** Makes the code of a vector. */
export function writeCode(vector: Float32Array, mean: Float32Array, code: Uint8Array): void {
  let squares = 0;
  let lengths = 0;
  let offset = 0;
  for (let index = 0; index < DIMENSION; index += 1) {
    const value = vector[index] ?? 0;
    const centre = mean[index] ?? 0;
    squares += (value - centre) ** 2;
    lengths += Math.abs(value - centre);
    offset += value * centre;
  }
  writeSigns(vector, mean, code);
  const numbers = new DataView(code.buffer, code.byteOffset + SIGN_BYTES, 8);
  numbers.setFloat32(0, lengths === 0 ? 0 : squares / lengths, true);
  numbers.setFloat32(4, offset, true);
}

/** A bit for each number that is above the other; the first number's is the lowest. */
function writeSigns(vector: Float32Array, above: Float32Array, into: Uint8Array): void {
  for (let byte = 0; byte < SIGN_BYTES; byte += 1) {
    let bits = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const index = byte * 8 + bit;
      // Without a branch, for nobody could foresee where it goes.
      bits |= Number((vector[index] ?? 0) > (above[index] ?? 0)) << bit;
    }
    into[byte] = bits;
  }
}

/** Rows are numbered as the codes lie in the list. */
export class SignCodes {
  /** As it was given, but the codes lie in the memory of the kernel. */
  readonly list: CodeList;
  readonly #kernel = createKernel();
  readonly #query: Uint8Array;
  /** Of each row, whether it may be proposed. */
  readonly #present: Uint8Array;
  /** The same for one search. */
  readonly #allowed: Uint8Array;
  readonly #differences: Uint16Array;
  /** Rows and their ranks, in turns. */
  readonly #proposed: Uint32Array;

  constructor({ mean, codes }: CodeList) {
    const count = codes.length / CODE_BYTES;
    let end = QUERY_BYTES;
    const take = (sizeBytes: number): number => {
      const at = end;
      end += Math.ceil(sizeBytes / 8) * 8;
      return at;
    };
    const [codesAt, presentAt, allowedAt] = [take(codes.length), take(count), take(count)];
    const sampled = Math.ceil(count / SAMPLE_STEP);
    const [differencesAt, proposedAt] = [take(2 * sampled), take(8 * count)];
    reserve(this.#kernel, end);
    const { buffer } = this.#kernel.memory;
    this.list = { mean, codes: new Uint8Array(buffer, codesAt, codes.length) };
    this.list.codes.set(codes);
    this.#query = new Uint8Array(buffer, 0, QUERY_BYTES);
    this.#present = new Uint8Array(buffer, presentAt, count).fill(1);
    this.#allowed = new Uint8Array(buffer, allowedAt, count);
    this.#differences = new Uint16Array(buffer, differencesAt, sampled);
    this.#proposed = new Uint32Array(buffer, proposedAt, 2 * count);
  }

  /** Takes a row out of the proposals. */
  remove(row: number): void {
    this.#present[row] = 0;
  }

  /**
   * About the `count` rows nearest to the query, of those given or of all; ascending. Of equal
   * vectors the first.
   */
  propose(query: Float32Array, count: number, among?: Uint32Array): Uint32Array {
    this.#ask(query);
    const allowed = among ? this.#only(among) : this.#present;
    let found = this.#within(this.#radiusOf(count * ESTIMATED_FACTOR, allowed), allowed);
    // Those looked at to choose the radius were not like the others.
    if (found < count) found = this.#within(DIFFERENCE_MAX, allowed);
    return this.#best(found, count);
  }

  #ask(query: Float32Array): void {
    const { mean } = this.list;
    const centred = query.map((value, index) => value - (mean[index] ?? 0));
    const sizes = centred.map(Math.abs);
    const heavy = HEAVY_MIN * Math.sqrt(averageOf(centred.map((value) => value * value)));
    writeSigns(query, mean, this.#query);
    writeSigns(sizes, new Float32Array(DIMENSION).fill(heavy), this.#query.subarray(MASK_AT));
    const whole = averageOf(sizes) * DIMENSION;
    // What differs is missed where it should count for the product, and counts against it.
    const unit = (2 * whole) / UNITS;
    const weights = sizes.map((size) => Math.round((size / whole) * UNITS));
    const { buffer, byteOffset } = this.#query;
    const tables = new Uint16Array(buffer, byteOffset + TABLES_AT, SIGN_BYTES * TABLE_SIZE);
    writeTables(weights, this.#query, tables);
    new Float32Array(buffer, byteOffset + WHOLE_AT, 2).set([whole, unit]);
  }

  #only(rows: Uint32Array): Uint8Array {
    this.#allowed.fill(0);
    for (const row of rows) this.#allowed[row] = this.#present[row] ?? 0;
    return this.#allowed;
  }

  /** A difference that about `count` of the allowed rows do not exceed. */
  #radiusOf(count: number, allowed: Uint8Array): number {
    const differences = this.#differences;
    const { byteOffset: codesAt } = this.list.codes;
    const step = SAMPLE_STEP * CODE_BYTES;
    const { length, byteOffset: out } = differences;
    this.#kernel.differences(0, codesAt, step, length, out);
    const histogram = new Uint32Array(DIFFERENCE_MAX + 1);
    for (const [index, difference] of differences.entries()) {
      if (allowed[index * SAMPLE_STEP] === 1)
        histogram[difference] = (histogram[difference] ?? 0) + 1;
    }
    let seen = 0;
    const wanted = count / SAMPLE_STEP;
    const radius = histogram.findIndex((equal) => {
      seen += equal;
      return seen >= wanted;
    });
    return radius < 0 ? DIFFERENCE_MAX : radius;
  }

  /** Makes estimates of the allowed rows within a radius. @returns how many. */
  #within(radius: number, allowed: Uint8Array): number {
    const { byteOffset: codesAt } = this.list.codes;
    const { byteOffset: out } = this.#proposed;
    return this.#kernel.propose(0, allowed.byteOffset, codesAt, allowed.length, radius, out);
  }

  /** Of the rows that there are estimates of, those with the lowest ranks. */
  #best(found: number, count: number): Uint32Array {
    const proposed = this.#proposed;
    const best = new Uint32Array(Math.min(count, found));
    const { bound, room } = this.#boundOf(found, best.length);
    let left = room;
    let filled = 0;
    for (let at = 0; filled < best.length; at += 2) {
      const rank = proposed[at + 1] ?? 0;
      if (rank > bound || (rank === bound && left === 0)) continue;
      if (rank === bound) left -= 1;
      best[filled] = proposed[at] ?? 0;
      filled += 1;
    }
    return best;
  }

  /** The rank up to which rows are wanted, and how many of those that have it are. */
  #boundOf(found: number, count: number): { readonly bound: number; readonly room: number } {
    const histogram = new Uint32Array(RANK_MAX + 1);
    for (let at = 0; at < found; at += 1) {
      const rank = this.#proposed[2 * at + 1] ?? 0;
      histogram[rank] = (histogram[rank] ?? 0) + 1;
    }
    let room = count;
    const bound = histogram.findIndex((equal) => {
      if (equal >= room) return true;
      room -= equal;
      return false;
    });
    return { bound, room };
  }
}

const averageOf = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** For each place and each byte that a code may have there: what the differing signs weigh. */
function writeTables(weights: Float32Array, signs: Uint8Array, tables: Uint16Array): void {
  const sums = new Uint16Array(TABLE_SIZE);
  for (let byte = 0; byte < SIGN_BYTES; byte += 1) {
    for (let bits = 1; bits < TABLE_SIZE; bits += 1) {
      const lowest = 31 - Math.clz32(bits & -bits);
      sums[bits] = (sums[bits & (bits - 1)] ?? 0) + (weights[byte * 8 + lowest] ?? 0);
    }
    const own = signs[byte] ?? 0;
    for (let code = 0; code < TABLE_SIZE; code += 1) {
      tables[byte * TABLE_SIZE + code] = sums[code ^ own] ?? 0;
    }
  }
}
