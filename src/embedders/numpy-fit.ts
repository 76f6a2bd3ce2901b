/**
 * Fitting the `numpy` space: TF-IDF and the leading right singular subspace of the texts.
 *
 * A pure function of the texts: machines that hold the same log fit the same space, bit for bit.
 * The subspace is found by subspace iteration from fixed random signs. An SVD would go on to rotate
 * it to the singular vectors; cosines do not change under a rotation, so that step is left out.
 */
import { createHash } from 'node:crypto';
import { DIMENSION } from './embedder.js';
import * as algebra from './linear-algebra.js';
import { countWords, wordsOf } from './words.js';

const MIN_DOCUMENTS = 2;
const MAX_SHARE_OF_DOCUMENTS = 0.85;

/** Bounds the basis: 8192 terms of 384 float32 are 12.6 MB. */
const MAX_TERMS = 8192;

/** More texts than this make the subspace no better, only the fit longer. */
const MAX_SAMPLE = 5000;

const SEED = 42;
const POWER_ITERATIONS = 2;

/** Parameters are rounded so that the id of a fit names exactly the numbers in use. */
const ROUNDING = 1e6;

/** A fitted space; plain data, can be cloned to a worker or kept in a cache. */
export interface NumpyBasis {
  /** sha256 (hex) over all of the below. */
  readonly fitId: string;
  readonly terms: readonly string[];
  /** One weight for each term. */
  readonly idf: Float32Array;
  /** Row-major, `terms.length * 384`: what a term adds to the vector of a text. */
  readonly components: Float32Array;
}

/** mulberry32: a small generator of our own, so that its numbers never change under us. */
function randomSigns(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) & 1 ? 1 : -1;
  };
}

function round(value: number): number {
  return Math.round(value * ROUNDING) / ROUNDING;
}

/** The terms worth keeping, the most frequent first, ties in code unit order. */
function chooseTerms(counts: readonly ReadonlyMap<string, number>[]): [string, number][] {
  const frequencies = new Map<string, number>();
  for (const text of counts) {
    for (const word of text.keys()) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  }
  const most = counts.length * MAX_SHARE_OF_DOCUMENTS;
  return [...frequencies]
    .filter(([, frequency]) => frequency >= MIN_DOCUMENTS && frequency <= most)
    .sort(([left, leftCount], [right, rightCount]) => {
      if (leftCount !== rightCount) return rightCount - leftCount;
      return left < right ? -1 : 1;
    })
    .slice(0, MAX_TERMS);
}

/** Up to {@link MAX_SAMPLE} items, evenly spaced. */
function sample<T>(items: readonly T[]): readonly T[] {
  if (items.length <= MAX_SAMPLE) return items;
  const step = items.length / MAX_SAMPLE;
  return Array.from({ length: MAX_SAMPLE }, (_, index) => items[Math.floor(index * step)] as T);
}

function weightedRow(
  counts: ReadonlyMap<string, number>,
  termIndex: ReadonlyMap<string, number>,
  idf: Float32Array,
): [number, number][] {
  let length = 0;
  for (const count of counts.values()) length += count;
  const row: [number, number][] = [];
  for (const [word, count] of counts) {
    const index = termIndex.get(word);
    if (index !== undefined) row.push([index, (count / length) * (idf[index] ?? 0)]);
  }
  return row;
}

/** Orthonormal vectors over the columns that span the leading right singular subspace. */
function leadingSubspace(matrix: algebra.SparseRows): Float64Array[] {
  const rowCount = matrix.starts.length - 1;
  const count = Math.max(1, Math.min(DIMENSION, rowCount - 1, matrix.columnCount - 1));
  const sign = randomSigns(SEED);
  let rows: Float64Array[] = Array.from({ length: count }, () =>
    new Float64Array(rowCount).map(sign),
  );
  for (let iteration = 0; iteration < POWER_ITERATIONS; iteration += 1) {
    rows = algebra.orthonormalise(
      rows.map((row) => algebra.multiply(matrix, algebra.multiplyTransposed(matrix, row))),
    );
  }
  return algebra.orthonormalise(rows.map((row) => algebra.multiplyTransposed(matrix, row)));
}

/** Turns vectors over terms into one row of 384 for each term. */
function transpose(subspace: readonly Float64Array[], termCount: number): Float32Array {
  const components = new Float32Array(termCount * DIMENSION);
  subspace.forEach((vector, dimension) => {
    for (let term = 0; term < termCount; term += 1) {
      components[term * DIMENSION + dimension] = round(vector[term] ?? 0);
    }
  });
  return components;
}

function fitIdOf(terms: readonly string[], idf: Float32Array, components: Float32Array): string {
  return createHash('sha256')
    .update(JSON.stringify(terms))
    .update(Int32Array.from(idf, (value) => Math.round(value * ROUNDING)))
    .update(Int32Array.from(components, (value) => Math.round(value * ROUNDING)))
    .digest('hex');
}

/**
 * Fits the space to texts, in their order. The same texts give the same basis everywhere.
 *
 * Takes seconds for thousands of texts and holds the thread; a server calls `fitNumpyInWorker`. A
 * basis without terms (no word is in two texts) is no space to search in: `numpyEmbedder` then
 * hashes, as it does without a basis.
 */
export function fitNumpy(texts: readonly string[]): NumpyBasis {
  const counts = texts.map((text) => countWords(wordsOf(text)));
  const chosen = chooseTerms(counts);
  const terms = chosen.map(([term]) => term);
  const idf = Float32Array.from(chosen, ([, frequency]) =>
    round(Math.log((texts.length + 1) / (frequency + 1)) + 1),
  );
  const termIndex = new Map(terms.map((term, index) => [term, index]));
  const rows = sample(counts).map((text) => weightedRow(text, termIndex, idf));
  const subspace =
    terms.length === 0 ? [] : leadingSubspace(algebra.sparseRows(rows, terms.length));
  const components = transpose(subspace, terms.length);
  return { fitId: fitIdOf(terms, idf, components), terms, idf, components };
}
