/**
 * What kind of character a code point is, for everything that cuts text into words.
 *
 * A word character is one of Unicode's letters, marks, numbers and private-use characters, which
 * is what SQLite is told with `categories 'L* M* N* Co'`. Marks belong to words because Hindi and
 * its neighbours write their vowels as marks.
 */

/** Not part of any word. */
export const SEPARATOR = 0;
/** Part of a word of a script that puts spaces between words. */
export const SPACED = 1;
/** A character of a script written without spaces: Han, kana, Thai, Lao, Khmer, Myanmar. */
export const UNSPACED = 2;
/** Hangul: spaced, but its words carry endings, so the keyword index still cuts it. */
export const HANGUL = 3;

export type CharacterKind = typeof SEPARATOR | typeof SPACED | typeof UNSPACED | typeof HANGUL;

const UNSPACED_RANGES: readonly (readonly [number, number])[] = [
  [0x0e01, 0x0eff], // Thai, Lao
  [0x1000, 0x109f], // Myanmar
  [0x1780, 0x17ff], // Khmer
  [0x3000, 0x30ff], // Han marks of iteration, Hiragana, Katakana
  [0x31f0, 0x31ff], // Katakana extension
  [0x3400, 0x4dbf], // Han extension A
  [0x4e00, 0x9fff], // Han
  [0xa9e0, 0xa9ff], // Myanmar extension B
  [0xaa60, 0xaa7f], // Myanmar extension A
  [0xf900, 0xfaff], // Han compatibility
  [0xff66, 0xff9f], // half-width Katakana
  [0x116d0, 0x116ff], // Myanmar extension C
  [0x1aff0, 0x1b16f], // kana supplements
  [0x20000, 0x3ffff], // Han extensions B and later
];
const FIRST_UNSPACED = 0x0e01;

const HANGUL_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x11ff],
  [0x3130, 0x318f],
  [0xa960, 0xa97f],
  [0xac00, 0xd7ff],
];

const inRanges = (code: number, ranges: readonly (readonly [number, number])[]): boolean => {
  for (const [first, last] of ranges) if (code >= first && code <= last) return true;
  return false;
};

/**
 * True in the blocks of the scripts written without spaces, punctuation included. Unlike
 * {@link kindOf} it asks nothing of the runtime's Unicode tables.
 */
export function isUnspacedBlock(code: number): boolean {
  return code >= FIRST_UNSPACED && inRanges(code, UNSPACED_RANGES);
}

const TOKEN_CHARACTER = /^[\p{L}\p{M}\p{N}\p{Co}]$/u;

/** Variation selectors are marks that only choose a glyph: after an emoji they would be words. */
const isVariationSelector = (code: number): boolean =>
  (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);

function computeKind(code: number): CharacterKind {
  if (isVariationSelector(code) || !TOKEN_CHARACTER.test(String.fromCodePoint(code))) {
    return SEPARATOR;
  }
  if (isUnspacedBlock(code)) return UNSPACED;
  return inRanges(code, HANGUL_RANGES) ? HANGUL : SPACED;
}

const PAGE_BITS = 8;
const PAGE_SIZE = 1 << PAGE_BITS;
const UNKNOWN = 255;
/** Kinds already asked for, by page: one regular expression per character costs far more. */
const pages: (Uint8Array | undefined)[] = [];

/** The kind of a code point. Lone surrogates are separators. */
export function kindOf(code: number): CharacterKind {
  const page = (pages[code >> PAGE_BITS] ??= new Uint8Array(PAGE_SIZE).fill(UNKNOWN));
  const offset = code & (PAGE_SIZE - 1);
  const known = page[offset] ?? UNKNOWN;
  if (known !== UNKNOWN) return known as CharacterKind;
  const kind = computeKind(code);
  page[offset] = kind;
  return kind;
}

/** True for the characters of a word: letters, marks, numbers, private use. */
export function isWordCharacter(code: number): boolean {
  return kindOf(code) !== SEPARATOR;
}
