/**
 * Relationships with validity in time: one row per interval of a triple. The same triple said again
 * for a time that is covered already is one fact; an end closes every interval that is open then.
 */
import type { EventDataOf } from '../events/index.js';
import type { Db } from './database.js';
import { orderKey, type FoldEvent, type Projection } from './projection.js';

/** Unbounded ends, as text that sorts before and after every instant. */
const ALWAYS = '0000';
const FOREVER = '9999-12-31T23:59:59Z';

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

/** By what names of subjects and objects are compared: case, spaces and quotes do not matter. */
export function factKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase().replace(/\s+/gu, '_').replace(/['’]/gu, '');
}

function asserted(db: Db, event: FoldEvent<EventDataOf<'FactAsserted'>>): void {
  const { stream, data, commit } = event;
  const from = startInstant(data.valid_from);
  const to = endInstant(data.valid_to);
  const same = db.get<{ fact_id: string }>(
    `SELECT fact_id FROM facts WHERE stream = ? AND from_instant <= ? AND to_instant >= ?
     ORDER BY added LIMIT 1`,
    stream,
    from,
    to,
  );
  if (same) {
    db.run(
      `UPDATE facts SET source = CASE WHEN source = '' THEN ? ELSE source END
       WHERE stream = ? AND fact_id = ?`,
      data.source ?? '',
      stream,
      same.fact_id,
    );
    return;
  }
  db.run(
    `INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    from,
    to,
    data.source ?? '',
    data.confidence ?? 1,
    commit.wall,
    orderKey(event),
  );
}

export const facts: Projection = {
  name: 'facts',
  version: 1,
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
      created_ms INTEGER NOT NULL,
      added BLOB NOT NULL,
      PRIMARY KEY (stream, fact_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX facts_subject ON facts (subject_key, predicate);
    CREATE INDEX facts_object ON facts (object_key, predicate);`,
  apply: {
    FactAsserted: asserted,
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
  },
  forget(db, stream) {
    if (stream.startsWith('fact:')) db.run('DELETE FROM facts WHERE stream = ?', stream);
  },
  logical: {
    facts: `SELECT stream, fact_id, realm, subject, predicate, object, subject_key, object_key,
        valid_from, valid_to, source, confidence, created_ms, hex(added)
      FROM facts ORDER BY stream, fact_id`,
  },
};

export interface FactRow {
  readonly id: string;
  readonly stream: string;
  readonly realm: string;
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly fromInstant: string;
  readonly toInstant: string;
  readonly source: string;
  readonly confidence: number;
  readonly createdMs: number;
}

const FACT = `SELECT fact_id AS id, stream, realm, subject, predicate, object,
    valid_from AS validFrom, valid_to AS validTo, from_instant AS fromInstant,
    to_instant AS toInstant, source, confidence, created_ms AS createdMs FROM facts`;

const NEWEST = 'ORDER BY created_ms DESC, added DESC, fact_id';

/** All intervals of one triple, oldest first. */
export function factsOfStream(db: Db, stream: string): FactRow[] {
  return db.all<FactRow>(`${FACT} WHERE stream = ? ORDER BY added, fact_id`, stream);
}

/** Facts in which the name is subject or object, newest first; all facts without a name. */
export function factsAbout(db: Db, name?: string): FactRow[] {
  if (name === undefined) return db.all<FactRow>(`${FACT} ${NEWEST}`);
  const key = factKey(name);
  return db.all<FactRow>(`${FACT} WHERE subject_key = ? OR object_key = ? ${NEWEST}`, key, key);
}

export function countFacts(db: Db): number {
  return db.get<{ count: number }>('SELECT count(*) AS count FROM facts')?.count ?? 0;
}
