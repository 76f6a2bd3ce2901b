/**
 * The memories themselves, one row each, deleted ones kept out of sight. Hears every event about an
 * entity; what is indexed of its text is in fulltext.ts and moves with the row.
 *
 * An update never revives a deleted memory; a later add or restore does. An update of something
 * that was never added leaves nothing: when the add arrives, the stream is folded again.
 */
import { createHash } from 'node:crypto';
import type { EventDataOf } from '../events/index.js';
import type { Db, SqlValue } from './database.js';
import { FULLTEXT_LOGICAL, FULLTEXT_SCHEMA, indexText, unindexText } from './fulltext.js';
import { countIn, countOut, PLACE_COUNTS_LOGICAL, PLACE_COUNTS_SCHEMA } from './place-counts.js';
import { orderKey, type FoldEvent, type Projection } from './projection.js';
import { storyWeight } from './story-weight.js';

type Metadata = Record<string, unknown>;

interface StoredRow {
  num: number;
  realm: string;
  domain: string;
  content: string;
  metadata: string;
  living: number;
}

const STORED = `SELECT num, realm, domain, content, metadata, living FROM entities
  WHERE stream = ?`;

/** SHA-256 of the content, by which an equal text is found. */
export function contentHash(content: string): Buffer {
  return createHash('sha256').update(content).digest();
}

/** The memory of that row is seen from now on: found by its words, counted in its place. */
function show(db: Db, num: number, row: Pick<StoredRow, 'realm' | 'domain' | 'content'>): void {
  indexText(db, num, row.content);
  countIn(db, row);
}

function hide(db: Db, row: StoredRow): void {
  if (row.living !== 1) return;
  unindexText(db, row.num);
  countOut(db, row);
}

type Added = EventDataOf<'EntityAdded'>;
type Recorded = EventDataOf<'RecordWritten'>;

/** Who wrote it, where it is a record or a layer entry. */
interface Writing {
  readonly agent: string;
  readonly kind: string;
  readonly layer: number;
}

const NO_WRITING: Writing = { agent: '', kind: '', layer: 0 };

/** A record is a memory whose metadata say who wrote it, and about what. */
function metadataOfRecord({ metadata, agent, topic, kind, layer, date }: Recorded): Metadata {
  return {
    ...metadata,
    agent,
    topic,
    type: kind,
    layer: kind === 'record' ? `L${String(layer)}` : layer,
    ...(date !== undefined && { date }),
  };
}

