/**
 * Relationships with validity in time: one row per interval of a triple. The same triple said again
 * for a time that is covered already is one fact, and what was said later adds to it; an end closes
 * every interval that is open then; a retraction takes away what never held.
 */
import type { EventDataOf } from '../events/index.js';
import type { Db, SqlValue } from './database.js';
import { FACT_NAMES_LOGICAL, FACT_NAMES_SCHEMA, useNames } from './fact-names.js';
import { orderKey, type FoldEvent, type Projection } from './projection.js';

/** Unbounded ends, as text that sorts before and after every instant. */
const ALWAYS = '0000';
export const FOREVER = '9999-12-31T23:59:59Z';

/** First second of a validity: a date alone begins with its day. */
export function startInstant(value: string | undefined): string {
  if (value === undefined) return ALWAYS;
  return value.length === 10 ? `${value}T00:00:00Z` : value;
}

/** Last second of a validity: a date alone ends with its day. */
export function endInstant(value: string | undefined): string {
  if (value === undefined) return FOREVER;
  return value.length === 10 ? `${value}T23:59:59Z` : value;
}

/** The second that a moment lies in, as facts are stored. */
export const toSecond = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/**
 * From when on a fact is said to hold, for finding an interval that covers it: who names no start
 * speaks of the moment of speaking.
 */
export function saidFrom(
  data: { readonly valid_from?: string | undefined; readonly valid_to?: string | undefined },
  spokenMs: number,
): string {
  if (data.valid_from !== undefined) return startInstant(data.valid_from);
  const [spoken, to] = [toSecond(spokenMs), endInstant(data.valid_to)];
  return spoken < to ? spoken : to;
}

