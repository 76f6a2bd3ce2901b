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
  type StoredCommit,
} from '../events/index.js';
import type { Db } from './database.js';

export type EventStatus = 'known' | 'unknown' | 'invalid' | 'erased';
/** In the order of the numbers by which they are stored. */
export const STATUSES: readonly EventStatus[] = ['known', 'unknown', 'invalid', 'erased'];

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
CREATE TABLE event_counts (status INTEGER PRIMARY KEY, events INTEGER NOT NULL) STRICT;
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
  event_counts: 'SELECT status, events FROM event_counts WHERE events > 0 ORDER BY status',
  erased_digests: 'SELECT hex(digest) FROM erased_digests ORDER BY digest',
  erased_streams: 'SELECT stream FROM erased_streams ORDER BY stream',
  forks: 'SELECT new, first, old, from_seq FROM forks ORDER BY new, first, old, from_seq',
};

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
  countEvent(db, STATUSES.indexOf(status), 1);
}

/** Kept, so that whoever asks how long the log is need not read all of it. */
function countEvent(db: Db, status: number, by: 1 | -1): void {
  db.run(
    `INSERT INTO event_counts VALUES (?, ?)
     ON CONFLICT (status) DO UPDATE SET events = events + excluded.events`,
    status,
    by,
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

export const isMarker = (type: string): boolean => MARKERS.has(type);

/** Takes from an event everything that its content said. */
export function markErased(
  db: Db,
  entry: { readonly replica: string; readonly seq: number },
): void {
  const erased = STATUSES.indexOf('erased');
  const before = db.get<{ writer: number; status: number }>(
    'SELECT writer, status FROM events JOIN writers USING (writer) WHERE replica = ? AND seq = ?',
    entry.replica,
    entry.seq,
  );
  if (!before) return;
  db.run(
    `UPDATE events SET stream = NULL, type = NULL, v = NULL, status = ?
     WHERE writer = ? AND seq = ?`,
    erased,
    before.writer,
    entry.seq,
  );
  countEvent(db, before.status, -1);
  countEvent(db, erased, 1);
}
