/**
 * Simulated machines: each with a folder, a clock, random bytes and views of its own, and a log
 * written by the real Appender (or, for events that it refuses to write, by the real LogWriter).
 *
 * Bytes travel by `deliver`, which appends another replica's bytes as they are, up to any commit,
 * so that arrival in any order, in any grouping, in part and again can be played.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEvent, encodeEvent } from '../../events/codec.js';
import {
  compareTimes,
  Log,
  LogWriter,
  nextTime,
  NO_HEAD,
  nodeFiles,
  ReplicaIdentity,
  type CommitHeader,
  type DimensionIdentity,
  type EventPayload,
  type Files,
  type Head,
  type System,
} from '../../events/index.js';
import { createViews, Db, readHeads, seenBy } from '../../projections/index.js';
import { Appender } from '../../replay/appender.js';
import { catchUp, digestViews, type Digest, type NewEvent } from '../../replay/index.js';

export const IDENTITY: DimensionIdentity = { id: 'd1'.repeat(16), key: Buffer.alloc(32, 7) };

/** Real files without syncs: nothing here is to survive a power cut. */
export const fastFiles: Files = {
  ...nodeFiles,
  sync: () => undefined,
  syncFolder: () => undefined,
};

/** An event as no command of this release would write it. `nonce`: bytes of an earlier event. */
export interface OddEvent {
  readonly type: string;
  readonly v: number;
  readonly stream: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly nonce?: Uint8Array;
}

export type EventToWrite = NewEvent | OddEvent;

const isOdd = (event: EventToWrite): event is OddEvent => 'v' in event;

/** What a test knows of an event it had written. */
export interface WrittenEvent {
  readonly event: EventToWrite;
  readonly replica: string;
  readonly seq: number;
  readonly digest: Buffer;
  /** 16 random bytes that stand nowhere else: by them the payload is found in a file. */
  readonly nonce: Buffer;
  /** What its writer held of every replica. */
  readonly knew: Readonly<Record<string, number>>;
}

const ACTOR = { kind: 'api', name: 'test' } as const;

/** New views, in memory unless a path is given. */
export function newViews(path = ':memory:'): Db {
  const db = new Db(path, { create: true });
  createViews(db);
  return db;
}

export class Machine {
  readonly folder: string;
  readonly log: Log;
  readonly written: WrittenEvent[] = [];
  /** What its wall clock shows. May be set to anything. */
  nowMs = 1_000;
  db = newViews();
  readonly #identity: ReplicaIdentity;
  readonly #files: Files;
  /** Its clock, its random bytes, its host. */
  readonly system: System;
  readonly #appender: Appender;
  readonly #seed: string;
  #oddWriter: LogWriter | undefined;
  #draws = 0;
  #drawn: Buffer[] = [];

