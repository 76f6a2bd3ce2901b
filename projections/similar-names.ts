/**
 * Finding names that differ in at most two letters without looking at all of them: of a name cut
 * in three, two changed letters leave one part whole, at most two places from where it was. The
 * parts are indexed; whoever asks compares the few names that are proposed.
 */
import type { Db, SqlValue } from './database.js';

/** In how many letters names may differ that are proposed. */
export const LETTERS_CHANGED_MAX = 2;
/** Shorter names are like too many. */
export const SIMILAR_LENGTH_MIN = 4;
const PARTS = LETTERS_CHANGED_MAX + 1;

/** The tables of names: each has a column `key`. */
const TABLES = ['fact_names', 'terms'] as const;

function partOf(index: number): string {
  const third = `length(key) / ${String(PARTS)}`;
  if (index === PARTS - 1) return `substr(key, ${third} * ${String(index)} + 1)`;
  return `substr(key, ${third} * ${String(index)} + 1, ${third})`;
}

const indexName = (table: string, index: number): string => `${table}_part_${String(index)}`;

/** The indexes of a table of names, for its schema. */
export function similarityIndexes(table: (typeof TABLES)[number]): string {
  return Array.from({ length: PARTS }, (_, index) => {
    const on = `${table} (length(key), ${partOf(index)}, key)`;
    return `CREATE INDEX ${indexName(table, index)} ON ${on};`;
  }).join('\n');
}

/** [length of the name, which part of it, the part]. */
type Probe = readonly [number, number, string];

function probesFor(name: string): Probe[] {
  const letters = [...name];
  const probes: Probe[] = [];
  const shortest = Math.max(SIMILAR_LENGTH_MIN, letters.length - LETTERS_CHANGED_MAX);
  for (let length = shortest; length <= letters.length + LETTERS_CHANGED_MAX; length += 1) {
    for (let index = 0; index < PARTS; index += 1) {
      for (const part of partsNear(letters, length, index)) probes.push([length, index, part]);
    }
  }
  return probes;
}

/** What of a name may be a part of one of that length: from where it was to two places off. */
function partsNear(letters: readonly string[], length: number, index: number): string[] {
  const third = Math.floor(length / PARTS);
  const start = third * index;
  const size = index === PARTS - 1 ? length - start : third;
  const parts: string[] = [];
  for (let shift = -LETTERS_CHANGED_MAX; shift <= LETTERS_CHANGED_MAX; shift += 1) {
    const at = start + shift;
    if (at >= 0 && at + size <= letters.length) parts.push(letters.slice(at, at + size).join(''));
  }
  return parts;
}

/** The same for names that are in no table. */
export class SimilarNames {
  /** By length, number and text of a part: the names with that part, as they were given. */
  readonly #byPart = new Map<string, number[]>();
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
    for (const [at, name] of names.entries()) {
      const letters = [...name];
      const third = Math.floor(letters.length / PARTS);
      for (let index = 0; index < PARTS; index += 1) {
        const end = index === PARTS - 1 ? letters.length : third * (index + 1);
        const part = letters.slice(third * index, end).join('');
        const key = probeKey([letters.length, index, part]);
        const others = this.#byPart.get(key);
        if (others) others.push(at);
        else this.#byPart.set(key, [at]);
      }
    }
  }

  /** Names among which are all that differ from one of these in at most two letters, in order. */
  maybeSimilar(names: readonly string[]): string[] {
    const found = new Set<number>();
    for (const probe of names.flatMap(probesFor)) {
      for (const at of this.#byPart.get(probeKey(probe)) ?? []) found.add(at);
    }
    return [...found].sort((a, b) => a - b).flatMap((at) => this.#names[at] ?? []);
  }
}

const probeKey = ([length, index, part]: Probe): string =>
  `${String(length)} ${String(index)} ${part}`;

/** Keys of nodes among which are all that differ from one of these in at most two letters. */
export function maybeSimilar(db: Db, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const probes: SqlValue = JSON.stringify(names.flatMap(probesFor));
  const halves = TABLES.flatMap((table) =>
    Array.from({ length: PARTS }, (_, index) => {
      return `SELECT key FROM probes CROSS JOIN ${table} INDEXED BY ${indexName(table, index)}
        WHERE probes.part = ${String(index)} AND length(key) = probes.length
          AND ${partOf(index)} = probes.text`;
    }),
  );
  const rows = db.all<{ key: string }>(
    `WITH probes AS MATERIALIZED (
       SELECT DISTINCT value ->> 0 AS length, value ->> 1 AS part, value ->> 2 AS text
       FROM json_each(?)
     ) ${halves.join(' UNION ')} ORDER BY key`,
    probes,
  );
  return rows.map(({ key }) => key);
}

/** Which of these keys name a node. */
export function knownKeys(db: Db, keys: readonly string[]): string[] {
  const list = JSON.stringify(keys);
  const rows = db.all<{ key: string }>(
    `SELECT value AS key FROM json_each(?) WHERE
       EXISTS (SELECT 1 FROM fact_names WHERE fact_names.key = value)
       OR EXISTS (SELECT 1 FROM terms WHERE terms.key = value)`,
    list,
  );
  return rows.map(({ key }) => key);
}

export interface Spelling {
  readonly key: string;
  readonly name: string;
}

/** How nodes are spelled: as defined last, else as in the fact that was said first. */
export function spellings(db: Db, keys: readonly string[]): Spelling[] {
  return db.all<Spelling>(
    `SELECT value AS key, coalesce(
       (SELECT name FROM terms WHERE key = value ORDER BY defined DESC LIMIT 1),
       (SELECT name FROM (
          SELECT * FROM (SELECT subject AS name, added FROM facts WHERE subject_key = value
            ORDER BY added LIMIT 1)
          UNION ALL
          SELECT * FROM (SELECT object, added FROM facts WHERE object_key = value
            ORDER BY added LIMIT 1)
        ) ORDER BY added LIMIT 1)
     ) AS name FROM json_each(?) WHERE name IS NOT NULL`,
    JSON.stringify(keys),
  );
}
