/** Memories going out whole, oldest first, so that an import restores their order. */
import { AltError } from '../../events/index.js';
import { countEntities, listEntities, type Place } from '../../projections/index.js';
import { toEntity, type Entity } from '../entity.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { checkInteger } from '../values.js';
import { snapshotRows } from './snapshot.js';

export interface ExportFilter {
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
}

/** Undefined for a filter that matches nothing. */
export function placeOf(filter: ExportFilter): Place | undefined {
  const realm = filterName(filter.realm);
  const domain = filterName(filter.domain);
  return matchesNothing(realm) || matchesNothing(domain) ? undefined : { realm, domain };
}

/** One memory after the other, as they all were when the first was asked for. */
export async function* exportEntities(
  session: Session,
  filter: ExportFilter = {},
): AsyncGenerator<Entity, void, undefined> {
  const place = placeOf(filter);
  if (!place) return;
  for await (const rows of snapshotRows(session, { place, order: 'age' })) {
    yield* rows.map(toEntity);
  }
}

export async function exportCollection(
  session: Session,
  filter: ExportFilter = {},
): Promise<Entity[]> {
  const entities: Entity[] = [];
  for await (const entity of exportEntities(session, filter)) entities.push(entity);
  return entities;
}

const PAGE_ITEMS_MAX = 10_000;
const PAGE_BYTES_MAX = 16 * 1024 * 1024;

export interface ExportPageOptions extends ExportFilter {
  /** 1–10,000; everything when absent, if it is no more than that. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

export interface ExportPage {
  readonly entities: Entity[];
  readonly count: number;
  readonly total: number;
  readonly has_more: boolean;
}

/**
 * A part that fits into one message.
 *
 * @throws {AltError} TOO_LARGE for more than 10,000 memories or 16 MiB
 */
export async function exportPage(
  session: Session,
  options: ExportPageOptions = {},
): Promise<ExportPage> {
  const limit = checkInteger(options.limit ?? PAGE_ITEMS_MAX, {
    what: 'limit',
    min: 1,
    max: PAGE_ITEMS_MAX,
  });
  const offset = checkInteger(options.offset ?? 0, {
    what: 'offset',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  });
  const place = placeOf(options);
  if (!place) return { entities: [], count: 0, total: 0, has_more: false };
  return session.store.read((db) => {
    const total = countEntities(db, place);
    if (options.limit === undefined && total - offset > limit)
      throw tooMuch(`${String(total)} memories`);
    const rows = listEntities(db, { ...place, limit, offset, oldestFirst: true });
    let sizeBytes = 0;
    const entities = rows.map((row) => {
      sizeBytes += Buffer.byteLength(row.content) + Buffer.byteLength(row.metadata);
      return toEntity(row);
    });
    if (sizeBytes > PAGE_BYTES_MAX) throw tooMuch('More than 16 MiB');
    const count = entities.length;
    return { entities, count, total, has_more: offset + count < total };
  });
}

const tooMuch = (what: string): AltError =>
  new AltError('TOO_LARGE', `${what} do not fit into one answer.`, {
    hint: 'Page with limit and offset, or run "alt export".',
  });
