/** Parts of a text, in order, and which of them lie where: found without looking at all of them. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The place of the first span that ends behind `at`. The spans are in order, none in another. */
export function firstBehind(spans: readonly Span[], at: number): number {
  let [from, to] = [0, spans.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((spans[middle]?.end ?? Infinity) > at) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Whether `at` lies in one of the spans. */
export function isWithin(spans: readonly Span[], at: number): boolean {
  return (spans[firstBehind(spans, at)]?.start ?? Infinity) <= at;
}

/** The spans that have something in common with one. */
export function touching<Part extends Span>(spans: readonly Part[], { start, end }: Span): Part[] {
  const found: Part[] = [];
  for (let index = firstBehind(spans, start); index < spans.length; index += 1) {
    const span = spans[index];
    if (!span || span.start >= end) break;
    found.push(span);
  }
  return found;
}

/** The same places, none in another. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}
