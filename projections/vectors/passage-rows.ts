/** Passages as the vector half needs them: what is still to be embedded, what a filter leaves. */
import type { Db, SqlValue } from '../database.js';
import { placeCondition, type Place } from '../entity-queries.js';

export interface PassageText {
  readonly label: number;
  readonly stream: string;
  readonly textHash: Buffer;
  readonly text: string;
}

export interface PassageName {
  readonly label: number;
  readonly textHash: Buffer;
}

/** Labels and text hashes after the given label, ascending, at most `limit`. */
export function passagesAfter(db: Db, label: number, limit: number): PassageName[] {
  return db.all<PassageName>(
    'SELECT label, text_hash AS textHash FROM passages WHERE label > ? ORDER BY label LIMIT ?',
    label,
    limit,
  );
}

/** The texts of the passages with those labels that still are there, ascending. */
export function passageTexts(db: Db, labels: readonly number[]): PassageText[] {
  const rows = db.all<Omit<PassageText, 'text'> & { entity: number; start: number; end: number }>(
    `SELECT label, entity, stream, text_hash AS textHash, start, end
     FROM passages JOIN entities ON num = entity
     WHERE label IN (SELECT value FROM json_each(?)) ORDER BY label`,
    JSON.stringify(labels),
  );
  let entity = -1;
  let content = '';
  return rows.map(({ start, end, ...row }) => {
    // Neighbours are mostly of one memory; its text is read once for all of them.
    if (row.entity !== entity) {
      const sql = 'SELECT content FROM entities WHERE num = ?';
      content = db.get<{ content: string }>(sql, row.entity)?.content ?? '';
      ({ entity } = row);
    }
    const { label, stream, textHash } = row;
    return { label, stream, textHash, text: content.slice(start, end) };
  });
}

export function countPassagesAfter(db: Db, label: number): number {
  const sql = 'SELECT count(*) AS count FROM passages WHERE label > ?';
  return db.get<{ count: number }>(sql, label)?.count ?? 0;
}

/** Labels of the passages in a realm and domain, ascending; all of them without a limit. */
export function labelsIn(db: Db, place: Place, limit = -1): number[] {
  const { where, values } = placeCondition(place);
  const labels = labelsOf(
    db,
    `SELECT label FROM entities JOIN passages ON entity = num WHERE living = 1 ${where} LIMIT ?`,
    [...values, limit],
  );
  return labels.sort((a, b) => a - b);
}

/** Which of the labels still stand for a passage. */
export function livingLabels(db: Db, labels: readonly number[]): Set<number> {
  const sql = 'SELECT label FROM passages WHERE label IN (SELECT value FROM json_each(?))';
  return new Set(labelsOf(db, sql, [JSON.stringify(labels)]));
}

/** Tens of thousands of labels as one text take a fifth of the time that as many rows do. */
function labelsOf(db: Db, query: string, values: readonly SqlValue[]): number[] {
  const sql = `SELECT json_group_array(label) AS labels FROM (${query})`;
  return JSON.parse(db.get<{ labels: string }>(sql, ...values)?.labels ?? '[]') as number[];
}
