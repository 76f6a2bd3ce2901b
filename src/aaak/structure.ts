/**
 * What of a text can be said as groups, relations and attributes of persons, and which spans of
 * the text that uses up.
 */
import {
  COUNTED_KIN,
  relationIn,
  ROLES,
  smallNumber,
  type PersonMention,
} from '../../projections/index.js';
import { firstBehind, isWithin, mergeSpans, type Span } from './spans.js';
import { sentenceSpans } from './text.js';

/** A mention with its code. */
export interface CodedPerson extends PersonMention {
  readonly code: string;
}

export interface Structure {
  readonly relations: string[];
  readonly groups: string[];
  readonly attributes: string[];
  /** In order, not overlapping. */
  readonly consumed: Span[];
  /** A relation or group that makes a family. */
  readonly isFamily: boolean;
  readonly isLove: boolean;
}

interface Piece extends Span {
  readonly text: string;
  readonly isFamily?: boolean;
}

/** Finds them in the order groups, relations, attributes; what one uses the next leaves alone. */
export function findStructure(text: string, persons: readonly CodedPerson[]): Structure {
  const groups = findGroups(text, persons);
  const isAsked = questionTest(text);
  const grouped = mergeSpans(groups);
  const free = persons.filter(({ start }) => !isWithin(grouped, start) && !isAsked(start));
  const relations = findRelations(text, free);
  const attributes = findAttributes(text, free);
  const pieces = [...groups, ...relations, ...attributes];
  return {
    groups: groups.map((piece) => piece.text),
    relations: relations.map((piece) => piece.text),
    attributes: attributes.map((piece) => piece.text),
    consumed: mergeSpans(pieces),
    isFamily: groups.length > 0 || relations.some(({ isFamily }) => isFamily === true),
    isLove: relations.some((piece) => piece.text.includes('→♡')),
  };
}

/** A question states nothing: `Does Alice love Bob?` stays a sentence. */
function questionTest(text: string): (at: number) => boolean {
  const asked = sentenceSpans(text).filter(({ start, end }) =>
    /[?？]\W*$/.test(text.slice(start, end)),
  );
  return (at) => isWithin(asked, at);
}

const KIN_PATTERN = [...COUNTED_KIN].sort((a, b) => b.length - a.length).join('|');
const GROUP = new RegExp(
  `(?<![\\p{L}\\p{N}_])(?:(?:they|we|he|she|who)\\s+(?:have|has|had)\\s+)?` +
    `(\\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\\s+` +
    `(${KIN_PATTERN})(?:\\s*[:,—–-]\\s*|\\s+(?:(?:named|called)\\s+)?)`,
  'giu',
);
const OWNED = /^[ \t]+(?:have|has|had)[ \t]+$/;
const BETWEEN_ITEMS = /^\s*(?:,\s*(?:and\s+|&\s*)?|and\s+|&\s*)/;
const PARENTHESES = /^[ \t]*\(([^()\n]*)\)/;

/** `they have two kids: Riley (18, into sports) and Max`. */
function findGroups(text: string, persons: readonly CodedPerson[]): Piece[] {
  const pieces: Piece[] = [];
  for (const match of text.matchAll(GROUP)) {
    const [found, number = '', kin = ''] = match;
    const { members, end } = readMembers(text, match.index + found.length, persons);
    if (members.length === 0) continue;
    const owner = ownerBefore(text, match.index, persons);
    const count = smallNumber(number) ?? number;
    const kind = kin.toLowerCase() + (owner ? `@${owner.code}` : '');
    pieces.push({
      start: owner?.start ?? match.index,
      end,
      text: `${count}D(${kind}): ${members.join(' ')}`,
    });
  }
  return pieces;
}

/** The person before, where nothing but `has` lies between. */
function ownerBefore(
  text: string,
  at: number,
  persons: readonly CodedPerson[],
): CodedPerson | undefined {
  const before = persons[firstBehind(persons, at) - 1];
  return before && OWNED.test(text.slice(before.end, at)) ? before : undefined;
}

