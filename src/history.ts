/** Looking into the log: what happened, to what, by whom. */
import { isAltError, type VersionVector } from '../events/index.js';
import {
  heldVector,
  listEvents,
  type JournalEntry,
  type JournalFilter,
} from '../projections/index.js';
import { checkMoment } from './backup/moments.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { toIso } from './entity.js';
import { filterName, matchesNothing } from './names.js';
import { streamIn, type Session } from './session.js';
import { actorOf, checkBatch, lastMoment } from './undo/selection.js';
import { checkInteger } from './values.js';

export interface LogEntry {
  /** `replica:seq`. */
  readonly event: string;
  /** First 8 bytes of the digest: with `event` a reference that cannot be mistaken. */
  readonly digest: string;
  readonly type: string | null;
  readonly stream: string | null;
  /** `damaged`: its bytes in the log are not what was written; `alt verify` says where. */
  readonly status: JournalEntry['status'] | 'damaged';
  /** The writer's wall clock. */
  readonly at: string;
  readonly actor: JournalEntry['commit']['actor'];
  readonly source: string;
  readonly batch: string | null;
  /** What the event says; null once erased, or when its bytes cannot be read. */
  readonly data: unknown;
}

export interface HistoryOptions {
  /** 1–10,000; 50 when absent. */
  readonly limit?: number | undefined;
  readonly type?: string | undefined;
  /** Only events of the memory with that id. */
  readonly entityId?: string | undefined;
  /** Only events of that stream. */
  readonly stream?: string | undefined;
  /** Who wrote it: a kind (`mcp`), a kind and a tool (`mcp:add_entity`), or a client's name. */
  readonly actor?: string | undefined;
  readonly session?: string | undefined;
  /** Whose words: user, model, tool, external or peer. */
  readonly source?: string | undefined;
  /** 32 hex digits. */
  readonly batch?: string | undefined;
  /** ISO 8601, by the writer's clock; both ends belong to it. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Only what is about memories and places of that realm, as they are now. */
  readonly realm?: string | undefined;
  /** A cursor from an earlier answer: only what is held since. */
  readonly after?: string | undefined;
  readonly oldestFirst?: boolean | undefined;
}

export interface History {
  readonly events: LogEntry[];
  /** Give it as `after` to go on from here, whatever arrives meanwhile. */
  readonly cursor: string;
}

/** Events of the log, newest first unless asked otherwise, with what they say. */
export async function history(session: Session, options: HistoryOptions): Promise<History> {
  const limit = checkInteger(options.limit ?? 50, { what: 'limit', min: 1, max: 10_000 });
  const { after } = options;
  const newestFirst = options.oldestFirst !== true;
  const filter = filterOf(session, options);
  const { entries, held } = await session.store.read((db) => ({
    held: heldVector(db),
    entries: filter ? listEvents(db, { ...filter, limit, newestFirst }) : [],
  }));
  const isCut = options.oldestFirst === true && entries.length === limit;
  const reached = isCut ? advance(after === undefined ? {} : decodeCursor(after), entries) : held;
  return {
    events: entries.map((entry) => toLogEntry(session, entry)),
    cursor: encodeCursor(reached),
  };
}

/** Undefined for a realm that can be none. */
function filterOf(session: Session, options: HistoryOptions): JournalFilter | undefined {
  const { type, entityId, stream, source, batch, since, until, after } = options;
  const realm = filterName(options.realm);
  if (matchesNothing(realm)) return undefined;
  const isActor = options.actor !== undefined || options.session !== undefined;
  return {
    ...{ type, source, realm },
    stream: entityId === undefined ? stream : streamIn(session, 'entity', entityId),
    actor: isActor ? actorOf(options.actor, options.session) : undefined,
    batch: batch === undefined ? undefined : checkBatch(batch),
    since: checkMoment(since, 'since'),
    until: until === undefined ? undefined : lastMoment(until, 'until'),
    after: after === undefined ? undefined : decodeCursor(after),
  };
}

/** How far a reader is who goes on from `after` and has read these entries, oldest first. */
function advance(after: VersionVector, entries: readonly JournalEntry[]): VersionVector {
  const reached: Record<string, number> = { ...after };
  for (const { replica, seq } of entries) reached[replica] = Math.max(reached[replica] ?? 0, seq);
  return reached;
}

export function toLogEntry(session: Session, entry: JournalEntry): LogEntry {
  const { replica, seq, commit } = entry;
  return {
    event: `${replica}:${String(seq)}`,
    digest: entry.digest.toString('hex', 0, 8),
    type: entry.type,
    stream: entry.stream,
    at: toIso(commit.wall),
    actor: commit.actor,
    source: commit.source,
    batch: commit.batch ? Buffer.from(commit.batch).toString('hex') : null,
    ...readAgain(session, entry),
  };
}

function readAgain(session: Session, entry: JournalEntry): Pick<LogEntry, 'status' | 'data'> {
  const { status } = entry;
  if (status === 'erased') return { status, data: null };
  try {
    const { payload } = session.store.log.readEvent(entry.place, entry.digest);
    return { status, data: toJson(payload?.data ?? null) };
  } catch (error) {
    // One event that cannot be read must not hide the others.
    if (isAltError(error, 'LOG_DAMAGED')) return { status: 'damaged', data: null };
    throw error;
  }
}

/** Byte strings as hex, so that any data prints as JSON. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}
