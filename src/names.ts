/** Names of realms, domains, agents and personas: one spelling for whatever people type. */
import { AltError } from '../events/index.js';

/** What a name is of, for messages. */
export type NameKind = 'realm' | 'domain' | 'agent' | 'persona';

const NAME_LENGTH_MAX = 128;

const INNER = String.raw`[\p{L}\p{N}\p{M}_.']`;
const NAME = new RegExp(String.raw`^[\p{L}\p{N}](?:${INNER}*[\p{L}\p{N}\p{M}])?$`, 'u');

const fold = (text: string): string =>
  text.normalize('NFC').trim().toLowerCase().replace(/[ -]/g, '_');

const isName = (name: string): boolean => NAME.test(name) && [...name].length <= NAME_LENGTH_MAX;

/**
 * The one spelling of a name: NFC, trimmed, lower case, spaces and hyphens as `_`; 1–128 letters,
 * digits, marks, `_`, `.`, `'`, with a letter or digit first and no `_.'` last.
 *
 * @throws {AltError} INVALID_ARGUMENT
 */
export function normalizeName(text: string, kind: NameKind): string {
  const name = typeof text === 'string' ? fold(text) : '';
  if (isName(name)) return name;
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  throw new AltError('INVALID_ARGUMENT', `Invalid ${kind}: '${shown}'.`, {
    hint:
      'A name has 1 to 128 letters, digits, spaces, "-", "_", "." or "\'", ' +
      'and starts and ends with a letter or digit.',
  });
}

/** A filter that no name can match. */
const NOTHING = Symbol('matches nothing');

/**
 * A name given as a filter: undefined or blank means no filter, and what can be no name matches
 * nothing, which is an empty result and no error.
 */
export function filterName(text: string | null | undefined): string | undefined | typeof NOTHING {
  if (text === undefined || text === null || text === '') return undefined;
  if (typeof text !== 'string') throw new AltError('INVALID_ARGUMENT', 'A filter must be a name.');
  const name = fold(text);
  return isName(name) ? name : NOTHING;
}

/** True for a filter that matches nothing. */
export const matchesNothing = (filter: unknown): filter is typeof NOTHING => filter === NOTHING;

/** A name made from a folder, file or speaker: never an error, `general` when nothing is left. */
export function slugName(text: string): string {
  const folded = fold(text)
    .replace(/[^\p{L}\p{N}\p{M}_.']+/gu, '_')
    .replace(/^[^\p{L}\p{N}]+/u, '');
  const cut = [...folded]
    .slice(0, NAME_LENGTH_MAX)
    .join('')
    .replace(/[_.']+$/u, '');
  return isName(cut) ? cut : 'general';
}
