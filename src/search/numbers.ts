/** The numbers of a hit as they are shown. */

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Cosine distance to four decimals, 0 to 2. */
export const distanceOf = (cosine: number): number =>
  round(Math.min(2, Math.max(0, 1 - cosine)), 4);

/** 0 to 1, three decimals. */
export const similarityOf = (cosine: number): number => round(Math.max(0, Math.min(1, cosine)), 3);

/** A BM25 score to three decimals. */
export const shownScore = (bm25: number): number => round(bm25, 3);

/** Whether a passage with that cosine is near enough; 0 as the bound means any is. */
export const isWithin = (cosine: number, maxDistance: number): boolean =>
  maxDistance === 0 || distanceOf(cosine) <= maxDistance;
