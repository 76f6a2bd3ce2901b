/** What whole words tell of a text: emotions, flags, warnings, how much a sentence weighs. */
import { EMOTION_WORDS } from './emotions.js';
import { FLAG_WORDS } from './flags.js';
import type { Span } from './spans.js';

const FOUND_MAX = 3;
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;
const NEGATION = /^(?:not|no|never|without|.*n['’]t)$/;
const NEGATION_REACH_WORDS = 2;

/** The lower-case words of a text outside of what was consumed. */
export function lowerWords(text: string, consumed: readonly Span[] = []): string[] {
  const words = Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({ word, index }));
  let next = 0;
  return words
    .filter(({ index }) => {
      while ((consumed[next]?.end ?? Infinity) <= index) next += 1;
      return index < (consumed[next]?.start ?? Infinity);
    })
    .map(({ word }) => word.toLowerCase());
}

/** The first three emotions that a text tells of and does not deny, as codes. */
export function aaakDetectEmotions(text: string): string[] {
  return emotionsIn(lowerWords(text));
}

/** The first three flags that the words of a text raise. */
export function aaakDetectFlags(text: string): string[] {
  return flagsIn(lowerWords(text));
}

export function emotionsIn(words: readonly string[]): string[] {
  return firstDistinct(words, (word) => EMOTION_WORDS.get(word));
}

export function flagsIn(words: readonly string[]): string[] {
  return firstDistinct(words, (word, next) => {
    return FLAG_WORDS.get(`${word} ${next}`) ?? FLAG_WORDS.get(word);
  });
}

function firstDistinct(
  words: readonly string[],
  find: (word: string, next: string) => string | undefined,
): string[] {
  const found = new Set<string>();
  for (const [index, word] of words.entries()) {
    const key = find(word, words[index + 1] ?? '');
    if (key === undefined || isDenied(words, index)) continue;
    found.add(key);
    if (found.size === FOUND_MAX) break;
  }
  return [...found];
}

function isDenied(words: readonly string[], index: number): boolean {
  return words.slice(Math.max(index - NEGATION_REACH_WORDS, 0), index).some((word) => {
    return NEGATION.test(word);
  });
}

const WARNINGS = [
  ...['never', 'must not', 'do not', "don't", 'warning', 'careful', 'caution', 'critical'],
  ...['deadline', 'remember to', 'reminder', 'urgent', 'security'],
];
const WARNING = phrase(WARNINGS);
const PROJECT = phrase([
  ...['project', 'repo', 'repository', 'release', 'sprint', 'milestone', 'roadmap'],
]);
const WEIGHTY = [
  ...['decided', 'because', 'instead', 'prefer', 'switched', 'chose', 'realized', 'important'],
  ...['key', 'critical', 'discovered', 'learned', 'conclusion', 'solution', 'reason', 'why'],
  ...['breakthrough', 'insight'],
];
const WEIGHT = new Set(WEIGHTY);

/** Whole words or phrases, whatever their case. */
function phrase(phrases: readonly string[]): RegExp {
  const any = phrases.map((words) => words.replaceAll(' ', '\\s+').replace("'", "['’]")).join('|');
  return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])(?:${any})(?![\\p{L}\\p{M}\\p{N}])`, 'iu');
}

export const warns = (text: string): boolean => WARNING.test(text);
export const tellsOfProject = (text: string): boolean => PROJECT.test(text);

/** How much of a text its sentence carries; more is better. */
export function sentenceScore(sentence: string, options: { readonly warnings: boolean }): number {
  const present = new Set(lowerWords(sentence).filter((word) => WEIGHT.has(word)));
  const length = Array.from(sentence).length;
  return (
    present.size * 2 +
    (options.warnings && warns(sentence) ? 2 : 0) +
    (length < 80 ? 1 : 0) +
    (length < 40 ? 1 : 0) -
    (length > 150 ? 2 : 0)
  );
}
