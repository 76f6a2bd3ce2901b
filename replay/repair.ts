/**
 * Mends a damaged log of this machine when nobody else has the bytes: whole commits behind the
 * damage go on under a new replica id, the damaged rest moves to quarantine, and what is lost is
 * listed. The rule and its event are those of a fork: design and docs/FORMAT.md.
 *
 * Every step can be repeated: a repair that was killed is simply run again.
 */
import { join } from 'node:path';
import {
  LogWriter,
  makeFolderDurably,
  nextTime,
  NO_HEAD,
  salvageCommits,
  segmentName,
  streamOf,
  unusedPath,
  type Actor,
  type CommitHeader,
  type DimensionIdentity,
  type Files,
  type Head,
  type Log,
  type ReadEnd,
  type ReplicaIdentity,
  type SalvagedCommit,
  type System,
  type VersionVector,
} from '../events/index.js';
import { readHeads, type Db } from '../projections/index.js';
import { findFork } from './continued.js';

export interface RepairContext {
  readonly folder: string;
  readonly log: Log;
  readonly identity: DimensionIdentity;
  readonly replica: ReplicaIdentity;
  readonly files: Files;
  readonly system: System;
  readonly actor: Actor;
}

/** What a look at the damage says, before anything is done. */
export interface Damage {
  readonly replica: string;
  readonly segment: number;
  readonly offset: number;
  readonly reason: string;
  /** Commits and events behind the damage that are whole. */
  readonly salvageableCommits: number;
  readonly salvageableEvents: number;
  /** Seqs of this replica that are lost, as [first, last], in order. */
  readonly lost: readonly (readonly [number, number])[];
}

export interface FoundDamage {
  readonly damage: Damage;
  /** The end of what is sound. */
  readonly head: Head;
  /** What the replica had seen of others by then. */
  readonly seen: VersionVector;
  readonly end: ReadEnd;
  readonly commits: readonly SalvagedCommit[];
}

/**
 * @param folded how far the replica was once read: what lies between the log's end and it is lost.
 * @returns undefined when the replica's log is sound.
 * @internal
 */
export function findDamage(
  context: Pick<RepairContext, 'log' | 'files'>,
  replica: string,
  folded: Head = NO_HEAD,
): FoundDamage | undefined {
  const { log, files } = context;
  const reader = log.read(replica);
  let seen: VersionVector = {};
  for (let commit = reader.next(); commit; commit = reader.next()) {
    seen = commit.header.seen ?? seen;
  }
  const { head, end } = reader;
  const isShort = end.kind !== 'damage' && head.seq < folded.seq;
  if (end.kind !== 'damage' && !isShort) return undefined;
  const source = { files, folder: log.folderOf(replica), replica };
  const commits = isShort ? [] : salvageCommits(source, log.segments(replica), end);
  const events = commits.reduce((sum, { header }) => sum + header.count, 0);
  const damage: Damage = {
    replica,
    segment: end.segment,
    offset: end.offset,
    reason: isShort ? 'the log is shorter than what was already read from it' : end.reason,
    salvageableCommits: commits.length,
    salvageableEvents: events,
    lost: lostSeqs(head.seq, commits, folded.seq),
  };
  return { damage, head, seen, end, commits };
}

/** The gaps between what is sound, what is salvaged and what was once known to exist. */
function lostSeqs(
  soundTo: number,
  commits: readonly SalvagedCommit[],
  knownTo: number,
): [number, number][] {
  const gaps: [number, number][] = [];
  let next = soundTo + 1;
  for (const { header } of commits) {
    if (header.seq > next) gaps.push([next, header.seq - 1]);
    next = Math.max(next, header.seq + header.count);
  }
  if (knownTo >= next) gaps.push([next, knownTo]);
  return gaps;
}

/**
 * Mends what {@link findDamage} found. Only under the lock; the views must be folded anew after it.
 *
 * @param retireViews called when everything salvaged is safe, before the damaged log is touched.
 * @returns the replica id that this machine writes under from now on.
 */
export function repairLog(
  context: RepairContext,
  found: FoundDamage,
  retireViews: () => void = () => undefined,
): string {
  const { log, replica: identity } = context;
  const { damage, commits } = found;
  const existing = commits.length > 0 ? findFork(log, damage.replica, commits) : undefined;
  const replica = existing ?? context.system.randomBytes(16).toString('hex');
  if (commits.length > 0 && existing === undefined) continueUnder(context, found, replica);
  retireViews();
  identity.adopt(replica);
  setAside(context, found);
  return replica;
}

/**
 * Damage in a log that this machine has already left for another id: a repair that was killed
 * before it had set the damaged bytes aside.
 */
