/** Facts as callers see them, and the checks of what callers say. */
import { AltError } from '../../events/index.js';
import { endInstant, factKey, startInstant, type FoundFact } from '../../projections/index.js';
import { toIso } from '../entity.js';
import { normalizeName } from '../names.js';
import { checkInstant, checkLabel, checkShape } from '../values.js';

export interface Fact {
  readonly id: string;
  /** As it was said; names are compared without case, spaces and quotes. */
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  /** In which it was said, such as a persona's; absent for what was said in none. */
  readonly realm?: string;
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`; null = for ever. Both ends belong to it. */
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly source: string;
  /** 0–1. */
  readonly confidence: number;
  readonly source_file: string | null;
  readonly source_entity_id: string | null;
  readonly source_node: string | null;
  readonly adapter_name: string | null;
  readonly created_at: string;
  /** Valid now. */
  readonly current: boolean;
  /** When a name was asked for: whether it is the subject or the object. */
  readonly direction?: 'outgoing' | 'incoming';
}

export interface Triple {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

/** What may be said of a fact besides its triple. */
export interface FactDetails {
  /** In which it is said: the same triple said in another realm, or in none, is another fact. */
  readonly realm?: string | undefined;
  /** Since when; from the moment it is said where an earlier interval had ended. */
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
  /** A file, a person, a URL. */
  readonly source?: string | undefined;
  /** 0–1; 1 when absent. */
  readonly confidence?: number | undefined;
  readonly sourceFile?: string | undefined;
  readonly sourceEntityId?: string | undefined;
  readonly sourceNode?: string | undefined;
  readonly adapterName?: string | undefined;
}

export interface CheckedTriple extends Triple {
  readonly subjectKey: string;
  readonly objectKey: string;
}

/** What is given besides the triple, as events spell it; nothing stands for what was not said. */
export interface CheckedDetails {
  readonly realm?: string;
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly source?: string;
  readonly confidence?: number;
  readonly source_file?: string;
  readonly source_entity_id?: string;
  readonly source_node?: string;
  readonly adapter_name?: string;
}

const TERM_CHARACTERS_MAX = 1_024;
const PREDICATE_CHARACTERS_MAX = 128;

/**
 * Text that names something: trimmed, lone surrogates become U+FFFD.
 *
 * @throws {AltError} INVALID_ARGUMENT when blank or with NUL, TOO_LARGE over the limit.
 */
function checkText(value: unknown, what: string, charactersMax: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw blank(`${what} is blank.`);
  if (text.includes('\0')) {
    const hint = 'Give it without that character.';
    throw new AltError('INVALID_ARGUMENT', `${what} contains NUL.`, { hint });
  }
  if (text.length > charactersMax) {
    const limit = charactersMax.toLocaleString('en-US');
    throw new AltError('TOO_LARGE', `${what} is longer than ${limit} characters.`, {
      hint: 'Name it in short, and file the long text as a memory.',
    });
  }
  return text.toWellFormed();
}

const blank = (message: string): AltError =>
  new AltError('INVALID_ARGUMENT', message, { hint: 'Give a text with a letter or digit in it.' });

/** The name of a node and the key by which it is compared. */
export function checkTerm(
  value: unknown,
  what: string,
  charactersMax = TERM_CHARACTERS_MAX,
): { readonly name: string; readonly key: string } {
  const name = checkText(value, what, charactersMax);
  const key = factKey(name);
  if (key !== '') return { name, key };
  throw blank(`${what} has nothing but quotes.`);
}

/** One word, however it is typed: NFC, lower case, each blank as `_`. */
export const asWord = (text: string): string =>
  text.normalize('NFC').toLowerCase().replace(/\s/gu, '_');

export function checkPredicate(value: unknown): string {
  return asWord(checkText(value, 'predicate', PREDICATE_CHARACTERS_MAX));
}

export function checkTriple(triple: Triple): CheckedTriple {
  checkShape(triple, 'object', 'The fact');
  const subject = checkTerm(triple.subject, 'subject');
  const predicate = checkPredicate(triple.predicate);
  const object = checkTerm(triple.object, 'object');
  return {
    ...{ subject: subject.name, predicate, object: object.name },
    ...{ subjectKey: subject.key, objectKey: object.key },
  };
}

function checkConfidence(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new AltError('INVALID_ARGUMENT', 'confidence must be a number from 0 to 1.', {
    hint: '1 is certain, and is taken where none is given.',
  });
}

/** '' for none. @throws {AltError} INVALID_ARGUMENT */
export function checkFactRealm(realm: string | null | undefined): string {
  return realm === undefined || realm === null || realm === '' ? '' : normalizeName(realm, 'realm');
}

/** @throws {AltError} INVALID_ARGUMENT, TOO_LARGE naming the field. */
export function checkDetails(details: FactDetails): CheckedDetails {
  checkShape(details, 'object', 'What is said of the fact');
  const given = {
    realm: checkFactRealm(details.realm),
    valid_from: checkInstant(details.validFrom, 'valid_from'),
    valid_to: checkInstant(details.validTo, 'valid_to'),
    source: checkLabel(details.source, 'source'),
    confidence: checkConfidence(details.confidence),
    source_file: checkLabel(details.sourceFile, 'source_file'),
    source_entity_id: checkLabel(details.sourceEntityId, 'source_entity_id'),
    source_node: checkLabel(details.sourceNode, 'source_node'),
    adapter_name: checkLabel(details.adapterName, 'adapter_name'),
  };
  const { valid_from, valid_to } = given;
  if (endInstant(valid_to) < startInstant(valid_from)) {
    throw new AltError('INVALID_ARGUMENT', 'valid_to lies before valid_from.', {
      hint: 'Swap them, or leave the one out that is not known.',
    });
  }
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries);
}

/** @param now the second at which it is current or not */
export function toFact(row: FoundFact, now: string, seen?: Pick<Fact, 'direction'>): Fact {
  return {
    id: row.id,
    subject: row.subject,
    predicate: row.predicate,
    object: row.object,
    ...(row.realm !== '' && { realm: row.realm }),
    valid_from: row.validFrom,
    valid_to: row.validTo,
    source: row.source,
    confidence: row.confidence,
    source_file: row.sourceFile,
    source_entity_id: row.sourceEntityId,
    source_node: row.sourceNode,
    adapter_name: row.adapterName,
    created_at: toIso(row.createdMs),
    current: row.fromInstant <= now && now <= row.toInstant,
    ...seen,
  };
}
