/** How far each replica's log is folded into this database, and by which projections. */
import type { Head, VersionVector } from '../events/index.js';
import type { Db } from './database.js';

export const CHECKPOINT_SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE heads (
  replica TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  segment INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  chain BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  at_counter INTEGER NOT NULL,
  tail BLOB NOT NULL
) STRICT, WITHOUT ROWID;`;

interface HeadRow {
  replica: string;
  seq: number;
  segment: number;
  offset: number;
  chain: Buffer;
  at_ms: number;
  at_counter: number;
  tail: Buffer;
}

export type Heads = ReadonlyMap<string, Head>;

/** The folded head of every replica that has one. */
export function readHeads(db: Db): Map<string, Head> {
  const rows = db.all<HeadRow>('SELECT * FROM heads ORDER BY replica');
  return new Map(
    rows.map(({ replica, seq, segment, offset, chain, at_ms: ms, at_counter: counter, tail }) => [
      replica,
      { seq, segment, offset, chain, at: { ms, counter }, tail },
    ]),
  );
}

/** The version vector of everything that is folded. */
export function heldVector(db: Db): VersionVector {
  return Object.fromEntries([...readHeads(db)].map(([replica, { seq }]) => [replica, seq]));
}

/** Belongs in the transaction that folds what lies before the head. */
export function writeHead(db: Db, replica: string, head: Head): void {
  db.run(
    'INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    replica,
    head.seq,
    head.segment,
    head.offset,
    head.chain,
    head.at.ms,
    head.at.counter,
    head.tail,
  );
}

export function readMeta(db: Db, key: string): string | undefined {
  return db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;
}

export function writeMeta(db: Db, key: string, value: string): void {
  db.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, value);
}
