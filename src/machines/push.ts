/**
 * Shipping what is held and the remote has not: this machine's own log and what it received of
 * others. A part is written once, whole; it is replaced only by the same with more of it erased, or
 * where what stands under its name is worth nothing.
 */
import {
  AltError,
  encodePart,
  examinePart,
  HEADER_BYTES,
  parsePartName,
  partName,
  ReplicaIdentity,
  type Head,
  type PartRange,
  type VersionVector,
} from '../../events/index.js';
import { countIn, readHeads } from '../../projections/index.js';
import { isMoved } from '../../replay/index.js';
import type { Session } from '../session.js';
import { gapsIn, isCovered, spanOf, type Span } from './coverage.js';
import { erasedFrames, type KnownParts } from './known-parts.js';
import { sortObjects, type ListedPart } from './objects.js';
import type { Remote, RemoteObject } from './remote.js';
import type { Transfer } from './report.js';

export interface PushWork {
  readonly session: Session;
  readonly remote: Remote;
  readonly known: KnownParts;
  readonly transfer: Transfer;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((events: number) => void) | undefined;
}

/** A segment of the log that is held, up to its last whole commit. */
interface HeldSegment {
  readonly replica: string;
  readonly segment: number;
  readonly end: number;
  readonly head: Head;
}

/** What the remote lists of one segment. */
interface Listing {
  readonly parts: readonly ListedPart[];
  /** What is cut short. */
  readonly unfinished: readonly PartRange[];
  /** Every object by name. */
  readonly objects: ReadonlyMap<string, RemoteObject>;
}

/** Each time somebody else put something there meanwhile, what is there is looked at again. */
const PASSES_MAX = 5;

interface Pass extends PushWork {
  /** What stood in the way of a part, and had not when the remote was listed. */
  readonly overtaken: string[];
}

/**
 * @returns the last seqs of what the remote holds after it.
 * @throws {AltError} BUSY when others keep putting the same parts there
 */
export async function pushParts(work: PushWork): Promise<VersionVector> {
  for (let passes = 0; passes < PASSES_MAX; passes += 1) {
    const overtaken: string[] = [];
    const shipped = await pushOnce({ ...work, overtaken });
    if (overtaken.length === 0) return shipped;
  }
  throw new AltError('BUSY', `Others keep writing to ${work.remote.location}.`, {
    hint: 'Push again in a while; what was sent stays there.',
  });
}

async function pushOnce(work: Pass): Promise<VersionVector> {
  const { session, remote, transfer } = work;
  const objects = await remote.list();
  const { parts, refused } = sortObjects(objects);
  const cut = refused.flatMap(({ part, code }) => {
    return code === 'unfinished' ? (parsePartName(part) ?? []) : [];
  });
  const byName = new Map(objects.map((object) => [object.name, object]));
  const heads = await session.store.read(readHeads);
  await noteOwn(session, heads);
  const shipped: Record<string, number> = {};
  try {
    for (const [replica, head] of heads) {
      if (head.seq === 0) continue;
      for (const held of segmentsOf(session, replica, head)) {
        const isOfIt = (range: PartRange): boolean =>
          range.replica === replica && range.segment === held.segment;
        await pushSegment(work, held, {
          parts: parts.filter(({ range }) => isOfIt(range)),
          unfinished: cut.filter(isOfIt),
          objects: byName,
        });
      }
      if (!transfer.hasRefused(replica)) shipped[replica] = head.seq;
    }
  } finally {
    work.known.save();
  }
  return shipped;
}

/** Before it leaves: a log that is found shorter later was put back, and is not continued. */
async function noteOwn(session: Session, heads: ReadonlyMap<string, Head>): Promise<void> {
  const { store, files, system } = session;
  const own = store.ownReplica();
  const seq = own === undefined ? 0 : (heads.get(own)?.seq ?? 0);
  const identity = new ReplicaIdentity(files, system, store.folder);
  if (own === undefined || identity.shippedSeq() >= seq) return;
  await store.withLock(() => {
    identity.noteShipped(own, seq);
  });
}

