/** Saying that something holds, that it ended, and that it never did. */
import { AltError, type EventPayload } from '../../events/index.js';
import {
  factById,
  factsOfTriple,
  findFacts,
  saidFrom,
  toSecond,
  type Db,
  type FactRow,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { change, newId, streamIn, type ChangeOptions, type Session } from '../session.js';
import { checkInstant, checkShape } from '../values.js';
import {
  checkDetails,
  checkFactRealm,
  checkTriple,
  toFact,
  type CheckedDetails,
  type CheckedTriple,
  type Fact,
  type FactDetails,
  type Triple,
} from './fact.js';
import { Ledger, type Said } from './ledger.js';
import { namesNow } from './people.js';

export interface AssertOptions extends ChangeOptions, FactDetails {
  /** Ends what else is said of subject and predicate where this begins. */
  readonly replace?: boolean | undefined;
}

/** One item of a batch, spelled as facts are. */
export interface NewFact extends Triple {
  readonly realm?: string | null | undefined;
  readonly valid_from?: string | null | undefined;
  readonly valid_to?: string | null | undefined;
  readonly source?: string | undefined;
  readonly confidence?: number | undefined;
  readonly source_file?: string | null | undefined;
  readonly source_entity_id?: string | null | undefined;
  readonly source_node?: string | null | undefined;
  readonly adapter_name?: string | null | undefined;
}

export interface Ended {
  /** How many facts ended. */
  readonly invalidated: number;
  readonly ended: string;
  /** Their ids. */
  readonly facts: string[];
  /** When none ended: up to five facts of that subject which hold now. */
  readonly candidates?: Fact[];
}

const BATCH_ITEMS_MAX = 1_000;
const CANDIDATES_MAX = 5;

/**
 * Says that a relationship holds. The same triple for a time that is covered is one fact; what is
 * said besides it then adds to that fact.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE: blank terms, bad dates, an end before the start.
 */
export async function assertFact(
  session: Session,
  triple: Triple,
  options: AssertOptions = {},
): Promise<Said> {
  const checked = checkTriple(triple);
  const details = checkDetails(options);
  const { idempotencyKey, replace = false } = options;
  const stream = streamOfTriple(session, { ...checked, realm: details.realm ?? '' });
  return change(session, {
    ...options,
    decide(db) {
      const ledger = new Ledger(session, db, namesNow(session, db));
      const id = newId(session, 'fact', { idempotencyKey, index: 0 });
      const result = ledger.assert({ id, triple: checked, details, replace });
      return { events: ledger.events, result };
    },
    operation: 'assert',
    recall: (events) => recallSaid(events.filter((event) => event.stream === stream)),
  });
}

function recallSaid(events: readonly EventPayload[]): Said | undefined {
  const said = events.find(({ type }) => type === 'FactAsserted' || type === 'FactAmended');
  if (!said) return undefined;
  return { fact_id: String(said.data.fact_id), created: said.type === 'FactAsserted' };
}

function streamOfTriple(
  session: Session,
  { realm, subjectKey, predicate, objectKey }: CheckedTriple & { readonly realm: string },
): string {
  return streamIn(session, 'fact', realm, subjectKey, predicate, objectKey);
}

/** As {@link assertFact} for up to 1,000 facts: all of them or none. @returns in order. */
export async function assertFacts(
  session: Session,
  items: readonly NewFact[],
  options: Pick<ChangeOptions, 'batch'> = {},
): Promise<Said[]> {
  checkShape(items, 'list', 'The facts');
  if (items.length > BATCH_ITEMS_MAX) {
    const limit = BATCH_ITEMS_MAX.toLocaleString('en-US');
    throw new AltError('TOO_LARGE', `A batch has at most ${limit} facts.`);
  }
  const checked = checkFacts(items);
  return change(session, {
    batch: options.batch,
    decide(db) {
      const ledger = new Ledger(session, db, namesNow(session, db));
      const result = checked.map((item, index) => {
        const id = newId(session, 'fact', { index });
        return atIndex(index, () => ledger.assert({ id, ...item, replace: false }));
      });
      return { events: ledger.events, result };
    },
  });
}

/** @throws {AltError} INVALID_ARGUMENT, TOO_LARGE naming the item that is wrong. */
export function checkFacts(
  items: readonly NewFact[],
): { readonly triple: CheckedTriple; readonly details: CheckedDetails }[] {
  return items.map((item, index) =>
    atIndex(index, () => ({ triple: checkTriple(item), details: detailsOf(item) })),
  );
}

const detailsOf = (item: NewFact): CheckedDetails =>
  checkDetails({
    realm: item.realm ?? undefined,
    validFrom: item.valid_from ?? undefined,
    validTo: item.valid_to ?? undefined,
    source: item.source,
    confidence: item.confidence,
    sourceFile: item.source_file ?? undefined,
    sourceEntityId: item.source_entity_id ?? undefined,
    sourceNode: item.source_node ?? undefined,
    adapterName: item.adapter_name ?? undefined,
  });

/** Names the item that is wrong. */
export function atIndex<Result>(index: number, work: () => Result, list = 'facts'): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AltError)) throw error;
    const { code, message, hint } = error;
    throw new AltError(code, `${list}[${String(index)}]: ${message}`, {
      cause: error,
      details: { index, problem: message },
      hint,
    });
  }
}

