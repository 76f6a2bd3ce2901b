/** What is asked of the journal: events by stream, place, digest or cause, with their commits. */
import type { Actor, CommitHeader, EventReference, Place, VersionVector } from '../events/index.js';
import type { Db, SqlValue } from './database.js';
import { STATUSES, type EventStatus } from './journal.js';

/** An event of the journal. */
export interface JournalEntry {
  readonly replica: string;
  readonly seq: number;
  readonly stream: string | null;
  readonly type: string | null;
  readonly v: number | null;
  readonly status: EventStatus;
  readonly digest: Buffer;
  readonly place: Place;
  readonly commit: CommitHeader;
}

interface EntryRow {
  replica: string;
  seq: number;
  stream: string | null;
  type: string | null;
  v: number | null;
  status: number;
  segment: number;
  offset: number;
  length: number;
  digest: Buffer;
  commit_seq: number;
  count: number;
  at_ms: number;
  at_counter: number;
  wall: number;
  actor: string;
  source: string;
  cause: Buffer | null;
  batch: Buffer | null;
  derived_from: string | null;
  seen: string | null;
}

const JOINED = `FROM events JOIN writers USING (writer)
  JOIN commits ON commits.writer = events.writer AND commits.seq = commit_seq`;

const ENTRY = `SELECT replica, events.seq, stream, type, v, status, segment, offset, length, digest,
    commit_seq, count, events.at_ms, events.at_counter, wall, actor, source, cause, batch,
    derived_from, seen
  ${JOINED}`;

function parseReference(text: string): EventReference {
  const [replica = '', seq = '0', digest = ''] = text.split(':');
  return { replica, seq: Number(seq), digest: Buffer.from(digest, 'hex') };
}

/** All held events of a stream, in total order. */
export function eventsOfStream(db: Db, stream: string): JournalEntry[] {
  const rows = db.all<EntryRow>(
    `${ENTRY} WHERE stream = ?
     ORDER BY events.at_ms, events.at_counter, replica, events.seq`,
    stream,
  );
  return rows.map(toEntry);
}

/** The digest of the last known event of a stream in total order that is of one of the types. */
export function lastDigest(db: Db, stream: string, types: readonly string[]): Buffer | undefined {
  const row = db.get<{ digest: Buffer }>(
    `SELECT digest FROM events JOIN writers USING (writer)
     WHERE stream = ? AND status = ? AND type IN (SELECT value FROM json_each(?))
     ORDER BY at_ms DESC, at_counter DESC, replica DESC, seq DESC LIMIT 1`,
    stream,
    STATUSES.indexOf('known'),
    JSON.stringify(types),
  );
  return row?.digest;
}

export function findEvent(db: Db, replica: string, seq: number): JournalEntry | undefined {
  const row = db.get<EntryRow>(`${ENTRY} WHERE replica = ? AND events.seq = ?`, replica, seq);
  return row && toEntry(row);
}

/** The held events with those digests; one look through the journal for all of them. */
export function eventsOfDigests(db: Db, digests: readonly Uint8Array[]): JournalEntry[] {
  if (digests.length === 0) return [];
  const names = digests.map((digest) => Buffer.from(digest).toString('hex').toUpperCase());
  const sql = `${ENTRY} WHERE hex(digest) IN (SELECT value FROM json_each(?))`;
  return db.all<EntryRow>(sql, JSON.stringify(names)).map(toEntry);
}

/** How much of the other replicas the writer of that commit had seen. */
export function seenBy(db: Db, replica: string, commitSeq: number): VersionVector {
  const row = db.get<{ seen: string }>(
    `SELECT seen FROM commits WHERE writer = (SELECT writer FROM writers WHERE replica = ?)
       AND seq <= ? AND seen IS NOT NULL ORDER BY seq DESC LIMIT 1`,
    replica,
    commitSeq,
  );
  return row ? (JSON.parse(row.seen) as VersionVector) : {};
}

/** The events of the commit that was made under that idempotency key by that replica. */
export function eventsOfCause(db: Db, replica: string, cause: Uint8Array): JournalEntry[] {
  const rows = db.all<EntryRow>(
    `${ENTRY} WHERE cause = ? AND replica = ? ORDER BY events.seq`,
    cause,
    replica,
  );
  return rows.map(toEntry);
}

/** Filters of {@link listEvents}; all that are given must hold. */
export interface JournalFilter {
  readonly stream?: string | undefined;
  readonly type?: string | undefined;
  /** Who wrote it: all that are given must be so. */
  readonly actor?: { readonly [Key in keyof Actor]?: string | undefined } | undefined;
  readonly source?: string | undefined;
  /** The batch that its commit is of. */
  readonly batch?: Uint8Array | undefined;
  /** The commit that this event is of. */
  readonly commitOf?: { readonly replica: string; readonly seq: number } | undefined;
  /** By the writer's clock, ms; both ends belong to it. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** About a memory, record or place that is in that realm now. */
  readonly realm?: string | undefined;
  /** Only events that this version vector does not cover. */
  readonly after?: VersionVector | undefined;
  /** All when absent. */
  readonly limit?: number | undefined;
  readonly newestFirst?: boolean | undefined;
}

