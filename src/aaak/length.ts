/** Lengths are code points, never UTF-16 units. */

/** How many code points a text has. */
export function lengthOf(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const isPair = unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(at + 1));
    if (isPair) at += 1;
    length += 1;
  }
  return length;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The first code points of a text. */
export function firstOf(text: string, count: number): string {
  // A code point is one or two units.
  return Array.from(text.slice(0, Math.max(count, 0) * 2))
    .slice(0, Math.max(count, 0))
    .join('');
}

/** At most so many code points, cut at the end of a word where there is one, `…` where cut. */
export function cutAtWord(text: string, max: number): string {
  if (lengthOf(text) <= max) return text;
  const head = firstOf(text, max - 1);
  const isWhole = /^\s/.test(text.slice(head.length));
  const end = isWhole ? head.length : head.search(/\s\S*$/);
  const kept = (end > 0 ? head.slice(0, end) : head).trimEnd();
  return `${kept}…`;
}
