/** Which pieces of a segment a set of parts leaves out. */
import type { PartRange } from '../../events/index.js';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export const spanOf = ({ offset, end }: PartRange): Span => ({ from: offset, to: end });

/** The gaps that the spans leave from 0 to `end`, in order. */
export function gapsIn(spans: readonly Span[], end: number): Span[] {
  const gaps: Span[] = [];
  let reached = 0;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    if (from >= end) break;
    if (from > reached) gaps.push({ from: reached, to: from });
    reached = Math.max(reached, to);
  }
  if (reached < end) gaps.push({ from: reached, to: end });
  return gaps;
}

/** Whether the spans, of the same segment, hold all bytes of a range. */
export function isCovered({ offset, end }: PartRange, spans: readonly Span[]): boolean {
  return gapsIn(spans, end).every(({ to }) => to <= offset);
}
