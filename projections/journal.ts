/**
 * Which events are held, where each lies in the log, and what became of it. Powers late events,
 * undo, history and `alt log`; the only projection that sees every event, known or not.
 *
 * An event whose type this release does not know is kept as `unknown`, one that fails its schema as
 * `invalid`; of an erased one nothing remains but its place and digest.
 */
import {
  MARKERS,
  type CommitHeader,
  type EventReference,
  type Place,
  type StoredCommit,
  type VersionVector,
} from '../events/index.js';
import type { Db } from './database.js';

export type EventStatus = 'known' | 'unknown' | 'invalid' | 'erased';
const STATUSES: readonly EventStatus[] = ['known', 'unknown', 'invalid', 'erased'];

export const JOURNAL_SCHEMA = `
CREATE TABLE writers (writer INTEGER PRIMARY KEY, replica TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE commits (
  writer INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  count INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  at_counter INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  actor TEXT NOT NULL,
  source TEXT NOT NULL,
  cause BLOB,
  batch BLOB,
  derived_from TEXT,
  seen TEXT,
  PRIMARY KEY (writer, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX commits_cause ON commits (cause) WHERE cause IS NOT NULL;
CREATE INDEX commits_batch ON commits (batch) WHERE batch IS NOT NULL;
CREATE INDEX commits_seen ON commits (writer, seq) WHERE seen IS NOT NULL;
CREATE TABLE events (
  writer INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  commit_seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  at_counter INTEGER NOT NULL,
  stream TEXT,
  type TEXT,
  v INTEGER,
  status INTEGER NOT NULL,
  segment INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (writer, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_stream ON events (stream, at_ms, at_counter);
CREATE INDEX events_marker ON events (stream) WHERE type IN ('Undone', 'Redone', 'Erased');
CREATE TABLE erased_digests (digest BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE erased_streams (stream TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE forks (
  new TEXT NOT NULL,
  first INTEGER NOT NULL,
  old TEXT NOT NULL,
  from_seq INTEGER NOT NULL,
  PRIMARY KEY (new, first, old, from_seq)
) STRICT, WITHOUT ROWID;
`;

export const JOURNAL_LOGICAL: Readonly<Record<string, string>> = {
  commits: `SELECT replica, seq, count, at_ms, at_counter, wall, actor, source, hex(cause),
      hex(batch), derived_from, seen
    FROM commits JOIN writers USING (writer) ORDER BY replica, seq`,
  events: `SELECT replica, seq, commit_seq, stream, type, v, status, length, hex(digest)
    FROM events JOIN writers USING (writer) ORDER BY replica, seq`,
  erased_digests: 'SELECT hex(digest) FROM erased_digests ORDER BY digest',
  erased_streams: 'SELECT stream FROM erased_streams ORDER BY stream',
  forks: 'SELECT new, first, old, from_seq FROM forks ORDER BY new, first, old, from_seq',
};

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

/** The number by which this database knows a replica. */
export function writerOf(db: Db, replica: string): number {
  const known = db.get<{ writer: number }>('SELECT writer FROM writers WHERE replica = ?', replica);
  if (known) return known.writer;
  return db.run('INSERT INTO writers (replica) VALUES (?)', replica).rowid;
}

