/**
 * A dimension made again from a backup, as it was at a point. All of the backup is taken in first,
 * aside: what the point means and what was erased later is known only then. What belongs to the
 * point is copied from there byte by byte, and what was erased later is erased in it as well.
 */
import {
  AltError,
  encodePart,
  eventType,
  partSize,
  readData,
  readDimensionFile,
  type DimensionIdentity,
  type EventDataOf,
  type Files,
  type Head,
  type Log,
  type PartRange,
  type VersionVector,
} from '../../events/index.js';
import { formerSeqs, readHeads } from '../../projections/index.js';
import { receiveParts, verifyLog, type ArrivedPart, type NewEvent } from '../../replay/index.js';
import { knownAt } from '../known-at.js';
import { change, type Session } from '../session.js';
import { FolderRemote } from './folder-remote.js';
import { Incoming } from './incoming.js';
import { logFolderOf, LogSource } from './log-source.js';
import { pullParts } from './pull.js';
import { identityOf, type Remote } from './remote.js';
import { Transfer } from './report.js';

const BATCH_BYTES_MAX = 64 * 1024 * 1024;
const COMMIT_EVENTS_MAX = 500;

export interface RestoreWork {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((events: number) => void) | undefined;
}

export interface RestoreSource {
  readonly remote: Remote;
  readonly identity: DimensionIdentity;
}

/**
 * What a path is as a backup: a backup's folder, a remote's, or a dimension.
 *
 * @throws {AltError} NOT_FOUND when it is none of these
 */
export async function restoreSource(
  files: Files,
  location: string,
  machine: string,
): Promise<RestoreSource> {
  const isDimension = logFolderOf(files, location) === location;
  const found = isDimension
    ? { remote: new LogSource(files, location), identity: readDimensionFile(files, location) }
    : await remoteAt(files, location, machine);
  const { remote, identity } = found;
  if (identity) return { remote, identity };
  throw new AltError('NOT_FOUND', `${location} is no backup of a dimension.`, {
    hint: 'Name the folder that holds dimension.json.',
  });
}

async function remoteAt(
  files: Files,
  location: string,
  machine: string,
): Promise<{ readonly remote: Remote; readonly identity: DimensionIdentity | undefined }> {
  const remote = new FolderRemote(files, location, machine);
  return { remote, identity: await identityOf(remote, await remote.list()) };
}

/** A backup is not refused for a clock that had run ahead: it is one's own. */
const atAnyTime = (session: Session): Session => {
  const system = { ...session.system, now: () => Number.MAX_SAFE_INTEGER };
  return { ...session, system };
};

/**
 * Takes all of a backup into an empty dimension.
 *
 * @throws {AltError} LOG_DAMAGED when a piece of it cannot be taken
 */
export async function takeWhole(
  session: Session,
  remote: Remote,
  work: RestoreWork,
): Promise<void> {
  const { files, store } = session;
  const transfer = new Transfer({ remote: remote.location, location: remote.location });
  const incoming = new Incoming(files, store.folder);
  const given = { remote, source: 'restore', known: undefined, incoming, transfer };
  await pullParts({ ...work, ...given, session: atAnyTime(session) });
  const { refused, waiting } = transfer.report();
  const [first] = [...refused, ...waiting].filter(({ code }) => code !== 'name');
  if (!first) return;
  throw new AltError(
    'LOG_DAMAGED',
    `${remote.location} is not whole: ${first.part}: ${first.reason}.`,
    { hint: '"alt clone" makes a dimension of what is whole in it; nothing was restored.' },
  );
}

export interface Prefix {
  readonly vector: VersionVector;
  /** Where each replica's log ends at the point. */
  readonly heads: ReadonlyMap<string, Head>;
}

/**
 * What of a dimension belongs to a point: see `known_at`; all of it when absent.
 *
 * @throws {AltError} INVALID_ARGUMENT also for a cursor in the middle of a commit; NOT_FOUND when
 *   nothing was known yet
 */
export async function prefixAt({ store }: Session, to: string | undefined): Promise<Prefix> {
  const vector = await store.read((db): VersionVector => {
    if (to !== undefined) return knownAt(db, to);
    const seqs = [...readHeads(db)].map(([replica, { seq }]) => [replica, seq] as const);
    return Object.fromEntries(seqs.filter(([, seq]) => seq > 0));
  });
  const replicas = Object.entries(vector);
  if (replicas.length === 0) {
    throw new AltError('NOT_FOUND', 'Nothing was known at that point.', {
      hint: '"alt log --dimension DIR" shows when a dimension began.',
    });
  }
  return { vector, heads: new Map(replicas.map(([id, seq]) => [id, headAt(store.log, id, seq)])) };
}

function headAt(log: Log, replica: string, seq: number): Head {
  const reader = log.read(replica);
  while (reader.head.seq < seq && reader.next());
  if (reader.head.seq === seq) return reader.head;
  throw new AltError('INVALID_ARGUMENT', 'That cursor stands in the middle of a change.', {
    hint: `Name the event: ${replica}:${String(seq)} stands for the whole change it is in.`,
  });
}

