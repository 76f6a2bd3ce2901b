/** The versions of one memory, folded from its events: what it said after each of them. */
import {
  Db,
  entityOfStream,
  eventsOfStream,
  type EntityRow,
  type FoldEvent,
} from '../projections/index.js';
import { livingEvents, type LoadedEvent } from '../replay/index.js';
import { toEntity, toIso, type Entity } from './entity.js';
import { streamIn, type Session } from './session.js';
import { createEntityTables, foldEntityEvent, loadKnown } from './stream-events.js';
import { checkShape } from './values.js';

export interface EntityVersion extends Omit<Entity, 'id' | 'created_at' | 'updated_at'> {
  /** Of the event that led to it: `replica:seq`. */
  readonly event: string;
  /** What happened: EntityAdded, EntityRevised, EntityMoved, EntityDeleted, EntityRestored, … */
  readonly type: string;
  /** When, by the clock of whoever wrote it. */
  readonly at: string;
  readonly actor: FoldEvent['commit']['actor'];
  /** Whether the memory is out of sight after it. */
  readonly deleted: boolean;
}

/** An event of a memory, and the memory after it. */
export interface Folded {
  readonly event: LoadedEvent;
  readonly row: EntityRow;
}

/** The events of a memory that count, oldest first; none for an id that was never there. */
export async function foldedEvents(session: Session, id: string): Promise<Folded[]> {
  checkShape(id, 'text', 'entity_id');
  const stream = streamIn(session, 'entity', id);
  const entries = await session.store.read((db) => eventsOfStream(db, stream));
  const db = new Db(':memory:', { create: true, building: true });
  try {
    createEntityTables(db);
    return livingEvents(loadKnown(session, entries)).flatMap((event) => {
      foldEntityEvent(db, event);
      const row = entityOfStream(db, stream);
      return row ? [{ event, row }] : [];
    });
  } finally {
    db.close();
  }
}

/**
 * Every version, oldest first; none for an id that was never there. What was undone or erased is no
 * version; nor is an event that arrived before the memory itself.
 */
export async function entityHistory(session: Session, id: string): Promise<EntityVersion[]> {
  const folded = await foldedEvents(session, id);
  return folded.map(({ event: { entry }, row }) => {
    const { replica, seq, type, commit } = entry;
    const event = `${replica}:${String(seq)}`;
    const what = { event, type: type ?? '', at: toIso(commit.wall), actor: commit.actor };
    return { ...what, ...stateOf(row), deleted: row.living === 0 };
  });
}

function stateOf(
  row: EntityRow,
): Pick<Entity, 'realm' | 'domain' | 'content' | 'metadata' | 'source_file'> {
  const { realm, domain, content, metadata, source_file } = toEntity(row);
  return { realm, domain, content, metadata, source_file };
}
