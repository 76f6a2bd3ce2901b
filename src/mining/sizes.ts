/** How long chunks may be, and how much neighbours share: the checked settings of every chunker. */

import { AltError } from '../../events/index.js';

/** Half-open range of UTF-16 offsets into a decoded text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Sizes in UTF-16 units. */
export interface ChunkSizes {
  /** Longest chunk, at least 1. */
  readonly chunkSize: number;
  /** What two windows of one long block share, below `chunkSize`. */
  readonly chunkOverlap: number;
  /** A shorter chunk joins a neighbour where the sum fits, at most `chunkSize`. */
  readonly minChunkSize: number;
}

const DEFAULT_CHUNK_SIZES: ChunkSizes = {
  chunkSize: 800,
  chunkOverlap: 100,
  minChunkSize: 50,
};

/**
 * Checked sizes with the defaults filled in; an overlap or minimum that was not given shrinks to
 * fit a small `chunkSize`.
 *
 * @throws AltError INVALID_ARGUMENT for a given size that is no integer or outside its range.
 */
export function chunkSizes(given: Partial<ChunkSizes> = {}): ChunkSizes {
  const chunkSize = given.chunkSize ?? DEFAULT_CHUNK_SIZES.chunkSize;
  checkSize('chunk_size', chunkSize, { low: 1, high: Number.MAX_SAFE_INTEGER });
  const chunkOverlap =
    given.chunkOverlap ?? Math.min(DEFAULT_CHUNK_SIZES.chunkOverlap, chunkSize - 1);
  checkSize('chunk_overlap', chunkOverlap, { low: 0, high: chunkSize - 1 });
  const minChunkSize = given.minChunkSize ?? Math.min(DEFAULT_CHUNK_SIZES.minChunkSize, chunkSize);
  checkSize('min_chunk_size', minChunkSize, { low: 0, high: chunkSize });
  return { chunkSize, chunkOverlap, minChunkSize };
}

function checkSize(name: string, value: number, range: { low: number; high: number }): void {
  if (Number.isInteger(value) && value >= range.low && value <= range.high) return;
  const allowed = `a whole number from ${range.low} to ${range.high}`;
  throw new AltError('INVALID_ARGUMENT', `${name} is ${value}; it must be ${allowed}.`);
}
