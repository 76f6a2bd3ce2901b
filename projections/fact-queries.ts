/**
 * What is asked of facts. Names that mean the same are joined here: whoever asks passes `roots`,
 * pairs of a name's key and the key of the name that is meant, for every name of which the facts
 * that are asked for use another one too.
 *
 * Two spellings of one triple are facts of two streams; at reading, what an earlier one covers is
 * one with it, as within a stream.
 */
import type { Db, SqlValue } from './database.js';
import { nameUses } from './fact-names.js';
import { factKey, FOREVER } from './facts.js';
import { knownKeys } from './similar-names.js';

export interface FactRow {
  readonly id: string;
  readonly stream: string;
  readonly realm: string;
  readonly subject: string;
  readonly predicate: string;
  readonly object: string;
  readonly subjectKey: string;
  readonly objectKey: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly fromInstant: string;
  readonly toInstant: string;
  readonly source: string;
  readonly confidence: number;
  readonly sourceFile: string | null;
  readonly sourceEntityId: string | null;
  readonly sourceNode: string | null;
  readonly adapterName: string | null;
  readonly createdMs: number;
}

/** [key, key of the name that is meant]. */
export type Roots = readonly (readonly [key: string, root: string])[];

export type Direction = 'outgoing' | 'incoming' | 'both';

export interface FactFilter {
  readonly roots: Roots;
  /** The keys of one node: all names that mean the same. */
  readonly keys?: readonly string[] | undefined;
  /** The side on which the node stands: outgoing = subject. */
  readonly direction?: Direction | undefined;
  readonly predicate?: string | undefined;
  /** In one of which it was said; '' stands for none. */
  readonly realms?: readonly string[] | undefined;
  readonly source?: string | undefined;
  /** Valid at some second of these. */
  readonly during?: { readonly from: string; readonly to: string } | undefined;
}

/** A fact as it is found, without where it is filed: a node may have thousands. */
export type FoundFact = Omit<FactRow, 'stream'>;

const COLUMNS = `f.fact_id AS id, f.realm, f.subject, f.predicate, f.object,
    f.subject_key AS subjectKey, f.object_key AS objectKey,
    f.valid_from AS validFrom, f.valid_to AS validTo, f.from_instant AS fromInstant,
    f.to_instant AS toInstant, f.source, f.confidence, f.source_file AS sourceFile,
    f.source_entity_id AS sourceEntityId, f.source_node AS sourceNode,
    f.adapter_name AS adapterName, f.created_ms AS createdMs FROM facts AS f`;
const FACT = `SELECT f.stream, ${COLUMNS}`;

const NEWEST = 'ORDER BY f.created_ms DESC, f.added DESC';
const BY_START = `ORDER BY f.valid_from IS NULL, f.from_instant, f.created_ms, f.added`;
const AMONG = 'IN (SELECT value FROM json_each(?))';

/** As `saidFrom` in facts.ts. */
const SAID_FROM = `CASE WHEN f.valid_from IS NOT NULL THEN f.from_instant
  ELSE min(strftime('%Y-%m-%dT%H:%M:%SZ', f.created_ms / 1000, 'unixepoch'), f.to_instant) END`;

interface Sql {
  readonly text: string;
  readonly values: SqlValue[];
}

const NOTHING: Sql = { text: '', values: [] };

function ofNode({ keys, direction = 'both' }: FactFilter): Sql {
  if (keys === undefined) return { text: '1', values: [] };
  const list = JSON.stringify(keys);
  if (direction === 'outgoing') return { text: `f.subject_key ${AMONG}`, values: [list] };
  if (direction === 'incoming') return { text: `f.object_key ${AMONG}`, values: [list] };
  return { text: `(f.subject_key ${AMONG} OR f.object_key ${AMONG})`, values: [list, list] };
}

/**
 * Facts that an earlier one covers which says the same in other words. Without the casts SQLite
 * makes no index for the join.
 */
