/**
 * Takes parts that arrived from elsewhere into the log: each is proved, what was erased here is
 * taken out of it, its bytes are put behind those that are held, and all is folded before the lock
 * is let go of. What cannot be taken changes nothing.
 */
import {
  decodeEvent,
  eraseFrame,
  examinePart,
  framesOfPart,
  NO_HEAD,
  putBytes,
  ReplicaIdentity,
  type Continuation,
  type Files,
  type Head,
  type Log,
  type PartRange,
  type System,
  type Trouble,
  type VersionVector,
} from '../events/index.js';
import {
  isErasedDigest,
  lastSeqIn,
  readHeads,
  seenBy,
  wasErased,
  type Db,
} from '../projections/index.js';
import { catchUp } from './catch-up.js';
import { ErasedHere } from './erased-here.js';
import { isMoved, notMoved } from './moved.js';
import type { Store } from './store.js';

/** A commit of a later time than this from now waits: its writer's clock had run ahead. */
const AHEAD_MS_MAX = 10 * 60 * 1000;

export interface ArrivedPart {
  readonly range: PartRange;
  readonly bytes: Buffer;
}

/** What became of a part. Of one that is taken `trouble` says why its rest is not. */
export interface PartOutcome {
  readonly state: 'taken' | 'held' | 'not taken';
  readonly events: number;
  /** The last seq of what of it is held now. */
  readonly seq: number;
  readonly trouble?: Trouble;
  /** It holds what was erased here: not to be kept. */
  readonly holdsErased?: boolean;
}

export interface ReceiveContext {
  readonly store: Store;
  readonly files: Files;
  readonly system: System;
}

/**
 * Takes in what can be taken, in the order of the log, and folds it.
 *
 * @returns what became of each part, in the order of `parts`.
 * @throws {AltError} BUSY, DISK_FULL, READ_ONLY, IO_FAILED — what was taken before stays.
 */
export async function receiveParts(
  context: ReceiveContext,
  parts: readonly ArrivedPart[],
): Promise<PartOutcome[]> {
  const { store } = context;
  return store.withLock(async (db) => {
    const receiver = new Receiver(context, db);
    const outcomes = new Map<ArrivedPart, PartOutcome>();
    try {
      for (const part of [...parts].sort((a, b) => compareRanges(a.range, b.range))) {
        outcomes.set(part, receiver.take(part));
        await new Promise(setImmediate);
      }
    } finally {
      const { cut } = await catchUp(db, store.log, { own: receiver.own ?? '' });
      for (const message of cut) store.warn({ code: 'LOG_DAMAGED', message });
    }
    return parts.map((part) => outcomes.get(part) ?? { state: 'not taken', events: 0, seq: 0 });
  });
}

/** The order of the log within a replica; of two that begin together the longer one first. */
export function compareRanges(a: PartRange, b: PartRange): number {
  if (a.replica !== b.replica) return a.replica < b.replica ? -1 : 1;
  return a.segment - b.segment || a.offset - b.offset || b.end - a.end;
}

class Receiver {
  readonly #context: ReceiveContext;
  readonly #db: Db;
  readonly #log: Log;
  readonly #heads: Map<string, Head>;
  readonly #seen = new Map<string, VersionVector>();
  readonly #identity: ReplicaIdentity;
  readonly #erased: ErasedHere;

  constructor(context: ReceiveContext, db: Db) {
    const { store, files, system } = context;
    this.#context = context;
    this.#db = db;
    this.#log = store.log;
    this.#heads = readHeads(db);
    this.#identity = new ReplicaIdentity(files, system, store.folder);
    this.#erased = new ErasedHere(db, store.log);
  }

  /** This machine's own replica. */
  get own(): string | undefined {
    return this.#identity.current();
  }

  take(part: ArrivedPart): PartOutcome {
    const { store, system } = this.#context;
    const { replica } = part.range;
    const examined = examinePart(this.#log, part, {
      head: this.#heads.get(replica) ?? NO_HEAD,
      dimension: store.identity.id,
      notAfterMs: system.now() + AHEAD_MS_MAX,
    });
    if ('held' in examined) {
      return { state: 'held', events: 0, seq: lastSeqIn(this.#db, part.range) };
    }
    if ('code' in examined) {
      if (isMoved(this.#db, part)) return { state: 'held', events: 0, seq: 0 };
      return { ...this.#leave(part), trouble: examined };
    }
    const commits = notMoved(this.#db, replica, examined.commits);
    const end = commits.at(-1)?.head.offset;
    if (end === undefined) return { state: 'held', events: 0, seq: 0 };
    const bytes = examined.bytes.subarray(0, end - examined.from);
    return this.#accept(part, { ...examined, commits, bytes });
  }

  #leave(part: ArrivedPart): PartOutcome {
    const holdsErased = holdsErasedContent(this.#db, part);
    return { state: 'not taken', events: 0, seq: 0, ...(holdsErased && { holdsErased }) };
  }

  #accept(part: ArrivedPart, { from, bytes, commits, rest }: Continuation): PartOutcome {
    const { replica, segment } = part.range;
    const head = this.#heads.get(replica) ?? NO_HEAD;
    if (replica === this.own) this.#renew(replica);
    let seen = this.#seen.get(replica) ?? seenBy(this.#db, replica, head.seq);
    let events = 0;
    for (const { commit } of commits) {
      seen = commit.header.seen ?? seen;
      events += commit.events.length;
      for (const place of this.#erased.placesIn(commit, seen)) {
        eraseFrame(bytes, place.offset - from);
      }
    }
    const reader = this.#log.read(replica, head);
    reader.next();
    const keepsRest = reader.end.kind === 'damage';
    putBytes(this.#context.files, this.#log, { replica, segment, offset: from, bytes, keepsRest });
    const last = commits.at(-1)?.head ?? head;
    this.#heads.set(replica, last);
    this.#seen.set(replica, seen);
    const outcome: PartOutcome = { state: 'taken', events, seq: last.seq };
    return rest ? { ...outcome, ...this.#restOf(part), trouble: rest } : outcome;
  }

  #restOf(part: ArrivedPart): Pick<PartOutcome, 'holdsErased'> {
    return holdsErasedContent(this.#db, part) ? { holdsErased: true } : {};
  }

  /**
   * Somebody has more of this machine's own log than it has itself: it is a copy that was restored.
   * What it writes from now on must not stand under the same id.
   */
  #renew(replica: string): void {
    const { store, system } = this.#context;
    this.#identity.adopt(system.randomBytes(16).toString('hex'));
    const message =
      `The log here was behind what was shipped of it (${replica}), as after a restore; ` +
      'what is written from now on stands under a new replica id.';
    store.warn({ code: 'REPLICA_RENEWED', message });
  }
}

/** Whether a part carries the content of something that was erased here. */
function holdsErasedContent(db: Db, part: ArrivedPart): boolean {
  for (const { isErased, digest, payload } of framesOfPart(part)) {
    if (isErased) continue;
    if (isErasedDigest(db, digest)) return true;
    const stream = decodeEvent(payload)?.stream;
    if (stream !== undefined && wasErased(db, stream)) return true;
  }
  return false;
}