export interface EndOptions extends ChangeOptions {
  /** In which it was said; facts of no realm when absent. */
  readonly realm?: string | undefined;
  /** Since when it no longer holds: that second or day is its last. Now when absent. */
  readonly ended?: string | undefined;
}

/**
 * Says that a relationship no longer holds from a moment on: now, unless `ended` is given.
 *
 * @returns how many facts ended; 0 when none was open, and then nothing is appended.
 * @throws {AltError} INVALID_ARGUMENT when a fact starts after `ended`.
 */
export async function endFact(
  session: Session,
  triple: Triple,
  options: EndOptions = {},
): Promise<Ended> {
  checkShape(options, 'object', 'The options');
  const checked = { ...checkTriple(triple), realm: checkFactRealm(options.realm) };
  const now = toSecond(session.system.now());
  const ended = checkInstant(options.ended, 'ended') ?? now;
  const stream = streamOfTriple(session, checked);
  return change<Ended>(session, {
    ...options,
    decide(db) {
      const names = namesNow(session, db);
      const ledger = new Ledger(session, db, names);
      const facts = ledger.end(checked, ended);
      const result = { invalidated: facts.length, ended, facts };
      if (facts.length > 0) return { events: ledger.events, result };
      const keys = names.keysOf(checked.subjectKey);
      const rows = findFacts(
        db,
        {
          roots: names.rootsIn(db, keys),
          keys,
          direction: 'outgoing',
          during: { from: now, to: now },
        },
        { limit: CANDIDATES_MAX },
      );
      const candidates = rows.map((row) => toFact(row, now));
      return { events: [], result: { ...result, candidates } };
    },
    operation: 'end',
    recall(events) {
      if (!events.some((event) => event.stream === stream)) return undefined;
      const facts = events.flatMap(({ data }) => data.fact_ids as string[]);
      return { invalidated: facts.length, ended: String(events[0]?.data.ended), facts };
    },
  });
}

/**
 * Says that a fact never held: it was a mistake, and no query finds it any more.
 *
 * @returns whether there was such a fact.
 */
export async function retractFact(
  session: Session,
  id: string,
  options: Pick<ChangeOptions, 'batch'> = {},
): Promise<boolean> {
  checkShape(id, 'text', 'fact_id');
  return change<boolean>(session, {
    batch: options.batch,
    decide(db) {
      const fact = factById(db, id);
      if (!fact) return { events: [], result: false };
      const events = asOneFact(session, db, fact).map(({ id: held, stream }): NewEvent => {
        return { type: 'FactRetracted', stream, data: { fact_ids: [held] } };
      });
      return { events, result: true };
    },
  });
}

/** What queries show as one with a fact: what it covers, or is covered by, in other spellings. */
function asOneFact(session: Session, db: Db, fact: FactRow): FactRow[] {
  const names = namesNow(session, db);
  const subjects = names.keysOf(fact.subjectKey);
  const objects = names.keysOf(fact.objectKey);
  const { realm, predicate } = fact;
  const spelled = factsOfTriple(db, { realm, subjects, predicate, objects });
  const shown = spelled.find((other) => other.id === fact.id || covers(other, fact)) ?? fact;
  const later = spelled.slice(spelled.indexOf(shown) + 1);
  return [shown, ...later.filter((other) => covers(shown, other))];
}

/** As queries see it, of two facts in the order in which they were said. */
function covers(earlier: FactRow, later: FactRow): boolean {
  const { validFrom, validTo, createdMs, toInstant } = later;
  const data = { valid_from: validFrom ?? undefined, valid_to: validTo ?? undefined };
  const isWithin =
    earlier.fromInstant <= saidFrom(data, createdMs) && earlier.toInstant >= toInstant;
  return earlier.stream !== later.stream && isWithin;
}

/** The fact of that id, also of one that was known already under another. */
export async function readFact(session: Session, id: string): Promise<Fact | undefined> {
  checkShape(id, 'text', 'fact_id');
  const row = await session.store.read<FactRow | undefined>((db) => factById(db, id));
  return row && toFact(row, toSecond(session.system.now()));
}
