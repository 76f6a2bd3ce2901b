/** Memories: filing, reading and listing them. */
import { AltError, type EventPayload } from '../events/index.js';
import {
  countEntities,
  entityById,
  listEntities as listRows,
  type Db,
} from '../projections/index.js';
import type { NewEvent } from '../replay/index.js';
import { toEntity, type Entity } from './entity.js';
import { filterName, matchesNothing, normalizeName } from './names.js';
import { Places } from './places.js';
import { change, newId, streamIn, type ChangeOptions, type Session } from './session.js';
import {
  checkContent,
  checkId,
  checkInteger,
  checkLabel,
  checkMetadata,
  checkShape,
  type Metadata,
} from './values.js';

export interface AddOptions extends ChangeOptions {
  readonly metadata?: Metadata | undefined;
  readonly sourceFile?: string | undefined;
  /** 1–256 visible ASCII characters; made when absent. */
  readonly entityId?: string | undefined;
}

/** One item of a batch. */
export interface NewEntity {
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  readonly metadata?: Metadata | undefined;
  readonly source_file?: string | undefined;
  readonly entity_id?: string | undefined;
}

/** One item of a batch as the fields of {@link NewEntity}, in their order. */
export type NewEntityTuple = readonly [
  realm: string,
  domain: string,
  content: string,
  metadata?: Metadata | null,
  source_file?: string | null,
  entity_id?: string | null,
];

/** A batch takes its items in either form. */
function toNewEntity(item: NewEntity | NewEntityTuple): NewEntity {
  if (!Array.isArray(item)) return item as NewEntity;
  const [realm, domain, content, metadata, source_file, entity_id] = item as NewEntityTuple;
  return {
    realm,
    domain,
    content,
    metadata: metadata ?? undefined,
    source_file: source_file ?? undefined,
    entity_id: entity_id ?? undefined,
  };
}

export interface Added {
  readonly entity_id: string;
  readonly realm: string;
  readonly domain: string;
  /** False when the same memory was there already. */
  readonly created: boolean;
}

interface CheckedEntity {
  readonly id: string | undefined;
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  readonly metadata: Metadata;
  readonly sourceFile: string;
}

/** How many memories one call may add or name. */
const BATCH_ITEMS_MAX = 1_000;
const PAGE_LIMIT_MAX = 10_000;

function checkEntity(item: NewEntity): CheckedEntity {
  checkShape(item, 'object', 'The memory');
  return {
    id: checkId(item.entity_id),
    realm: normalizeName(item.realm, 'realm'),
    domain: normalizeName(item.domain, 'domain'),
    content: checkContent(item.content),
    metadata: checkMetadata(item.metadata),
    sourceFile: checkLabel(item.source_file, 'source_file'),
  };
}

/**
 * Files memories as one commit: all of them or none.
 *
 * @returns one answer per item, in order.
 * @throws {AltError} INVALID_ARGUMENT or TOO_LARGE naming the bad item; ALREADY_EXISTS for an id
 *   in use with other content.
 */
export async function addEntities(
  session: Session,
  items: readonly (NewEntity | NewEntityTuple)[],
  options: ChangeOptions & { readonly origin: 'add' | 'batch' },
): Promise<Added[]> {
  checkShape(items, 'list', 'entities');
  if (items.length === 0) return [];
  if (items.length > BATCH_ITEMS_MAX) {
    throw new AltError('TOO_LARGE', `A batch has at most ${String(BATCH_ITEMS_MAX)} items.`);
  }
  const isSingle = options.origin === 'add';
  const checked = items.map((item, index) => {
    return atIndex(isSingle ? undefined : index, () => checkEntity(toNewEntity(item)));
  });
  const { idempotencyKey } = options;
  const named = checked.map((item, index) => ({
    ...item,
    id: item.id ?? newId(session, 'ent', { idempotencyKey, index }),
  }));
  return change(session, {
    ...options,
    decide(db) {
      const places = new Places(session, db);
      const taken = new Map<string, Filed>();
      const result = named.map((item, index) => {
        const before = atIndex(isSingle ? undefined : index, () => livingTwin(db, item, taken));
        if (!before) places.need(item.realm, item.domain);
        taken.set(item.id, before ?? item);
        const { realm, domain } = before ?? item;
        return { entity_id: item.id, realm, domain, created: !before };
      });
      const events = named
        .filter((_, index) => result[index]?.created === true)
        .map((item) => addedEvent(session, item, options.origin));
      return { events: [...places.events, ...events], result };
    },
    operation: 'add',
    recall: (events) => recalled(named, events),
  });
}

