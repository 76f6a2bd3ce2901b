/** What a text is about, its sentence that says most, and honest numbers of a compression. */
import { DROPPED } from '../../projections/index.js';
import { sentenceScore } from './detect.js';
import { firstOf, lengthOf } from './length.js';
import { aaakCountTokens, sentenceSpans } from './text.js';

const TOPIC = /[\p{L}][\p{L}\p{M}_-]{2,}/gu;
const SENTENCE_LEAST = 10;
const SENTENCE_MOST = 55;

/** The words that a text turns on, in lower case: frequent ones, names and compounds first. */
export function aaakExtractTopics(text: string, max = 3): string[] {
  const scores = new Map<string, number>();
  for (const [word] of text.matchAll(TOPIC)) {
    const topic = word.toLowerCase();
    if (DROPPED.has(topic)) continue;
    const isName = /^\p{Lu}/u.test(word);
    const isCompound = /[_-]/.test(word) || /\p{L}\p{Lu}/u.test(word);
    const score = 1 + (isName ? 2 : 0) + (isCompound ? 2 : 0);
    scores.set(topic, (scores.get(topic) ?? 0) + score);
  }
  return [...scores]
    .sort(([, a], [, b]) => b - a)
    .slice(0, Math.max(max, 0))
    .map(([topic]) => topic);
}

/** The sentence that says most, at most 55 characters; '' when none is longer than ten. */
export function aaakExtractKeySentence(text: string): string {
  let best: { readonly sentence: string; readonly score: number } | undefined;
  for (const { start, end } of sentenceSpans(text)) {
    const sentence = text
      .slice(start, end)
      .trim()
      .replace(/[.;。；]$/, '');
    if (lengthOf(sentence) <= SENTENCE_LEAST) continue;
    const score = sentenceScore(sentence, { warnings: false });
    if (!best || score > best.score) best = { sentence, score };
  }
  if (!best) return '';
  const plain = best.sentence.replaceAll('"', "'").replace(/\s+/g, ' ');
  return lengthOf(plain) <= SENTENCE_MOST ? plain : `${firstOf(plain, SENTENCE_MOST - 3)}...`;
}

export interface CompressionStats {
  readonly original_tokens_est: number;
  readonly summary_tokens_est: number;
  /** Estimated tokens of the original for each of the summary; below 1 where it grew. */
  readonly size_ratio: number;
  readonly original_chars: number;
  readonly summary_chars: number;
  readonly note: string;
}

const NOTE = 'Token counts are estimates, and AAAK is lossy: keep and search the text itself.';

export function aaakCompressionStats(original: string, compressed: string): CompressionStats {
  const [before, after] = [aaakCountTokens(original), aaakCountTokens(compressed)];
  return {
    original_tokens_est: before,
    summary_tokens_est: after,
    size_ratio: Math.round((before / after) * 10) / 10,
    original_chars: lengthOf(original),
    summary_chars: lengthOf(compressed),
    note: NOTE,
  };
}
