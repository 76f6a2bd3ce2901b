/**
 * What undoing or redoing a part of the log comes to, stream by stream. Pure but for reading the
 * log; decided under the lock, so that nothing comes between.
 */
import { MARKERS } from '../../events/index.js';
import { eventsOfStream, type Db, type JournalEntry } from '../../projections/index.js';
import { nameOf, undoneNames, type LoadedEvent, type NewEvent } from '../../replay/index.js';
import type { Session } from '../session.js';

/** What becomes of one stream. */
export interface StreamPlan {
  readonly stream: string;
  /** Events that count now and will not, in order. */
  readonly undo: readonly JournalEntry[];
  /** Events that do not count now and will. */
  readonly redo: readonly JournalEntry[];
  /** Events that count, stay, and came after one that is undone: they may build on it. */
  readonly later: readonly JournalEntry[];
}

export interface Plan {
  readonly streams: readonly StreamPlan[];
  /** Chosen events that cannot be undone: a founding of the dimension, or of no known type. */
  readonly skipped: readonly JournalEntry[];
}

export type Direction = 'undo' | 'redo';

export function planOf(
  session: Session,
  db: Db,
  {
    chosen,
    direction,
  }: { readonly chosen: readonly JournalEntry[]; readonly direction: Direction },
): Plan {
  const byStream = new Map<string, JournalEntry[]>();
  const skipped: JournalEntry[] = [];
  for (const entry of chosen) {
    const { stream, status } = entry;
    if (stream === null || status !== 'known' || isFounding(entry)) skipped.push(entry);
    else byStream.set(stream, [...(byStream.get(stream) ?? []), entry]);
  }
  const streams = [...byStream].map(([stream, entries]) => {
    const all = load(session, eventsOfStream(db, stream));
    return planStream(stream, all, { chosen: new Set(entries.map(nameOf)), direction });
  });
  return { streams: streams.filter(changesAnything), skipped };
}

/** What a dimension and its replicas are is no deed that could be taken back. */
function isFounding({ stream, type }: JournalEntry): boolean {
  const kind = stream?.split(':', 1)[0];
  return kind === 'dimension' || kind === 'replica' || type === 'Erased';
}

const changesAnything = ({ undo, redo }: StreamPlan): boolean => undo.length + redo.length > 0;

/** Only what markers say is read: of all others it matters that they are known. */
function load(session: Session, entries: readonly JournalEntry[]): LoadedEvent[] {
  return entries.map((entry): LoadedEvent => {
    if (entry.status !== 'known') return { entry, data: undefined };
    if (!isMarker(entry)) return { entry, data: null };
    const { payload } = session.store.log.readEvent(entry.place, entry.digest);
    return { entry, data: payload?.data };
  });
}

const isMarker = ({ type }: JournalEntry): boolean => MARKERS.has(type ?? '');

/**
 * Undoing makes the stream what it would be if the chosen events had not happened: chosen data
 * events do not count, and chosen undos and redos do not either. Redoing makes chosen data events
 * count.
 */
function planStream(
  stream: string,
  all: readonly LoadedEvent[],
  { chosen, direction }: { readonly chosen: ReadonlySet<string>; readonly direction: Direction },
): StreamPlan {
  const isChosen = ({ entry }: LoadedEvent): boolean => chosen.has(nameOf(entry));
  const now = undoneNames(all);
  const without = undoneNames(all.filter((event) => !(isMarker(event.entry) && isChosen(event))));
  const data = all.filter(({ entry, data: held }) => held !== undefined && !isMarker(entry));
  const first = data[0];
  const willBeUndone = (event: LoadedEvent): boolean => {
    const name = nameOf(event.entry);
    if (direction === 'redo') return now.has(name) && !isChosen(event);
    return (isChosen(event) && !isFirstChoice(event, first)) || without.has(name);
  };
  const undo = data.filter((event) => willBeUndone(event) && !now.has(nameOf(event.entry)));
  const redo = data.filter((event) => !willBeUndone(event) && now.has(nameOf(event.entry)));
  const start = undo[0] === undefined ? data.length : data.indexOf(undo[0]);
  const later = data.slice(start).filter((event) => !willBeUndone(event));
  return { stream, undo: entriesOf(undo), redo: entriesOf(redo), later: entriesOf(later) };
}

const entriesOf = (events: readonly LoadedEvent[]): JournalEntry[] =>
  events.map(({ entry }) => entry);

/** Without its first embedder a dimension would have none. */
const isFirstChoice = (event: LoadedEvent, first: LoadedEvent | undefined): boolean =>
  event === first && event.entry.type === 'EmbedderChosen';

/** The events that a plan leads to: one Undone and one Redone a stream, where there is need. */
export function eventsOf({ streams }: Plan): NewEvent[] {
  return streams.flatMap(({ stream, undo, redo }): NewEvent[] => [
    ...(undo.length > 0
      ? [{ type: 'Undone' as const, stream, data: { events: undo.map(referenceTo) } }]
      : []),
    ...(redo.length > 0
      ? [{ type: 'Redone' as const, stream, data: { events: redo.map(referenceTo) } }]
      : []),
  ]);
}

function referenceTo({
  replica,
  seq,
  digest,
}: JournalEntry): [Buffer<ArrayBuffer>, number, Buffer<ArrayBuffer>] {
  return [Buffer.from(replica, 'hex'), seq, Buffer.from(digest.subarray(0, 8))];
}
