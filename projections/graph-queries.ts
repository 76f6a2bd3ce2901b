/** What the graph is seen in: where living memories are, and the tags in their metadata. */
import type { Db } from './database.js';

export interface TaggedRow {
  readonly stream: string;
  readonly realm: string;
  readonly domain: string;
  readonly createdMs: number;
  /** The place of its first event in the total order, as bytes that sort the same way. */
  readonly added: Buffer;
  /** JSON. */
  readonly metadata: string;
}

const TAGGED = 'SELECT stream, realm, domain, created_ms AS createdMs, added, metadata';

/** All living memories. */
export function taggedMemories(db: Db): IterableIterator<TaggedRow> {
  return db.iterate<TaggedRow>(`${TAGGED} FROM entities WHERE living = 1`);
}

/** The living memories among those streams. */
export function taggedOfStreams(db: Db, streams: readonly string[]): TaggedRow[] {
  return db.all<TaggedRow>(
    `${TAGGED} FROM json_each(?) CROSS JOIN entities ON stream = value WHERE living = 1`,
    JSON.stringify(streams),
  );
}