  constructor(parent: string, name: string, files: Files = fastFiles) {
    this.folder = join(parent, name);
    mkdirSync(this.folder, { recursive: true });
    this.#files = files;
    this.#seed = name;
    this.log = new Log(files, this.folder);
    this.system = {
      now: () => this.nowMs,
      randomBytes: (size) => this.#randomBytes(size),
      hostId: () => name,
    };
    this.#identity = new ReplicaIdentity(files, this.system, this.folder);
    this.#appender = new Appender({
      log: this.log,
      identity: IDENTITY,
      replica: this.#identity,
      options: { files, system: this.system, label: name, durable: false },
      warn: ({ message }) => {
        throw new Error(message);
      },
    });
  }

  /** The id it writes under. */
  get replica(): string {
    return this.#identity.ensure();
  }

  #randomBytes(size: number): Buffer {
    this.#draws += 1;
    const hash = createHash('sha512')
      .update(`${this.#seed}:${String(this.#draws)}`)
      .digest();
    const bytes = Buffer.from(hash.subarray(0, size));
    this.#drawn.push(bytes);
    return bytes;
  }

  /** Folds what its log holds beyond the views. */
  async fold(): Promise<void> {
    await catchUp(this.db, this.log, { own: this.#identity.current() });
  }

  /** Catches up, then writes one commit, as a change to a store does. */
  async write(...events: readonly EventToWrite[]): Promise<WrittenEvent[]> {
    await this.fold();
    const { replica } = this;
    const heads = readHeads(this.db);
    const before = heads.get(replica) ?? NO_HEAD;
    this.#drawn = [];
    if (events.some(isOdd)) {
      this.#writeOdd(events, heads);
      // As a reader finds it: what is no event to a reader is none to its writer.
      await this.fold();
    } else {
      const decision = { events: events as readonly NewEvent[], result: undefined };
      const change = {
        actor: ACTOR,
        source: 'user',
        operation: 'test',
        decide: () => decision,
      } as const;
      this.#appender.commit(this.db, change);
    }
    const stored = this.log.read(replica, before).next()?.events ?? [];
    const knew = Object.fromEntries([...heads].map(([other, { seq }]) => [other, seq]));
    const written = stored.map(({ seq, digest }, index) => {
      const event = events[index] as EventToWrite;
      const nonce = (isOdd(event) && event.nonce) || this.#drawn[index];
      return { event, replica, seq, digest, nonce: Buffer.from(nonce as Uint8Array), knew };
    });
    this.written.push(...written);
    return written;
  }

  /** The envelope that the Appender would make, around events that it would refuse. */
  #writeOdd(events: readonly EventToWrite[], heads: ReadonlyMap<string, Head>): void {
    const { replica } = this;
    const payloads: EventPayload[] = events.map((event) => {
      const nonce = this.#randomBytes(16);
      return isOdd(event) ? { nonce, ...event } : { nonce, v: 1, ...event };
    });
    this.#oddWriter ??= new LogWriter({
      files: this.#files,
      randomBytes: (size) => this.#randomBytes(size),
      folder: this.log.folderOf(replica),
      dimension: IDENTITY.id,
      replica,
      durable: false,
    });
    const head = heads.get(replica) ?? NO_HEAD;
    // What this release refuses to write may still arrive: past the writer's own check.
    const encoded = payloads.map((event) => {
      const payload = encodeEvent(event);
      return { payload, event: decodeEvent(payload), erased: false };
    });
    this.#oddWriter.appendEncoded(head, this.#envelope(heads), encoded);
  }

  #envelope(heads: ReadonlyMap<string, Head>): Omit<CommitHeader, 'replica' | 'seq' | 'count'> {
    const { replica } = this;
    let last = { ms: 0, counter: 0 };
    for (const { at } of heads.values()) if (compareTimes(at, last) > 0) last = at;
    const others = [...heads].filter(([other, { seq }]) => other !== replica && seq > 0);
    const seen = Object.fromEntries(others.map(([other, { seq }]) => [other, seq]));
    const before = seenBy(this.db, replica, Number.MAX_SAFE_INTEGER);
    const isNew = others.some(([other, { seq }]) => before[other] !== seq);
    const at = nextTime(last, this.nowMs);
    return { at, wall: this.nowMs, actor: ACTOR, source: 'user', ...(isNew && { seen }) };
  }

  digest(): Digest {
    return digestViews(this.db);
  }

  /** The digest of views folded from nothing, out of this machine's log alone. */
  async rebuiltDigest(): Promise<Digest> {
    const db = newViews();
    try {
      await catchUp(db, this.log);
      return digestViews(db);
    } finally {
      db.close();
    }
  }

  /** Goes on with other views, empty ones unless given: the old ones are gone. */
  useViews(db = newViews()): void {
    if (this.db.isOpen) this.db.close();
    this.db = db;
  }

  /** Closes the views and opens the same file again, as another process would. */
  reopen(path: string): void {
    this.db.close();
    this.db = new Db(path);
  }

  /** All bytes it holds of a replica. */
  bytesOf(replica: string): Buffer {
    const folder = this.log.folderOf(replica);
    const names = this.log.replicas().includes(replica) ? readdirSync(folder).sort() : [];
    return Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
  }

  close(): void {
    this.#appender.close();
    this.#oddWriter?.close();
    if (this.db.isOpen) this.db.close();
  }
}

/** The end of every whole commit of a replica that a log holds, in order. */
export function commitEnds(log: Log, replica: string): Head[] {
  const reader = log.read(replica, NO_HEAD);
  const ends: Head[] = [];
  while (reader.next()) ends.push(reader.head);
  return ends;
}

export interface Delivery {
  readonly from: Machine;
  readonly to: Machine;
  readonly replica: string;
  /** How many of its commits; all that are there unless given. */
  readonly commits?: number;
  /** So many bytes of what follows arrive too, if they are there: a commit in part. */
  readonly extraBytes?: number;
}

/** Copies a replica's first commits; what the receiver holds already stays as it is. */
export function deliver({ from, to, replica, commits, extraBytes = 0 }: Delivery): void {
  const ends = commitEnds(from.log, replica).slice(0, commits);
  const end = ends.at(-1);
  if (!end || replica === to.replica || from === to) return;
  mkdirSync(to.log.folderOf(replica), { recursive: true });
  for (const segment of from.log.segments(replica).filter((first) => first <= end.segment)) {
    const name = `${String(segment).padStart(16, '0')}.seg`;
    const bytes = readFileSync(join(from.log.folderOf(replica), name));
    const limit = segment === end.segment ? end.offset + extraBytes : bytes.length;
    const held = heldBytes(to, replica, segment);
    if (held >= limit) continue;
    const path = join(to.log.folderOf(replica), name);
    const whole = held === 0 ? Buffer.alloc(0) : readFileSync(path).subarray(0, held);
    writeFileSync(path, Buffer.concat([whole, bytes.subarray(held, limit)]));
  }
}

/** Up to where a segment holds whole commits; what arrived in part is sent again. */
function heldBytes(machine: Machine, replica: string, segment: number): number {
  const last = commitEnds(machine.log, replica).at(-1);
  if (!last || last.segment < segment) return 0;
  return last.segment > segment ? Number.MAX_SAFE_INTEGER : last.offset;
}

/** Machines in a folder of their own, gone after `work`. */
export async function withMachines<Result>(
  count: number,
  work: (machines: Machine[]) => Promise<Result>,
  files?: Files,
): Promise<Result> {
  const parent = mkdtempSync(join(tmpdir(), 'alt-machines-'));
  const machines = Array.from({ length: count }, (_, index) => {
    return new Machine(parent, `machine-${String(index)}`, files);
  });
  try {
    return await work(machines);
  } finally {
    for (const machine of machines) machine.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Everybody gets everything and folds it. */
export async function converge(machines: readonly Machine[]): Promise<void> {
  for (const owner of machines) {
    for (const to of machines) deliver({ from: owner, to, replica: owner.replica });
  }
  for (const machine of machines) await machine.fold();
}
