/**
 * Decides what is said of facts within one change: each decision sees what was decided before it,
 * though nothing is appended yet.
 */
import { AltError } from '../../events/index.js';
import {
  endInstant,
  factsOfTriple,
  saidFrom,
  startInstant,
  toSecond,
  type Db,
  type FactRow,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { streamIn, type Session } from '../session.js';
import type { CheckedDetails, CheckedTriple } from './fact.js';
import type { Names } from './names.js';

/** Something to be said, checked. */
export interface Assertion {
  /** For the case that it is new. */
  readonly id: string;
  readonly triple: CheckedTriple;
  readonly details: CheckedDetails;
  /** Ends what else is said of subject and predicate. */
  readonly replace: boolean;
}

/** What became of something that was said. */
export interface Said {
  readonly fact_id: string;
  /** False when it was known already. */
  readonly created: boolean;
}

interface TripleKeys {
  /** '' for none. */
  readonly realm: string;
  readonly subjectKey: string;
  readonly predicate: string;
  readonly objectKey: string;
}

export class Ledger {
  readonly events: NewEvent[] = [];
  readonly #session: Session;
  readonly #db: Db;
  readonly #names: Names;
  readonly #nowMs: number;
  readonly #changed = new Map<string, FactRow>();
  readonly #added: FactRow[] = [];

  constructor(session: Session, db: Db, names: Names) {
    this.#session = session;
    this.#db = db;
    this.#names = names;
    this.#nowMs = session.system.now();
  }

  assert(assertion: Assertion): Said {
    const { details, replace } = assertion;
    const triple = { ...assertion.triple, realm: details.realm ?? '' };
    const before = this.#find(triple);
    const to = endInstant(details.valid_to);
    const said = saidFrom(details, this.#nowMs);
    const same = before.find((fact) => fact.fromInstant <= said && fact.toInstant >= to);
    const validFrom = details.valid_from ?? (same ? undefined : this.#anew(before, to));
    const from = startInstant(validFrom);
    if (same) this.#amend(same, details);
    else this.#add(assertion, validFrom);
    if (replace) this.#endOthers(triple, validFrom === undefined ? this.#now : from);
    return { fact_id: same?.id ?? assertion.id, created: !same };
  }

  /** The second that is now. */
  get #now(): string {
    return toSecond(this.#nowMs);
  }

  /**
   * A triple whose times have all an end and that is said again without a start begins anew: now,
   * so that its times do not overlap.
   */
  #anew(before: readonly FactRow[], to: string): string | undefined {
    const now = this.#now;
    const isAnew = before.length > 0 && to >= now && before.every(hasEndAfterStart(now));
    return isAnew ? now : undefined;
  }

  /**
   * Ends all facts of a triple that hold after a moment.
   *
   * @returns their ids.
   * @throws {AltError} INVALID_ARGUMENT when one of them starts later.
   */
  end(triple: CheckedTriple & { readonly realm: string }, ended: string): string[] {
    const end = endInstant(ended);
    const open = this.#find(triple).filter((fact) => fact.toInstant > end);
    const later = open.find((fact) => fact.fromInstant > end);
    if (later) {
      const start = later.validFrom ?? '';
      throw new AltError(
        'INVALID_ARGUMENT',
        `ended ${ended} lies before the fact's start, ${start}.`,
      );
    }
    this.#end(open, ended);
    return open.map(({ id }) => id);
  }

  /** The intervals of a triple in all its spellings, the one that was said first first. */
  #find({ realm, subjectKey, predicate, objectKey }: TripleKeys): FactRow[] {
    const subjects = this.#names.keysOf(subjectKey);
    const objects = this.#names.keysOf(objectKey);
    const rows = factsOfTriple(this.#db, { realm, subjects, predicate, objects });
    return this.#asDecided(rows, (fact) => {
      return isOf(fact, { realm, subjects, predicate }) && objects.includes(fact.objectKey);
    });
  }

  #asDecided(rows: readonly FactRow[], isAsked: (fact: FactRow) => boolean): FactRow[] {
    const all = [...rows, ...this.#added.filter(isAsked)];
    return all.map((fact) => this.#changed.get(fact.id) ?? fact);
  }

  #endOthers({ realm, subjectKey, predicate, objectKey }: TripleKeys, end: string): void {
    const subjects = this.#names.keysOf(subjectKey);
    const objects = this.#names.keysOf(objectKey);
    const rows = factsOfTriple(this.#db, { realm, subjects, predicate });
    const facts = this.#asDecided(rows, (fact) => isOf(fact, { realm, subjects, predicate }));
    const others = facts.filter((fact) => {
      return !objects.includes(fact.objectKey) && fact.fromInstant <= end && fact.toInstant > end;
    });
    this.#end(others, end);
  }

  /** One event a stream. */
  #end(facts: readonly FactRow[], ended: string): void {
    const byStream = new Map<string, string[]>();
    for (const fact of facts) {
      this.#changed.set(fact.id, { ...fact, validTo: ended, toInstant: endInstant(ended) });
      byStream.set(fact.stream, [...(byStream.get(fact.stream) ?? []), fact.id]);
    }
    for (const [stream, fact_ids] of byStream) {
      this.events.push({ type: 'FactEnded', stream, data: { fact_ids, ended } });
    }
  }

  #amend(fact: FactRow, details: CheckedDetails): void {
    // A start where there was none is learned, if the end is the same; a later one takes nothing.
    const isWhole = fact.validFrom === null && fact.toInstant === endInstant(details.valid_to);
    const { valid_from = null } = isWhole ? details : {};
    const wanted = {
      valid_from: changed(valid_from, fact.validFrom),
      source: changed(details.source, fact.source),
      confidence: changed(details.confidence, fact.confidence),
      source_file: changed(details.source_file, fact.sourceFile),
      source_entity_id: changed(details.source_entity_id, fact.sourceEntityId),
      source_node: changed(details.source_node, fact.sourceNode),
      adapter_name: changed(details.adapter_name, fact.adapterName),
    };
    const changes = Object.entries(wanted).filter(([, value]) => value !== undefined);
    if (changes.length === 0) return;
    const data = { fact_id: fact.id, ...Object.fromEntries(changes) };
    this.events.push({ type: 'FactAmended', stream: fact.stream, data });
    this.#changed.set(fact.id, amended(fact, details, valid_from));
  }

  #add({ id, triple, details: given }: Assertion, validFrom: string | undefined): void {
    const details = { ...given, ...(validFrom !== undefined && { valid_from: validFrom }) };
    const { subject, predicate, object, subjectKey, objectKey } = triple;
    const { realm = '' } = details;
    const keys = { subject_key: subjectKey, object_key: objectKey };
    const stream = streamIn(this.#session, 'fact', realm, subjectKey, predicate, objectKey);
    const data = { fact_id: id, subject, predicate, object, ...keys, ...details };
    this.events.push({ type: 'FactAsserted', stream, data });
    this.#added.push({
      ...{ id, stream, realm, ...triple, source: '', confidence: 1 },
      ...{ validFrom: details.valid_from ?? null, validTo: details.valid_to ?? null },
      fromInstant: startInstant(details.valid_from),
      toInstant: endInstant(details.valid_to),
      ...provenance(details),
      createdMs: this.#nowMs,
    });
  }
}

