/** The shapes of the dialect: what a field looks like, and when a text is written in it. */
import { isFlag } from './flags.js';

const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const MOMENT = String.raw`${DAY}(?:T\d{2}:\d{2}:\d{2}Z)?`;

export const SESSION = new RegExp(`^SESSION:(${MOMENT})(?:\\s+(.*))?$`, 'su');
export const DATE = new RegExp(`^DATE:(${MOMENT})$`);
export const STARS = /^★{1,5}$/;
export const MOOD = /^MOOD:(★{1,3})$/;
export const REF = /^DR:(\S+)$/;
export const OMITTED = /^…\+(\d{1,9})$/;
export const EMOTION_FIELD = /^\*([\p{L}\p{M}_ -]+(?:\+[\p{L}\p{M}_ -]+)*)\*$/u;
export const LEGACY = /^\$?\$(person|project|loc|org|tech|concept|event):(.+)$/su;
export const CATEGORY = /^(FAM|PROJ|⚠|PATTERN)\ufe0f?:\s*/u;
export const GROUP = /^(\d{1,3})D\(([^@()\s]+)(?:@([^()\s]+))?\)(?::\s*(.*))?$/su;
export const RELATION = /^([^\s→]+)→(♡?)([^\s→♡]+)$/u;
export const LABELLED = /^(\S+?)--([^\s-]+(?:-[^\s-]+)*)--(\S+)$/u;
export const MEMBER = /^([^\s()]+)\(([^()]*)\)$/u;

export const ARC_LINE = /^ARC:(\S.*)$/;
export const TUNNEL_LINE = /^T:([^|<\s]+)<->([^|\s]+)\|(.*)$/;
const CODE = String.raw`[\p{Lu}\p{Lo}\p{M}\p{N}]{2,8}`;
const CODES = `(?:\\?\\?\\?|${CODE}(?:\\+${CODE})*)`;
const NUMBERED_ZETTEL = new RegExp(`^\\d+:${CODES}\\|`, 'u');
export const ZETTEL_LINE = new RegExp(`^([A-Za-z0-9_.%-]+):(${CODES})\\|(.*)$`, 'su');

const CLAIM = /^(?:FAM|PROJ|⚠\ufe0f?|PATTERN):.*\S→\S/su;
const OPENING = new RegExp(
  `^(?:DATE:${DAY}|MOOD:★|\\$?\\$(?:person|project|loc|org|tech|concept|event):)`,
);

/** The fields of a line, blank ones left out. */
export function fieldsOf(line: string): string[] {
  return line
    .split('|')
    .map((field) => field.trim())
    .filter((field) => field !== '');
}

/** Lines of the index form in the text: an arc, a tunnel, a numbered entry. */
export function hasIndexLine(text: string): boolean {
  return text.split('\n').some((line) => {
    const trimmed = line.trim();
    return ARC_LINE.test(trimmed) || TUNNEL_LINE.test(trimmed) || NUMBERED_ZETTEL.test(trimmed);
  });
}

/** Whether a text is written in the dialect, so that compressing must leave it as it is. */
export function isAaak(text: string): boolean {
  if (/^SESSION:\d{4}-\d{2}-\d{2}/.test(text) || hasIndexLine(text)) return true;
  return text.split('\n').some((line) => {
    const fields = fieldsOf(line);
    if (fields.some((field) => STARS.test(field) || CLAIM.test(field))) return true;
    return fields.length >= 2 && OPENING.test(fields[0] ?? '');
  });
}

/** Relations, attributes and codes of a field: blanks part them, but not within parentheses. */
export function tokensOf(field: string): string[] {
  return field.match(/[^\s()]+\([^()]*\)|\S+/gu) ?? [];
}

export const isFlagField = (field: string): boolean => field.split('+').every(isFlag);

/** A field of which the reader knows the meaning by its form alone. */
export function isMarkedField(field: string): boolean {
  if (REF.test(field) || EMOTION_FIELD.test(field) || isFlagField(field)) return true;
  const body = field.replace(CATEGORY, '');
  if (GROUP.test(body)) return true;
  const tokens = tokensOf(body);
  return tokens.length > 0 && tokens.every((token) => RELATION.test(token) || LABELLED.test(token));
}

/** Words that have the form of a code. */
export const CODE_IN_TEXT =
  /(?<![\p{L}\p{M}\p{N}_])[\p{Lu}\p{Lo}\p{M}\p{N}]{2,12}(?![\p{L}\p{M}\p{N}_])/gu;

/** The field that points to a memory, to one revision of it if given; see {@link decodeRef}. */
export function writeRef(id: string, rev?: string): string {
  // What would end the field, or the id, is encoded.
  const encoded = id.replace(/[%|@\s]|[^\x21-\x7e]/gu, (character) =>
    encodeURIComponent(character),
  );
  return `DR:${encoded}${rev === undefined ? '' : `@${rev}`}`;
}

/** @returns the id and, where the reference names one, the revision. */
export function decodeRef(ref: string): { readonly id: string; readonly rev: string | undefined } {
  const [id = '', rev] = ref.split('@');
  try {
    return { id: decodeURIComponent(id), rev };
  } catch {
    // Written by hand with a lone percent sign: it is meant as it stands.
    return { id, rev };
  }
}
