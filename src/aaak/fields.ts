/** One line of the dialect as fields, each with what it says. */
import { isCodeShaped } from './codes.js';
import { emotionCode } from './emotions.js';
import * as grammar from './grammar.js';

export interface ParsedRelation {
  readonly source: string;
  readonly target: string;
  /** `loves` for a heart, '' for a bare arrow. */
  readonly label: string;
}

export interface ParsedGroup {
  readonly count: number;
  readonly kind: string;
  readonly owner: string | null;
  /** Codes. */
  readonly members: readonly string[];
}

/** What one field says; the first that takes it. */
export type Field =
  | { readonly kind: 'session' | 'date'; readonly date: string }
  | { readonly kind: 'stars' | 'omitted'; readonly count: number }
  | { readonly kind: 'mood'; readonly stars: string }
  | { readonly kind: 'ref'; readonly ref: string }
  | { readonly kind: 'emotions' | 'flags'; readonly names: readonly string[] }
  | { readonly kind: 'legacy'; readonly type: string; readonly name: string }
  | { readonly kind: 'group'; readonly group: ParsedGroup; readonly attributes: Attributes }
  | { readonly kind: 'claims'; readonly claims: readonly Claim[] }
  | { readonly kind: 'text'; readonly text: string };

export type Attributes = ReadonlyMap<string, readonly string[]>;
/** One relation, or the attributes of one code. */
export type Claim =
  | ({ readonly kind: 'relation' } & ParsedRelation)
  | { readonly kind: 'attributes'; readonly code: string; readonly attributes: readonly string[] };

export interface ReadField {
  readonly category: string | undefined;
  readonly field: Field;
}

/** The fields of one line, in order. */
export function readFields(line: string): ReadField[] {
  return grammar.fieldsOf(line).flatMap((written) => {
    const field = written.replace(/\.\.\.$/, '').trim();
    if (field === '') return [];
    const session = grammar.SESSION.exec(field);
    if (!session) return [readField(field)];
    const [, date = '', rest = ''] = session;
    const opening: ReadField = { category: undefined, field: { kind: 'session', date } };
    return rest.trim() === '' ? [opening] : [opening, readField(rest.trim())];
  });
}

function readField(field: string): ReadField {
  const marked = readMark(field);
  if (marked) return { category: undefined, field: marked };
  const category = grammar.CATEGORY.exec(field)?.[1];
  const body = field.replace(grammar.CATEGORY, '');
  const text = { kind: 'text', text: body.replaceAll('¦', '|') } as const;
  return { category, field: readGroup(body) ?? readClaims(body) ?? text };
}

/** Fields that are known by their form alone, in the order in which they are tried. */
const MARKS: readonly ((field: string) => Field | undefined)[] = [
  (field) => matched(grammar.DATE, field, (date) => ({ kind: 'date', date })),
  (field) => matched(/^(★{1,5})$/, field, ({ length }) => ({ kind: 'stars', count: length })),
  (field) => matched(grammar.MOOD, field, (stars) => ({ kind: 'mood', stars })),
  (field) => matched(grammar.REF, field, (ref) => ({ kind: 'ref', ref: readRef(ref) })),
  (field) =>
    matched(grammar.OMITTED, field, (count) => ({ kind: 'omitted', count: Number(count) })),
  (field) =>
    matched(grammar.EMOTION_FIELD, field, (names) => {
      return { kind: 'emotions', names: names.split('+').map(emotionCode) };
    }),
  (field) => (grammar.isFlagField(field) ? { kind: 'flags', names: field.split('+') } : undefined),
  (field) => {
    const [, type, name] = grammar.LEGACY.exec(field) ?? [];
    return type === undefined || name === undefined ? undefined : { kind: 'legacy', type, name };
  },
];

function readMark(field: string): Field | undefined {
  for (const mark of MARKS) {
    const read = mark(field);
    if (read) return read;
  }
  return undefined;
}

function matched(
  pattern: RegExp,
  field: string,
  make: (found: string) => Field,
): Field | undefined {
  const found = pattern.exec(field)?.[1];
  return found === undefined ? undefined : make(found);
}

function readRef(ref: string): string {
  const { id, rev } = grammar.decodeRef(ref);
  return rev === undefined ? id : `${id}@${rev}`;
}

function readGroup(body: string): Field | undefined {
  const [, count, kind, owner, members = ''] = grammar.GROUP.exec(body) ?? [];
  if (count === undefined || kind === undefined) return undefined;
  const codes: string[] = [];
  const attributes = new Map<string, string[]>();
  for (const token of grammar.tokensOf(members)) {
    const [, code = token, said] = grammar.MEMBER.exec(token) ?? [];
    codes.push(code);
    if (said !== undefined) attributes.set(code, attributeList(said));
  }
  const group = { count: Number(count), kind, owner: owner ?? null, members: codes };
  return { kind: 'group', group, attributes };
}

const attributeList = (said: string): string[] =>
  said
    .split(',')
    .map((part) => part.trim().replaceAll('¦', '|'))
    .filter((part) => part !== '');

/** All of the field as relations and attributes, or nothing of it. */
function readClaims(body: string): Field | undefined {
  const claims: Claim[] = [];
  for (const token of grammar.tokensOf(body)) {
    const claim = readClaim(token);
    if (!claim) return undefined;
    claims.push(claim);
  }
  return claims.length === 0 ? undefined : { kind: 'claims', claims };
}

function readClaim(token: string): Claim | undefined {
  const [, code = '', said] = grammar.MEMBER.exec(token) ?? [];
  if (said !== undefined && isCodeShaped(code)) {
    return { kind: 'attributes', code, attributes: attributeList(said) };
  }
  const relation = readRelation(token);
  return relation && { kind: 'relation', ...relation };
}

function readRelation(token: string): ParsedRelation | undefined {
  const [, source, heart, target] = grammar.RELATION.exec(token) ?? [];
  if (source !== undefined && target !== undefined) {
    return { source, target, label: heart === '' ? '' : 'loves' };
  }
  const [, left, label = '', right] = grammar.LABELLED.exec(token) ?? [];
  if (left === undefined || right === undefined) return undefined;
  return { source: left, target: right, label: label.replaceAll('.', ' ') };
}