function added(
  db: Db,
  event: Omit<FoldEvent, 'data'> & { readonly data: Omit<Added, 'origin' | 'metadata'> },
  more: { readonly metadata: Metadata; readonly writing: Writing },
): void {
  const { stream, data, commit } = event;
  const { agent, kind, layer } = more.writing;
  const row = db.get<StoredRow>(STORED, stream);
  if (row?.living === 1 && row.content === data.content) return;
  const createdMs = data.created_at ?? commit.wall;
  const updatedMs = data.updated_at ?? commit.wall;
  const values: SqlValue[] = [
    data.entity_id,
    data.realm,
    data.domain,
    data.content,
    JSON.stringify(more.metadata),
    data.source_file ?? '',
    updatedMs,
    contentHash(data.content),
    agent,
    kind,
    layer,
    storyWeight(more.metadata, data.content),
  ];
  if (row) {
    hide(db, row);
    db.run(
      `UPDATE entities SET id = ?, realm = ?, domain = ?, content = ?, metadata = ?,
         source_file = ?, updated_ms = ?, content_hash = ?, agent = ?, kind = ?, layer = ?,
         weight = ?, living = 1 WHERE num = ?`,
      ...values,
      row.num,
    );
    show(db, row.num, data);
    return;
  }
  const { rowid } = db.run(
    `INSERT INTO entities (id, realm, domain, content, metadata, source_file, updated_ms,
       content_hash, agent, kind, layer, weight, living, stream, created_ms, added)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
    ...values,
    stream,
    createdMs,
    orderKey(event),
  );
  show(db, rowid, data);
}

/** RFC 7396 at the top level: null takes a key away. */
function mergePatch(metadata: Metadata, patch: Metadata): Metadata {
  const merged = { ...metadata };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = value;
  }
  return merged;
}

function revised(db: Db, event: FoldEvent<EventDataOf<'EntityRevised'>>): void {
  const { stream, data, commit } = event;
  const row = db.get<StoredRow>(STORED, stream);
  if (!row) return;
  const content = data.content ?? row.content;
  const metadata = mergePatch(JSON.parse(row.metadata) as Metadata, data.metadata ?? {});
  db.run(
    `UPDATE entities SET content = ?, metadata = ?, updated_ms = ?, content_hash = ?, weight = ?
     WHERE num = ?`,
    content,
    JSON.stringify(metadata),
    commit.wall,
    contentHash(content),
    storyWeight(metadata, content),
    row.num,
  );
  if (row.living === 1 && content !== row.content) {
    unindexText(db, row.num);
    indexText(db, row.num, content);
  }
}

export const entities: Projection = {
  name: 'entities',
  version: 4,
  schema: `
    CREATE TABLE entities (
      num INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      stream TEXT NOT NULL UNIQUE,
      realm TEXT NOT NULL,
      domain TEXT NOT NULL,
      source_file TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      content_hash BLOB NOT NULL,
      living INTEGER NOT NULL,
      added BLOB NOT NULL,
      -- Of a record or layer entry: its writer, which of both it is, its layer; '' and 0 otherwise.
      agent TEXT NOT NULL,
      kind TEXT NOT NULL,
      layer INTEGER NOT NULL,
      -- How much it matters to the story of a wake-up; NULL where it is no part of it.
      weight REAL,
      -- Long ones last: what lies behind them costs a walk along their pages.
      metadata TEXT NOT NULL,
      content TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entities_id ON entities (id);
    CREATE INDEX entities_place ON entities (realm, domain, created_ms, added) WHERE living = 1;
    CREATE INDEX entities_realm ON entities (realm, created_ms, added) WHERE living = 1;
    CREATE INDEX entities_newest ON entities (created_ms, added) WHERE living = 1;
    CREATE INDEX entities_content ON entities (content_hash) WHERE living = 1;
    CREATE INDEX entities_source ON entities (source_file) WHERE living = 1 AND source_file <> '';
    CREATE INDEX entities_agent ON entities (agent, kind, created_ms, added, layer, realm)
      WHERE living = 1 AND agent <> '';
    CREATE INDEX entities_story ON entities (weight, created_ms, added, realm)
      WHERE living = 1 AND weight IS NOT NULL;
    ${PLACE_COUNTS_SCHEMA}
    ${FULLTEXT_SCHEMA}`,
  apply: {
    EntityAdded(db, event) {
      added(db, event, { metadata: event.data.metadata ?? {}, writing: NO_WRITING });
    },
    RecordWritten(db, event) {
      const { agent_key: agent, kind, layer } = event.data;
      const metadata = metadataOfRecord(event.data);
      added(db, event, { metadata, writing: { agent, kind, layer } });
    },
    EntityRevised: revised,
    EntityMoved(db, { stream, data, commit }) {
      const row = db.get<StoredRow>(STORED, stream);
      if (!row) return;
      db.run(
        'UPDATE entities SET realm = ?, domain = ?, updated_ms = ? WHERE num = ?',
        data.realm,
        data.domain,
        commit.wall,
        row.num,
      );
      if (row.living !== 1) return;
      countOut(db, row);
      countIn(db, data);
    },
    EntityDeleted(db, { stream }) {
      const row = db.get<StoredRow>(STORED, stream);
      if (row?.living !== 1) return;
      hide(db, row);
      db.run('UPDATE entities SET living = 0 WHERE num = ?', row.num);
    },
    EntityRestored(db, { stream }) {
      const row = db.get<StoredRow>(STORED, stream);
      if (row?.living !== 0) return;
      db.run('UPDATE entities SET living = 1 WHERE num = ?', row.num);
      show(db, row.num, row);
    },
  },
  forget(db, stream) {
    if (!stream.startsWith('entity:')) return;
    const row = db.get<StoredRow>(STORED, stream);
    if (!row) return;
    hide(db, row);
    db.run('DELETE FROM entities WHERE num = ?', row.num);
  },
  logical: {
    entities: `SELECT stream, id, realm, domain, content, metadata, source_file, created_ms,
        updated_ms, hex(content_hash), living, hex(added), agent, kind, layer, weight
      FROM entities ORDER BY stream`,
    ...PLACE_COUNTS_LOGICAL,
    ...FULLTEXT_LOGICAL,
  },
};
