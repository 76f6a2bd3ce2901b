/**
 * The owner's query language of keyword mode, as an FTS5 MATCH expression.
 *
 * Quotes and upper-case operators are passed on as written; anything else becomes words with
 * prefix match joined by AND, quoted wherever SQLite would read a character as syntax.
 */
import { isWordCharacter, keywordText, standsAlone } from '../../projections/index.js';

const OPERATORS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'NEAR']);
const CONJUNCTIONS: ReadonlySet<string> = new Set(['and', 'or', 'not']);
/** FTS5's parser takes the square of the parts: 1,000 cost 3 ms, 100,000 cost 17 s. */
const MAX_PARTS = 1000;
const NOT_ASCII = /[\u0080-\uffff]/;
/** ASCII that FTS5 does not allow in a bareword. */
const ASCII_SYNTAX = /[^\w\u0080-\uffff]/;
/** White space that FTS5 does not know as such. */
const FOREIGN_SPACE = /[^\S \t\n\r]/gu;

/**
 * The query in the index's normal form. SQLite reads it as a C string and would see nothing after
 * a NUL.
 */
const normalize = (query: string): string =>
  query.replaceAll('\0', ' ').replace(FOREIGN_SPACE, ' ').normalize('NFC');

const split = (query: string): string[] => query.split(/\s+/u).filter((token) => token !== '');

const isVerbatim = (query: string, tokens: readonly string[]): boolean => {
  const quotes = query.split('"').length - 1;
  if (quotes >= 2 && quotes % 2 === 0) return true;
  return tokens.some((token) => OPERATORS.has(token) || token.startsWith('NEAR('));
};

const some = (text: string, test: (code: number) => boolean): boolean => {
  for (const character of text) if (test(character.codePointAt(0) ?? 0)) return true;
  return false;
};

const every = (text: string, test: (code: number) => boolean): boolean =>
  !some(text, (code) => !test(code));

const squeeze = (text: string): string => text.trim().replace(/\s+/gu, ' ');

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const isBareword = (part: string): boolean =>
  !ASCII_SYNTAX.test(part) && every(part, (code) => code < 0x80 || isWordCharacter(code));

/** One part of a token as FTS5 syntax, or '' when it holds no letter or digit. */
function partQuery(part: string): string {
  if (!some(part, isWordCharacter)) return '';
  if (some(part, standsAlone)) return quote(squeeze(keywordText(part)));
  if (isBareword(part) && !OPERATORS.has(part)) return `${part}*`;
  const last = Array.from(part).at(-1) ?? '';
  return quote(squeeze(keywordText(part))) + (some(last, isWordCharacter) ? '*' : '');
}

/**
 * The parts of a plain query (no operators, no phrases), each a valid FTS5 expression. Joined with
 * AND they are what {@link buildFtsQuery} makes of it; joined with OR, any of the words will do.
 * At most 1,000 parts: the rest of a longer query is not asked for.
 *
 * @internal
 */
export function ftsQueryParts(query: string): string[] {
  const words: string[] = [];
  const conjunctions: string[] = [];
  for (const token of split(normalize(query))) {
    const bare = token.replaceAll('"', '').replace(/\*+$/, '');
    const parts = bare
      .split('-')
      .map(partQuery)
      .filter((part) => part !== '');
    (CONJUNCTIONS.has(bare) ? conjunctions : words).push(...parts);
  }
  return (words.length > 0 ? words : conjunctions).slice(0, MAX_PARTS);
}

/** Characters that stand alone in the index become phrases outside quotes too. */
function outsideQuotes(text: string): string {
  return text.replace(/[\u0080-\u{10ffff}]+/gu, (run) =>
    some(run, standsAlone) ? quote(squeeze(keywordText(run))) : run,
  );
}

/** A verbatim query in the words of the index. Without characters that stand alone: unchanged. */
function verbatim(query: string): string {
  if (!NOT_ASCII.test(query)) return query;
  const segments = query.split('"');
  return segments
    .map((segment, index) => {
      if (!NOT_ASCII.test(segment)) return segment;
      return index % 2 === 1 ? squeeze(keywordText(segment)) : outsideQuotes(segment);
    })
    .join('"');
}

/**
 * The MATCH expression of a query (core.md 9.3), or '' when it asks for nothing. A query without
 * quotes or operators never is a syntax error; one with them can be, see {@link rebuildFtsQuery}.
 */
export function buildFtsQuery(query: string): string {
  const clean = normalize(query);
  const tokens = split(clean);
  if (tokens.length === 0) return '';
  return isVerbatim(clean, tokens) ? verbatim(clean) : ftsQueryParts(clean).join(' AND ');
}

/**
 * What to ask when SQLite rejects {@link buildFtsQuery}'s expression: the words without operators,
 * quotes and parentheses. A query of operators alone asks for them as words. Never a syntax error.
 */
export function rebuildFtsQuery(query: string): string {
  const tokens = split(normalize(query).replace(/["()]/g, ' '));
  const words = ftsQueryParts(tokens.filter((token) => !OPERATORS.has(token)).join(' '));
  if (words.length > 0) return words.join(' AND ');
  return tokens
    .filter((token) => OPERATORS.has(token))
    .map(quote)
    .join(' AND ');
}
