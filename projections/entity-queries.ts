/** What is asked of the memories: one by id, pages of them, equal texts. */
import { createHash } from 'node:crypto';
import type { Db, SqlValue } from './database.js';
import { countInPlace } from './place-counts.js';

export interface EntityRow {
  readonly num: number;
  readonly id: string;
  readonly stream: string;
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  /** JSON. */
  readonly metadata: string;
  readonly sourceFile: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly living: number;
}

/** The beginning of every question for memories. */
export const ENTITY = `SELECT num, id, stream, realm, domain, content, metadata,
    source_file AS sourceFile, created_ms AS createdMs, updated_ms AS updatedMs, living
  FROM entities`;

/** The living memory with that id. */
export function entityById(db: Db, id: string): EntityRow | undefined {
  return db.get<EntityRow>(`${ENTITY} WHERE id = ? AND living = 1 ORDER BY added LIMIT 1`, id);
}

/** The memory of that stream, deleted or not. */
export function entityOfStream(db: Db, stream: string): EntityRow | undefined {
  return db.get<EntityRow>(`${ENTITY} WHERE stream = ?`, stream);
}

export function entitiesByNum(db: Db, nums: readonly number[]): EntityRow[] {
  return db.all<EntityRow>(
    `${ENTITY} WHERE num IN (SELECT value FROM json_each(?))`,
    JSON.stringify(nums),
  );
}

/** The oldest living memory with that content hash, within a realm and domain if given. */
export function entityByContent(
  db: Db,
  hash: Uint8Array,
  place: Place = {},
): EntityRow | undefined {
  const { where, values } = placeCondition(place);
  return db.get<EntityRow>(
    `${ENTITY} WHERE content_hash = ? AND living = 1 ${where} ORDER BY added LIMIT 1`,
    hash,
    ...values,
  );
}

export interface Place {
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
}

/** `AND realm = ? …`, to follow other conditions. */
export function placeCondition(place: Place): { where: string; values: SqlValue[] } {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  for (const column of ['realm', 'domain'] as const) {
    const value = place[column];
    if (value === undefined) continue;
    parts.push(`AND entities.${column} = ?`);
    values.push(value);
  }
  return { where: parts.join(' '), values };
}

/** Which memories are meant: all conditions that are given must hold. */
export interface EntityFilter extends Place {
  readonly sourceFile?: string | undefined;
}

export interface EntityPage extends EntityFilter {
  readonly limit: number;
  readonly offset: number;
  readonly oldestFirst?: boolean;
}

function filterCondition(filter: EntityFilter): { where: string; values: SqlValue[] } {
  const { where, values } = placeCondition(filter);
  if (filter.sourceFile === undefined) return { where: `WHERE living = 1 ${where}`, values };
  // A source has few memories, whatever their realm has.
  const source = "INDEXED BY entities_source WHERE source_file = ? AND source_file <> ''";
  return { where: `${source} AND living = 1 ${where}`, values: [filter.sourceFile, ...values] };
}

/** Living memories, newest first: by time of creation, then by order of events. */
export function listEntities(db: Db, page: EntityPage): EntityRow[] {
  const { where, values } = filterCondition(page);
  const direction = page.oldestFirst === true ? 'ASC' : 'DESC';
  return db.all<EntityRow>(
    `${ENTITY} ${where}
     ORDER BY created_ms ${direction}, added ${direction}, stream LIMIT ? OFFSET ?`,
    ...values,
    page.limit,
    page.offset,
  );
}

/** The living memories of a source, oldest first. */
export function entitiesOfSource(db: Db, sourceFile: string): EntityRow[] {
  return db.all<EntityRow>(
    `${ENTITY} WHERE living = 1 AND source_file <> '' AND source_file = ?
     ORDER BY created_ms, added, stream`,
    sourceFile,
  );
}

/** The files that living memories name as their source. */
export function sourceFiles(db: Db): string[] {
  const rows = db.all<{ source_file: string }>(
    `SELECT DISTINCT source_file FROM entities WHERE living = 1 AND source_file <> ''
     ORDER BY source_file`,
  );
  return rows.map((row) => row.source_file);
}

export function countEntities(db: Db, filter: EntityFilter = {}): number {
  if (filter.sourceFile === undefined) return countInPlace(db, filter);
  const { where, values } = filterCondition(filter);
  const sql = `SELECT count(*) AS count FROM entities ${where}`;
  return db.get<{ count: number }>(sql, ...values)?.count ?? 0;
}

/** The newest living memory. */
export function newestEntity(db: Db): EntityRow | undefined {
  return listEntities(db, { limit: 1, offset: 0 })[0];
}

/** The numbers of living memories: oldest first, or by realm and domain and then so. */
export function entityNums(db: Db, place: Place, order: 'age' | 'place'): number[] {
  const { where, values } = placeCondition(place);
  const by = order === 'age' ? '' : 'realm, domain, ';
  const rows = db.all<{ num: number }>(
    `SELECT num FROM entities WHERE living = 1 ${where}
     ORDER BY ${by}created_ms, added, stream`,
    ...values,
  );
  return rows.map(({ num }) => num);
}

/** The living memories of a place, by id: what whoever deletes the place sees in it. */
export function entitiesIn(
  db: Db,
  place: Place,
  limit: number,
): { readonly id: string; readonly stream: string }[] {
  const { where, values } = placeCondition(place);
  return db.all<{ id: string; stream: string }>(
    `SELECT id, stream FROM entities WHERE living = 1 ${where}
     ORDER BY realm, domain, created_ms, added LIMIT ?`,
    ...values,
    limit,
  );
}

export interface SourceGroup {
  readonly sourceFile: string;
  readonly count: number;
}

/** Source files with at least so many living memories, in one realm or in all. */
export function sourceGroups(db: Db, place: Place, least: number): SourceGroup[] {
  const { where, values } = placeCondition(place);
  return db.all<SourceGroup>(
    `SELECT source_file AS sourceFile, count(*) AS count FROM entities
     WHERE living = 1 AND source_file <> '' ${where}
     GROUP BY source_file HAVING count(*) >= ? ORDER BY source_file`,
    ...values,
    least,
  );
}

/** The texts of the first living memories, in the total order of their adds. */
export function firstContents(db: Db, limit: number): string[] {
  const rows = db.all<{ content: string }>(
    'SELECT content FROM entities WHERE living = 1 ORDER BY added LIMIT ?',
    limit,
  );
  return rows.map(({ content }) => content);
}

/** One hash over the texts that {@link firstContents} gives: changes when one of them does. */
export function hashOfFirstContents(db: Db, limit: number): string {
  const hash = createHash('sha256');
  const rows = db.iterate<{ content_hash: Buffer }>(
    'SELECT content_hash FROM entities WHERE living = 1 ORDER BY added LIMIT ?',
    limit,
  );
  for (const row of rows) hash.update(row.content_hash);
  return hash.digest('hex');
}
