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
  type EventDataOf,
  type EventPayload,
  type Log,
  type Place,
  type StoredCommit,
  type StoredEvent,
} from '../events/index.js';
import {
  erasedStreamsBy,
  eventsOfDigests,
  eventsOfStream,
  formerSeqs,
  insertCommit,
  insertEvent,
  isErasedDigest,
  isMarker,
  markErased,
  needsRefold,
  PROJECTIONS,
  rememberErasedDigest,
  rememberErasedStream,
  rememberFork,
  seenBy,
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
  /** Erased frames that hold no event, so that no stream leads to them. */
  readonly #strays: Place[] = [];
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
      insertEvent(this.#db, writer, { stored, header, status: this.#statusWithout(stored) });
      return;
    }
    const { stream } = payload;
    const read = checkEvent(payload);
    const isLate = this.#isLate(stream, commit, stored);
    insertEvent(this.#db, writer, { stored, header, status: read.status });
    if (isLate || isMarker(payload.type)) this.#dirty.add(stream);
    if (read.status !== 'known') return;
    if (payload.type === 'Erased') this.#noteErasure(stream, read.data);
    if (payload.type === 'ReplicaForked') this.#noteFork(read.data);
    if (isLate || isMarker(payload.type)) return;
    const event = { stream, data: read.data, seq: stored.seq, commit: header };
    applyEvent(this.#db, { type: payload.type, event });
  }

  /** What a frame without an event is: nothing of it is folded, but it can be erased. */
  #statusWithout({ erased, unfinished, digest, place }: StoredEvent): EventStatus {
    if (unfinished === true) this.#strays.push(place);
    if (erased) return 'erased';
    if (!this.#isErasedByDigest(digest)) return 'invalid';
    this.#strays.push(place);
    return 'erased';
  }

  #isLate(stream: string, commit: StoredCommit, stored: StoredEvent): boolean {
    if (this.#dirty.has(stream)) return true;
    if (this.#isErasedByDigest(stored.digest)) return true;
    return needsRefold(this.#db, stream, { header: commit.header, seq: stored.seq });
  }

  #isErasedByDigest(digest: Uint8Array): boolean {
    return this.#hasErasedDigests && isErasedDigest(this.#db, digest);
  }

  #noteErasure(stream: string, data: unknown): void {
    const { digests, whole_stream } = data as EventDataOf<'Erased'>;
    if (whole_stream) rememberErasedStream(this.#db, stream);
    for (const digest of digests) rememberErasedDigest(this.#db, digest);
    for (const entry of eventsOfDigests(this.#db, digests)) this.#touch(entry);
    this.#hasErasedDigests ||= digests.length > 0;
  }

  /**
   * A replica goes on under another id: what its events knew is now known under both, which may
   * change what the erasures among them cover.
   */
  #noteFork(data: unknown): void {
    const fork = data as EventDataOf<'ReplicaForked'>;
    rememberFork(this.#db, fork);
    for (const stream of erasedStreamsBy(this.#db, fork.new)) this.#dirty.add(stream);
  }

  #touch(entry: JournalEntry): void {
    if (entry.stream !== null) this.#dirty.add(entry.stream);
    else if (entry.status === 'invalid') {
      markErased(this.#db, entry);
      this.#strays.push(entry.place);
    }
  }

  /**
   * Folds every stream again that was touched out of order.
   *
   * @returns where the log still holds what was erased: to be cleared before the checkpoint passes.
   */
  settle(): Place[] {
    const toClear = this.#strays.splice(0);
    for (const stream of this.#dirty) toClear.push(...this.#refold(stream));
    this.#dirty.clear();
    return toClear;
  }

  #refold(stream: string): Place[] {
    const toClear: Place[] = [];
    const entries = eventsOfStream(this.#db, stream);
    const loaded: LoadedEvent[] = [];
    for (const entry of entries) {
      const { state, payload } = this.#log.readEvent(entry.place, entry.digest);
      if (payload) loaded.push({ entry, data: loadData(entry, payload) });
      else markErased(this.#db, entry);
      if (state === 'unfinished') toClear.push(entry.place);
    }
    const erased = erasedIn(loaded, {
      isErasedDigest: (digest) => this.#isErasedByDigest(digest),
      seenBy: (entry) => seenBy(this.#db, entry.replica, entry.commit.seq),
      formerSeqs: (entry) => formerSeqs(this.#db, entry.replica, entry.seq),
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
