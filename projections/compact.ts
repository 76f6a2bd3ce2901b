/** Taking out of a database's files what is no longer in its tables. */
import { BUSY_WAIT_MS, type Db } from './database.js';

/** For whoever reads: longer would hold the event loop. */
const READERS_WAIT_MS = 500;

/**
 * Writes a view database anew: full-text indexes without the terms of deleted rows, pages without
 * what stood on them, a write-ahead log without old pages.
 *
 * @returns false when somebody who reads keeps the write-ahead log from being emptied.
 */
export function compact(db: Db): boolean {
  const indexes = db.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%USING fts5 (%'`,
  );
  for (const { name } of indexes) db.run(`INSERT INTO ${name} (${name}) VALUES ('optimize')`);
  return rewrite(db);
}

/** As {@link compact}, of a database without full-text indexes. */
export function rewrite(db: Db): boolean {
  db.exec('VACUUM');
  db.exec(`PRAGMA busy_timeout = ${String(READERS_WAIT_MS)}`);
  try {
    return db.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)')?.busy === 0;
  } finally {
    db.exec(`PRAGMA busy_timeout = ${String(BUSY_WAIT_MS)}`);
  }
}
