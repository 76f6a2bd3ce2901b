/**
 * How far somebody was told of the journal, and what was folded since.
 *
 * A cursor is the last event of each replica, by seq and digest. A digest that does not match means
 * that the log is another one than it was then.
 */
import type { Db } from './database.js';

/** By replica. */
export type JournalCursor = Readonly<Record<string, CursorEntry>>;

export interface CursorEntry {
  readonly seq: number;
  /** Hex. */
  readonly digest: string;
}

/** The cursor behind everything that is folded. */
export function journalCursor(db: Db): JournalCursor {
  const rows = db.all<CursorEntry & { replica: string }>(
    `SELECT replica, seq, lower(hex(digest)) AS digest
     FROM writers CROSS JOIN events ON events.writer = writers.writer
       AND seq = (SELECT max(seq) FROM events AS others WHERE others.writer = writers.writer)`,
  );
  return Object.fromEntries(rows.map(({ replica, ...entry }) => [replica, entry]));
}

/** Whether the events that a cursor stands on are those of this journal. */
export function holdsCursor(db: Db, cursor: JournalCursor): boolean {
  return Object.entries(cursor).every(([replica, { seq, digest }]) => {
    const row = db.get<{ digest: string }>(
      `SELECT lower(hex(digest)) AS digest FROM writers JOIN events USING (writer)
       WHERE replica = ? AND seq = ?`,
      replica,
      seq,
    );
    return row?.digest === digest;
  });
}

/** A cursor as queries take it: JSON of replica -> seq. */
export const seqsOf = (cursor: JournalCursor): string =>
  JSON.stringify(Object.fromEntries(Object.entries(cursor).map(([key, { seq }]) => [key, seq])));

/** Events that reach into streams which they are not part of. */
const FAR_REACHING: ReadonlySet<string | null> = new Set(['Erased', 'ReplicaForked']);

/**
 * The streams that were folded anew since a cursor: late events, undoing and redoing are events of
 * their stream too. Undefined where that cannot be said: the journal is another one, something was
 * erased, or more than `limit` events came.
 */
export function streamsChanged(
  db: Db,
  cursor: JournalCursor,
  limit: number,
): ReadonlySet<string> | undefined {
  if (!holdsCursor(db, cursor)) return undefined;
  const rows = db.all<{ stream: string | null; type: string | null }>(
    `SELECT stream, type FROM writers CROSS JOIN events ON events.writer = writers.writer
       AND seq > coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0)
     LIMIT ?`,
    seqsOf(cursor),
    limit + 1,
  );
  if (rows.length > limit) return undefined;
  const streams = new Set<string>();
  for (const { stream, type } of rows) {
    if (stream === null || FAR_REACHING.has(type)) return undefined;
    streams.add(stream);
  }
  return streams;
}
