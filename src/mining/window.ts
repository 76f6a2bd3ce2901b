/**
 * Splits a block that is longer than a chunk into overlapping windows.
 *
 * A cut looks for the best place in the second half of the window: after a blank line, a newline, a
 * sentence, a space; else it is hard. No cut parts a surrogate pair or a grapheme cluster. Only the
 * window is ever looked at, so a line of many megabytes costs time in proportion to its length.
 */

import type { ChunkSizes, Span } from './sizes.js';

/** How far beyond the window a cluster that starts inside it is followed. */
const CLUSTER_SLACK = 64;
/** Below this code unit no character extends or joins its neighbour (CR LF apart). */
const FIRST_COMBINING = 0x300;
/** Marks that end a sentence only before a space; the wide ones of CJK have no space after them. */
const SPACED_MARKS = '.!?';
const WIDE_MARKS = '。！？';

const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Windows that cover the span without a gap, each at most `chunkSize` long. Neighbours share up to
 * `chunkOverlap`, but never more than half of the earlier one, so that every window gets ahead.
 * A single code point of two units is not parted even when `chunkSize` is 1.
 */
export function windowSplit(text: string, span: Span, sizes: ChunkSizes): Span[] {
  const windows: Span[] = [];
  let { start } = span;
  while (span.end - start > sizes.chunkSize) {
    const seen = Math.min(start + sizes.chunkSize + CLUSTER_SLACK, span.end);
    const view = text.slice(start, seen);
    const cut = findCut(view, sizes.chunkSize);
    windows.push({ start, end: start + cut });
    start += nextStart(view, cut, sizes.chunkOverlap);
  }
  if (start < span.end) windows.push({ start, end: span.end });
  return windows;
}

/** True when the code unit at `index` is white space in the sense of `\s`. */
export function isSpace(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return unit >= 0xa0 && /\s/.test(text.charAt(index));
}

/**
 * The largest grapheme boundary at or before `position`, given that offset 0 of `view` is one;
 * 0 when the first cluster reaches over `position`.
 */
function boundaryAtOrBefore(view: string, position: number): number {
  if (position <= 0 || position >= view.length) return position;
  const before = view.charCodeAt(position - 1);
  const after = view.charCodeAt(position);
  const plain = before < FIRST_COMBINING && after < FIRST_COMBINING;
  if (plain) return before === 0x0d && after === 0x0a ? position - 1 : position;
  return GRAPHEMES.segment(view).containing(position)?.index ?? position;
}

function findCut(view: string, size: number): number {
  for (const find of [afterBlankLine, afterNewline, afterSentence, afterSpace]) {
    const cut = boundaryAtOrBefore(view, Math.min(find(view, size), size));
    if (cut > size / 2) return cut;
  }
  return boundaryAtOrBefore(view, size) || codePointCut(view, size);
}

/** The cut inside a cluster longer than a whole window: between code points. */
function codePointCut(view: string, size: number): number {
  const unit = view.charCodeAt(size);
  const parts = unit >= 0xdc00 && unit <= 0xdfff;
  if (!parts) return size;
  return size > 1 ? size - 1 : 2;
}

function afterBlankLine(view: string, size: number): number {
  let newline = view.lastIndexOf('\n', size);
  while (newline > size / 2) {
    const earlier = view.lastIndexOf('\n', newline - 1);
    if (earlier !== -1 && view.slice(earlier + 1, newline).trim() === '') return newline + 1;
    newline = earlier;
  }
  return 0;
}

function afterNewline(view: string, size: number): number {
  return view.lastIndexOf('\n', size) + 1;
}

function afterSentence(view: string, size: number): number {
  for (let index = size - 1; index >= size / 2; index -= 1) {
    const mark = view.charAt(index);
    if (WIDE_MARKS.includes(mark)) return index + 1;
    if (SPACED_MARKS.includes(mark) && isSpace(view, index + 1)) return index + 1;
  }
  return 0;
}

function afterSpace(view: string, size: number): number {
  for (let index = size; index >= size / 2; index -= 1) {
    if (isSpace(view, index)) return index + 1;
  }
  return 0;
}

/** Where the next window starts: 0 < result <= cut. */
function nextStart(view: string, cut: number, overlap: number): number {
  const earliest = Math.max(cut - overlap, Math.ceil(cut / 2));
  for (let index = earliest; index <= cut; index += 1) {
    if (!isSpace(view, index - 1) || isSpace(view, index)) continue;
    return boundaryAtOrBefore(view, index) || cut;
  }
  return boundaryAtOrBefore(view, earliest) || cut;
}
