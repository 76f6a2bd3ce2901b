/** The events of one stream with what they say, read from the log. */
import { eventType, isAltError, readData } from '../events/index.js';
import { PROJECTIONS, type Db, type JournalEntry } from '../projections/index.js';
import type { LoadedEvent } from '../replay/index.js';
import type { Session } from './session.js';

/** Those that this release knows and can read; `alt verify` says where others lie. */
export function loadKnown(session: Session, entries: readonly JournalEntry[]): LoadedEvent[] {
  return entries.flatMap((entry): LoadedEvent[] => {
    if (entry.status !== 'known') return [];
    const data = dataOf(session, entry);
    return data === undefined ? [] : [{ entry, data }];
  });
}

function dataOf(session: Session, { place, digest }: JournalEntry): unknown {
  try {
    const { payload } = session.store.log.readEvent(place, digest);
    if (!payload) return undefined;
    const read = readData(eventType(payload.type), payload.v, payload.data);
    return read.status === 'known' ? read.data : undefined;
  } catch (error) {
    if (isAltError(error, 'LOG_DAMAGED')) return undefined;
    throw error;
  }
}

const ENTITIES = PROJECTIONS.filter(({ name }) => name === 'entities');

type Handler = (db: Db, event: object) => void;

/** Makes empty tables of memories, to fold one of them aside. */
export function createEntityTables(db: Db): void {
  for (const { schema } of ENTITIES) db.exec(schema);
}

/** Folds an event of a memory into tables of {@link createEntityTables}. */
export function foldEntityEvent(db: Db, { entry, data }: LoadedEvent): void {
  const { stream, type, seq, commit } = entry;
  for (const { apply } of ENTITIES) {
    const handlers = apply as Readonly<Record<string, Handler | undefined>>;
    handlers[type ?? '']?.(db, { stream, data, seq, commit });
  }
}
