/**
 * Taking in what others shipped. What is known already is not read; what is new is fetched some at
 * a time, proved and folded under the lock; what cannot be taken waits in incoming/.
 */
import {
  NO_HEAD,
  parsePartName,
  partSize,
  type Head,
  type PartRange,
  type VersionVector,
} from '../../events/index.js';
import { countForks, readHeads } from '../../projections/index.js';
import {
  compareRanges,
  leaveBranches,
  receiveParts,
  type ArrivedPart,
  type PartOutcome,
} from '../../replay/index.js';
import type { Session } from '../session.js';
import { isCovered, spanOf } from './coverage.js';
import type { Incoming, Waiting } from './incoming.js';
import { erasedFrames, type KnownParts } from './known-parts.js';
import { sortObjects, type ListedPart } from './objects.js';
import type { Remote } from './remote.js';
import type { PartReport, Transfer } from './report.js';

/** Parts are fetched and folded so many bytes at a time. */
const BATCH_BYTES_MAX = 64 * 1024 * 1024;

export interface PullWork {
  readonly session: Session;
  readonly remote: Remote;
  /** Under which name what waits is kept. */
  readonly source: string;
  /** Undefined for a source that is read once. */
  readonly known: KnownParts | undefined;
  readonly incoming: Incoming;
  readonly transfer: Transfer;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((events: number) => void) | undefined;
}

/** Counted before what was erased here is taken out of the bytes. */
interface FetchedPart extends ArrivedPart {
  readonly erased: number;
}

/** Something to try: a part of the remote, or one that waits from an earlier time. */
interface Candidate {
  readonly range: PartRange;
  readonly name: string;
  readonly stamp: string;
  /** Where it is kept while it waits. */
  readonly source: string;
  readonly listed: ListedPart | undefined;
}

/** @returns the last seqs of what the remote is now known to hold, as far as it was taken in. */
export async function pullParts(work: PullWork): Promise<VersionVector> {
  const { store, actor } = work.session;
  const known = await store.read(countForks);
  const heard = await pullOnce(work);
  const left = await store.mending(actor, leaveBranches);
  if (left.length === 0 && (await store.read(countForks)) === known) return heard;
  for (const replica of left) {
    const message = `What stood under ${replica} here went on under another id; it was set aside.`;
    store.warn({ code: 'REPLICA_RENEWED', message });
  }
  // There is room for the other branch now, and what went on elsewhere is known as such.
  work.transfer.again();
  return pullOnce(work);
}

async function pullOnce(work: PullWork): Promise<VersionVector> {
  const { parts, refused } = sortObjects(await work.remote.list());
  for (const part of [...refused, ...lost(work.known, parts)]) work.transfer.left(part);
  const waiting = work.incoming.list();
  const heard: Record<string, number> = {};
  const heads = await work.session.store.read(readHeads);
  const isKnown = (part: ListedPart): boolean =>
    work.known?.find(part) !== undefined && isBefore(part.range, heads.get(part.range.replica));
  const fresh = parts.filter((part) => !isKnown(part));
  for (const batch of batches(candidatesOf(work, fresh, waiting))) {
    work.signal?.throwIfAborted();
    const arrived = await fetchAll(work, batch, waiting);
    const outcomes = await receiveParts(contextOf(work.session), [...arrived.values()]);
    let index = 0;
    for (const [candidate, part] of arrived) {
      const outcome = outcomes[index] as PartOutcome;
      index += 1;
      settle(work, { candidate, part, outcome });
      if (!candidate.listed || outcome.state === 'not taken') continue;
      const { replica } = candidate.range;
      heard[replica] = Math.max(heard[replica] ?? 0, outcome.seq);
    }
    work.known?.save();
    work.onProgress?.(work.transfer.events);
  }
  return heard;
}

/** Whether a range is read already; it is not where the log is damaged, and a pull may mend it. */
function isBefore({ segment, end }: PartRange, head: Head = NO_HEAD): boolean {
  return segment < head.segment || (segment === head.segment && end <= head.offset);
}

