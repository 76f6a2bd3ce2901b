/** What is asked of the journal when a log travels: what a piece of it holds, what was not sent. */
import type { PartRange, VersionVector } from '../events/index.js';
import type { Db } from './database.js';
import { STATUSES } from './journal.js';

/** How many events lie in a piece of a segment, and how many of them were erased. */
export function countIn(db: Db, range: PartRange): { events: number; erased: number } {
  const counts = db.get<{ events: number; erased: number | null }>(
    `SELECT count(*) AS events, sum(status = ?) AS erased FROM events JOIN writers USING (writer)
     WHERE replica = ? AND seq >= ? AND segment = ? AND offset >= ? AND offset < ?`,
    STATUSES.indexOf('erased'),
    range.replica,
    range.segment,
    range.segment,
    range.offset,
    range.end,
  );
  return { events: counts?.events ?? 0, erased: counts?.erased ?? 0 };
}

/** The last seq of a replica that lies before the end of a piece of its log; 0 for none. */
export function lastSeqIn(db: Db, range: PartRange): number {
  const row = db.get<{ seq: number | null }>(
    `SELECT max(seq) AS seq FROM events JOIN writers USING (writer)
     WHERE replica = ? AND seq >= ? AND segment = ? AND offset < ?`,
    range.replica,
    range.segment,
    range.segment,
    range.end,
  );
  return row?.seq ?? 0;
}

export interface Unshipped {
  readonly events: number;
  /** When the oldest of them was written, by its writer's clock, ms. */
  readonly sinceMs: number | undefined;
}

/** What is held beyond a version vector. */
export function heldBeyond(db: Db, vector: VersionVector): Unshipped {
  const row = db.get<{ events: number; since: number | null }>(
    `WITH bounds AS (
       SELECT writer, coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0) AS last
       FROM writers
     )
     SELECT count(*) AS events, min(wall) AS since
     FROM bounds CROSS JOIN events ON events.writer = bounds.writer AND events.seq > last
     JOIN commits ON commits.writer = events.writer AND commits.seq = commit_seq`,
    JSON.stringify(vector),
  );
  return { events: row?.events ?? 0, sinceMs: row?.since ?? undefined };
}
