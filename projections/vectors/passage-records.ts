/** Passages as a vector store outside knows them, and what of the journal it has not heard yet. */
import type { Db, SqlValue } from '../database.js';
import { placeCondition, type Place } from '../entity-queries.js';
import { seqsOf, type CursorEntry, type JournalCursor } from '../journal-cursor.js';

export interface PassageRecord {
  readonly label: number;
  readonly stream: string;
  /** Of the memory. */
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  /** Empty where there is none. */
  readonly sourceFile: string;
  readonly ordinal: number;
  readonly start: number;
  readonly textHash: Buffer;
}

const RECORD = `SELECT label, stream, entities.id, realm, domain, source_file AS sourceFile,
    ordinal, start, text_hash AS textHash`;

/** The passages behind a label up to another, ascending, at most `limit`. */
export function recordsBetween(
  db: Db,
  labels: { readonly after: number; readonly through: number },
  limit: number,
): PassageRecord[] {
  return db.all<PassageRecord>(
    `${RECORD} FROM passages JOIN entities ON num = entity
     WHERE label > ? AND label <= ? ORDER BY label LIMIT ?`,
    labels.after,
    labels.through,
    limit,
  );
}

/** All passages of the living memories among those streams. */
export function recordsOfStreams(db: Db, streams: readonly string[]): PassageRecord[] {
  const sql = `${RECORD}
    FROM json_each(?) CROSS JOIN entities ON stream = value CROSS JOIN passages ON entity = num`;
  return db.all<PassageRecord>(sql, JSON.stringify(streams));
}

export interface EventsBeyond {
  /** The cursor behind them. */
  readonly cursor: JournalCursor;
  /** The streams of memories that they are about. */
  readonly streams: readonly string[];
  readonly count: number;
}

/** The next events that a cursor does not cover, at most `limit`. */
export function eventsBeyond(db: Db, cursor: JournalCursor, limit: number): EventsBeyond {
  const rows = db.all<CursorEntry & { replica: string; stream: string | null }>(
    `SELECT replica, seq, stream, lower(hex(digest)) AS digest
     FROM writers CROSS JOIN events ON events.writer = writers.writer
       AND seq > coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0)
     LIMIT ?`,
    seqsOf(cursor),
    limit,
  );
  const entries: Record<string, CursorEntry> = { ...cursor };
  const streams = new Set<string>();
  for (const { replica, stream, seq, digest } of rows) {
    if (seq > (entries[replica]?.seq ?? 0)) entries[replica] = { seq, digest };
    if (stream?.startsWith('entity:') === true) streams.add(stream);
  }
  return { cursor: entries, streams: [...streams], count: rows.length };
}

/** Which passages of a place a store may not have, or not as they are: at most `limit` labels. */
export function labelsBeyond(
  db: Db,
  told: { readonly cursor: JournalCursor; readonly label: number },
  { place, limit }: { readonly place: Place; readonly limit: number },
): number[] {
  const { where, values } = placeCondition(place);
  const rows = db.all<{ label: number }>(
    `SELECT label FROM passages JOIN entities ON num = entity WHERE label > ? ${where}
     UNION
     SELECT label FROM (
       SELECT DISTINCT stream FROM writers CROSS JOIN events ON events.writer = writers.writer
         AND seq > coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0)
       WHERE stream >= 'entity:' AND stream < 'entity;'
     ) AS told CROSS JOIN entities ON entities.stream = told.stream
       CROSS JOIN passages ON entity = num
     WHERE true ${where} LIMIT ?`,
    told.label,
    ...values,
    seqsOf(told.cursor),
    ...values,
    limit,
  );
  return rows.map(({ label }) => label);
}

/** What a store outside says a passage is. */
export interface PassageClaim {
  readonly stream: string;
  readonly start: number;
  /** Hex. */
  readonly textHash: string;
}

/**
 * Which claims hold: the label of the passage at each claim's index, undefined where there is none
 * (any more) that says this, `'elsewhere'` where it is not in the place.
 */
export function labelsClaimed(
  db: Db,
  claims: readonly PassageClaim[],
  place: Place,
): (number | 'elsewhere' | undefined)[] {
  const { where, values } = placeCondition(place);
  const fits: SqlValue[] = [...values];
  const rows = db.all<{ at: number; label: number; fits: number }>(
    `SELECT key AS at, label, (true ${where}) AS fits
     FROM json_each(?) CROSS JOIN entities ON stream = value ->> '$.stream'
       CROSS JOIN passages ON entity = num AND start = value ->> '$.start'
     WHERE text_hash = unhex(value ->> '$.textHash')`,
    ...fits,
    JSON.stringify(claims),
  );
  const labels = new Array<number | 'elsewhere' | undefined>(claims.length).fill(undefined);
  for (const row of rows) labels[row.at] = row.fits === 1 ? row.label : 'elsewhere';
  return labels;
}
