/** An entry in parts, how it is written, and how it is cut to a length. */
import { AltError } from '../../events/index.js';
import type { Clause } from './clauses.js';
import { cutAtWord, lengthOf } from './length.js';

export interface Parts {
  readonly date?: string | undefined;
  readonly category?: string | undefined;
  readonly relations: readonly string[];
  readonly groups: readonly string[];
  readonly attributes: readonly string[];
  readonly clauses: readonly Clause[];
  readonly emotions: readonly string[];
  readonly flags: readonly string[];
  readonly stars: number;
  /** With its `DR:`. */
  readonly ref?: string | undefined;
}

export const SEPARATOR = ' | ';
const CLAUSE_SEPARATOR = '; ';

/** The whole entry; `omitted` tells how many parts are not in it. */
function writeEntry(parts: Parts, omitted = 0): string {
  const { date, category, emotions, flags, stars, ref } = parts;
  const body = [
    parts.relations.join(' '),
    ...parts.groups,
    parts.attributes.join(' '),
    parts.clauses.map(({ text }) => text).join(CLAUSE_SEPARATOR),
  ].filter((field) => field !== '');
  if (category !== undefined && body[0] !== undefined) body[0] = `${category}: ${body[0]}`;
  return [
    ...(date === undefined ? [] : [`DATE:${date}`]),
    ...body,
    ...(emotions.length > 0 ? [`*${emotions.join('+')}*`] : []),
    ...(flags.length > 0 ? [flags.join('+')] : []),
    ...(omitted > 0 ? [`…+${String(omitted)}`] : []),
    '★'.repeat(stars),
    ...(ref === undefined ? [] : [ref]),
  ].join(SEPARATOR);
}

/**
 * The entry within a length: first sentences go, those that say least before the others; then one
 * is cut; then parts go from the end.
 *
 * @throws {AltError} INVALID_ARGUMENT when stars and reference alone are too long.
 */
export function fitEntry(parts: Parts, max: number): string {
  const whole = writeEntry(parts);
  if (lengthOf(whole) <= max) return whole;
  return keepSentences(parts, max) ?? cutSentence(parts, max) ?? dropParts(parts, max);
}

function keepSentences(parts: Parts, max: number): string | undefined {
  const { clauses } = parts;
  let kept: number[] = [];
  const write = (chosen: readonly number[]): string => {
    const left = [...chosen].sort((a, b) => a - b).flatMap((index) => clauses[index] ?? []);
    return writeEntry({ ...parts, clauses: left }, clauses.length - left.length);
  };
  let room = max - lengthOf(write([]));
  for (const index of byScore(clauses)) {
    const size = lengthOf(clauses[index]?.text ?? '');
    if (size > room + SLACK_CHARACTERS || lengthOf(write([...kept, index])) > max) continue;
    kept = [...kept, index];
    room -= size + CLAUSE_SEPARATOR.length;
    if (room + SLACK_CHARACTERS <= 0) break;
  }
  return kept.length === 0 ? undefined : write(kept);
}

/** How far a quick look may be wrong: by the count, a separator and the category. */
const SLACK_CHARACTERS = 24;

/** Places of the clauses, those that say most first, earlier ones before later ones. */
function byScore(clauses: readonly Clause[]): number[] {
  const score = (index: number): number => clauses[index]?.score ?? 0;
  return clauses.map((_, index) => index).sort((a, b) => score(b) - score(a) || a - b);
}

function cutSentence(parts: Parts, max: number): string | undefined {
  const best = parts.clauses[byScore(parts.clauses)[0] ?? 0];
  if (!best) return undefined;
  const omitted = parts.clauses.length - 1;
  const write = (text: string): string => {
    return writeEntry({ ...parts, clauses: [{ ...best, text }] }, omitted);
  };
  const room = max - lengthOf(write(''));
  // Without any other field the empty clause takes its separator with it.
  for (let size = Math.min(room, lengthOf(best.text)); size >= 2; size -= 1) {
    const written = write(cutAtWord(best.text, size));
    if (lengthOf(written) <= max) return written;
  }
  return undefined;
}

/** The lists that lose parts, in this order; the date goes last. */
const LISTS = ['attributes', 'groups', 'relations', 'flags', 'emotions'] as const;

/** As few parts go as need be: each makes the entry shorter, so halving finds their number. */
function dropParts(parts: Parts, max: number): string {
  const left: Parts = { ...parts, clauses: [] };
  const write = (count: number): string => {
    return writeEntry(withoutLast(left, count), parts.clauses.length + count);
  };
  let fewest = 0;
  const listed = LISTS.reduce((sum, list) => sum + left[list].length, 0);
  let most = listed + (left.date === undefined ? 0 : 1);
  while (fewest < most) {
    const middle = Math.floor((fewest + most) / 2);
    if (lengthOf(write(middle)) <= max) most = middle;
    else fewest = middle + 1;
  }
  const written = write(fewest);
  if (lengthOf(written) <= max) return written;
  throw new AltError('INVALID_ARGUMENT', 'max_len too small for the reference.', {
    hint: `Allow at least ${String(lengthOf(written))} characters, or leave the reference out.`,
  });
}

function withoutLast(parts: Parts, count: number): Parts {
  let rest = count;
  const lists = LISTS.map((list) => {
    const whole = parts[list];
    const kept = whole.slice(0, Math.max(whole.length - rest, 0));
    rest -= whole.length - kept.length;
    return [list, kept] as const;
  });
  const date = rest > 0 ? undefined : parts.date;
  return { ...parts, ...Object.fromEntries(lists), date };
}
