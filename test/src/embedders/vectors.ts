/** Small helpers for tests on vectors. */
import { type EmbedResult } from '../../../src/embedders/embedder.js';

const DIMENSION = 384;

export function cosine(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) {
    sum += (left[index] ?? 0) * (right[index] ?? 0);
  }
  return sum;
}

export function rowOf(result: EmbedResult, row: number): Float32Array {
  return result.vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION);
}

export function length(vector: Float32Array): number {
  return Math.sqrt(cosine(vector, vector));
}
