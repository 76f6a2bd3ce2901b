/**
 * Text to the words of the fitted embedder, in any script and without a model.
 *
 * Scripts written without spaces have no words to find, so each of their characters is one, and so
 * is each pair of neighbours.
 */

/** Marks belong to words: without them Hindi falls apart at every vowel sign. */
const RUN = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu;

const SPACELESS =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;

const LONE_DIGIT = /^\p{N}$/u;

function addWord(words: string[], word: string): void {
  if (word !== '' && !LONE_DIGIT.test(word)) words.push(word);
}

function addCharacters(words: string[], run: string): void {
  const characters = [...run];
  words.push(...characters);
  for (let index = 1; index < characters.length; index += 1) {
    words.push(`${characters[index - 1] ?? ''}${characters[index] ?? ''}`);
  }
}

/** The words of a text in order, lower-case and in compatibility form; a lone digit is none. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(RUN)) {
    let start = 0;
    for (const match of run.matchAll(SPACELESS)) {
      addWord(words, run.slice(start, match.index));
      addCharacters(words, match[0]);
      start = match.index + match[0].length;
    }
    addWord(words, run.slice(start));
  }
  return words;
}

/** How often each word occurs. */
export function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