function withHidden(roots: Roots, node: Sql): Sql {
  return {
    text: `WITH roots AS MATERIALIZED (
        SELECT CAST(value ->> 0 AS TEXT) AS key, CAST(value ->> 1 AS TEXT) AS root
        FROM json_each(?)
      ), renamed AS MATERIALIZED (
        SELECT f.stream, f.fact_id, f.realm, f.predicate, f.from_instant, f.to_instant, f.added,
          ${SAID_FROM} AS said_from,
          coalesce(s.root, f.subject_key) AS subject, coalesce(o.root, f.object_key) AS object
        FROM facts AS f LEFT JOIN roots AS s ON s.key = f.subject_key
          LEFT JOIN roots AS o ON o.key = f.object_key
        WHERE (s.key IS NOT NULL OR o.key IS NOT NULL) AND ${node.text}
      ), hidden AS MATERIALIZED (
        SELECT later.stream, later.fact_id FROM renamed AS later JOIN renamed AS earlier
          ON earlier.subject = later.subject AND earlier.predicate = later.predicate
          AND earlier.object = later.object AND earlier.realm = later.realm
        WHERE earlier.stream <> later.stream AND earlier.added < later.added
          AND earlier.from_instant <= later.said_from AND earlier.to_instant >= later.to_instant
      )`,
    values: [JSON.stringify(roots), ...node.values],
  };
}

const NOT_HIDDEN = '(f.stream, f.fact_id) NOT IN (SELECT stream, fact_id FROM hidden)';

function matching(filter: FactFilter): { readonly head: string; readonly where: Sql } {
  const node = ofNode(filter);
  // Where no name has another, nothing is hidden.
  const isAny = filter.roots.length > 0;
  const head = isAny ? withHidden(filter.roots, node) : NOTHING;
  const texts = isAny ? [node.text, NOT_HIDDEN] : [node.text];
  const values = [...head.values, ...node.values];
  const add = (text: string, ...more: SqlValue[]): void => {
    texts.push(text);
    values.push(...more);
  };
  if (filter.predicate !== undefined) add('f.predicate = ?', filter.predicate);
  if (filter.realms !== undefined) add(`f.realm ${AMONG}`, JSON.stringify(filter.realms));
  if (filter.source !== undefined) add('f.source = ?', filter.source);
  if (filter.during !== undefined) {
    add('f.from_instant <= ? AND f.to_instant >= ?', filter.during.to, filter.during.from);
  }
  return { head: head.text, where: { text: texts.join(' AND '), values } };
}

