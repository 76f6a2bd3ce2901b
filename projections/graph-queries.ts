/** What the graph is seen in: where memories are, and the tags in their metadata. */
import type { Db } from './database.js';

const textAt = (key: string): string => `
  CASE json_type(metadata, '$.${key}') WHEN 'text'
    THEN trim(json_extract(metadata, '$.${key}')) ELSE '' END`;

export interface TaggedPlace {
  readonly realm: string;
  readonly domain: string;
  /** '' where memories have none. */
  readonly gate: string;
  readonly date: string;
  readonly count: number;
}

/** How many living memories there are by place, gate and date. */
export function taggedPlaces(db: Db): TaggedPlace[] {
  return db.all<TaggedPlace>(
    `SELECT realm, domain, ${textAt('gate')} AS gate, ${textAt('date')} AS date,
       count(*) AS count
     FROM entities WHERE living = 1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
  );
}

export interface TopicRow {
  readonly realm: string;
  /** As it is spelled there. */
  readonly topic: string;
  readonly firstMs: number;
}

/** The topics of every realm by spelling, first seen first. */
export function topicsByRealm(db: Db): TopicRow[] {
  return db.all<TopicRow>(
    `SELECT realm, topic, created_ms AS firstMs FROM (
       SELECT realm, ${textAt('topic')} AS topic, created_ms, min(added) AS first
       FROM entities WHERE living = 1 AND json_type(metadata, '$.topic') = 'text'
       GROUP BY realm, topic)
     WHERE topic <> '' ORDER BY first, realm, topic`,
  );
}

export interface NamesRow {
  readonly realm: string;
  readonly domain: string;
  readonly createdMs: number;
  /** JSON: a text `A;B`, or a list of names or of objects with a name. */
  readonly names: string;
}

/** The names that living memories mention, memory by memory; sentinels are left out. */
export function namesInMemories(db: Db): IterableIterator<NamesRow> {
  return db.iterate<NamesRow>(
    `SELECT realm, domain, created_ms AS createdMs,
       metadata -> '$.entities' AS names
     FROM entities
     WHERE living = 1 AND json_type(metadata, '$.entities') IN ('text', 'array')
       AND coalesce(json_extract(metadata, '$.is_sentinel'), 0) IN (0, '', 'false')`,
  );
}