export function insertCommit(db: Db, writer: number, header: CommitHeader): void {
  const { derivedFrom, seen, batch, cause } = header;
  db.run(
    `INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    writer,
    header.seq,
    header.count,
    header.at.ms,
    header.at.counter,
    header.wall,
    JSON.stringify(header.actor),
    header.source,
    cause ?? null,
    batch ?? null,
    derivedFrom ? JSON.stringify(derivedFrom.map(printReference)) : null,
    seen ? JSON.stringify(Object.fromEntries(Object.entries(seen).sort())) : null,
  );
}

function printReference(reference: EventReference): string {
  const digest = Buffer.from(reference.digest).toString('hex');
  return `${reference.replica}:${String(reference.seq)}:${digest}`;
}

function parseReference(text: string): EventReference {
  const [replica = '', seq = '0', digest = ''] = text.split(':');
  return { replica, seq: Number(seq), digest: Buffer.from(digest, 'hex') };
}

export interface EventRow {
  readonly stored: StoredCommit['events'][number];
  readonly header: CommitHeader;
  readonly status: EventStatus;
}

export function insertEvent(db: Db, writer: number, row: EventRow): void {
  const { stored, header, status } = row;
  const payload = status === 'erased' ? undefined : stored.payload;
  db.run(
    `INSERT INTO events (writer, seq, commit_seq, at_ms, at_counter, stream, type, v, status,
       segment, offset, length, digest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    writer,
    stored.seq,
    header.seq,
    header.at.ms,
    header.at.counter,
    payload?.stream ?? null,
    payload?.type ?? null,
    payload?.v ?? null,
    STATUSES.indexOf(status),
    stored.place.segment,
    stored.place.offset,
    stored.place.length,
    stored.digest,
  );
}

/** Whether events of the stream stand after that place in the total order, or markers at all. */
export function needsRefold(
  db: Db,
  stream: string,
  event: { readonly header: CommitHeader; readonly seq: number },
): boolean {
  const { at, replica } = event.header;
  const newest = db.get<{ at_ms: number; at_counter: number; replica: string }>(
    `SELECT at_ms, at_counter, replica FROM events JOIN writers USING (writer)
     WHERE stream = ? ORDER BY at_ms DESC, at_counter DESC, replica DESC LIMIT 1`,
    stream,
  );
  if (!newest) return false;
  const isLater = newest.at_ms - at.ms || newest.at_counter - at.counter;
  if (isLater > 0 || (isLater === 0 && newest.replica > replica)) return true;
  return hasMarkers(db, stream);
}

function hasMarkers(db: Db, stream: string): boolean {
  const found = db.get(
    `SELECT 1 FROM events WHERE stream = ? AND type IN ('Undone', 'Redone', 'Erased') LIMIT 1`,
    stream,
  );
  return found !== undefined;
}

/** Whether the whole stream was erased at some time: what is derived must not bring it back. */
export function wasErased(db: Db, stream: string): boolean {
  return db.get('SELECT 1 FROM erased_streams WHERE stream = ?', stream) !== undefined;
}

export function rememberErasedStream(db: Db, stream: string): void {
  db.run('INSERT OR IGNORE INTO erased_streams VALUES (?)', stream);
}

/** Streams that hold an erasure written under that replica id, or under one that went on from it. */
export function erasedStreamsBy(db: Db, replica: string): string[] {
  const rows = db.all<{ stream: string }>(
    `WITH RECURSIVE line (replica) AS (SELECT ? UNION SELECT new FROM forks JOIN line ON old = replica)
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

/** Under which replica and seq an event may have been known before forks gave it its present one. */
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

export const isMarker = (type: string): boolean => MARKERS.has(type);

/** All held events of a stream, in total order. */
export function eventsOfStream(db: Db, stream: string): JournalEntry[] {
  const rows = db.all<EntryRow>(
    `${ENTRY} WHERE stream = ?
     ORDER BY events.at_ms, events.at_counter, replica, events.seq`,
    stream,
  );
  return rows.map(toEntry);
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

/** Takes from an event everything that its content said. */
export function markErased(db: Db, entry: Pick<JournalEntry, 'replica' | 'seq'>): void {
  db.run(
    `UPDATE events SET stream = NULL, type = NULL, v = NULL, status = ?
     WHERE writer = (SELECT writer FROM writers WHERE replica = ?) AND seq = ?`,
    STATUSES.indexOf('erased'),
    entry.replica,
    entry.seq,
  );
}

export function rememberErasedDigest(db: Db, digest: Uint8Array): void {
  db.run('INSERT OR IGNORE INTO erased_digests VALUES (?)', digest);
}

export function isErasedDigest(db: Db, digest: Uint8Array): boolean {
  return db.get('SELECT 1 FROM erased_digests WHERE digest = ?', digest) !== undefined;
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
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  if (filter.stream !== undefined) {
    conditions.push('stream = ?');
    values.push(filter.stream);
  }
  if (filter.type !== undefined) {
    conditions.push('type = ?');
    values.push(filter.type);
  }
  if (filter.after !== undefined) {
    conditions.push(
      `events.seq > coalesce((SELECT value FROM json_each(?) WHERE key = replica), 0)`,
    );
    values.push(JSON.stringify(filter.after));
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const direction = filter.newestFirst ? 'DESC' : 'ASC';
  const rows = db.all<EntryRow>(
    `${ENTRY} ${where} ORDER BY events.at_ms ${direction}, events.at_counter ${direction},
       replica ${direction}, events.seq ${direction} LIMIT ?`,
    ...values,
    filter.limit,
  );
  return rows.map(toEntry);
}

/** How many events are held, by status. */
export function countEvents(db: Db): Record<EventStatus | 'total', number> {
  const counts = { known: 0, unknown: 0, invalid: 0, erased: 0, total: 0 };
  const rows = db.all<{ status: number; count: number }>(
    'SELECT status, count(*) AS count FROM events GROUP BY status',
  );
  for (const { status, count } of rows) {
    counts[STATUSES[status] ?? 'invalid'] += count;
    counts.total += count;
  }
  return counts;
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
