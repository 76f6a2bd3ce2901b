/**
 * Text as the keyword index stores and asks it.
 *
 * The index is FTS5 with `unicode61 remove_diacritics 2 categories 'L* M* N* Co'`, without
 * stemming. Characters of scripts without spaces, and Hangul, are set apart by spaces, so that any
 * run of them can be asked as a phrase. Index and query builder must share this function.
 */
import { HANGUL, kindOf, SEPARATOR, UNSPACED } from './scripts.js';

const NOT_ASCII = /[\u0080-\uffff]/;

/** True when the keyword index stores this character as a word of its own. */
export const standsAlone = (code: number): boolean => {
  const kind = kindOf(code);
  return kind === UNSPACED || kind === HANGUL;
};

const SYMBOL_OR_LETTER = /[\u0080-\u{10ffff}]/gu;

/** What one character outside ASCII becomes. */
function spaced(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (kindOf(code) === SEPARATOR) return ' ';
  return standsAlone(code) ? ` ${character} ` : character;
}

/**
 * The text as indexed: NFC, a space on both sides of lone characters, and a space for each symbol
 * outside ASCII, because FTS5 takes those younger than its Unicode tables (many emoji) for letters.
 * Pure ASCII comes back as it is.
 */
export function keywordText(text: string): string {
  return NOT_ASCII.test(text) ? text.normalize('NFC').replace(SYMBOL_OR_LETTER, spaced) : text;
}
