/**
 * Finds the question in a query that an agent has put a whole prompt in front of.
 *
 * A long text embeds as its average and asks for nothing in particular; what was meant is most
 * often its last question, else its last line.
 */

const SAFE_CHARACTERS = 200;
const MAX_CHARACTERS = 250;
const MIN_CHARACTERS = 10;

export type SanitizeMethod =
  'passthrough' | 'question_extraction' | 'tail_sentence' | 'tail_truncation';

/** The query to search for and how it was found. Lengths are in code points. */
export interface SanitizedQuery {
  readonly cleanQuery: string;
  readonly wasSanitized: boolean;
  readonly originalLength: number;
  readonly cleanLength: number;
  readonly method: SanitizeMethod;
}

const QUESTION_END = /[?？]["'”’»」』]?$/u;
const SENTENCE = /[^.!?。！？\n]*(?:[.!?。！？]+["'”’»」』]?|\n|$)/gu;
const LONE_QUOTE = /^["']|["']$/g;

const lengthOf = (text: string): number => {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) index += 1;
    length += 1;
  }
  return length;
};

const tail = (text: string): string => Array.from(text).slice(-MAX_CHARACTERS).join('').trim();

const nonEmpty = (parts: readonly string[]): string[] =>
  parts.map((part) => part.trim()).filter((part) => part !== '');

const sentences = (text: string): string[] => nonEmpty(text.match(SENTENCE) ?? []);

const isLongEnough = (text: string): boolean => lengthOf(text) >= MIN_CHARACTERS;

const isQuestion = (text: string): boolean => QUESTION_END.test(text) && isLongEnough(text);

function unwrap(text: string): string {
  let start = 0;
  let end = text.length;
  const wraps = (): boolean => {
    const first = text.charAt(start);
    return end - start > 1 && (first === '"' || first === "'") && text.charAt(end - 1) === first;
  };
  while (wraps()) {
    start += 1;
    end -= 1;
  }
  return text.slice(start, end).replace(LONE_QUOTE, '').trim();
}

/** A candidate of at most 250: without its quotes, else its last fragment, else its end. */
function shorten(candidate: string): string {
  if (lengthOf(candidate) <= MAX_CHARACTERS) return candidate;
  const inner = unwrap(candidate);
  if (lengthOf(inner) <= MAX_CHARACTERS) return inner;
  const fits = (part: string): boolean => isLongEnough(part) && lengthOf(part) <= MAX_CHARACTERS;
  return sentences(inner).findLast(fits) ?? tail(inner);
}

function extract(text: string): { clean: string; method: SanitizeMethod } {
  const lines = nonEmpty(text.split('\n'));
  const question = lines.findLast(isQuestion) ?? sentences(text).findLast(isQuestion);
  if (question !== undefined) return { clean: shorten(question), method: 'question_extraction' };
  const line = lines.findLast(isLongEnough);
  const short = line === undefined ? '' : shorten(line);
  if (isLongEnough(short)) return { clean: short, method: 'tail_sentence' };
  return { clean: tail(text), method: 'tail_truncation' };
}

/**
 * The query to search for. A blank query, or one of at most 200 code points when trimmed, comes
 * back unchanged; of anything longer the result has at most 250.
 */
export function sanitizeQuery(raw: string): SanitizedQuery {
  const originalLength = lengthOf(raw);
  const repaired = raw.trim().toWellFormed();
  if (lengthOf(repaired) <= SAFE_CHARACTERS) {
    return {
      cleanQuery: raw,
      wasSanitized: false,
      originalLength,
      cleanLength: originalLength,
      method: 'passthrough',
    };
  }
  const { clean, method } = extract(repaired);
  return {
    cleanQuery: clean,
    wasSanitized: true,
    originalLength,
    cleanLength: lengthOf(clean),
    method,
  };
}

/** What was made of a query, as results tell it. */
export interface Sanitizing {
  readonly method: SanitizeMethod;
  readonly original_length: number;
  readonly clean_length: number;
  readonly clean_query: string;
}

export function sanitizing(query: SanitizedQuery): Sanitizing {
  const { method, originalLength, cleanLength, cleanQuery } = query;
  return {
    method,
    original_length: originalLength,
    clean_length: cleanLength,
    clean_query: cleanQuery,
  };
}
