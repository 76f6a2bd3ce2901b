/** What the ranking asks of the keyword and passage indexes. Formulas are in src/search. */
import type { Db } from './database.js';
import { placeCondition, type Place } from './entity-queries.js';

export interface PassageStats {
  readonly count: number;
  /** Mean length in terms. */
  readonly averageLength: number;
}

/** Of the whole index, also under a filter: a filter must not change what a word is worth. */
export function passageStats(db: Db): PassageStats {
  const row = db.get<{ count: number; total: number }>(
    'SELECT count(*) AS count, coalesce(sum(length), 0) AS total FROM passages',
  );
  const count = row?.count ?? 0;
  return { count, averageLength: count === 0 ? 0 : (row?.total ?? 0) / count };
}

/** In how many passages a term stands. */
export function documentFrequency(db: Db, term: string): number {
  const sql = 'SELECT doc FROM passage_vocabulary WHERE term = ?';
  return db.get<{ doc: number }>(sql, term)?.doc ?? 0;
}

/** Labels of the passages that hold any of the terms, best BM25 first. */
export function passagesWithTerms(
  db: Db,
  terms: readonly string[],
  request: { readonly place: Place; readonly limit: number },
): number[] {
  if (terms.length === 0) return [];
  const match = terms.map((term) => `"${term.replaceAll('"', '""')}"`).join(' OR ');
  const { where, values } = placeCondition(request.place);
  const filter =
    where === ''
      ? ''
      : 'JOIN passages ON label = passage_terms.rowid JOIN entities ON num = entity';
  const rows = db.all<{ label: number }>(
    `SELECT passage_terms.rowid AS label FROM passage_terms ${filter}
     WHERE passage_terms MATCH ? ${where} ORDER BY rank LIMIT ?`,
    match,
    ...values,
    request.limit,
  );
  return rows.map(({ label }) => label);
}

export interface PassageRow {
  readonly label: number;
  readonly entity: number;
  readonly start: number;
  readonly end: number;
  /** In terms. */
  readonly length: number;
  /** Packed term frequencies. */
  readonly terms: Uint8Array;
}

/** The entity that owns each of the labels that stand for a passage. */
export function ownersByLabel(
  db: Db,
  labels: readonly number[],
): { readonly label: number; readonly entity: number }[] {
  if (labels.length === 0) return [];
  return db.all<{ label: number; entity: number }>(
    'SELECT label, entity FROM passages WHERE label IN (SELECT value FROM json_each(?))',
    JSON.stringify(labels),
  );
}

/** The labels of all passages of the entities, by entity and order in the text. */
export function labelsOfEntities(
  db: Db,
  entities: readonly number[],
): { readonly label: number; readonly entity: number }[] {
  return db.all<{ label: number; entity: number }>(
    `SELECT label, entity FROM passages WHERE entity IN (SELECT value FROM json_each(?))
     ORDER BY entity, ordinal`,
    JSON.stringify(entities),
  );
}

/** What a ranking asks of a memory beside its passages. */
export interface RankedEntity {
  readonly num: number;
  readonly id: string;
  readonly createdAt: number;
  readonly sourceFile: string;
}

export function rankedEntities(db: Db, entities: readonly number[]): RankedEntity[] {
  return db.all<RankedEntity>(
    `SELECT num, id, created_ms AS createdAt, source_file AS sourceFile FROM entities
     WHERE num IN (SELECT value FROM json_each(?))`,
    JSON.stringify(entities),
  );
}

/** The passages with those labels. */
export function passagesByLabel(db: Db, labels: readonly number[]): PassageRow[] {
  if (labels.length === 0) return [];
  return db.all<PassageRow>(
    `SELECT label, entity, start, end, length, terms FROM passages
     WHERE label IN (SELECT value FROM json_each(?))`,
    JSON.stringify(labels),
  );
}

/** All passages of the entities that own any of the labels, by entity and order in the text. */
export function passagesOfOwners(db: Db, labels: readonly number[]): PassageRow[] {
  const entities = new Set(ownersByLabel(db, labels).map(({ entity }) => entity));
  const all = labelsOfEntities(db, [...entities]).map(({ label }) => label);
  const rows = new Map(passagesByLabel(db, all).map((row) => [row.label, row]));
  return all.flatMap((label) => rows.get(label) ?? []);
}

export interface KeywordMatch {
  readonly entity: number;
  /** Positive, bigger is better. */
  readonly bm25: number;
}

/**
 * Entities that match a query in FTS5's own language, best first, newest first of equals.
 *
 * Throws SQLite's error for a query that it cannot parse.
 */
export function entitiesMatching(
  db: Db,
  query: string,
  request: { readonly place: Place; readonly limit: number },
): KeywordMatch[] {
  const { where, values } = placeCondition(request.place);
  return db.all<KeywordMatch>(
    `SELECT num AS entity, -bm25(keywords) AS bm25 FROM keywords
     JOIN entities ON num = keywords.rowid
     WHERE keywords MATCH ? ${where}
     ORDER BY bm25(keywords), created_ms DESC, added DESC LIMIT ?`,
    query,
    ...values,
    request.limit,
  );
}