function segmentsOf({ store }: Session, replica: string, head: Head): HeldSegment[] {
  const segments = store.log.segments(replica).filter((segment) => segment <= head.segment);
  return segments
    .map((segment) => {
      const end = segment === head.segment ? head.offset : store.log.sizeOf(replica, segment);
      return { replica, segment, end: end ?? 0, head };
    })
    .filter(({ end }) => end > HEADER_BYTES);
}

async function pushSegment(work: Pass, held: HeldSegment, listing: Listing): Promise<void> {
  const { replica, segment, end } = held;
  const { store } = work.session;
  const spans: Span[] = [];
  const worthless: PartRange[] = [...listing.unfinished];
  for (const part of listing.parts) {
    work.signal?.throwIfAborted();
    const found = await survey(work, held, part);
    if (found === 'same') spans.push(spanOf(part.range));
    if (found === 'damaged') worthless.push(part.range);
  }
  const toMend = worthless.filter((range) => range.end <= end && !isCovered(range, spans));
  const gaps = gapsIn([...spans, ...toMend.map(spanOf)], end);
  const stale = await staleParts(work, held, listing.parts);
  const ranges = gaps.map(({ from, to }) => ({ replica, segment, offset: from, end: to }));
  const toPut = [...toMend, ...ranges, ...stale.map(({ range }) => range)];
  // Whoever ships a commit it may not have written itself makes sure that it stays.
  if (toPut.length > 0) store.log.sync(replica, segment);
  const replaceable = new Set(worthless.map(partName));
  for (const range of toPut) await put(work, range, { listing, replaceable });
}

/** Whether a part of the remote is what is held here, as far as that goes. */
async function survey(
  work: PushWork,
  held: HeldSegment,
  part: ListedPart,
): Promise<'same' | 'beyond' | 'damaged' | 'other'> {
  const { range, name, stamp, sizeBytes } = part;
  if (work.known.find(part)) return 'same';
  if (range.offset >= held.end) return 'beyond';
  const bytes = await work.remote.get(name, sizeBytes);
  if (!bytes) return 'beyond';
  const { store, system } = work.session;
  const arrived = { range, bytes };
  const examined = examinePart(store.log, arrived, {
    head: held.head,
    dimension: store.identity.id,
    notAfterMs: system.now(),
  });
  if ('held' in examined) work.known.add(name, { stamp, erased: erasedFrames(arrived) });
  if (!('code' in examined) || examined.code === 'future') return 'same';
  if (await store.read((db) => isMoved(db, arrived))) return 'beyond';
  work.transfer.left({ part: name, ...examined });
  return examined.code === 'damaged' ? 'damaged' : 'other';
}

/** Parts that still hold what was erased here. */
async function staleParts(
  work: PushWork,
  held: HeldSegment,
  parts: readonly ListedPart[],
): Promise<ListedPart[]> {
  const whole = parts.filter(({ range }) => range.end <= held.end);
  return work.session.store.read((db) =>
    whole.filter((part) => {
      const known = work.known.find(part);
      return known !== undefined && countIn(db, part.range).erased > known.erased;
    }),
  );
}

async function put(
  work: Pass,
  range: PartRange,
  at: { readonly listing: Listing; readonly replaceable: ReadonlySet<string> },
): Promise<void> {
  const { session, remote, known, transfer, signal } = work;
  signal?.throwIfAborted();
  const name = partName(range);
  const there = at.listing.objects.get(name);
  const isOurs = there !== undefined && known.find(there) !== undefined;
  const isWhole = at.listing.parts.some((part) => part.name === name);
  // Another's commits under that name are not ours to replace; they were reported.
  if (isWhole && !isOurs && !at.replaceable.has(name)) return;
  const { events, erased } = await session.store.read((db) => countIn(db, range));
  const bytes = encodePart(session.store.log, range);
  if (!bytes) return;
  const stamp = await remote.put(name, bytes, there?.stamp);
  if (stamp === undefined) {
    work.overtaken.push(name);
    return;
  }
  known.add(name, { stamp, erased });
  transfer.moved(events, bytes.length);
  work.onProgress?.(transfer.events);
}
