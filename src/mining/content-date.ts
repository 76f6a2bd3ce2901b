/**
 * The day a source is about, from what stands in it: its name, its frontmatter, its first lines,
 * and only then the time of its last change.
 *
 * Only complete dates count: "2024" or "May 2024" say less than a day and give none.
 */

import type { SourceFormat } from './file-classes.js';
import { readFrontmatter, type Frontmatter } from './frontmatter.js';

/** `date` is YYYY-MM-DD. */
export interface ContentDate {
  readonly date: string;
  readonly source: 'file_name' | 'frontmatter' | 'body' | 'mtime';
}

const HEAD_LINES = 10;
/** A line longer than this is data; its date would be found by accident. */
const HEAD_LINE_LENGTH = 1000;
const FRONTMATTER_KEYS = ['date', 'created', 'published'];

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|' +
  'sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?';
const YEAR = '(\\d{4})(?!\\d)';

const ISO = /(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/g;
const SLASHED = /(?<![\d/])(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?![\d/])/g;
const MONTH_FIRST = new RegExp(`(?<![\\p{L}\\p{N}])${MONTH}\\s+${DAY},?\\s+${YEAR}`, 'giu');
const DAY_FIRST = new RegExp(`(?<!\\d)${DAY}\\s+(?:of\\s+)?${MONTH},?\\s+${YEAR}`, 'giu');
const YEAR_FIRST = new RegExp(`(?<!\\d)(\\d{4})\\s+${MONTH}\\s+${DAY}(?![\\p{L}\\p{N}])`, 'giu');

/**
 * The first complete date of: file name, frontmatter (`date`, `created`, `published`), first ten
 * lines of the body, `mtimeMs` (UTC day). Undefined only without any of them.
 */
export function contentDate(source: {
  readonly fileName: string;
  readonly text: string;
  readonly format: SourceFormat;
  readonly mtimeMs?: number;
}): ContentDate | undefined {
  const named = dateInName(source.fileName);
  if (named !== undefined) return { date: named, source: 'file_name' };
  const { fields, bodyStart } = matterOf(source);
  const entered = dateInFields(fields);
  if (entered !== undefined) return { date: entered, source: 'frontmatter' };
  const head = headOf(source.text, bodyStart);
  const stated = isoDate(head) ?? slashedDate(head) ?? namedDate(head);
  if (stated !== undefined) return { date: stated, source: 'body' };
  const changed = new Date(source.mtimeMs ?? Number.NaN);
  if (Number.isNaN(changed.getTime())) return undefined;
  return { date: changed.toISOString().slice(0, 10), source: 'mtime' };
}

function matterOf(source: { readonly text: string; readonly format: SourceFormat }): Frontmatter {
  const found = source.format === 'markdown' ? readFrontmatter(source.text) : undefined;
  return found ?? { fields: new Map(), bodyStart: 0 };
}

function dateInFields(fields: Frontmatter['fields']): string | undefined {
  for (const key of FRONTMATTER_KEYS) {
    const value = fields.get(key);
    const date = typeof value === 'string' ? (isoDate(value) ?? namedDate(value)) : undefined;
    if (date !== undefined) return date;
  }
  return undefined;
}

function dateInName(fileName: string): string | undefined {
  const stem = fileName.replace(/(?<=.)\.\p{L}[^.]*$/su, '').slice(0, HEAD_LINE_LENGTH);
  return isoDate(stem) ?? namedDate(stem.replace(/[-_]/g, ' '));
}

function headOf(text: string, from: number): string {
  const lines: string[] = [];
  let start = from;
  while (lines.length < HEAD_LINES && start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lines.push(text.slice(start, Math.min(end, start + HEAD_LINE_LENGTH)));
    start = end + 1;
  }
  return lines.join('\n');
}

function isoDate(text: string): string | undefined {
  for (const [, year, , month, day] of text.matchAll(ISO)) {
    const date = calendarDate(Number(year), Number(month), Number(day));
    if (date !== undefined) return date;
  }
  return undefined;
}

/** a/b/y, read alike in the whole text: day first once any first number cannot be a month. */
function slashedDate(text: string): string | undefined {
  const found = [...text.matchAll(SLASHED)];
  const isDayFirst = found.some(([, first]) => Number(first) > 12);
  for (const [, first, second, year = ''] of found) {
    const [day, month] = isDayFirst ? [first, second] : [second, first];
    const date = calendarDate(fullYear(year), Number(month), Number(day));
    if (date !== undefined) return date;
  }
  return undefined;
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year >= 70 ? 1900 + year : 2000 + year;
}

/** The earliest date in the text that names its month in English. */
function namedDate(text: string): string | undefined {
  const found: { index: number; date: string }[] = [];
  const add = (index: number, date: string | undefined): void => {
    if (date !== undefined) found.push({ index, date });
  };
  for (const match of text.matchAll(MONTH_FIRST)) {
    add(match.index, calendarDate(Number(match[3]), monthOf(match[1]), Number(match[2])));
  }
  for (const match of text.matchAll(DAY_FIRST)) {
    add(match.index, calendarDate(Number(match[3]), monthOf(match[2]), Number(match[1])));
  }
  for (const match of text.matchAll(YEAR_FIRST)) {
    add(match.index, calendarDate(Number(match[1]), monthOf(match[2]), Number(match[3])));
  }
  return found.sort((a, b) => a.index - b.index)[0]?.date;
}

function monthOf(name = ''): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

/** YYYY-MM-DD of a day that exists; year 0 does not. */
function calendarDate(year: number, month: number, day: number): string | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1) return undefined;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (day > (lengths[month - 1] ?? 0)) return undefined;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}
