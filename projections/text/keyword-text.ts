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

/**
 * The text as indexed: NFC, lone characters between single spaces, and a space for each symbol
 * outside ASCII, because FTS5 takes those younger than its Unicode tables (many emoji) for letters.
 * Pure ASCII comes back as it is.
 */
export function keywordText(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  const normal = text.normalize('NFC');
  const parts: string[] = [];
  let start = 0;
  let index = 0;
  while (index < normal.length) {
    const code = normal.codePointAt(index) ?? 0;
    const end = index + (code > 0xffff ? 2 : 1);
    const alone = code > 0x7f && standsAlone(code);
    if (alone || (code > 0x7f && kindOf(code) === SEPARATOR)) {
      if (index > start) parts.push(normal.slice(start, index));
      if (alone) parts.push(normal.slice(index, end));
      start = end;
    }
    index = end;
  }
  if (start < normal.length) parts.push(normal.slice(start));
  return parts.join(' ');
}
