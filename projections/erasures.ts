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

/** From which seqs on what that replica wrote goes on elsewhere. */
export function forksOf(db: Db, old: string): { readonly from: number }[] {
  return db.all<{ from: number }>('SELECT from_seq AS "from" FROM forks WHERE old = ?', old);
}

/** Changes when one more fork is known. */
export function countForks(db: Db): number {
  return db.get<{ forks: number }>('SELECT count(*) AS forks FROM forks')?.forks ?? 0;
}

/**
 * Forks of which everything that is held under the old id, from there on, is held under another id
 * too. Where only a part is, the rest went on nowhere: nobody may let go of it.
 */
export function leftBranches(db: Db): { readonly old: string; readonly from: number }[] {
  return db.all<{ old: string; from: number }>(
    `SELECT old, from_seq AS "from" FROM forks JOIN writers AS was ON was.replica = old
     WHERE EXISTS (SELECT 1 FROM events WHERE writer = was.writer AND seq >= from_seq)
     AND NOT EXISTS (
       SELECT 1 FROM events AS before WHERE before.writer = was.writer AND before.seq >= from_seq
       AND NOT EXISTS (
         SELECT 1 FROM events AS after
         WHERE after.stream IS before.stream AND after.digest = before.digest
           AND after.writer <> before.writer
       )
     )`,
  );
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