/** Names the item when it is one of several. */
function atIndex<Result>(index: number | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (index === undefined || !(error instanceof AltError)) throw error;
    const { code, message, hint } = error;
    throw new AltError(code, `entities[${String(index)}]: ${message}`, {
      cause: error,
      details: { index, problem: message },
      hint,
    });
  }
}

/** What counts of a memory that is there already, in the views or earlier in the batch. */
type Filed = Pick<CheckedEntity, 'realm' | 'domain' | 'content'>;

/** The same memory, where it is there already. */
function livingTwin(
  db: Db,
  item: CheckedEntity & { readonly id: string },
  taken: ReadonlyMap<string, Filed>,
): Filed | undefined {
  const before = taken.get(item.id) ?? entityById(db, item.id);
  if (before === undefined || before.content === item.content) return before;
  throw new AltError('ALREADY_EXISTS', `The id '${item.id}' is in use for another memory.`, {
    hint: 'Update that memory, or add this one under another id.',
  });
}

function addedEvent(
  session: Session,
  item: CheckedEntity & { readonly id: string },
  origin: 'add' | 'batch',
): NewEvent {
  const { id, realm, domain, content, metadata, sourceFile } = item;
  return {
    type: 'EntityAdded',
    stream: streamIn(session, 'entity', id),
    data: {
      entity_id: id,
      realm,
      domain,
      content,
      origin,
      ...(Object.keys(metadata).length > 0 && { metadata: metadata as Record<string, never> }),
      ...(sourceFile !== '' && { source_file: sourceFile }),
    },
  };
}

/** The first answer, if these are the memories that were filed then. */
function recalled(
  items: readonly (CheckedEntity & { readonly id: string })[],
  events: readonly EventPayload[],
): Added[] | undefined {
  const filed = new Map(
    events
      .filter(({ type }) => type === 'EntityAdded')
      .map(({ data }) => [data.entity_id, data.content]),
  );
  const isOther = items.some(({ id, content }) => filed.has(id) && filed.get(id) !== content);
  const isNone = !items.some(({ id }) => filed.has(id));
  if (isOther || isNone) return undefined;
  return items.map(({ id: entity_id, realm, domain }) => {
    return { entity_id, realm, domain, created: filed.has(entity_id) };
  });
}

export async function getEntity(session: Session, id: string): Promise<Entity | undefined> {
  checkShape(id, 'text', 'entity_id');
  const row = await session.store.read((db) => entityById(db, id));
  return row && toEntity(row);
}

export interface ListOptions {
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
  /** 1–10,000; 20 when absent. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /** Only memories of this source, as it was given. */
  readonly sourceFile?: string | undefined;
  /** By age: newest first when absent. */
  readonly order?: 'asc' | 'desc' | undefined;
}

export interface EntityPage {
  readonly entities: Entity[];
  /** How many there are in all. */
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
}

/** A page of memories. @throws {AltError} INVALID_ARGUMENT for a bad limit, offset or order */
export async function listEntities(session: Session, options: ListOptions): Promise<EntityPage> {
  const limit = checkInteger(options.limit ?? 20, { what: 'limit', min: 0, max: PAGE_LIMIT_MAX });
  const offsetBounds = { what: 'offset', min: 0, max: Number.MAX_SAFE_INTEGER };
  const offset = checkInteger(options.offset ?? 0, offsetBounds);
  const oldestFirst = checkOrder(options.order) === 'asc';
  const realm = filterName(options.realm);
  const domain = filterName(options.domain);
  if (matchesNothing(realm) || matchesNothing(domain)) {
    return { entities: [], total: 0, limit, offset };
  }
  const sourceFile = checkLabel(options.sourceFile, 'sourceFile') || undefined;
  const filter = { realm, domain, sourceFile };
  return session.store.read((db) => ({
    entities: listRows(db, { ...filter, limit, offset, oldestFirst }).map(toEntity),
    total: countEntities(db, filter),
    limit,
    offset,
  }));
}

function checkOrder(order: unknown): 'asc' | 'desc' {
  if (order === undefined || order === 'desc') return 'desc';
  if (order === 'asc') return 'asc';
  throw new AltError('INVALID_ARGUMENT', "order must be 'asc' or 'desc'.");
}