export interface FactPage {
  /** By start: the earliest first, unknown starts last. Newest said first when absent. */
  readonly order?: 'start' | undefined;
  /** All when absent. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

export function findFacts(db: Db, filter: FactFilter, page: FactPage = {}): FoundFact[] {
  const { head, where } = matching(filter);
  const order = page.order === 'start' ? BY_START : NEWEST;
  const { limit = -1, offset = 0 } = page;
  const sql = `${head} SELECT ${COLUMNS} WHERE ${where.text} ${order}`;
  // Sorting everything costs half as much without a limit that is none.
  if (limit === -1 && offset === 0) return db.all<FoundFact>(sql, ...where.values);
  return db.all<FoundFact>(`${sql} LIMIT ? OFFSET ?`, ...where.values, limit, offset);
}

export function countMatching(db: Db, filter: FactFilter): number {
  const { head, where } = matching(filter);
  const sql = `${head} SELECT count(*) AS count FROM facts AS f WHERE ${where.text}`;
  return db.get<{ count: number }>(sql, ...where.values)?.count ?? 0;
}

/**
 * All intervals of one triple in any of its spellings, also those that an earlier one covers, as
 * they were said in one realm or ('') in none.
 */
export function factsOfTriple(
  db: Db,
  of: {
    readonly realm: string;
    readonly subjects: readonly string[];
    readonly predicate: string;
    /** Any object when absent. */
    readonly objects?: readonly string[] | undefined;
  },
): FactRow[] {
  const objects = of.objects === undefined ? [] : [JSON.stringify(of.objects)];
  const condition = objects.length === 0 ? '' : `AND f.object_key ${AMONG}`;
  return db.all<FactRow>(
    `${FACT} WHERE f.subject_key ${AMONG} AND f.predicate = ? AND f.realm = ? ${condition}
     ORDER BY f.added, f.fact_id`,
    JSON.stringify(of.subjects),
    of.predicate,
    of.realm,
    ...objects,
  );
}

/** All intervals of one stream, the one that was said first first. */
export function factsOfStream(db: Db, stream: string): FactRow[] {
  return db.all<FactRow>(`${FACT} WHERE f.stream = ? ORDER BY f.added, f.fact_id`, stream);
}

/** Facts between two nodes, newest first. */
export function factsBetween(
  db: Db,
  subjects: readonly string[],
  objects: readonly string[],
): FactRow[] {
  return db.all<FactRow>(
    `${FACT} WHERE f.object_key ${AMONG} AND f.subject_key ${AMONG} ${NEWEST}`,
    JSON.stringify(objects),
    JSON.stringify(subjects),
  );
}

/** The fact of that id, also under the id of one that was known already. */
export function factById(db: Db, id: string): FactRow | undefined {
  const found = db.get<FactRow>(`${FACT} WHERE f.fact_id = ? ORDER BY f.added LIMIT 1`, id);
  if (found) return found;
  return db.get<FactRow>(
    `${FACT} JOIN folded_facts AS d ON d.stream = f.stream AND d.into_id = f.fact_id
     WHERE d.fact_id = ? ORDER BY f.added LIMIT 1`,
    id,
  );
}

export interface FactStats {
  readonly total: number;
  readonly subjects: number;
  readonly current: number;
  readonly expired: number;
  /** Names that mean the same are one. */
  readonly nodes: number;
  readonly predicates: string[];
}

/** Counts over all facts; `now` is the second at which current and expired are told apart. */
export function factStats(db: Db, roots: Roots, now: string): FactStats {
  const hidden = roots.length === 0 ? [] : hiddenFacts(db, roots);
  const isExpired = ({ toInstant }: Interval): boolean => toInstant < now;
  const isCurrent = (fact: Interval): boolean => fact.fromInstant <= now && !isExpired(fact);
  const all = countAll(db, now);
  const predicates = db.all<{ predicate: string }>(
    'SELECT DISTINCT predicate FROM facts ORDER BY predicate',
  );
  return {
    total: all.facts - hidden.length,
    expired: all.expired - hidden.filter(isExpired).length,
    current: all.facts - all.expired - all.coming - hidden.filter(isCurrent).length,
    ...countNodes(db, roots),
    predicates: predicates.map(({ predicate }) => predicate),
  };
}

type Interval = Pick<FactRow, 'fromInstant' | 'toInstant'>;

function hiddenFacts(db: Db, roots: Roots): Interval[] {
  const head = withHidden(roots, { text: '1', values: [] });
  return db.all<Interval>(
    `${head.text} SELECT from_instant AS fromInstant, to_instant AS toInstant FROM facts AS f
     WHERE (f.stream, f.fact_id) IN (SELECT stream, fact_id FROM hidden)`,
    ...head.values,
  );
}

/** Facts in all spellings: those that ended and those to come are read from their indexes alone. */
function countAll(db: Db, now: string): { facts: number; expired: number; coming: number } {
  const counts = db.get<{ facts: number; expired: number; coming: number }>(
    `SELECT (SELECT count(*) FROM facts) AS facts,
       (SELECT count(*) FROM facts WHERE to_instant < '${FOREVER}' AND to_instant < ?) AS expired,
       (SELECT count(*) FROM facts
        WHERE (valid_from IS NULL) = 0 AND from_instant > ? AND to_instant >= ?) AS coming`,
    now,
    now,
    now,
  );
  return counts ?? { facts: 0, expired: 0, coming: 0 };
}

/** Names that are used in a fact or defined, and those that are subjects. */
function countNodes(db: Db, roots: Roots): Pick<FactStats, 'nodes' | 'subjects'> {
  const counts = db.get<{ subjects: number; used: number; defined: number }>(
    `SELECT (SELECT count(*) FROM fact_names WHERE subjects > 0) AS subjects,
       (SELECT count(*) FROM fact_names) AS used,
       (SELECT count(DISTINCT key) FROM terms WHERE NOT EXISTS (
          SELECT 1 FROM fact_names WHERE fact_names.key = terms.key)) AS defined`,
  ) ?? { subjects: 0, used: 0, defined: 0 };
  const rootOf = new Map(roots);
  const keys = [...rootOf.keys()];
  const uses = nameUses(db, keys);
  const subjects = uses.filter((use) => use.subjects > 0).map(({ key }) => key);
  const others = (used: readonly string[]): number =>
    used.length - new Set(used.map((key) => rootOf.get(key))).size;
  return {
    subjects: counts.subjects - others(subjects),
    nodes: counts.used + counts.defined - others(knownKeys(db, keys)),
  };
}

/** Facts in which the name is subject or object, newest first; all facts without a name. */
export function factsAbout(db: Db, name?: string): FoundFact[] {
  return findFacts(db, { roots: [], keys: name === undefined ? undefined : [factKey(name)] });
}

/** How many facts are stored, in all spellings. */
export function countFacts(db: Db): number {
  return db.get<{ count: number }>('SELECT count(*) AS count FROM facts')?.count ?? 0;
}
