/** How texts are grouped into batches. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchEnd, orderByLength } from '../../../src/embedders/batches.js';

describe('batches', () => {
  it('start with the shortest text and keep the order of equals', () => {
    expect(orderByLength([5, 3, 5, 1, 3])).toEqual([3, 1, 4, 0, 2]);
  });

  it('hold 8 rows of short texts and 512 padded pieces of long ones', () => {
    const short = new Array<number>(20).fill(10);
    expect(batchEnd(short, 0, 8)).toBe(8);
    expect(batchEnd(short, 16, 8)).toBe(20);
    expect(batchEnd([200, 250, 256, 256], 0, 8)).toBe(2);
    expect(batchEnd([10, 10, 10, 256], 0, 8)).toBe(3);
  });

  it('cover every text once, within both bounds', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 600 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 8 }), (unsorted, maxRows) => {
        const sorted = orderByLength(unsorted).map((index) => unsorted[index] ?? 0);
        let start = 0;
        while (start < sorted.length) {
          const end = batchEnd(sorted, start, maxRows);
          expect(end).toBeGreaterThan(start);
          expect(end - start).toBeLessThanOrEqual(maxRows);
          const padded = (end - start) * (sorted[end - 1] ?? 0);
          if (end - start > 1) expect(padded).toBeLessThanOrEqual(512);
          start = end;
        }
        expect(start).toBe(sorted.length);
      }),
    );
  });
});
