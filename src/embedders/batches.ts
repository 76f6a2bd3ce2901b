/**
 * How texts are grouped for one run of a model: texts of like length together, so that little is
 * padded, and batches small enough that a question never waits long behind one.
 */

/** A batch larger than this gains nothing: its buffers fall out of the processor's caches. */
const MAX_BATCH_PIECES = 512;
export const MAX_BATCH_ROWS = 8;

/** Right after a question another one is likely: it then waits behind one text only. */
export const MAX_BATCH_ROWS_WHILE_ASKED = 1;

/** Indexes of texts from the shortest to the longest; texts of one length keep their order. */
export function orderByLength(lengths: readonly number[]): number[] {
  const order = lengths.map((_, index) => index);
  return order.sort((left, right) => (lengths[left] ?? 0) - (lengths[right] ?? 0));
}

/**
 * Where a batch ends that starts at `start` of an ascending list of lengths: as many rows as fit in
 * `maxRows` and {@link MAX_BATCH_PIECES} padded pieces, at least one.
 */
export function batchEnd(lengths: readonly number[], start: number, maxRows: number): number {
  let end = start + 1;
  while (end < lengths.length && end - start < maxRows) {
    const padded = (end + 1 - start) * (lengths[end] ?? 0);
    if (padded > MAX_BATCH_PIECES) break;
    end += 1;
  }
  return end;
}
