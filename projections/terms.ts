/**
 * What the nodes of the knowledge graph are, and which of their names mean the same. Names are
 * joined with facts at reading: a changed alias moves no row.
 */
import type { Db } from './database.js';
import { orderKey, type Projection } from './projection.js';
import { similarityIndexes } from './similar-names.js';

export const terms: Projection = {
  name: 'terms',
  version: 2,
  schema: `
    CREATE TABLE terms (
      stream TEXT PRIMARY KEY,
      key TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      properties TEXT NOT NULL,
      defined_ms INTEGER NOT NULL,
      defined BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX terms_key ON terms (key);
    ${similarityIndexes('terms')}
    CREATE TABLE aliases (
      stream TEXT PRIMARY KEY,
      key TEXT NOT NULL,
      alias TEXT NOT NULL,
      canonical_key TEXT NOT NULL,
      canonical TEXT NOT NULL,
      set_ms INTEGER NOT NULL,
      set_at BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;`,
  apply: {
    TermDefined(db, event) {
      const { stream, data, commit } = event;
      db.run(
        'INSERT OR REPLACE INTO terms VALUES (?, ?, ?, ?, ?, ?, ?)',
        stream,
        data.key,
        data.name,
        data.type,
        JSON.stringify(data.properties),
        commit.wall,
        orderKey(event),
      );
    },
    AliasSet(db, event) {
      const { stream, data, commit } = event;
      db.run(
        'INSERT OR REPLACE INTO aliases VALUES (?, ?, ?, ?, ?, ?, ?)',
        stream,
        data.key,
        data.alias,
        data.canonical_key,
        data.canonical,
        commit.wall,
        orderKey(event),
      );
    },
  },
  forget(db, stream) {
    if (!stream.startsWith('term:')) return;
    db.run('DELETE FROM terms WHERE stream = ?', stream);
    db.run('DELETE FROM aliases WHERE stream = ?', stream);
  },
  logical: {
    terms: `SELECT stream, key, name, type, properties, defined_ms, hex(defined)
      FROM terms ORDER BY stream`,
    aliases: `SELECT stream, key, alias, canonical_key, canonical, set_ms, hex(set_at)
      FROM aliases ORDER BY stream`,
  },
};

export interface TermRow {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** JSON. */
  readonly properties: string;
  readonly definedMs: number;
}

const TERM = `SELECT key, name, type, properties, defined_ms AS definedMs FROM terms`;

/** The terms of these keys, the one that was defined last first. */
export function termsOf(db: Db, keys: readonly string[]): TermRow[] {
  return db.all<TermRow>(
    `${TERM} WHERE key IN (SELECT value FROM json_each(?)) ORDER BY defined DESC`,
    JSON.stringify(keys),
  );
}

/** All terms, the one that was defined last first. */
export const allTerms = (db: Db): TermRow[] => db.all<TermRow>(`${TERM} ORDER BY defined DESC`);

/** One name that stands for another. */
export interface NameRow {
  readonly key: string;
  readonly name: string;
  readonly canonicalKey: string;
  readonly canonical: string;
  readonly setMs: number;
}

/** Aliases and variants of people's names, what was said first before what was said later. */
export function namesInOrder(db: Db): NameRow[] {
  return db.all<NameRow>(`
    SELECT key, alias AS name, canonical_key AS canonicalKey, canonical, set_ms AS setMs, set_at
    FROM aliases
    UNION ALL
    SELECT key, variant, canonical_key, canonical, set_ms, set_at
    FROM people WHERE canonical IS NOT NULL
    ORDER BY set_at, key`);
}
