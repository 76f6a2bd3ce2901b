/**
 * What erasing a part of the memory comes to: which streams, and the events that do it. Pure but
 * for reading the log; decided under the lock, so that nothing comes between.
 */
import { AltError } from '../../events/index.js';
import {
  derivedStreams,
  entityOfStream,
  eventsOfStream,
  type Db,
  type JournalEntry,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { nodeEventsAfter } from '../nodes/changes.js';
import type { Session } from '../session.js';
import { everyEvent, type ScannedEvent } from './scan.js';
import { Verdict, type Chooser } from './selection.js';

/** One memory, fact, place … that goes. */
export interface ErasedThing {
  readonly stream: string;
  /** Of a memory, fact or tunnel; null for other things. */
  readonly id: string | null;
  /** entity, fact, source, … */
  readonly kind: string;
  /** It was not chosen itself, but made from what was. */
  readonly derived: boolean;
}

export interface ErasePlan {
  readonly things: readonly ErasedThing[];
  readonly events: readonly NewEvent[];
  /** What will be cleared, in all. */
  readonly cleared: readonly JournalEntry[];
}

const STREAMS_MAX = 200_000;
/** What a dimension and its machines are holds no memory, and cannot do without. */
const SPARED_KINDS: readonly string[] = ['dimension', 'replica'];
const SPARED_TYPES: readonly string[] = ['EmbedderChosen', 'Erased', 'ReplicaForked'];

/** What the log says of one stream. */
interface Scanned {
  readonly verdict: Verdict;
  id: string | null;
  entityId: string | undefined;
  readonly sourceFiles: Set<string>;
}

interface Scan {
  readonly streams: ReadonlyMap<string, Scanned>;
  /** Facts by the memory that they were found in. */
  readonly factsOf: ReadonlyMap<string, ReadonlySet<string>>;
  /** Events with the lines of a source, by its file. */
  readonly nodesOf: ReadonlyMap<string, readonly ScannedEvent[]>;
}

/** @throws {AltError} NOT_FOUND when nothing is chosen; TOO_LARGE */
export function planOf(session: Session, db: Db, chooser: Chooser): ErasePlan {
  const scan = scanAll(session, db, chooser);
  const chosen = [...scan.streams].flatMap(([stream, { verdict }]) => {
    return verdict.isChosen ? [stream] : [];
  });
  if (chosen.length === 0) throw new AltError('NOT_FOUND', 'Nothing is chosen by that.');
  const all = withDerived(db, scan, chosen);
  if (all.size > STREAMS_MAX) throw tooMany(all.size);
  const own = new Set(chosen);
  const things = [...all].sort().map((stream): ErasedThing => {
    const kind = stream.slice(0, stream.indexOf(':'));
    const id = scan.streams.get(stream)?.id ?? null;
    return { stream, id, kind, derived: !own.has(stream) };
  });
  const nodes = nodesToErase(session, db, { scan, all });
  const streams = things.map(({ stream }): NewEvent => {
    return { type: 'Erased', stream, data: { digests: [], whole_stream: true } };
  });
  const whole = things.flatMap(({ stream }) => eventsOfStream(db, stream));
  const cleared = [...whole.filter(isCleared), ...nodes.cleared];
  return { things, events: [...streams, ...nodes.events], cleared };
}

const isCleared = ({ type }: JournalEntry): boolean => type !== 'Erased';

function scanAll(session: Session, db: Db, chooser: Chooser): Scan {
  const streams = new Map<string, Scanned>();
  const factsOf = new Map<string, Set<string>>();
  const nodesOf = new Map<string, ScannedEvent[]>();
  for (const event of everyEvent(session, db)) {
    const { type, stream, data } = event.payload;
    if (isSpared(event)) continue;
    const known = streams.get(stream) ?? newlyScanned(chooser);
    streams.set(stream, known);
    known.verdict.take(event);
    note(known, data);
    if (typeof data.source_entity_id === 'string') {
      push(factsOf, data.source_entity_id, new Set<string>()).add(stream);
    }
    if (type === 'NodesBuilt' && typeof data.source_file === 'string') {
      push(nodesOf, data.source_file, []).push(event);
    }
  }
  return { streams, factsOf, nodesOf };
}

function isSpared({ payload: { type, stream } }: ScannedEvent): boolean {
  return SPARED_KINDS.includes(stream.split(':', 1)[0] ?? '') || SPARED_TYPES.includes(type);
}

const newlyScanned = (chooser: Chooser): Scanned => {
  return { verdict: new Verdict(chooser), id: null, entityId: undefined, sourceFiles: new Set() };
};

function note(known: Scanned, data: ScannedEvent['payload']['data']): void {
  const id = data.entity_id ?? data.fact_id ?? data.tunnel_id;
  if (typeof id === 'string') known.id = id;
  if (typeof data.entity_id === 'string') known.entityId = data.entity_id;
  if (typeof data.source_file === 'string') known.sourceFiles.add(data.source_file);
}

function push<Value>(map: Map<string, Value>, key: string, empty: Value): Value {
  const held = map.get(key) ?? empty;
  map.set(key, held);
  return held;
}

/** The chosen streams, and whatever says that it was made from them. */
function withDerived(db: Db, scan: Scan, chosen: readonly string[]): Set<string> {
  const byReference = derivedStreams(db);
  const all = new Set<string>();
  let added = [...chosen];
  while (added.length > 0) {
    for (const stream of added) all.add(stream);
    const names = new Set<string>();
    if (byReference.length > 0) for (const name of namesOf(db, added)) names.add(name);
    const facts = added.flatMap((stream) => {
      const { entityId } = scan.streams.get(stream) ?? {};
      return entityId === undefined ? [] : [...(scan.factsOf.get(entityId) ?? [])];
    });
    const made = byReference.filter(({ from }) => from.some((name) => names.has(name)));
    const next = [...facts, ...made.map(({ stream }) => stream)];
    added = [...new Set(next)].filter((stream) => !all.has(stream) && scan.streams.has(stream));
  }
  return all;
}

/** By what references name the events of those streams. */
function namesOf(db: Db, streams: readonly string[]): string[] {
  return streams.flatMap((stream) => {
    return eventsOfStream(db, stream).map(({ digest }) => digest.toString('hex', 0, 8));
  });
}

interface NodesErased {
  readonly events: readonly NewEvent[];
  readonly cleared: readonly JournalEntry[];
}

/**
 * The lines of a source quote its memories: all that were ever built go, and new ones are built of
 * what stays.
 */
function nodesToErase(
  session: Session,
  db: Db,
  { scan, all }: { readonly scan: Scan; readonly all: ReadonlySet<string> },
): NodesErased {
  const entities = [...all].filter((stream) => stream.startsWith('entity:'));
  const gone = entities.flatMap((stream) => entityOfStream(db, stream) ?? []);
  const changes = gone.map((before) => ({ before, after: undefined }));
  const after = nodeEventsAfter(session, db, changes).filter(({ stream }) => !all.has(stream));
  const renewed = new Set(after.map(({ stream }) => stream));
  const files = new Set(entities.flatMap((stream) => [...filesOf(scan, stream)]));
  const built = [...files].flatMap((file) => scan.nodesOf.get(file) ?? []);
  const digests = built.flatMap(({ payload: { stream }, digest }) => {
    const isLast = !renewed.has(stream) && isLastBuilt(db, stream, digest);
    return all.has(stream) || isLast ? [] : [{ stream, digest }];
  });
  const [first] = digests;
  if (!first) return { events: after, cleared: [] };
  const named = new Set(digests.map(({ digest }) => digest.toString('hex')));
  const streams = new Set(digests.map(({ stream }) => stream));
  const cleared = [...streams].flatMap((stream) => {
    return eventsOfStream(db, stream).filter(({ digest }) => named.has(digest.toString('hex')));
  });
  const data = { digests: digests.map(({ digest }) => Buffer.from(digest)), whole_stream: false };
  return { events: [{ type: 'Erased', stream: first.stream, data }, ...after], cleared };
}

const filesOf = (scan: Scan, stream: string): ReadonlySet<string> =>
  scan.streams.get(stream)?.sourceFiles ?? new Set();

/** Lines that are as they will be quote nothing of what goes. */
function isLastBuilt(db: Db, stream: string, digest: Buffer): boolean {
  const built = eventsOfStream(db, stream).filter(({ type }) => type === 'NodesBuilt');
  return built.at(-1)?.digest.equals(digest) === true;
}

function tooMany(streams: number): AltError {
  return new AltError('TOO_LARGE', `That is ${streams.toLocaleString('en')} things at once.`, {
    hint: 'Erase it in parts: by source, or by ids.',
  });
}