/** Events of the journal in total order, or newest first. */
export function listEvents(db: Db, filter: JournalFilter): JournalEntry[] {
  const direction = filter.newestFirst === true ? 'DESC' : 'ASC';
  const order = `ORDER BY events.at_ms ${direction}, events.at_counter ${direction},
    replica ${direction}, events.seq ${direction} LIMIT ?`;
  const { where, values } = conditionOf(filter);
  const { stream, limit = -1 } = filter;
  if (stream !== undefined) {
    const sql = `${ENTRY} WHERE stream = ? ${where} ${order}`;
    return db.all<EntryRow>(sql, stream, ...values, limit).map(toEntry);
  }
  // Each writer's events lie in order: of each only as many are read as are asked for.
  const writers = db.all<{ writer: number }>('SELECT writer FROM writers');
  const found = writers.flatMap(({ writer }) =>
    db.all<{ writer: number; seq: number }>(
      `SELECT events.writer, events.seq ${JOINED}
       WHERE events.writer = ? ${where} ORDER BY events.seq ${direction} LIMIT ?`,
      writer,
      ...values,
      limit,
    ),
  );
  const sql = `${ENTRY} JOIN (
      SELECT value ->> 0 AS writer_found, value ->> 1 AS seq_found FROM json_each(?)
    ) ON events.writer = writer_found AND events.seq = seq_found ${order}`;
  const places = found.map(({ writer, seq }) => [writer, seq]);
  return db.all<EntryRow>(sql, JSON.stringify(places), limit).map(toEntry);
}

function conditionOf(filter: JournalFilter): {
  readonly where: string;
  readonly values: readonly SqlValue[];
} {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const need = (condition: string, ...given: (SqlValue | undefined)[]): void => {
    const known = given.filter((value) => value !== undefined);
    if (known.length < given.length) return;
    conditions.push(condition);
    values.push(...known);
  };
  need('type = ?', filter.type);
  for (const [key, value] of Object.entries(filter.actor ?? {})) {
    need(`actor ->> ? = ?`, `$.${key}`, value);
  }
  need('source = ?', filter.source);
  need('batch = ?', filter.batch);
  need(
    `(replica, commit_seq) = (SELECT ?, max(seq) FROM commits JOIN writers USING (writer)
       WHERE replica = ? AND seq <= ?)`,
    filter.commitOf?.replica,
    filter.commitOf?.replica,
    filter.commitOf?.seq,
  );
  need('wall >= ?', filter.since);
  need('wall <= ?', filter.until);
  need(IN_REALM, filter.realm, filter.realm, filter.realm);
  const after = filter.after && JSON.stringify(filter.after);
  need(`events.seq > coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0)`, after);
  return { where: conditions.map((condition) => `AND ${condition}`).join(' '), values };
}

const IN_REALM = `stream IN (SELECT stream FROM entities WHERE realm = ?
  UNION SELECT stream FROM realms WHERE name = ? UNION SELECT stream FROM domains WHERE realm = ?)`;

/** Streams with events that one of two version vectors covers and the other does not. */
export function streamsBetween(db: Db, a: VersionVector, b: VersionVector): string[] {
  const rows = db.all<{ stream: string }>(
    `WITH bounds AS (
       SELECT writer, coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0) AS a,
         coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0) AS b FROM writers
     )
     SELECT DISTINCT stream FROM bounds CROSS JOIN events
       ON events.writer = bounds.writer AND seq > min(a, b) AND seq <= max(a, b)
     WHERE stream IS NOT NULL ORDER BY stream`,
    JSON.stringify(a),
    JSON.stringify(b),
  );
  return rows.map(({ stream }) => stream);
}

/** Whether a version vector covers an event of that stream. */
export function hasEventsUnder(db: Db, stream: string, vector: VersionVector): boolean {
  const found = db.get(
    `SELECT 1 FROM events JOIN writers USING (writer) WHERE stream = ?
       AND seq <= coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0) LIMIT 1`,
    stream,
    JSON.stringify(vector),
  );
  return found !== undefined;
}

/** How many events are held, by status. */
export function countEvents(db: Db): Record<EventStatus | 'total', number> {
  const counts = { known: 0, unknown: 0, invalid: 0, erased: 0, total: 0 };
  const rows = db.all<{ status: number; events: number }>('SELECT * FROM event_counts');
  for (const { status, events } of rows) {
    counts[STATUSES[status] ?? 'invalid'] += events;
    counts.total += events;
  }
  return counts;
}

/** The wall clock of the last commit in the total order; undefined for an empty log. */
export function lastCommitMs(db: Db): number | undefined {
  const row = db.get<{ wall: number }>(
    `SELECT wall FROM writers CROSS JOIN commits ON commits.writer = writers.writer
       AND commits.seq = (SELECT max(seq) FROM commits AS own WHERE own.writer = writers.writer)
     ORDER BY at_ms DESC, at_counter DESC, replica DESC LIMIT 1`,
  );
  return row?.wall;
}

function toEntry(row: EntryRow): JournalEntry {
  const { replica, seq, segment, offset, length } = row;
  return {
    replica,
    seq,
    stream: row.stream,
    type: row.type,
    v: row.v,
    status: STATUSES[row.status] ?? 'invalid',
    digest: row.digest,
    place: { replica, segment, offset, length },
    commit: toHeader(row),
  };
}

function toHeader(row: EntryRow): CommitHeader {
  const { cause, batch, derived_from: derivedFrom, seen } = row;
  return {
    at: { ms: row.at_ms, counter: row.at_counter },
    wall: row.wall,
    replica: row.replica,
    seq: row.commit_seq,
    count: row.count,
    actor: JSON.parse(row.actor) as CommitHeader['actor'],
    source: row.source as CommitHeader['source'],
    ...(cause && { cause }),
    ...(batch && { batch }),
    ...(derivedFrom !== null && {
      derivedFrom: (JSON.parse(derivedFrom) as string[]).map(parseReference),
    }),
    ...(seen !== null && { seen: JSON.parse(seen) as VersionVector }),
  };
}
