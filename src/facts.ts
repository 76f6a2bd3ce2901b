/** The knowledge graph in its first form: saying that something holds, and that it ended. */
import { AltError } from '../events/index.js';
import {
  endInstant,
  factKey,
  factsAbout,
  factsOfStream,
  startInstant,
  type FactRow,
} from '../projections/index.js';
import { toIso } from './entity.js';
import { change, newId, streamIn, type ChangeOptions, type Session } from './session.js';
import { checkInstant, checkLabel, checkShape } from './values.js';

export interface Fact {
  readonly id: string;
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly source: string;
  readonly confidence: number;
  readonly created_at: string;
  /** Valid now. */
  readonly current: boolean;
}

export interface Triple {
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
}

/** What became of something that was said. */
export interface Said {
  readonly fact_id: string;
  /** False when it was known already. */
  readonly created: boolean;
}

export interface Ended {
  /** How many facts ended. */
  readonly invalidated: number;
  readonly ended: string;
  /** Their ids. */
  readonly facts: string[];
}

export interface AssertOptions extends ChangeOptions {
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
  readonly source?: string | undefined;
  /** 0–1; 1 when absent. */
  readonly confidence?: number | undefined;
}

const TERM_CHARACTERS_MAX = 1_024;
const PREDICATE_CHARACTERS_MAX = 128;

function checkTerm(value: unknown, what: string, charactersMax = TERM_CHARACTERS_MAX): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw new AltError('INVALID_ARGUMENT', `${what} is blank.`);
  if (text.includes('\0')) throw new AltError('INVALID_ARGUMENT', `${what} contains NUL.`);
  if (text.length > charactersMax) {
    const limit = String(charactersMax);
    throw new AltError('TOO_LARGE', `${what} is longer than ${limit} characters.`);
  }
  return text.toWellFormed();
}

function checkTriple(triple: Triple): Triple {
  checkShape(triple, 'object', 'The fact');
  const predicate = checkTerm(triple.predicate, 'predicate', PREDICATE_CHARACTERS_MAX);
  return {
    subject: checkTerm(triple.subject, 'subject'),
    predicate: predicate.toLowerCase().replaceAll(' ', '_'),
    object: checkTerm(triple.object, 'object'),
  };
}

function streamOfTriple(session: Session, triple: Triple): string {
  const { subject, predicate, object } = triple;
  return streamIn(session, 'fact', '', factKey(subject), predicate, factKey(object));
}

function checkConfidence(value: number | undefined): number {
  const confidence = value ?? 1;
  if (typeof confidence === 'number' && confidence >= 0 && confidence <= 1) return confidence;
  throw new AltError('INVALID_ARGUMENT', 'confidence must be a number from 0 to 1.');
}

/** The second that a moment lies in, as facts are stored. */
const toSecond = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/**
 * Says that a relationship holds. The same triple for overlapping times is one fact.
 *
 * @throws {AltError} INVALID_ARGUMENT for blank terms, bad dates, an end before the start.
 */
export async function assertFact(
  session: Session,
  triple: Triple,
  options: AssertOptions = {},
): Promise<Said> {
  const checked = checkTriple(triple);
  const validTo = checkInstant(options.validTo, 'valid_to');
  const given = checkInstant(options.validFrom, 'valid_from');
  const confidence = checkConfidence(options.confidence);
  const source = checkLabel(options.source, 'source');
  const stream = streamOfTriple(session, checked);
  const { idempotencyKey } = options;
  return change(session, {
    ...options,
    decide(db) {
      const before = factsOfStream(db, stream);
      const now = toSecond(session.system.now());
      // A triple that was ended and is said again without a date begins anew, now.
      const validFrom = given ?? (areEnded(before, now) ? now : undefined);
      const from = startInstant(validFrom);
      const to = endInstant(validTo);
      if (to < from) throw new AltError('INVALID_ARGUMENT', 'valid_to lies before valid_from.');
      const same = before.find((fact) => fact.fromInstant <= from && fact.toInstant >= to);
      if (same) return { events: [], result: { fact_id: same.id, created: false } };
      const fact_id = newId(session, 'fact', { idempotencyKey, index: 0 });
      const data = {
        fact_id,
        ...checked,
        subject_key: factKey(checked.subject),
        object_key: factKey(checked.object),
        confidence,
        ...(validFrom !== undefined && { valid_from: validFrom }),
        ...(validTo !== undefined && { valid_to: validTo }),
        ...(source !== '' && { source }),
      };
      const result = { fact_id, created: true };
      return { events: [{ type: 'FactAsserted', stream, data }], result };
    },
    operation: 'assert',
    recall([event]) {
      const { fact_id, subject, predicate, object } = event?.data ?? {};
      const isSame =
        subject === checked.subject && predicate === checked.predicate && object === checked.object;
      return isSame ? { fact_id: String(fact_id), created: true } : undefined;
    },
  });
}

const areEnded = (facts: readonly FactRow[], now: string): boolean =>
  facts.length > 0 && facts.every((fact) => fact.toInstant <= now);

/**
 * Says that a relationship no longer holds from a moment on: now, unless `ended` is given.
 *
 * @returns how many facts ended; 0 when none was open, and then nothing is appended.
 * @throws {AltError} INVALID_ARGUMENT when a fact starts after `ended`.
 */
export async function endFact(
  session: Session,
  triple: Triple,
  options: ChangeOptions & { readonly ended?: string | undefined } = {},
): Promise<Ended> {
  const checked = checkTriple(triple);
  const ended = checkInstant(options.ended, 'ended') ?? toSecond(session.system.now());
  const stream = streamOfTriple(session, checked);
  return change(session, {
    ...options,
    decide(db) {
      const end = endInstant(ended);
      const open = factsOfStream(db, stream).filter((fact) => fact.toInstant > end);
      if (open.some((fact) => fact.fromInstant > end)) {
        throw new AltError('INVALID_ARGUMENT', `ended ${ended} lies before the fact's start.`);
      }
      const facts = open.map(({ id }) => id);
      const result = { invalidated: facts.length, ended, facts };
      if (facts.length === 0) return { events: [], result };
      const data = { fact_ids: facts, ended };
      return { events: [{ type: 'FactEnded', stream, data }], result };
    },
    operation: 'end',
    recall(events) {
      if (events[0]?.stream !== stream) return undefined;
      const { fact_ids: facts = [] } = (events[0]?.data ?? {}) as { fact_ids?: string[] };
      return { invalidated: facts.length, ended, facts };
    },
  });
}

/** Facts in which the name is subject or object, newest first; every fact without a name. */
export async function queryFacts(session: Session, entity?: string): Promise<Fact[]> {
  const rows = await session.store.read((db) => factsAbout(db, entity));
  const now = toSecond(session.system.now());
  return rows.map((row) => ({
    id: row.id,
    subject: row.subject,
    predicate: row.predicate,
    object: row.object,
    valid_from: row.validFrom,
    valid_to: row.validTo,
    source: row.source,
    confidence: row.confidence,
    created_at: toIso(row.createdMs),
    current: row.fromInstant <= now && now <= row.toInstant,
  }));
}