/** Copies what belongs to the point into an empty dimension, and folds it. */
export async function copyPrefix(
  from: Session,
  to: Session,
  { prefix, signal, onProgress }: RestoreWork & { readonly prefix: Prefix },
): Promise<void> {
  const { store, files, system } = atAnyTime(to);
  let events = 0;
  for (const batch of batches(rangesOf(from.store.log, prefix))) {
    signal?.throwIfAborted();
    const parts = batch.flatMap((range): ArrivedPart[] => {
      const bytes = encodePart(from.store.log, range);
      return bytes ? [{ range, bytes }] : [];
    });
    const outcomes = await receiveParts({ store, files, system }, parts);
    for (const outcome of outcomes) events += outcome.events;
    onProgress?.(events);
  }
}

function rangesOf(log: Log, { heads }: Prefix): PartRange[] {
  return [...heads].flatMap(([replica, head]) => {
    const segments = log.segments(replica).filter((segment) => segment <= head.segment);
    return segments.map((segment) => {
      const end = segment === head.segment ? head.offset : (log.sizeOf(replica, segment) ?? 0);
      return { replica, segment, offset: 0, end };
    });
  });
}

function* batches(ranges: readonly PartRange[]): Generator<PartRange[]> {
  let batch: PartRange[] = [];
  let sizeBytes = 0;
  for (const range of ranges) {
    batch.push(range);
    sizeBytes += partSize(range);
    if (sizeBytes < BATCH_BYTES_MAX) continue;
    yield batch;
    batch = [];
    sizeBytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Says again in the restored dimension what was erased after the point. The bytes are gone from it
 * already; this is why, and keeps out what other copies still hold.
 *
 * @returns how many erasures that were.
 */
export async function eraseAgain(from: Session, to: Session, prefix: Prefix): Promise<number> {
  const erasures = await laterErasures(from, prefix);
  for (let at = 0; at < erasures.length; at += COMMIT_EVENTS_MAX) {
    const events = erasures.slice(at, at + COMMIT_EVENTS_MAX);
    await change(to, { operation: 'restore', decide: () => ({ events, result: undefined }) });
  }
  return erasures.length;
}

async function laterErasures({ store }: Session, { vector }: Prefix): Promise<NewEvent[]> {
  const { log } = store;
  const seen = seenIn(log, vector);
  const erasures = log.replicas().flatMap((replica) => {
    return [...erasuresBeyond(log, replica, vector[replica] ?? 0)];
  });
  // Who wrote in knowledge of an erasure is not covered by it, and would be by one that comes now.
  return store.read((db) =>
    erasures.map(({ stream, data, replica, seq }): NewEvent => {
      const places = [{ replica, seq }, ...formerSeqs(db, replica, seq)];
      const isKnown = places.some((place) => (seen[place.replica] ?? 0) >= place.seq);
      const { digests, whole_stream: isWhole } = data;
      return { type: 'Erased', stream, data: { digests, whole_stream: isWhole && !isKnown } };
    }),
  );
}

interface StoredErasure {
  readonly replica: string;
  readonly seq: number;
  readonly stream: string;
  readonly data: EventDataOf<'Erased'>;
}

function* erasuresBeyond(log: Log, replica: string, last: number): Generator<StoredErasure> {
  const reader = log.read(replica);
  for (let commit = reader.next(); commit; commit = reader.next()) {
    for (const { seq, payload } of commit.events) {
      if (payload?.type !== 'Erased' || seq <= last) continue;
      const read = readData(eventType('Erased'), payload.v, payload.data);
      if (read.status !== 'known') continue;
      yield { replica, seq, stream: payload.stream, data: read.data as EventDataOf<'Erased'> };
    }
  }
}

/** The most that any writer up to the point had seen of each replica. */
function seenIn(log: Log, vector: VersionVector): VersionVector {
  const most: Record<string, number> = {};
  for (const [replica, last] of Object.entries(vector)) {
    const reader = log.read(replica);
    for (let commit = reader.next(); commit; commit = reader.next()) {
      if (commit.header.seq > last) break;
      for (const [other, seq] of Object.entries(commit.header.seen ?? {})) {
        most[other] = Math.max(most[other] ?? 0, seq);
      }
    }
  }
  return most;
}

/** @throws {AltError} LOG_DAMAGED when what was restored is not sound */
export async function proveRestored({ store }: Session, { signal }: RestoreWork): Promise<void> {
  const { problems } = await verifyLog(store, { signal });
  const [first] = problems;
  if (!first) return;
  throw new AltError('LOG_DAMAGED', `What was restored is not sound: ${first.message}`, {
    hint: 'Nothing was put in place. Try another copy, or "alt clone" with this one.',
  });
}
