/**
 * Variants of people's names and the names that are meant, one stream each, so that the maps of two
 * machines merge. A variant that was forgotten stays as a row without a name: it says that the map
 * of this dimension is known.
 */
import type { Db } from './database.js';
import { orderKey, type Projection } from './projection.js';

const INSERT = 'INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?, ?)';

export const people: Projection = {
  name: 'people',
  version: 1,
  schema: `
    CREATE TABLE people (
      stream TEXT PRIMARY KEY,
      key TEXT NOT NULL,
      variant TEXT NOT NULL,
      canonical_key TEXT,
      canonical TEXT,
      set_ms INTEGER NOT NULL,
      set_at BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;`,
  apply: {
    PersonNamed(db, event) {
      const { stream, data, commit } = event;
      const { key, variant, canonical_key, canonical } = data;
      const at = orderKey(event);
      db.run(INSERT, stream, key, variant, canonical_key, canonical, commit.wall, at);
    },
    PersonForgotten(db, event) {
      const { stream, data, commit } = event;
      db.run(INSERT, stream, data.key, data.variant, null, null, commit.wall, orderKey(event));
    },
  },
  forget(db, stream) {
    if (stream.startsWith('person:')) db.run('DELETE FROM people WHERE stream = ?', stream);
  },
  logical: {
    people: `SELECT stream, key, variant, canonical_key, canonical, set_ms, hex(set_at)
      FROM people ORDER BY stream`,
  },
};

export interface PersonRow {
  readonly stream: string;
  readonly key: string;
  readonly variant: string;
  readonly canonicalKey: string;
  readonly canonical: string;
}

/** Variants with the names that they stand for, by spelling. */
export function peopleMap(db: Db): Readonly<Record<string, string>> {
  const rows = db.all<{ variant: string; canonical: string }>(
    'SELECT variant, canonical FROM people WHERE canonical IS NOT NULL ORDER BY variant, set_at',
  );
  return Object.fromEntries(rows.map(({ variant, canonical }) => [variant, canonical]));
}

/** Variants that stand for another name, by spelling. */
export function listPeople(db: Db): PersonRow[] {
  return db.all<PersonRow>(`
    SELECT stream, key, variant, canonical_key AS canonicalKey, canonical
    FROM people WHERE canonical IS NOT NULL ORDER BY variant, set_at`);
}

/** Whether this dimension was ever told of people's names. */
export function knowsPeople(db: Db): boolean {
  return db.get('SELECT 1 FROM people LIMIT 1') !== undefined;
}
