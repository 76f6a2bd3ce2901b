/**
 * What was erased, and by which ids forks went on: what the fold needs to know of them when an
 * event arrives. Part of the journal: erasures and forks are never undone.
 */
import type { Db } from './database.js';

/** Whether the whole stream was erased at some time: what is derived must not bring it back. */
export function wasErased(db: Db, stream: string): boolean {
  return db.get('SELECT 1 FROM erased_streams WHERE stream = ?', stream) !== undefined;
}

export function rememberErasedStream(db: Db, stream: string): void {
  db.run('INSERT OR IGNORE INTO erased_streams VALUES (?)', stream);
}

/** Streams that hold an erasure written under that replica id, or one that went on from it. */
export function erasedStreamsBy(db: Db, replica: string): string[] {
  const rows = db.all<{ stream: string }>(
    `WITH RECURSIVE line (replica) AS (
       SELECT ? UNION SELECT new FROM forks JOIN line ON old = replica
     )
     SELECT DISTINCT stream FROM events JOIN writers USING (writer) JOIN line USING (replica)
     WHERE type IN ('Undone', 'Redone', 'Erased') AND type = 'Erased' AND stream IS NOT NULL`,
    replica,
  );
  return rows.map(({ stream }) => stream);
}

export function rememberFork(
  db: Db,
  fork: {
    readonly new: string;
    readonly first: number;
    readonly old: string;
    readonly from: number;
  },
): void {
  const sql = 'INSERT OR IGNORE INTO forks VALUES (?, ?, ?, ?)';
  db.run(sql, fork.new, fork.first, fork.old, fork.from);
}

/** Under which replica and seq an event may have been known before forks moved it. */
export function formerSeqs(
  db: Db,
  replica: string,
  seq: number,
): { readonly replica: string; readonly seq: number }[] {
  const row = db.get<{ old: string; first: number; from: number }>(
    `SELECT old, first, from_seq AS "from" FROM forks WHERE new = ? AND first <= ?
     ORDER BY first DESC LIMIT 1`,
    replica,
    seq,
  );
  if (!row) return [];
  const former = { replica: row.old, seq: row.from + seq - row.first };
  return [former, ...formerSeqs(db, former.replica, former.seq)];
}

export function rememberErasedDigest(db: Db, digest: Uint8Array): void {
  db.run('INSERT OR IGNORE INTO erased_digests VALUES (?)', digest);
}

export function isErasedDigest(db: Db, digest: Uint8Array): boolean {
  return db.get('SELECT 1 FROM erased_digests WHERE digest = ?', digest) !== undefined;
}
