/**
 * Folds commits into a database: the one place where events become views.
 *
 * A commit that comes in order is applied at once. When an event arrives late, or something undoes
 * or erases events of its stream, the stream is forgotten and its events are folded again in total
 * order; cost follows the streams touched, not the length of the log.
 */
import {
  eventType,
  readData,
  type EventPayload,
  type Log,
  type Place,
  type StoredCommit,
  type StoredEvent,
} from '../events/index.js';
import {
  eventsOfStream,
  insertCommit,
  insertEvent,
  isErasedDigest,
  isMarker,
  markErased,
  needsRefold,
  PROJECTIONS,
  rememberErasedDigest,
  seenBy,
  streamsOfDigest,
  writerOf,
  type Db,
  type EventStatus,
  type FoldEvent,
  type JournalEntry,
} from '../projections/index.js';
import { erasedIn, livingEvents, type LoadedEvent } from './living.js';

interface KnownEvent {
  readonly type: string;
  readonly event: FoldEvent;
}

/** One transaction's worth of folding. Call {@link settle} before the transaction ends. */
export class Fold {
  readonly #db: Db;
  readonly #log: Log;
  readonly #dirty = new Set<string>();
  /** Only asked when something was ever erased by digest. */
  #hasErasedDigests: boolean;

  constructor(db: Db, log: Log) {
    this.#db = db;
    this.#log = log;
    this.#hasErasedDigests = db.get('SELECT 1 FROM erased_digests LIMIT 1') !== undefined;
  }

  /** Takes in a commit that is not held yet. */
  add(commit: StoredCommit): void {
    const writer = writerOf(this.#db, commit.header.replica);
    insertCommit(this.#db, writer, commit.header);
    for (const stored of commit.events) this.#addEvent(writer, commit, stored);
  }

  #addEvent(writer: number, commit: StoredCommit, stored: StoredEvent): void {
    const { header } = commit;
    const { payload } = stored;
    if (!payload) {
      const status = stored.erased ? 'erased' : 'invalid';
      insertEvent(this.#db, writer, { stored, header, status });
      return;
    }
    const { stream } = payload;
    const read = checkEvent(payload);
    const isLate = this.#isLate(stream, commit, stored);
    insertEvent(this.#db, writer, { stored, header, status: read.status });
    if (isLate || isMarker(payload.type)) this.#dirty.add(stream);
    if (read.status !== 'known') return;
    if (payload.type === 'Erased') this.#noteErasure(read.data);
    if (isLate || isMarker(payload.type)) return;
    const event = { stream, data: read.data, seq: stored.seq, commit: header };
    applyEvent(this.#db, { type: payload.type, event });
  }

  #isLate(stream: string, commit: StoredCommit, stored: StoredEvent): boolean {
    if (this.#dirty.has(stream)) return true;
    if (this.#hasErasedDigests && isErasedDigest(this.#db, stored.digest)) return true;
    return needsRefold(this.#db, stream, { header: commit.header, seq: stored.seq });
  }

  #noteErasure(data: unknown): void {
    const { digests } = data as { readonly digests: readonly Uint8Array[] };
    for (const digest of digests) {
      rememberErasedDigest(this.#db, digest);
      for (const stream of streamsOfDigest(this.#db, digest)) this.#dirty.add(stream);
    }
    this.#hasErasedDigests ||= digests.length > 0;
  }

  /**
   * Folds every stream again that was touched out of order.
   *
   * @returns where the log still holds what was erased: to be cleared before the checkpoint passes.
   */
  settle(): Place[] {
    const toClear: Place[] = [];
    for (const stream of this.#dirty) toClear.push(...this.#refold(stream));
    this.#dirty.clear();
    return toClear;
  }

  #refold(stream: string): Place[] {
    const toClear: Place[] = [];
    const entries = eventsOfStream(this.#db, stream);
    const loaded: LoadedEvent[] = [];
    for (const entry of entries) {
      const payload = this.#log.readEvent(entry.place, entry.digest);
      if (payload) loaded.push({ entry, data: loadData(entry, payload) });
      else markErased(this.#db, entry);
    }
    const erased = erasedIn(loaded, {
      isErasedDigest: (digest) => this.#hasErasedDigests && isErasedDigest(this.#db, digest),
      seenBy: (entry) => seenBy(this.#db, entry.replica, entry.commit.seq),
    });
    for (const { entry } of erased) {
      markErased(this.#db, entry);
      toClear.push(entry.place);
    }
    const remaining = loaded.filter((event) => !erased.has(event));
    for (const projection of PROJECTIONS) projection.forget(this.#db, stream);
    for (const { entry, data } of livingEvents(remaining)) {
      const event = { stream, data, seq: entry.seq, commit: entry.commit };
      applyEvent(this.#db, { type: entry.type ?? '', event });
    }
    return toClear;
  }
}

/** What today's release makes of a payload; an event on a stream of another kind is invalid. */
export function checkEvent(payload: EventPayload): {
  readonly status: EventStatus;
  readonly data?: unknown;
} {
  const type = eventType(payload.type);
  const read = readData(type, payload.v, payload.data);
  if (read.status !== 'known' || !type) return read;
  const fits = type.stream === 'any' || payload.stream.startsWith(`${type.stream}:`);
  return fits ? read : { status: 'invalid' };
}

function loadData(entry: JournalEntry, payload: EventPayload): unknown {
  return entry.status === 'known' ? checkEvent(payload).data : undefined;
}

function applyEvent(db: Db, { type, event }: KnownEvent): void {
  for (const projection of PROJECTIONS) {
    const handlers = projection.apply as Readonly<Record<string, Handler | undefined>>;
    handlers[type]?.(db, event);
  }
}

type Handler = (db: Db, event: FoldEvent) => void;
