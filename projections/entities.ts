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
import { orderKey, type FoldEvent, type Projection } from './projection.js';

type Metadata = Record<string, unknown>;

interface StoredRow {
  num: number;
  content: string;
  metadata: string;
  living: number;
}

const STORED = 'SELECT num, content, metadata, living FROM entities WHERE stream = ?';

/** SHA-256 of the content, by which an equal text is found. */
export function contentHash(content: string): Buffer {
  return createHash('sha256').update(content).digest();
}

function setLiving(db: Db, row: { readonly num: number; readonly content: string }): void {
  db.run('UPDATE entities SET living = 1 WHERE num = ?', row.num);
  indexText(db, row.num, row.content);
}

function added(db: Db, event: FoldEvent<EventDataOf<'EntityAdded'>>): void {
  const { stream, data, commit } = event;
  const row = db.get<StoredRow>(STORED, stream);
  if (row?.living === 1 && row.content === data.content) return;
  const createdMs = data.created_at ?? commit.wall;
  const updatedMs = data.updated_at ?? commit.wall;
  const values: SqlValue[] = [
    data.entity_id,
    data.realm,
    data.domain,
    data.content,
    JSON.stringify(data.metadata ?? {}),
    data.source_file ?? '',
    updatedMs,
    contentHash(data.content),
  ];
  if (row) {
    if (row.living === 1) unindexText(db, row.num);
    db.run(
      `UPDATE entities SET id = ?, realm = ?, domain = ?, content = ?, metadata = ?,
         source_file = ?, updated_ms = ?, content_hash = ?, living = 1 WHERE num = ?`,
      ...values,
      row.num,
    );
    indexText(db, row.num, data.content);
    return;
  }
  const { rowid } = db.run(
    `INSERT INTO entities (id, realm, domain, content, metadata, source_file, updated_ms,
       content_hash, living, stream, created_ms, added)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
    ...values,
    stream,
    createdMs,
    orderKey(event),
  );
  indexText(db, rowid, data.content);
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
    `UPDATE entities SET content = ?, metadata = ?, updated_ms = ?, content_hash = ?
     WHERE num = ?`,
    content,
    JSON.stringify(metadata),
    commit.wall,
    contentHash(content),
    row.num,
  );
  if (row.living === 1 && content !== row.content) {
    unindexText(db, row.num);
    indexText(db, row.num, content);
  }
}

export const entities: Projection = {
  name: 'entities',
  version: 2,
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
      -- Long ones last: what lies behind them costs a walk along their pages.
      metadata TEXT NOT NULL,
      content TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entities_id ON entities (id);
    CREATE INDEX entities_place ON entities (realm, domain, created_ms, added) WHERE living = 1;
    CREATE INDEX entities_newest ON entities (created_ms, added) WHERE living = 1;
    CREATE INDEX entities_content ON entities (content_hash) WHERE living = 1;
    CREATE INDEX entities_source ON entities (source_file) WHERE living = 1 AND source_file <> '';
    ${FULLTEXT_SCHEMA}`,
  apply: {
    EntityAdded: added,
    EntityRevised: revised,
    EntityMoved(db, { stream, data, commit }) {
      db.run(
        'UPDATE entities SET realm = ?, domain = ?, updated_ms = ? WHERE stream = ?',
        data.realm,
        data.domain,
        commit.wall,
        stream,
      );
    },
    EntityDeleted(db, { stream }) {
      const row = db.get<StoredRow>(STORED, stream);
      if (row?.living !== 1) return;
      unindexText(db, row.num);
      db.run('UPDATE entities SET living = 0 WHERE num = ?', row.num);
    },
    EntityRestored(db, { stream }) {
      const row = db.get<StoredRow>(STORED, stream);
      if (row?.living === 0) setLiving(db, row);
    },
  },
  forget(db, stream) {
    if (!stream.startsWith('entity:')) return;
    const row = db.get<StoredRow>(STORED, stream);
    if (!row) return;
    if (row.living === 1) unindexText(db, row.num);
    db.run('DELETE FROM entities WHERE num = ?', row.num);
  },
  logical: {
    entities: `SELECT stream, id, realm, domain, content, metadata, source_file, created_ms,
        updated_ms, hex(content_hash), living, hex(added) FROM entities ORDER BY stream`,
    ...FULLTEXT_LOGICAL,
  },
};
