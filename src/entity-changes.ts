/** Memories that are there already: changing, deleting, bringing back. */
import { AltError, isAltError, type EventPayload } from '../events/index.js';
import { entityById, entityOfStream, type Db, type EntityRow } from '../projections/index.js';
import type { Decision, NewEvent } from '../replay/index.js';
import { normalizeName } from './names.js';
import { nodeEventsAfter } from './nodes/changes.js';
import { Places } from './places.js';
import { change, streamIn, type ChangeOptions, type Session } from './session.js';
import {
  checkContent,
  checkMetadata,
  checkMetadataSize,
  checkShape,
  type Metadata,
} from './values.js';

export interface UpdateOptions extends ChangeOptions {
  readonly content?: string | undefined;
  /** Merged at the top level; a key set to null is taken away. */
  readonly metadata?: Metadata | undefined;
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
}

export interface Updated {
  readonly updated: boolean;
  readonly entity_id: string;
  readonly changed: string[];
}

/**
 * Changes a memory. Nothing given, or nothing different, appends nothing.
 *
 * @throws {AltError} NOT_FOUND, INVALID_ARGUMENT, TOO_LARGE
 */
export async function updateEntity(
  session: Session,
  id: string,
  options: UpdateOptions = {},
): Promise<Updated> {
  checkShape(id, 'text', 'entity_id');
  const content = options.content === undefined ? undefined : checkContent(options.content);
  const patch = checkMetadata(options.metadata);
  const realm = options.realm === undefined ? undefined : normalizeName(options.realm, 'realm');
  const domain = options.domain === undefined ? undefined : normalizeName(options.domain, 'domain');
  return change(session, {
    ...options,
    decide(db) {
      const row = entityById(db, id);
      if (!row) throw notFound(id);
      const places = new Places(session, db);
      const revision = revisionOf(row, content, patch);
      const move = moveOf(row, realm, domain);
      if (move) places.need(move.realm, move.domain);
      const events: NewEvent[] = [...places.events];
      const { stream } = row;
      if (revision) {
        events.push({ type: 'EntityRevised', stream, data: { entity_id: id, ...revision } });
      }
      if (move) events.push({ type: 'EntityMoved', stream, data: { entity_id: id, ...move } });
      events.push(
        ...nodeEventsAfter(session, db, [{ before: row, after: afterwards(row, revision, move) }]),
      );
      const changed = [...Object.keys(revision ?? {}), ...movedFields(row, move)];
      return { events, result: { updated: changed.length > 0, entity_id: id, changed } };
    },
    operation: 'update',
    recall(events) {
      if (!events.some(({ data }) => data.entity_id === id)) return undefined;
      return { updated: true, entity_id: id, changed: events.flatMap(changedBy) };
    },
  });
}

/** The memory as it will be. */
function afterwards(
  row: EntityRow,
  revision: Revision | undefined,
  move: Move | undefined,
): EntityRow {
  return { ...row, ...move, content: revision?.content ?? row.content };
}