function findLeftovers(context: RepairContext, own: string): FoundDamage | undefined {
  const reader = context.log.read(own);
  for (let commit = reader.next(); commit; commit = reader.next()) {
    for (const { payload } of commit.events) {
      if (payload?.type !== 'ReplicaForked') continue;
      const found = findDamage(context, String(payload.data.old));
      if (found?.end.kind === 'damage') return found;
    }
  }
  return undefined;
}

export interface MendContext extends RepairContext {
  /** The views as they are: how far the logs were once read. */
  readonly db: Db;
  readonly retireViews: () => void;
}

/**
 * Looks for damage in this machine's own log, or for what a killed repair left, and mends it unless
 * told not to. Only under the lock.
 */
export function mend(context: MendContext, options: { dryRun: boolean }): Damage | undefined {
  const own = context.replica.current();
  if (own === undefined) return undefined;
  const found = findDamage(context, own, readHeads(context.db).get(own));
  const leftovers = found ? undefined : findLeftovers(context, own);
  if (!options.dryRun && found) repairLog(context, found, context.retireViews);
  if (!options.dryRun && leftovers) {
    context.retireViews();
    setAside(context, leftovers);
  }
  return (found ?? leftovers)?.damage;
}

/** Writes the salvaged commits under a new id, in a folder that appears only when it is whole. */
function continueUnder(context: RepairContext, found: FoundDamage, replica: string): void {
  const { log, files, identity, system } = context;
  const target = log.folderOf(replica);
  const folder = `${target}.building`;
  files.remove(folder);
  const writer = new LogWriter({
    files,
    randomBytes: (size) => system.randomBytes(size),
    folder,
    dimension: identity.id,
    replica,
  });
  const forks: Fork[] = [];
  const seen = new KnownSoFar(found);
  let head = NO_HEAD;
  let expected = 0;
  for (const { header, events, digest } of found.commits) {
    if (header.seq !== expected)
      forks.push({ from: header.seq, lost: digest, first: head.seq + 1 });
    expected = header.seq + header.count;
    // The writer puts the new replica and seq over those that the header still has.
    ({ head } = writer.appendEncoded(head, seen.carry(header), events));
  }
  appendForks(context, writer, { head, forks, old: found.damage.replica, replica });
  writer.close();
  files.rename(folder, target);
  files.syncFolder(join(context.folder, 'log'));
}

/** A run of seqs that goes on elsewhere: old:from is new:first from now on. */
interface Fork {
  readonly from: number;
  /** Digest of the commit header at old:from. */
  readonly lost: Buffer;
  readonly first: number;
}

function appendForks(
  context: RepairContext,
  writer: LogWriter,
  to: {
    readonly head: Head;
    readonly forks: readonly Fork[];
    readonly old: string;
    readonly replica: string;
  },
): void {
  const { system, identity, actor } = context;
  const wall = system.now();
  const envelope = { at: nextTime(to.head.at, wall), wall, actor, source: 'tool' as const };
  const stream = streamOf(identity.key, 'replica', to.replica);
  const events = to.forks.map((fork) => ({
    type: 'ReplicaForked',
    v: 1,
    stream,
    data: { old: to.old, new: to.replica, ...fork },
    nonce: system.randomBytes(16),
  }));
  writer.append(to.head, envelope, events);
}

/**
 * What the writer of each salvaged commit had seen. The new log starts without the commits in which
 * that was written down, and knows the old one only as another replica; both must be said, or
 * what was added in knowledge of an erasure would count as erased by it.
 */
class KnownSoFar {
  readonly #old: string;
  readonly #soundTo: number;
  #seen: VersionVector;
  #isFirst = true;

  constructor({ damage, head, seen }: FoundDamage) {
    this.#old = damage.replica;
    this.#soundTo = head.seq;
    this.#seen = seen;
  }

  /** The header with what its writer had seen, where that must be written. */
  carry(header: CommitHeader): CommitHeader {
    const isNew = this.#isFirst || header.seen !== undefined;
    this.#isFirst = false;
    this.#seen = header.seen ?? this.#seen;
    if (!isNew) return header;
    const own = this.#soundTo > 0 ? { [this.#old]: this.#soundTo } : {};
    return { ...header, seen: { ...this.#seen, ...own } };
  }
}

/** Moves the damaged rest of the old replica's log to quarantine; its sound part stays. */
export function setAside(context: RepairContext, { damage, end, head }: FoundDamage): void {
  const { log, files } = context;
  if (end.kind === 'end') return;
  const folder = log.folderOf(damage.replica);
  const quarantine = join(context.folder, 'quarantine');
  makeFolderDurably(files, quarantine);
  for (const segment of log.segments(damage.replica).reverse()) {
    if (segment <= end.segment) continue;
    const name = `${damage.replica}-${segmentName(segment)}`;
    files.rename(join(folder, segmentName(segment)), unusedPath(files, quarantine, name));
  }
  // From the start of the commit that the damage is in: half a commit is none.
  log.cutTail(damage.replica, head);
  files.syncFolder(quarantine);
}
