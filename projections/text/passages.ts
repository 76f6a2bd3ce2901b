/**
 * Cuts a text into passages: the unit of the ranking index and of the vectors.
 *
 * Lines; a line of more than 60 words into sentences; a sentence of more than 100 words into
 * pieces of 100 with 20 shared; then consecutive pieces are packed up to 100 words, the last one
 * opening the next passage where it fits. 100 words stay under the 256 pieces a small model reads.
 *
 * Words are counted in halves, because two characters of a script without spaces make one word.
 * No Unicode table of the runtime is asked: the same text is cut alike everywhere.
 */
import { isUnspacedBlock } from './scripts.js';

/** A verbatim slice of a text, in UTF-16 units, end exclusive. Never splits a surrogate pair. */
export interface Passage {
  readonly start: number;
  readonly end: number;
}

interface Piece extends Passage {
  readonly halves: number;
}

const PASSAGE_HALVES = 200;
const LINE_HALVES = 120;
const SHARED_HALVES = 40;
/** Longer words (encoded bytes, minified code) count again each 64 units: passages are bounded. */
const LONG_WORD_UNITS = 64;

const SENTENCE_ENDS = new Set('.!?…。！？｡।॥؟۔။។');
const CLOSERS = new Set('"\'”’)]}»」』）】》〉');

/** Fullwidth forms: the punctuation of scripts without spaces, half a word like their letters. */
const isHalfWord = (code: number): boolean =>
  isUnspacedBlock(code) || (code >= 0xff00 && code <= 0xffef);

const isLineBreak = (unit: number): boolean => unit === 10 || unit === 13;

const WIDE_SPACES = new Set([
  0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
  0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff,
]);

const isSpace = (unit: number): boolean =>
  unit < 0x80 ? unit === 32 || (unit >= 9 && unit <= 13) : WIDE_SPACES.has(unit);

const widthAt = (text: string, index: number): number =>
  (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;

/** The end of the countable unit at `index`: a word, 64 units of one, or one unspaced character. */
function unitEnd(text: string, index: number): number {
  let end = index;
  const limit = Math.min(text.length, index + LONG_WORD_UNITS);
  while (end < limit) {
    const unit = text.charCodeAt(end);
    if (isSpace(unit)) break;
    if (unit < 0x80) {
      end += 1;
      continue;
    }
    const width = widthAt(text, end);
    if (isHalfWord(text.codePointAt(end) ?? 0)) return end === index ? end + width : end;
    end += width;
  }
  return end;
}

const halvesAt = (text: string, index: number): number =>
  isHalfWord(text.codePointAt(index) ?? 0) ? 1 : 2;

/** True as soon as the text is known to hold more than one passage's words. */
function isLong(text: string): boolean {
  let halves = 0;
  let index = 0;
  while (index < text.length) {
    if (isSpace(text.charCodeAt(index))) {
      index += 1;
      continue;
    }
    halves += halvesAt(text, index);
    if (halves > PASSAGE_HALVES) return true;
    index = unitEnd(text, index);
  }
  return false;
}

/** The countable units of one line: where each starts and ends. */
interface Line {
  readonly starts: number[];
  readonly ends: number[];
  readonly halves: number[];
  total: number;
}

/**
 * True when this unit ends in a sentence mark, closing quotes aside. A unit of nothing but closers
 * says what its neighbour said, so `endedBefore` is carried along.
 */
function endsSentence(text: string, unit: Passage, endedBefore: boolean): boolean {
  let last = unit.end - 1;
  while (last >= unit.start && CLOSERS.has(text.charAt(last))) last -= 1;
  return last < unit.start ? endedBefore : SENTENCE_ENDS.has(text.charAt(last));
}

/** True when the mark at the start of the next unit still belongs to this sentence. */
function isTrailingMark(text: string, line: Line, unit: number): boolean {
  const next = line.starts[unit + 1];
  if (next === undefined || next !== line.ends[unit]) return false;
  const mark = text.charAt(next);
  return SENTENCE_ENDS.has(mark) || CLOSERS.has(mark);
}

function piece(line: Line, first: number, last: number): Piece {
  let halves = 0;
  for (let unit = first; unit < last; unit += 1) halves += line.halves[unit] ?? 0;
  return { start: line.starts[first] ?? 0, end: line.ends[last - 1] ?? 0, halves };
}

/** Adds one sentence: whole, or as pieces of 100 words with 20 shared. */
function addSentence(line: Line, span: readonly [number, number], pieces: Piece[]): void {
  const last = span[1];
  let first = span[0];
  while (first < last) {
    let end = first;
    let halves = 0;
    while (end < last && halves + (line.halves[end] ?? 0) <= PASSAGE_HALVES) {
      halves += line.halves[end] ?? 0;
      end += 1;
    }
    pieces.push(piece(line, first, end));
    if (end === last) return;
    let shared = 0;
    first = end;
    while (shared + (line.halves[first - 1] ?? 0) <= SHARED_HALVES) {
      first -= 1;
      shared += line.halves[first] ?? 0;
    }
  }
}

function addLine(text: string, line: Line, pieces: Piece[]): void {
  const count = line.starts.length;
  if (count === 0) return;
  if (line.total <= LINE_HALVES) {
    pieces.push(piece(line, 0, count));
    return;
  }
  let first = 0;
  let ended = false;
  for (let unit = 0; unit < count; unit += 1) {
    const span = { start: line.starts[unit] ?? 0, end: line.ends[unit] ?? 0 };
    ended = endsSentence(text, span, ended);
    const isLast = unit === count - 1;
    if (!isLast && (!ended || isTrailingMark(text, line, unit))) continue;
    addSentence(line, [first, unit + 1], pieces);
    first = unit + 1;
  }
}

const emptyLine = (): Line => ({ starts: [], ends: [], halves: [], total: 0 });

function cutPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let line = emptyLine();
  let index = 0;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (isSpace(unit)) {
      if (isLineBreak(unit)) {
        addLine(text, line, pieces);
        line = emptyLine();
      }
      index += 1;
      continue;
    }
    const end = unitEnd(text, index);
    const halves = halvesAt(text, index);
    line.starts.push(index);
    line.ends.push(end);
    line.halves.push(halves);
    line.total += halves;
    index = end;
  }
  addLine(text, line, pieces);
  return pieces;
}

function pack(pieces: readonly Piece[]): Passage[] {
  const passages: Passage[] = [];
  let start = 0;
  let last: Piece | undefined;
  let halves = 0;
  for (const next of pieces) {
    if (last === undefined) {
      start = next.start;
    } else if (halves + next.halves > PASSAGE_HALVES) {
      passages.push({ start, end: last.end });
      const shares = last.halves + next.halves <= PASSAGE_HALVES;
      start = shares ? last.start : next.start;
      halves = shares ? last.halves : 0;
    }
    halves += next.halves;
    last = next;
  }
  if (last !== undefined) passages.push({ start, end: last.end });
  return passages;
}

/**
 * The passages of a text in reading order, each at most 100 words; together they hold every word.
 * A text of at most 100 words is one passage: itself, white space included. An empty text has
 * none. Linear in the length of the text.
 */
export function cutPassages(text: string): Passage[] {
  if (text.length === 0) return [];
  return isLong(text) ? pack(cutPieces(text)) : [{ start: 0, end: text.length }];
}
