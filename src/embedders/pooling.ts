/** From the numbers that a graph answers with to one vector a text. */
import { AltError } from '../../events/index.js';
import { DIMENSION } from './embedder.js';
import type { TokenBatch } from './onnx-session.js';

/** `mean`: over the pieces of each text. Otherwise the graph pools and this names its output. */
export type Pooling = 'mean' | { readonly output: string };

/** One row of what a model answered to a batch. */
export interface PooledRow {
  readonly output: Float32Array;
  readonly batch: TokenBatch;
  readonly row: number;
}

export interface PooledModel {
  readonly pooling: Pooling;
  /** How many numbers the model gives for a piece or a text: 384 or more. */
  readonly nativeDimension: number;
}

/** The output to read; undefined for the first one. */
export function outputOf(pooling: Pooling): string | undefined {
  return pooling === 'mean' ? undefined : pooling.output;
}

/**
 * Writes the vector of a row into `vector`, which holds zeros: the first 384 of its numbers, not
 * yet of length 1. Throws EMBEDDING_FAILED when the output has another shape than the model's.
 */
export function poolRow(
  { pooling, nativeDimension }: PooledModel,
  { output, batch, row }: PooledRow,
  vector: Float32Array,
): void {
  const rowSize = nativeDimension * (pooling === 'mean' ? batch.length : 1);
  if (output.length !== batch.rows.length * rowSize) {
    throw new AltError(
      'EMBEDDING_FAILED',
      `The model answered with ${String(output.length)} numbers ` +
        `instead of ${String(batch.rows.length * rowSize)}.`,
    );
  }
  const numbers = output.subarray(row * rowSize, (row + 1) * rowSize);
  if (pooling === 'mean') {
    const pieces = batch.rows[row]?.length ?? 0;
    writeMean(numbers.subarray(0, pieces * nativeDimension), nativeDimension, vector);
  } else {
    vector.set(numbers.subarray(0, DIMENSION));
  }
}

/** The mean over the pieces of a text, without what its row is padded with. */
function writeMean(pieces: Float32Array, nativeDimension: number, vector: Float32Array): void {
  for (let start = 0; start < pieces.length; start += nativeDimension) {
    for (let index = 0; index < DIMENSION; index += 1) {
      vector[index] = (vector[index] ?? 0) + (pieces[start + index] ?? 0);
    }
  }
  const count = pieces.length / nativeDimension;
  for (let index = 0; index < DIMENSION; index += 1) {
    vector[index] = (vector[index] ?? 0) / count;
  }
}
