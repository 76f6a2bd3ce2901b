/**
 * Which names facts use, each once however many facts it is in: a node of many edges is compared
 * with other names once. Kept beside the facts, and moves with them.
 */
import type { Db } from './database.js';
import { similarityIndexes } from './similar-names.js';

export const FACT_NAMES_SCHEMA = `
  CREATE TABLE fact_names (
    key TEXT PRIMARY KEY,
    -- Facts of which it is the subject, and the object.
    subjects INTEGER NOT NULL,
    objects INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fact_names_subjects ON fact_names (key) WHERE subjects > 0;
  ${similarityIndexes('fact_names')}`;

export const FACT_NAMES_LOGICAL: Readonly<Record<string, string>> = {
  fact_names: 'SELECT key, subjects, objects FROM fact_names ORDER BY key',
};

/** One fact more that uses these names, or one less. */
export function useNames(
  db: Db,
  names: { readonly subject: string; readonly object: string },
  by: 1 | -1,
): void {
  const counted = [
    { key: names.subject, subjects: by, objects: 0 },
    { key: names.object, subjects: 0, objects: by },
  ];
  for (const { key, subjects, objects } of counted) {
    db.run(
      `INSERT INTO fact_names VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
       SET subjects = subjects + excluded.subjects, objects = objects + excluded.objects`,
      key,
      subjects,
      objects,
    );
    if (by === 1) continue;
    db.run('DELETE FROM fact_names WHERE key = ? AND subjects = 0 AND objects = 0', key);
  }
}

export interface NameUse {
  readonly key: string;
  readonly subjects: number;
}

/** The uses of these names, of those that are used. */
export function nameUses(db: Db, keys: readonly string[]): NameUse[] {
  return db.all<NameUse>(
    `SELECT names.key, subjects FROM json_each(?) CROSS JOIN fact_names AS names
     ON names.key = value`,
    JSON.stringify(keys),
  );
}

/** The names that the facts of these streams use. */
export function namesOfFacts(db: Db, streams: readonly string[]): string[] {
  const rows = db.all<{ key: string }>(
    `WITH said AS MATERIALIZED (
       SELECT subject_key, object_key FROM json_each(?) CROSS JOIN facts ON stream = value
     ) SELECT subject_key AS key FROM said UNION SELECT object_key FROM said`,
    JSON.stringify(streams),
  );
  return rows.map(({ key }) => key);
}

/** The names that the facts about these use: those of them that are used, and what is beside. */
export function namesAround(db: Db, keys: readonly string[]): Set<string> {
  const list = JSON.stringify(keys);
  // One text rather than a row for each: a node may have thousands of edges.
  const found = db.get<{ keys: string }>(
    `SELECT json_group_array(around) AS keys FROM (
       SELECT object_key AS around FROM json_each(?) CROSS JOIN facts ON subject_key = value
       UNION ALL SELECT subject_key FROM json_each(?) CROSS JOIN facts ON object_key = value
       UNION ALL SELECT names.key FROM json_each(?) CROSS JOIN fact_names AS names
         ON names.key = value
     )`,
    list,
    list,
    list,
  );
  return new Set(JSON.parse(found?.keys ?? '[]') as string[]);
}
