/** Texts before compression: their one form, their date, their sentences. */
import { checkInstant } from '../values.js';
import type { Span } from './spans.js';

const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g;

/** NFC, line ends as LF, no controls but tab and LF, trimmed; lone surrogates as U+FFFD. */
export function normalizeText(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, '');
  return lines.normalize('NFC').trim();
}

const DATE =
  /(?<![\p{L}\p{M}\p{N}_/.-])(\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|\+00:00))?)(?![\p{L}\p{M}\p{N}_/-]|\.[\p{L}\p{N}])/gu;

/** The first calendar date, or UTC time, of a text and where it stands. */
export function findDate(text: string): { date: string; start: number; end: number } | undefined {
  for (const { 0: found, index } of text.matchAll(DATE)) {
    const date = calendarDate(found);
    if (date !== undefined) return { date, start: index, end: index + found.length };
  }
  return undefined;
}

/** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, if there is such a day. */
export function calendarDate(text: string): string | undefined {
  try {
    return checkInstant(text, 'date');
  } catch {
    // Digits that look like a date and are none stay text.
    return undefined;
  }
}

/** A run of marks is tried from its first: from each, a long one would take the square of it. */
const ENDS = /(?<![.!?])[.!?]+["')\]”’]*(?=\s)|[。！？；;\n]/g;
const ABBREVIATED = /(?:^|[^\p{L}])(?:mr|mrs|ms|mx|dr|prof|sgt|st|vs|e\.g|i\.e)\.$/iu;
const ABBREVIATION_CHARACTERS_MAX = 8;

/** Where the sentences of a text stand; a sentence includes its last mark. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const { 0: mark, index } of text.matchAll(ENDS)) {
    const end = index + mark.length;
    const tail = text.slice(Math.max(start, end - ABBREVIATION_CHARACTERS_MAX), end);
    if (ABBREVIATED.test(tail)) continue;
    spans.push({ start, end });
    start = end;
  }
  spans.push({ start, end: text.length });
  return spans;
}

/** How many words, as blanks part them. */
const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/** As the counts of models go: 1.3 tokens a word, at least 1. An estimate. */
export function aaakCountTokens(text: string): number {
  return Math.max(1, Math.floor(countWords(text) * 1.3));
}
