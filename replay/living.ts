/**
 * Which events of a stream count: neither undone nor erased. Pure; the rules are those of
 * docs/FORMAT.md, section 6, and must give every machine the same answer whatever arrived when.
 */
import { MARKERS, type VersionVector } from '../events/index.js';
import type { JournalEntry } from '../projections/index.js';

/** A held event with its data; undefined data for what this release does not know. */
export interface LoadedEvent {
  readonly entry: JournalEntry;
  readonly data: unknown;
}

/** By what it is told what the writer of an event had seen. */
export interface Sight {
  /** What the writer of that event had seen of other replicas. */
  readonly seenBy: (entry: JournalEntry) => VersionVector;
  /** Under which replica and seq the event was known before a fork gave it its present ones. */
  readonly formerSeqs: (entry: JournalEntry) => readonly FormerSeq[];
}

export interface ErasureFacts extends Sight {
  /** Whether an Erased anywhere names that digest. */
  readonly isErasedDigest: (digest: Uint8Array) => boolean;
}

export interface FormerSeq {
  readonly replica: string;
  readonly seq: number;
}

const isErased = ({ entry }: LoadedEvent): boolean =>
  entry.type === 'Erased' && entry.status === 'known';

/**
 * What erasures themselves are judged by holds no content and is never erased: nor is what a newer
 * release wrote of it, whose machines judge by it although this one cannot.
 */
const isSpared = ({ entry: { type, status } }: LoadedEvent): boolean =>
  (type === 'Erased' || type === 'ReplicaForked') && (status === 'known' || status === 'unknown');

/** The events of one stream, in any order, that an erasure covers. */
export function erasedIn(
  events: readonly LoadedEvent[],
  facts: ErasureFacts,
): ReadonlySet<LoadedEvent> {
  const wholeStream = events.filter(
    (event) => isErased(event) && (event.data as { whole_stream: boolean }).whole_stream,
  );
  const covered = events.filter((event) => {
    if (isSpared(event)) return false;
    if (facts.isErasedDigest(event.entry.digest)) return true;
    return wholeStream.some((erasure) => !knows(event.entry, erasure.entry, facts));
  });
  return new Set(covered);
}

/** Whether the writer of `entry` had seen the other event when it wrote. */
export function knows(entry: JournalEntry, other: JournalEntry, sight: Sight): boolean {
  const seen = sight.seenBy(entry);
  const places: readonly FormerSeq[] = [other, ...sight.formerSeqs(other)];
  return places.some(({ replica, seq }) => {
    if (entry.replica === replica) return entry.seq > seq;
    return (seen[replica] ?? 0) >= seq;
  });
}

/**
 * The data events, of events in total order, that are known and not undone. References name events
 * by digest: it stays the same when a replica's suffix goes on under a new id.
 */
export function livingEvents(events: readonly LoadedEvent[]): LoadedEvent[] {
  const undone = undoneNames(events);
  return events.filter(({ entry, data }) => {
    const isData = data !== undefined && entry.type !== null && !MARKERS.has(entry.type);
    return isData && !undone.has(nameOf(entry));
  });
}

/** By what references name an event: the first 8 bytes of its digest, in hex. */
export const nameOf = (entry: JournalEntry): string => entry.digest.toString('hex', 0, 8);

/** The names of events that are undone, of all events of a stream in total order. */
export function undoneNames(events: readonly LoadedEvent[]): ReadonlySet<string> {
  const undone = new Set<string>();
  for (const { entry, data } of events) {
    if (data === undefined || (entry.type !== 'Undone' && entry.type !== 'Redone')) continue;
    const { events: references } = data as { readonly events: readonly RawReference[] };
    for (const [, , digest] of references) {
      const name = Buffer.from(digest).toString('hex');
      if (entry.type === 'Undone') undone.add(name);
      else undone.delete(name);
    }
  }
  return undone;
}

type RawReference = readonly [Uint8Array, number, Uint8Array];
