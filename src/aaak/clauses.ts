/** The rest of a text as clauses: glue dropped, persons as codes, everything else as it was. */
import { DROPPED } from '../../projections/index.js';
import { sentenceScore } from './detect.js';
import { touching, type Span } from './spans.js';
import type { CodedPerson } from './structure.js';
import { sentenceSpans } from './text.js';

export interface Clause {
  readonly text: string;
  /** How much of the meaning it carries. */
  readonly score: number;
}

interface Token {
  text: string;
  /** Has a code in it, so it is never glue. */
  isNamed: boolean;
}

const EDGE = String.raw`["'“”‘’«»()[\]{}<>.,;:!?…。！？；，、：「」『』（）]`;
const EDGES_BEFORE = new RegExp(`^${EDGE}+`);
/** Tried once a run of them, from its first. */
const EDGES_AFTER = new RegExp(`(?<!${EDGE})${EDGE}+$`);
/** A number with its sign or point, a path and the like keep what stands before them. */
const MEANINGFUL_START = /^(?:\.{1,2}\/|\.[\p{L}\p{N}]|<[^\s>]+>)/u;
const PLACE = /^[\p{Lu}\p{N}/`~.]/u;

/** One clause a sentence, without what was consumed; sentences that say nothing are left out. */
export function clausesOf(
  text: string,
  persons: readonly CodedPerson[],
  consumed: readonly Span[],
): Clause[] {
  return sentenceSpans(text).flatMap((span) => {
    const clause = clauseOf(tokensOf(text, span, { persons, consumed }));
    if (!/[\p{L}\p{N}]/u.test(clause)) return [];
    const sentence = text.slice(span.start, span.end);
    const isAsked = /[?？]["')\]”’」』）]*$/.test(sentence.trim());
    return [
      {
        text: isAsked ? `${clause}?` : clause,
        score: sentenceScore(sentence.trim(), { warnings: true }),
      },
    ];
  });
}

interface Marks {
  readonly persons: readonly CodedPerson[];
  readonly consumed: readonly Span[];
}

/** Cuts at blanks; a name of several words is one token, what was consumed is none. */
function tokensOf(text: string, { start, end }: Span, marks: Marks): Token[] {
  const tokens: Token[] = [];
  let token: Token | undefined;
  const add = (part: string, isNamed: boolean): void => {
    token ??= { text: '', isNamed: false };
    token.text += part;
    token.isNamed ||= isNamed;
  };
  const finish = (): void => {
    if (token) tokens.push(token);
    token = undefined;
  };
  const addPlain = (part: string): void => {
    for (const piece of part.split(/(\s+)/)) {
      if (/^\s+$/.test(piece)) finish();
      else if (piece !== '') add(piece, false);
    }
  };
  let at = start;
  for (const stop of stopsIn({ start, end }, marks)) {
    addPlain(text.slice(at, stop.start));
    if (stop.code === undefined) finish();
    else add(stop.code, true);
    at = stop.end;
  }
  addPlain(text.slice(at, end));
  finish();
  return tokens;
}

/** Where plain text stops: consumed spans, and persons outside of them. */
function stopsIn(span: Span, { persons, consumed }: Marks): (Span & { code?: string })[] {
  const gaps = touching(consumed, span).map(({ start, end }) => {
    return { start: Math.max(start, span.start), end: Math.min(end, span.end) };
  });
  const named = touching(persons, span).filter((person) => {
    return !gaps.some(({ start, end }) => start <= person.start && person.start < end);
  });
  return [...gaps, ...named].sort((a, b) => a.start - b.start);
}

function clauseOf(tokens: readonly Token[]): string {
  const words = tokens.flatMap(({ text, isNamed }, index) => {
    const word = trimEdges(text).replaceAll('|', '¦');
    if (word === '') return [];
    if (isNamed) return [word];
    const lower = word.toLowerCase();
    if (DROPPED.has(lower)) return [];
    const isDirection = lower === 'to' || lower === 'from';
    if (isDirection && !PLACE.test(tokens[index + 1]?.text ?? '')) return [];
    return [word];
  });
  return words.join(' ');
}

function trimEdges(text: string): string {
  const before = MEANINGFUL_START.test(text) ? text : text.replace(EDGES_BEFORE, '');
  return before.replace(EDGES_AFTER, '');
}
