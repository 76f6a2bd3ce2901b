/** Codes of two to four characters for names, in the order in which they are tried. */

const RESERVED: ReadonlySet<string> = new Set(['FAM', 'ARC', 'DR', 'NOT', 'NO', 'THE', 'AND']);
const VOWELS = 'AEIOU';
const CODE_CHARACTER = /^[\p{Lu}\p{Lo}\p{Lt}\p{Lm}\p{M}\p{N}]$/u;
const CODE = /^(?=.*\p{L})[\p{Lu}\p{Lo}\p{Lt}\p{Lm}\p{M}\p{N}]{2,}$/u;

/** Whether a word has the form of a code. */
export const isCodeShaped = (text: string): boolean => CODE.test(text) && text.length <= 12;

/** The first candidate for a name that is free. */
export function freeCode(name: string, isTaken: (code: string) => boolean): string {
  for (const code of candidates(name)) {
    if (isCodeShaped(code) && !RESERVED.has(code) && !isTaken(code)) return code;
  }
  throw new Error('There is always another number.');
}

/** What may be given as a code: 2–4 upper-case letters or digits, no word that says something. */
export function isCode(text: string): boolean {
  return CODE.test(text) && Array.from(text).length <= 4 && !RESERVED.has(text);
}

function* candidates(name: string): Generator<string> {
  const [word = ''] = name.trim().split(/\s+/);
  const upper = word.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC').toUpperCase();
  const plain = upper.replace(/[^\p{L}\p{N}]/gu, '');
  if (/^[A-Z]+$/.test(plain)) yield* latinCandidates(plain);
  else yield* otherCandidates(plain);
}

function* latinCandidates(letters: string): Generator<string> {
  const [first = ''] = letters;
  const later = [...letters.slice(1)];
  const consonants = later.filter((letter) => !VOWELS.includes(letter));
  if (VOWELS.includes(first) && consonants.length >= 2) {
    yield first + consonants.slice(0, 2).join('');
  }
  yield letters.slice(0, 3);
  const two = letters.slice(0, 2);
  for (const letter of letters.slice(2)) yield two + letter;
  for (const [index, second] of later.entries()) {
    for (const third of later.slice(index + 1)) yield first + second + third;
  }
  for (let digit = 2; digit <= 9; digit += 1) yield two + String(digit);
  for (let number = 10; number <= 99; number += 1) yield first + String(number);
  yield* numbered(letters.slice(0, 3));
}

function* otherCandidates(letters: string): Generator<string> {
  // Letters that have no capital cannot be told from words; a code has one letter at least.
  const fitting = Array.from(letters).filter((letter) => CODE_CHARACTER.test(letter));
  const characters = fitting.some((letter) => /\p{L}/u.test(letter)) ? fitting : ['X', ...fitting];
  yield characters.slice(0, 3).join('');
  // The first two may be a digit and a mark: then the X goes in front.
  const two = characters.slice(0, 2).join('');
  yield* numbered(isCodeShaped(`${two}2`) ? two : `X${two}`);
}

/** Goes on for as long as anybody asks: two names never share a code for want of another. */
function* numbered(start: string): Generator<string> {
  for (let number = 2; ; number += 1) yield start + String(number);
}