/** By what names of subjects and objects are compared: case, spaces and quotes do not matter. */
export function factKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase().replace(/\s+/gu, '_').replace(/['’]/gu, '');
}

interface KnownInterval {
  readonly fact_id: string;
  readonly valid_from: string | null;
  readonly to_instant: string;
}

/**
 * What is learned of the start of an interval by what it covers: a start where there was none, if
 * the end is the same. A later start takes nothing away.
 */
function startLearned(
  said: EventDataOf<'FactAsserted'>,
  known: Omit<KnownInterval, 'fact_id'>,
): string | undefined {
  const isWhole = known.valid_from === null && known.to_instant === endInstant(said.valid_to);
  return isWhole ? said.valid_from : undefined;
}

function asserted(db: Db, event: FoldEvent<EventDataOf<'FactAsserted'>>): void {
  const { stream, data, commit } = event;
  const same = db.get<KnownInterval>(
    `SELECT fact_id, valid_from, to_instant FROM facts
     WHERE stream = ? AND from_instant <= ? AND to_instant >= ? ORDER BY added LIMIT 1`,
    stream,
    saidFrom(data, commit.wall),
    endInstant(data.valid_to),
  );
  if (same) {
    amend(db, { stream, id: same.fact_id }, { ...data, valid_from: startLearned(data, same) });
    fold(db, { stream, id: data.fact_id }, same.fact_id);
    return;
  }
  insert(db, event);
}

function insert(db: Db, event: FoldEvent<EventDataOf<'FactAsserted'>>): void {
  const { stream, data, commit } = event;
  db.run('DELETE FROM folded_facts WHERE stream = ? AND fact_id = ?', stream, data.fact_id);
  remove(db, stream, data.fact_id);
  db.run(
    `INSERT INTO facts
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    data.fact_id,
    stream,
    data.realm ?? '',
    data.subject,
    data.predicate,
    data.object,
    data.subject_key,
    data.object_key,
    data.valid_from ?? null,
    data.valid_to ?? null,
    startInstant(data.valid_from),
    endInstant(data.valid_to),
    data.source ?? '',
    data.confidence ?? 1,
    ...provenance(data),
    commit.wall,
    orderKey(event),
  );
  useNames(db, { subject: data.subject_key, object: data.object_key }, 1);
}

/** Removes a fact of the stream, or all of them. */
function remove(db: Db, stream: string, id?: string): void {
  const where = id === undefined ? 'stream = ?' : 'stream = ? AND fact_id = ?';
  const values = id === undefined ? [stream] : [stream, id];
  const rows = db.all<{ subject: string; object: string }>(
    `SELECT subject_key AS subject, object_key AS object FROM facts WHERE ${where}`,
    ...values,
  );
  if (rows.length === 0) return;
  db.run(`DELETE FROM facts WHERE ${where}`, ...values);
  for (const row of rows) useNames(db, row, -1);
}

interface FactPlace {
  readonly stream: string;
  readonly id: string;
}

/** Remembers under which id a fact goes on that was known already. */
function fold(db: Db, { stream, id }: FactPlace, into: string): void {
  if (id === into) return;
  const row = db.get('SELECT 1 FROM facts WHERE stream = ? AND fact_id = ?', stream, id);
  if (!row) db.run('INSERT OR REPLACE INTO folded_facts VALUES (?, ?, ?)', stream, id, into);
}

/** The id of the row that a fact is in. */
function holder(db: Db, { stream, id }: FactPlace): string {
  const folded = db.get<{ into_id: string }>(
    'SELECT into_id FROM folded_facts WHERE stream = ? AND fact_id = ?',
    stream,
    id,
  );
  return folded?.into_id ?? id;
}

type Details = Omit<EventDataOf<'FactAmended'>, 'fact_id'>;

const provenance = (details: Details): SqlValue[] => [
  details.source_file ?? null,
  details.source_entity_id ?? null,
  details.source_node ?? null,
  details.adapter_name ?? null,
];

/** Sets what is given; an empty source is none. */
function amend(db: Db, { stream, id }: FactPlace, details: Details): void {
  const { valid_from, source } = details;
  const values: SqlValue[] = [
    source === undefined || source === '' ? null : source,
    details.confidence ?? null,
    ...provenance(details),
  ];
  db.run(
    `UPDATE facts SET source = coalesce(?, source), confidence = coalesce(?, confidence),
       source_file = coalesce(?, source_file),
       source_entity_id = coalesce(?, source_entity_id),
       source_node = coalesce(?, source_node), adapter_name = coalesce(?, adapter_name)
     WHERE stream = ? AND fact_id = ?`,
    ...values,
    stream,
    id,
  );
  if (valid_from === undefined) return;
  const from = startInstant(valid_from);
  db.run(
    `UPDATE facts SET valid_from = ?, from_instant = ?
     WHERE stream = ? AND fact_id = ? AND to_instant >= ?`,
    valid_from,
    from,
    stream,
    id,
    from,
  );
}

export const facts: Projection = {
  name: 'facts',
  version: 3,
  schema: `
    CREATE TABLE facts (
      fact_id TEXT NOT NULL,
      stream TEXT NOT NULL,
      realm TEXT NOT NULL,
      subject TEXT NOT NULL,
      predicate TEXT NOT NULL,
      object TEXT NOT NULL,
      subject_key TEXT NOT NULL,
      object_key TEXT NOT NULL,
      valid_from TEXT,
      valid_to TEXT,
      from_instant TEXT NOT NULL,
      to_instant TEXT NOT NULL,
      source TEXT NOT NULL,
      confidence REAL NOT NULL,
      source_file TEXT,
      source_entity_id TEXT,
      source_node TEXT,
      adapter_name TEXT,
      created_ms INTEGER NOT NULL,
      added BLOB NOT NULL,
      PRIMARY KEY (stream, fact_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX facts_id ON facts (fact_id);
    CREATE INDEX facts_subject ON facts (subject_key, predicate, object_key);
    CREATE INDEX facts_object ON facts (object_key, subject_key);
    CREATE INDEX facts_predicate ON facts (predicate);
    CREATE INDEX facts_newest ON facts (created_ms DESC, added DESC);
    CREATE INDEX facts_start ON facts (valid_from IS NULL, from_instant, created_ms, added);
    CREATE INDEX facts_ended ON facts (to_instant) WHERE to_instant < '${FOREVER}';
    ${FACT_NAMES_SCHEMA}
    CREATE TABLE folded_facts (
      stream TEXT NOT NULL,
      fact_id TEXT NOT NULL,
      into_id TEXT NOT NULL,
      PRIMARY KEY (stream, fact_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX folded_facts_id ON folded_facts (fact_id);`,
  apply: {
    FactAsserted: asserted,
    FactAmended(db, { stream, data }) {
      const { fact_id, ...details } = data;
      amend(db, { stream, id: holder(db, { stream, id: fact_id }) }, details);
    },
    FactEnded(db, { stream, data }) {
      const end = endInstant(data.ended);
      db.run(
        `UPDATE facts SET valid_to = ?, to_instant = ?
         WHERE stream = ? AND from_instant <= ? AND to_instant > ?`,
        data.ended,
        end,
        stream,
        end,
        end,
      );
    },
    FactRetracted(db, { stream, data }) {
      for (const named of data.fact_ids) {
        const id = holder(db, { stream, id: named });
        remove(db, stream, id);
        db.run('DELETE FROM folded_facts WHERE stream = ? AND into_id = ?', stream, id);
      }
    },
  },
  forget(db, stream) {
    if (!stream.startsWith('fact:')) return;
    remove(db, stream);
    db.run('DELETE FROM folded_facts WHERE stream = ?', stream);
  },
  logical: {
    facts: `SELECT stream, fact_id, realm, subject, predicate, object, subject_key, object_key,
        valid_from, valid_to, source, confidence, source_file, source_entity_id, source_node,
        adapter_name, created_ms, hex(added)
      FROM facts ORDER BY stream, fact_id`,
    folded_facts: 'SELECT stream, fact_id, into_id FROM folded_facts ORDER BY stream, fact_id',
    ...FACT_NAMES_LOGICAL,
  },
};