const isOf = (
  fact: FactRow,
  of: Pick<TripleKeys, 'realm' | 'predicate'> & { readonly subjects: readonly string[] },
): boolean =>
  fact.realm === of.realm &&
  fact.predicate === of.predicate &&
  of.subjects.includes(fact.subjectKey);

/** Facts that have begun and will not go on for ever. */
const hasEndAfterStart = (now: string) => (fact: FactRow) =>
  fact.fromInstant <= now && fact.toInstant < endInstant(undefined);

/** What is said, where it differs from what is known; nothing where nothing is said. */
function changed<Value>(said: Value | null | undefined, known: unknown): Value | undefined {
  return said === null || said === undefined || said === known ? undefined : said;
}

function provenance(
  details: CheckedDetails,
): Partial<FactRow> &
  Pick<FactRow, 'sourceFile' | 'sourceEntityId' | 'sourceNode' | 'adapterName'> {
  return {
    ...(details.source !== undefined && { source: details.source }),
    ...(details.confidence !== undefined && { confidence: details.confidence }),
    sourceFile: details.source_file ?? null,
    sourceEntityId: details.source_entity_id ?? null,
    sourceNode: details.source_node ?? null,
    adapterName: details.adapter_name ?? null,
  };
}

function amended(fact: FactRow, details: CheckedDetails, validFrom: string | null): FactRow {
  const given = Object.entries(provenance(details)).filter(([, value]) => value !== null);
  const start = validFrom === null ? {} : { validFrom, fromInstant: startInstant(validFrom) };
  return { ...fact, ...Object.fromEntries(given), ...start };
}
