/**
 * The tokenizer of the ranking index: text to terms.
 *
 * A term is a word in lower case, without the diacritics of European scripts, stemmed when it is
 * plain ASCII; scripts written without spaces give overlapping pairs of characters.
 * SQLite is handed finished terms, so that the index and our own BM25 count the same things; every
 * term therefore passes `unicode61 remove_diacritics 0 categories 'L* M* N* Co'` unchanged.
 */
import { stemmer } from 'stemmer';

import { HANGUL, kindOf, SPACED, UNSPACED } from './scripts.js';
import { STOP_WORDS } from './stop-words.js';

/**
 * UTF-16 units kept of a word. Longer runs are keys and encoded bytes: their start names them.
 *
 * @internal
 */
export const MAX_TERM_CHARACTERS = 64;

/** Words remembered with their terms; a vocabulary larger than this starts over. */
const MAX_CACHED_WORDS = 50_000;
const termOfWord = new Map<string, string>();

/** What FTS5's porter stems, digits included: `1990s` and `1990` are one term. */
const STEMMABLE = /^[a-z\d]+$/;
const NOT_ASCII = /[\u0080-\uffff]/;
const ONLY_MARKS = /^\p{M}+$/u;
/** Greek and Cyrillic accents fold like Latin ones; the marks of other scripts are letters. */
const EUROPEAN_ACCENTS = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
/** Lower-case letters that FTS5 still folds, and the ligatures that PDF files leave in words. */
const VARIANTS: Readonly<Record<string, string>> = {
  µ: 'μ',
  ς: 'σ',
  ſ: 's',
  ϐ: 'β',
  ϑ: 'θ',
  ϕ: 'φ',
  ϖ: 'π',
  ϰ: 'κ',
  ϱ: 'ρ',
  ϵ: 'ε',
  '\u0345': 'ι',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
};
const VARIANT = new RegExp(`[${Object.keys(VARIANTS).join('')}]`, 'g');

function fold(word: string): string {
  const lower = word.toLowerCase();
  if (!NOT_ASCII.test(lower)) return lower;
  const bare = lower.normalize('NFD').replace(EUROPEAN_ACCENTS, '$1');
  return bare.replace(VARIANT, (letter) => VARIANTS[letter] ?? letter).normalize('NFC');
}

/** The term of one word, or '' for one that is nothing but marks. */
function computeTerm(word: string): string {
  const folded = fold(word);
  if (STEMMABLE.test(folded)) return stemmer(folded);
  return ONLY_MARKS.test(folded) ? '' : folded;
}

function termOf(word: string): string {
  const known = termOfWord.get(word);
  if (known !== undefined) return known;
  if (termOfWord.size >= MAX_CACHED_WORDS) termOfWord.clear();
  // A slice can keep its whole text alive, so what the cache holds is a copy.
  const copy = Buffer.from(word, 'utf16le').toString('utf16le');
  const term = computeTerm(copy);
  termOfWord.set(copy, term);
  return term;
}

const isHighSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xd800;

/** The end of a word, cut to its bound without splitting a pair of surrogates. */
function boundedEnd(text: string, start: number, end: number): number {
  if (end - start <= MAX_TERM_CHARACTERS) return end;
  const cut = start + MAX_TERM_CHARACTERS;
  return isHighSurrogate(text.charCodeAt(cut - 1)) ? cut - 1 : cut;
}

/** Adds the overlapping pairs of a run without spaces; a single character is its own term. */
function pushPairs(run: string, into: string[]): void {
  const normal = run.normalize('NFC');
  let first = 0;
  let second = unitsAt(normal, 0);
  if (second >= normal.length) {
    if (!ONLY_MARKS.test(normal)) into.push(normal);
    return;
  }
  while (second < normal.length) {
    const end = second + unitsAt(normal, second);
    into.push(normal.slice(first, end));
    first = second;
    second = end;
  }
}

const unitsAt = (text: string, index: number): number =>
  (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;

/** 1 for ASCII letters and digits: the scanner's short way. */
const ASCII_WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[0-9A-Za-z]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** The end of the word that starts at `index`. */
function wordEnd(text: string, index: number): number {
  let end = index;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    if (unit < 128) {
      if (ASCII_WORD[unit] === 0) break;
      end += 1;
      continue;
    }
    const code = text.codePointAt(end) ?? unit;
    const kind = kindOf(code);
    if (kind !== SPACED && kind !== HANGUL) break;
    end += code > 0xffff ? 2 : 1;
  }
  return end;
}

/** The end of the run without spaces that starts at `index`. */
function runEnd(text: string, index: number): number {
  let end = index;
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0;
    if (kindOf(code) !== UNSPACED) break;
    end += code > 0xffff ? 2 : 1;
  }
  return end;
}

/**
 * The terms of a text in reading order, repeats kept. Linear in the text; every term is non-empty
 * and holds word characters only, so terms joined by a space can be split again at the spaces.
 */
export function terms(text: string): string[] {
  const found: string[] = [];
  let index = 0;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    if (unit < 128 && ASCII_WORD[unit] === 0) {
      index += 1;
      continue;
    }
    const end = wordEnd(text, index);
    if (end > index) {
      const term = termOf(text.slice(index, boundedEnd(text, index, end)));
      if (term !== '') found.push(term);
      index = end;
      continue;
    }
    const last = runEnd(text, index);
    if (last > index) pushPairs(text.slice(index, last), found);
    index = last > index ? last : index + 1;
  }
  return found;
}

const STOP_TERMS: ReadonlySet<string> = new Set(STOP_WORDS.map(computeTerm));

/**
 * The distinct terms a question asks for, in order. Stop words are dropped unless nothing else is
 * left; a question without any word gives none.
 */
export function queryTerms(question: string): string[] {
  const all = [...new Set(terms(question))];
  const telling = all.filter((term) => !STOP_TERMS.has(term));
  return telling.length > 0 ? telling : all;
}
