/** What is asked of records: an agent's diary, the layers of its memory, who writes at all. */
import type { Db, SqlValue } from './database.js';
import { ENTITY, placeCondition, type EntityRow } from './entity-queries.js';

export interface RecordFilter {
  /** By what agents are compared. */
  readonly agent: string;
  readonly kind: 'record' | 'layer_entry';
  readonly layer?: number | undefined;
  readonly realm?: string | undefined;
  readonly topic?: string | undefined;
}

function conditionOf(filter: RecordFilter): { where: string; values: SqlValue[] } {
  const { agent, kind, layer, topic, realm } = filter;
  const place = placeCondition({ realm });
  const parts = [`living = 1 AND agent <> '' AND agent = ? AND kind = ?`];
  const values: SqlValue[] = [agent, kind];
  if (layer !== undefined) {
    parts.push('layer = ?');
    values.push(layer);
  }
  if (topic !== undefined) {
    parts.push(`metadata ->> '$.topic' = ?`);
    values.push(topic);
  }
  return { where: `${parts.join(' AND ')} ${place.where}`, values: [...values, ...place.values] };
}

/** Living records, newest first: by time of creation, then by order of events. */
export function recordsOf(db: Db, filter: RecordFilter, limit: number): EntityRow[] {
  const { where, values } = conditionOf(filter);
  return db.all<EntityRow>(
    `${ENTITY} INDEXED BY entities_agent WHERE ${where}
     ORDER BY created_ms DESC, added DESC LIMIT ?`,
    ...values,
    limit,
  );
}

export function countRecords(db: Db, filter: RecordFilter): number {
  const { where, values } = conditionOf(filter);
  const sql = `SELECT count(*) AS count FROM entities INDEXED BY entities_agent WHERE ${where}`;
  return db.get<{ count: number }>(sql, ...values)?.count ?? 0;
}

export interface AgentRow {
  readonly name: string;
  readonly entries: number;
  readonly lastMs: number;
  readonly realms: readonly string[];
}

/** Everyone who has a living record or layer entry, by name. */
export function listAgents(db: Db): AgentRow[] {
  const rows = db.all<Omit<AgentRow, 'realms'> & { readonly realms: string }>(
    `SELECT agent AS name, sum(entries) AS entries, max(last_ms) AS lastMs,
       json_group_array(realm) AS realms
     FROM (
       SELECT agent, realm, count(*) AS entries, max(created_ms) AS last_ms
       FROM entities INDEXED BY entities_agent WHERE living = 1 AND agent <> ''
       GROUP BY agent, realm ORDER BY agent, realm
     ) GROUP BY agent ORDER BY agent`,
  );
  return rows.map((row) => ({ ...row, realms: JSON.parse(row.realms) as string[] }));
}

/** What the story of a wake-up is made of. */
export type StoryRow = EntityRow & { readonly weight: number };

/** A memory that may be told, not read yet. */
export interface Weighed {
  readonly num: number;
  readonly weight: number;
}

/** The living memories that matter most, newest first where they matter alike. */
export function weightiest(db: Db, limit: number, realm?: string): Weighed[] {
  // The plus keeps the realm out of the choice of an index: the one that is sorted by weight
  // holds it too, so that a small realm in a big dimension is found without reading its rows.
  const within = realm === undefined ? '' : 'AND +realm = ?';
  const picked = `SELECT num, weight FROM entities INDEXED BY entities_story
    WHERE living = 1 AND weight IS NOT NULL ${within}
    ORDER BY weight DESC, created_ms DESC, added DESC LIMIT ?`;
  const given = realm === undefined ? [limit] : [realm, limit];
  return db.all<Weighed>(picked, ...given);
}

/** Reads them one by one, as they are asked for. */
export function* storyRows(db: Db, weighed: readonly Weighed[]): Generator<StoryRow> {
  for (const { num, weight } of weighed) {
    const row = db.get<EntityRow>(`${ENTITY} WHERE num = ?`, num);
    if (row) yield { ...row, weight };
  }
}
