/** What stands around a capitalised word that shows it to be a person. */
import type { Sentence } from './sentence.js';
import { COUNTED_KIN, PERSON_VERBS, ROLES, smallNumber, TITLES } from './words.js';

const AFTER_TITLE = /^\.?[ \t]+$/;
const BEFORE_NAMES = /^[ \t]*(?:[:,—–-][ \t]*)?$/;
const AGE = /^[ \t]*\([0-9]{1,3}(?![\p{L}\p{N}])/u;
const AGE_CHARACTERS_MAX = 16;

/** @param at which word; `end` is behind the name in it, before a possessive. */
export function isShownAsPerson(sentence: Sentence, at: number, end: number): boolean {
  const { text, words } = sentence;
  if (TITLES.has(sentence.before(at, AFTER_TITLE))) return true;
  if (isCounted(sentence, at)) return true;
  // Of `Alice's dog` what follows is said of the dog.
  if (words[at]?.end !== end) return false;
  return isSubject(sentence.after(at, 4)) || AGE.test(text.slice(end, end + AGE_CHARACTERS_MAX));
}

/** `told …`, `is a senior engineer`, `has two kids`. */
function isSubject(words: readonly string[]): boolean {
  const [first = '', second = '', third = ''] = words;
  if (PERSON_VERBS.has(first)) return true;
  if (/^ha(?:s|ve|d)$/.test(first)) {
    return smallNumber(second) !== undefined && COUNTED_KIN.has(third);
  }
  const isNamed = /^(?:is|was) (?:a|an|the|our|my)$/.test(`${first} ${second}`);
  return isNamed && words.slice(2).some((word) => ROLES.has(word));
}

/** `two kids: Riley`, `two kids named Riley`. */
function isCounted(sentence: Sentence, at: number): boolean {
  const before = sentence.before(at, BEFORE_NAMES);
  const isCalled = before === 'named' || before === 'called';
  const kin = isCalled ? sentence.before(at - 1, BEFORE_NAMES) : before;
  if (!COUNTED_KIN.has(kin)) return false;
  return smallNumber(sentence.before(isCalled ? at - 2 : at - 1)) !== undefined;
}
