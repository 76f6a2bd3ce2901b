/** What is asked of the journal: events by stream, place, digest or cause, with their commits. */
import type { CommitHeader, EventReference, Place, VersionVector } from '../events/index.js';
import type { Db } from './database.js';
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

const ENTRY = `SELECT replica, events.seq, stream, type, v, status, segment, offset, length, digest,
    commit_seq, count, events.at_ms, events.at_counter, wall, actor, source, cause, batch,
    derived_from, seen
  FROM events JOIN writers USING (writer)
  JOIN commits ON commits.writer = events.writer AND commits.seq = commit_seq`;

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
  readonly stream?: string;
  readonly type?: string;
  /** Only events that this version vector does not cover. */
  readonly after?: VersionVector;
  readonly limit: number;
  readonly newestFirst: boolean;
}

/** Events of the journal in total order, or newest first. */
export function listEvents(db: Db, filter: JournalFilter): JournalEntry[] {
  const direction = filter.newestFirst ? 'DESC' : 'ASC';
  const order = `ORDER BY events.at_ms ${direction}, events.at_counter ${direction},
    replica ${direction}, events.seq ${direction} LIMIT ?`;
  const { where, values } = conditionOf(filter);
  const { stream, limit } = filter;
  if (stream !== undefined) {
    const sql = `${ENTRY} WHERE stream = ? ${where} ${order}`;
    return db.all<EntryRow>(sql, stream, ...values, limit).map(toEntry);
  }
  // Each writer's events lie in order: of each only as many are read as are asked for.
  const writers = db.all<{ writer: number }>('SELECT writer FROM writers');
  const found = writers.flatMap(({ writer }) =>
    db.all<{ writer: number; seq: number }>(
      `SELECT events.writer, events.seq FROM events JOIN writers USING (writer)
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

function conditionOf({ type, after }: JournalFilter): { where: string; values: string[] } {
  const parts: string[] = [];
  const values: string[] = [];
  if (type !== undefined) {
    parts.push('AND type = ?');
    values.push(type);
  }
  if (after !== undefined) {
    parts.push(
      `AND events.seq > coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0)`,
    );
    values.push(JSON.stringify(after));
  }
  return { where: parts.join(' '), values };
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
