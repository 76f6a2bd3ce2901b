/**
 * Turns a decision into one commit: envelope, append, sync, projection. Only under the lock, on
 * views that are caught up.
 */
import {
  AltError,
  compareTimes,
  eventType,
  keyedHash,
  LogWriter,
  nextTime,
  NO_HEAD,
  type Appended,
  type CommitHeader,
  type DimensionIdentity,
  type EventPayload,
  type Head,
  type Log,
  type LogicalTime,
  type ReplicaIdentity,
  type VersionVector,
} from '../events/index.js';
import { eventsOfCause, readHeads, seenBy, writeHead, type Db } from '../projections/index.js';
import type { Change, NewEvent, StoreOptions, Warning } from './change.js';
import { Fold } from './fold.js';

export interface AppenderContext {
  readonly log: Log;
  readonly identity: DimensionIdentity;
  readonly replica: ReplicaIdentity;
  readonly options: StoreOptions;
  readonly warn: (warning: Warning) => void;
}

/** The state a commit is made on. */
interface State {
  readonly replica: string;
  readonly heads: ReadonlyMap<string, Head>;
}

type Envelope = Omit<CommitHeader, 'replica' | 'seq' | 'count'>;

export class Appender {
  readonly #context: AppenderContext;
  #writer: { readonly replica: string; readonly log: LogWriter } | undefined;

  constructor(context: AppenderContext) {
    this.#context = context;
  }

  close(): void {
    this.#writer?.log.close();
    this.#writer = undefined;
  }

  /** Decides, appends, projects. @returns the change's result. */
  commit<Result>(db: Db, change: Change<Result>): Result {
    const heads = readHeads(db);
    const replica = this.#replicaFor(heads);
    const cause = this.#causeOf(change);
    const earlier = cause && this.#recall(db, change, { replica, cause });
    if (earlier) return earlier.result;
    const { events, result } = change.decide(db);
    if (events.length === 0) return result;
    const state = { replica, heads };
    const envelope = { ...this.#envelope(db, change, state), ...(cause && { cause }) };
    const payloads = events.map((event) => this.#payload(event));
    const head = state.heads.get(replica) ?? NO_HEAD;
    this.#project(db, this.#logWriter(replica).append(head, envelope, payloads));
    return result;
  }

  /** A log that is behind what was shipped of it was put back: it goes on under a new id. */
  #replicaFor(heads: State['heads']): string {
    const { replica: identity, options, warn } = this.#context;
    const replica = identity.ensure();
    const seq = heads.get(replica)?.seq ?? 0;
    if (seq >= identity.shippedSeq()) return replica;
    identity.adopt(options.system.randomBytes(16).toString('hex'));
    const message =
      `The log here is behind what was shipped of it (${replica}), as after a restore; ` +
      'what is written from now on stands under a new replica id.';
    warn({ code: 'REPLICA_RENEWED', message });
    return identity.ensure();
  }

  #causeOf(change: Pick<Change<unknown>, 'idempotencyKey' | 'operation'>): Buffer | undefined {
    if (change.idempotencyKey === undefined) return undefined;
    const { key } = this.#context.identity;
    return Buffer.from(
      keyedHash(key, ['idempotency', change.operation, change.idempotencyKey], 32),
      'hex',
    );
  }

  /** The result of the commit that was made under the same key before. */
  #recall<Result>(
    db: Db,
    change: Change<Result>,
    of: { readonly replica: string; readonly cause: Uint8Array },
  ): { readonly result: Result } | undefined {
    const entries = eventsOfCause(db, of.replica, of.cause);
    if (entries.length === 0 || !change.recall) return undefined;
    const { log } = this.#context;
    const payloads = entries.map((entry) => log.readEvent(entry.place, entry.digest).payload);
    const result = change.recall(payloads.filter((payload) => payload !== undefined));
    if (result !== undefined) return { result };
    throw new AltError('INVALID_ARGUMENT', 'The idempotency key was used for something else.', {
      hint: 'Use a new key for a new change.',
    });
  }

  #envelope(db: Db, change: Change<unknown>, state: State): Envelope {
    const { actor, source, batch } = change;
    const wall = this.#context.options.system.now();
    const at = nextTime(latestTime(state.heads), wall);
    const seen = newlySeen(db, state);
    return { at, wall, actor, source, ...(batch && { batch }), ...(seen && { seen }) };
  }

  #payload({ type, stream, data }: NewEvent): EventPayload {
    const entries = Object.entries(data).filter(([, value]) => value !== undefined);
    const clean = Object.fromEntries(entries);
    const definition = eventType(type);
    const parsed = definition?.schema.safeParse(clean);
    if (!definition || !parsed?.success) {
      const problem = parsed?.error?.issues[0];
      const where = problem ? `${problem.path.join('.')}: ${problem.message}` : 'unknown type';
      throw new AltError('INVALID_ARGUMENT', `${type} cannot be recorded (${where}).`);
    }
    const nonce = this.#context.options.system.randomBytes(16);
    return { type, v: definition.version, stream, data: clean, nonce };
  }

  #logWriter(replica: string): LogWriter {
    if (this.#writer?.replica === replica) return this.#writer.log;
    this.close();
    const { log, identity, options } = this.#context;
    const writer = new LogWriter({
      files: options.files,
      randomBytes: (size) => options.system.randomBytes(size),
      folder: log.folderOf(replica),
      dimension: identity.id,
      replica,
      durable: options.durable ?? true,
    });
    this.#writer = { replica, log: writer };
    return writer;
  }

  /** The change has happened by now; views that cannot follow catch up later. */
  #project(db: Db, { commit, head }: Appended): void {
    const { log, warn } = this.#context;
    try {
      db.transaction(() => {
        const fold = new Fold(db, log);
        fold.add(commit);
        log.clear(fold.settle());
        writeHead(db, commit.header.replica, head);
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `Saved, but the views could not follow yet: ${reason}.`;
      warn({ code: 'VIEWS_BEHIND', message });
    }
  }
}

/** What this machine holds of the others, if that changed since its last commit. */
function newlySeen(db: Db, { replica, heads }: State): VersionVector | undefined {
  const seen: Record<string, number> = {};
  for (const [other, { seq }] of heads) {
    if (other !== replica && seq > 0) seen[other] = seq;
  }
  const others = Object.keys(seen);
  if (others.length === 0) return undefined;
  const before = seenBy(db, replica, Number.MAX_SAFE_INTEGER);
  return others.every((other) => seen[other] === before[other]) ? undefined : seen;
}

function latestTime(heads: ReadonlyMap<string, Head>): LogicalTime {
  let latest: LogicalTime = { ms: 0, counter: 0 };
  for (const { at } of heads.values()) if (compareTimes(at, latest) > 0) latest = at;
  return latest;
}