const contextOf = ({ store, files, system }: Session) => ({ store, files, system });

/** What was there before and is no longer, with nothing in its place. */
function lost(known: KnownParts | undefined, parts: readonly ListedPart[]): PartReport[] {
  const listed = new Set(parts.map(({ name }) => name));
  const gone = known?.names().filter((name) => !listed.has(name)) ?? [];
  return gone.flatMap((part): PartReport[] => {
    const range = parsePartName(part);
    const ofIt = parts.filter(({ range: { replica, segment } }) => {
      return replica === range?.replica && segment === range.segment;
    });
    // Their owner may put several into one.
    if (
      !range ||
      isCovered(
        range,
        ofIt.map((one) => spanOf(one.range)),
      )
    )
      return [];
    return [{ part, code: 'shorter', reason: 'it was there before: the next push puts it back' }];
  });
}

function candidatesOf(
  work: PullWork,
  parts: readonly ListedPart[],
  waiting: readonly Waiting[],
): Candidate[] {
  const { source } = work;
  const fresh = parts.map((listed): Candidate => {
    const { range, name, stamp } = listed;
    return { range, name, stamp, source, listed };
  });
  const names = new Set(fresh.map(({ name }) => name));
  const older = waiting
    .filter((note) => note.source !== source || !names.has(note.part))
    .map(({ range, part, stamp, source: from }): Candidate => {
      return { range, name: part, stamp, source: from, listed: undefined };
    });
  return [...fresh, ...older].sort((a, b) => compareRanges(a.range, b.range));
}

function* batches(candidates: readonly Candidate[]): Generator<Candidate[]> {
  let batch: Candidate[] = [];
  let sizeBytes = 0;
  for (const candidate of candidates) {
    const size = partSize(candidate.range);
    if (batch.length > 0 && sizeBytes + size > BATCH_BYTES_MAX) {
      yield batch;
      batch = [];
      sizeBytes = 0;
    }
    batch.push(candidate);
    sizeBytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function fetchAll(
  work: PullWork,
  batch: readonly Candidate[],
  waiting: readonly Waiting[],
): Promise<Map<Candidate, FetchedPart>> {
  const arrived = new Map<Candidate, FetchedPart>();
  for (const candidate of batch) {
    work.signal?.throwIfAborted();
    const bytes = await fetchOne(work, candidate, waiting);
    if (!bytes) continue;
    const part = { range: candidate.range, bytes };
    arrived.set(candidate, { ...part, erased: erasedFrames(part) });
  }
  return arrived;
}

/** What was fetched before and waits is not fetched again, unless it changed. */
async function fetchOne(
  work: PullWork,
  candidate: Candidate,
  waiting: readonly Waiting[],
): Promise<Buffer | undefined> {
  const { name, stamp, source, listed } = candidate;
  const note = waiting.find((one) => one.part === name && one.source === source);
  const isUnchanged = note !== undefined && note.stamp === stamp && stamp !== '';
  const kept = note && (isUnchanged || !listed) ? work.incoming.read(note) : undefined;
  return kept ?? (listed ? work.remote.get(name, partSize(listed.range)) : undefined);
}

function settle(
  work: PullWork,
  done: {
    readonly candidate: Candidate;
    readonly part: FetchedPart;
    readonly outcome: PartOutcome;
  },
): void {
  const { candidate, part, outcome } = done;
  const { name, stamp, source, listed } = candidate;
  if (outcome.state === 'taken') work.transfer.moved(outcome.events, part.bytes.length);
  const { trouble } = outcome;
  if (!trouble) {
    work.incoming.drop({ part: name, source });
    if (listed) work.known?.add(name, { stamp, erased: part.erased });
    return;
  }
  work.transfer.left({ part: name, ...trouble });
  const note = { part: name, source, stamp, ...trouble };
  work.incoming.keep(note, outcome.holdsErased === true ? undefined : part.bytes);
}