/** False for a change of a memory that does not exist. */
export async function holdsAfter(change: Promise<Updated>): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (isAltError(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

/** The fields that an event of an update changed, as far as it says. */
function changedBy({ type, data }: EventPayload): string[] {
  if (type === 'EntityRevised') return Object.keys(data).filter((key) => key !== 'entity_id');
  return type === 'EntityMoved' ? ['realm', 'domain'] : [];
}

interface Revision {
  content?: string;
  metadata?: Record<string, never>;
}

function revisionOf(
  row: EntityRow,
  content: string | undefined,
  patch: Metadata,
): Revision | undefined {
  const before = JSON.parse(row.metadata) as Metadata;
  const differing = Object.entries(patch).filter(([key, value]) => {
    if (value === null) return Object.hasOwn(before, key);
    return JSON.stringify(before[key]) !== JSON.stringify(value);
  });
  const revision: Revision = {};
  if (content !== undefined && content !== row.content) revision.content = content;
  if (differing.length > 0) {
    const changes = Object.fromEntries(differing) as Record<string, never>;
    const after = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
    // What a memory may not have at first it may not come to have: an export is taken in again.
    checkMetadataSize(Object.fromEntries(after));
    revision.metadata = changes;
  }
  return Object.keys(revision).length > 0 ? revision : undefined;
}

interface Move {
  readonly realm: string;
  readonly domain: string;
}

function moveOf(row: EntityRow, realm = row.realm, domain = row.domain): Move | undefined {
  return realm === row.realm && domain === row.domain ? undefined : { realm, domain };
}

function movedFields(row: EntityRow, move: Move | undefined): string[] {
  if (!move) return [];
  return (['realm', 'domain'] as const).filter((field) => move[field] !== row[field]);
}

export interface DeleteOptions extends ChangeOptions {
  /** Only say what would go. */
  readonly dryRun?: boolean | undefined;
}

export interface Deleted {
  /** How many existed. */
  readonly deleted: number;
  readonly missing: string[];
}

/** Takes memories out of sight, in one commit. Ids that do not exist are reported, no error. */
export async function deleteEntities(
  session: Session,
  ids: readonly string[],
  options: DeleteOptions = {},
): Promise<Deleted> {
  checkShape(ids, 'list', 'entity_ids');
  for (const id of ids) checkShape(id, 'text', 'entity_id');
  const unique = [...new Set(ids)];
  const decide = (db: Db): Decision<Deleted> => deletionOf(session, db, unique);
  if (options.dryRun === true) return session.store.read((db) => decide(db).result);
  return change(session, {
    ...options,
    decide,
    operation: 'delete',
    recall(events) {
      const deletions = events.filter(({ type }) => type === 'EntityDeleted');
      const deleted = deletions.map(({ data }) => String(data.entity_id));
      if (deleted.some((id) => !unique.includes(id))) return undefined;
      const missing = unique.filter((id) => !deleted.includes(id));
      return { deleted: deleted.length, missing };
    },
  });
}

function deletionOf(session: Session, db: Db, ids: readonly string[]): Decision<Deleted> {
  const rows = ids.map((id) => ({ id, row: entityById(db, id) }));
  const events = rows.flatMap(({ id, row }): NewEvent[] => {
    if (!row) return [];
    const data = { entity_id: id, reason: 'user' as const };
    return [{ type: 'EntityDeleted', stream: row.stream, data }];
  });
  const gone = rows.flatMap(({ row }) => (row ? [{ before: row, after: undefined }] : []));
  const nodes = nodeEventsAfter(session, db, gone);
  const missing = rows.filter(({ row }) => !row).map(({ id }) => id);
  return { events: [...events, ...nodes], result: { deleted: events.length, missing } };
}

/**
 * Brings a deleted memory back as it last was, and its place.
 *
 * @returns false when there is none of that id.
 * @throws {AltError} INVALID_ARGUMENT
 */
export async function restoreEntity(session: Session, id: string): Promise<boolean> {
  checkShape(id, 'text', 'entity_id');
  return change(session, {
    decide(db) {
      const row = entityOfStream(db, streamIn(session, 'entity', id));
      if (!row) return { events: [], result: false };
      if (row.living === 1) return { events: [], result: true };
      const { stream } = row;
      const places = new Places(session, db);
      places.need(row.realm, row.domain);
      const event: NewEvent = { type: 'EntityRestored', stream, data: { entity_id: id } };
      const nodes = nodeEventsAfter(session, db, [{ before: row, after: row }]);
      return { events: [...places.events, event, ...nodes], result: true };
    },
  });
}

function notFound(id: string): AltError {
  return new AltError('NOT_FOUND', `No memory has the id '${id}'.`, {
    hint: 'Run "alt list" or "alt search" to find ids.',
  });
}
