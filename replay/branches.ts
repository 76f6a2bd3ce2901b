/**
 * Two machines that wrote under one replica id, and a machine whose clock had run ahead: what it
 * wrote goes on under a new id, by the rule of docs/FORMAT.md, section 6. Whoever holds it under
 * the old id lets go of it there, and can then take in what the other machine wrote.
 */
import { join } from 'node:path';
import {
  commonEnd,
  HEADER_BYTES,
  nextTime,
  salvageCommits,
  type Head,
  type PartRange,
  type SalvagedCommit,
  type StoredCommit,
  type VersionVector,
} from '../events/index.js';
import { leftBranches } from '../projections/index.js';
import { repairLog, setAside, type Damage, type FoundDamage, type MendContext } from './repair.js';

/** A commit of a later time than this from now was written by a clock that had run ahead. */
const AHEAD_MS_MAX = 10 * 60 * 1000;

/** A place in the log of a replica: where a suffix begins. */
interface Suffix {
  readonly head: Head;
  readonly seen: VersionVector;
}

/** The log up to the first commit for which `isFirst` holds; undefined where there is none. */
function suffixFrom(
  { log }: Pick<MendContext, 'log'>,
  replica: string,
  isFirst: (commit: StoredCommit, start: { segment: number; offset: number }) => boolean,
): Suffix | undefined {
  const reader = log.read(replica);
  let seen: VersionVector = {};
  for (;;) {
    const { head } = reader;
    const commit = reader.next();
    if (!commit) return undefined;
    const { segment } = reader.head;
    const offset = segment === head.segment ? head.offset : HEADER_BYTES;
    if (isFirst(commit, { segment, offset })) return { head, seen };
    seen = commit.header.seen ?? seen;
  }
}

function asFound(
  context: Pick<MendContext, 'log' | 'files'>,
  replica: string,
  given: Suffix & { readonly reason: string },
): FoundDamage {
  const { log, files } = context;
  const { head, seen, reason } = given;
  const { segment, offset } = head;
  const source = { files, folder: log.folderOf(replica), replica };
  const commits = salvageCommits(source, log.segments(replica), { segment, offset });
  const salvageableEvents = commits.reduce((sum, { header }) => sum + header.count, 0);
  const damage: Damage = {
    replica,
    segment,
    offset,
    reason,
    salvageableCommits: commits.length,
    salvageableEvents,
    lost: [],
  };
  return { damage, head, seen, end: { kind: 'damage', segment, offset, reason }, commits };
}

/** A piece of a log that contradicts this machine's own. */
export interface OtherBranch {
  readonly range: PartRange;
  readonly bytes: Buffer;
}

/**
 * Moves what this machine wrote beyond the last commit that it has in common with another that
 * writes under the same id. Only under the lock; the views are folded anew after it.
 *
 * @param branches what was offered of the other's log
 * @returns what was found; undefined when they do not contradict what is held
 */
export function mendFork(
  context: MendContext,
  branches: readonly OtherBranch[],
  options: { readonly dryRun: boolean },
): Damage | undefined {
  const own = context.replica.current();
  const places = branches
    .filter(({ range }) => range.replica === own)
    .flatMap((branch) => commonEnd(context.log, branch) ?? [])
    .sort((a, b) => a.segment - b.segment || a.offset - b.offset);
  const [place] = places;
  if (own === undefined || !place) return undefined;
  const suffix = suffixFrom(context, own, (_, start) => {
    if (start.segment !== place.segment) return start.segment > place.segment;
    return start.offset >= place.offset;
  });
  if (!suffix || suffix.head.segment === 0) return undefined;
  const reason = 'another machine wrote under the same replica id';
  return move(context, asFound(context, own, { ...suffix, reason }), options);
}

/**
 * Moves what this machine wrote while its clock was ahead, with the time of now. Only under the
 * lock; the views are folded anew after it.
 *
 * @returns what was found; undefined when no commit is ahead of the clock
 */
export function mendClock(
  context: MendContext,
  options: { readonly dryRun: boolean },
): Damage | undefined {
  const own = context.replica.current();
  const nowMs = context.system.now();
  const isAhead = ({ header }: StoredCommit): boolean => header.at.ms > nowMs + AHEAD_MS_MAX;
  const suffix = own === undefined ? undefined : suffixFrom(context, own, isAhead);
  if (own === undefined || !suffix) return undefined;
  const reason = 'the clock of this machine had run ahead';
  const found = asFound(context, own, { ...suffix, reason });
  let { at } = suffix.head;
  const commits = found.commits.map((commit): SalvagedCommit => {
    const { header } = commit;
    at = nextTime(at, nowMs);
    return { ...commit, header: { ...header, at, wall: Math.min(header.wall, nowMs) } };
  });
  return move(context, { ...found, commits }, options);
}

function move(
  context: MendContext,
  found: FoundDamage,
  { dryRun }: { readonly dryRun: boolean },
): Damage {
  if (!dryRun) repairLog(context, found, context.retireViews);
  return found.damage;
}

/**
 * Lets go of every suffix that went on under another id and is held here under both. Only under the
 * lock; the views are folded anew after it.
 *
 * @returns the old ids.
 */
export function leaveBranches(context: MendContext): string[] {
  const left = leftBranches(context.db);
  const suffixes = left.flatMap(({ old, from }) => {
    const suffix = suffixFrom(context, old, ({ header }) => header.seq >= from);
    const reason = 'it went on under another replica id';
    return suffix ? [asFound(context, old, { ...suffix, reason })] : [];
  });
  if (suffixes.length === 0) return [];
  context.retireViews();
  context.files.remove(join(context.folder, 'views', 'known-at'));
  for (const found of suffixes) setAside(context, found);
  return suffixes.map(({ damage }) => damage.replica);
}