function readMembers(
  text: string,
  from: number,
  persons: readonly CodedPerson[],
): { members: string[]; end: number } {
  const members: string[] = [];
  let end = from;
  let next = from;
  for (let at = firstBehind(persons, from); ; at += 1) {
    const person = persons[at];
    if (person?.start !== next) break;
    const said = PARENTHESES.exec(text.slice(person.end));
    const attributes = said ? attributeList(said[1] ?? '') : '';
    members.push(person.code + attributes);
    end = person.end + (said && attributes !== '' ? said[0].length : 0);
    const separator = BETWEEN_ITEMS.exec(text.slice(end, end + 16));
    if (!separator) break;
    next = end + separator[0].length;
  }
  return { members, end };
}

/** Two persons with nothing between them but what relates them. */
function findRelations(text: string, persons: readonly CodedPerson[]): Piece[] {
  return persons.slice(1).flatMap((right, index): Piece[] => {
    const left = persons[index];
    const relation = left && relationIn(text.slice(left.end, right.start));
    if (!left || !relation) return [];
    const { label, isFamily } = relation;
    const arrow = label === 'loves' ? '→♡' : `--${label.replaceAll(' ', '.')}--`;
    const piece = { start: left.start, end: right.end, isFamily };
    return [{ ...piece, text: left.code + arrow + right.code }];
  });
}

const NAMED = /^[ \t]+(?:is|was)[ \t]+(?:a|an|the|our|my)[ \t]+(\S+)(?:[ \t]+(\S+))?/i;

/** `Name (a, b)` and `Name is a senior engineer`. */
function findAttributes(text: string, persons: readonly CodedPerson[]): Piece[] {
  return persons.flatMap(({ start, end, code }): Piece[] => {
    const said = PARENTHESES.exec(text.slice(end));
    const attributes = said ? attributeList(said[1] ?? '') : '';
    if (said && attributes !== '') {
      return [{ start, end: end + said[0].length, text: code + attributes }];
    }
    const role = roleBehind(text.slice(end, end + ROLE_CHARACTERS_MAX));
    return role ? [{ start, end: end + role.length, text: `${code}(${role.words})` }] : [];
  });
}

const ROLE_CHARACTERS_MAX = 120;

function roleBehind(text: string): { words: string; length: number } | undefined {
  const [all = '', first = '', second = ''] = NAMED.exec(text) ?? [];
  const bare = (word: string): string => /^[\p{L}\p{M}\p{N}_-]+/u.exec(word)?.[0] ?? '';
  const isWhole = (word: string): boolean => ROLES.has(bare(word).toLowerCase());
  if (isWhole(second) && bare(first) === first) {
    const length = all.length - second.length + bare(second).length;
    return { words: `${first}.${bare(second)}`, length };
  }
  if (!isWhole(first)) return undefined;
  const at = all.length - second.length;
  const behind = second === '' ? all : all.slice(0, at).trimEnd();
  return { words: bare(first), length: behind.length - first.length + bare(first).length };
}

const FILLERS = new Set([
  ...['into', 'does', 'do', 'is', 'are', 'was', 'a', 'an', 'the', 'likes', 'like', 'loves'],
  ...['love', 'enjoys', 'enjoy', 'plays', 'play', 'works', 'work', 'as', 'at', 'in', 'on'],
]);

/** `(18, into sports)` as `(18,sports)`; '' when nothing in it can be written. */
function attributeList(said: string): string {
  const attributes = said
    .split(',')
    .map(attribute)
    .filter((part) => part !== '');
  return attributes.length === 0 ? '' : `(${attributes.join(',')})`;
}

function attribute(part: string): string {
  const words = part
    .replaceAll('|', '¦')
    .split(/\s+/)
    .filter((word) => word !== '');
  while (words.length > 1 && FILLERS.has(words[0]?.toLowerCase() ?? '')) words.shift();
  return words
    .join(' ')
    .replace(/ (?:and|&) /gi, '+')
    .replaceAll(' ', '.');
}
