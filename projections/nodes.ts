/**
 * The cross-reference index: per source the lines that were built last, in packs. A pack is found
 * by the words of its topics and names; the index keeps terms, the table keeps the text.
 */
import type { Db, SqlValue } from './database.js';
import type { Place } from './entity-queries.js';
import { orderKey, type Projection } from './projection.js';
import { nodeTerms, packNodeLines } from './text/node-lines.js';

function forgetNodes(db: Db, stream: string): void {
  const rows = db.all<{ num: number }>('SELECT num FROM nodes WHERE stream = ?', stream);
  for (const { num } of rows) db.run('DELETE FROM node_terms WHERE rowid = ?', num);
  db.run('DELETE FROM nodes WHERE stream = ?', stream);
  db.run('DELETE FROM node_sources WHERE stream = ?', stream);
}

export const nodes: Projection = {
  name: 'nodes',
  version: 1,
  schema: `
    CREATE TABLE node_sources (
      stream TEXT PRIMARY KEY,
      source_file TEXT NOT NULL,
      realm TEXT NOT NULL,
      domain TEXT NOT NULL,
      generated_by TEXT,
      date TEXT,
      normalize_version INTEGER NOT NULL,
      built_ms INTEGER NOT NULL,
      built BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX node_sources_file ON node_sources (source_file);
    CREATE INDEX node_sources_place ON node_sources (realm, domain);
    CREATE TABLE nodes (
      num INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      content TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX nodes_stream ON nodes (stream, ordinal);
    CREATE VIRTUAL TABLE node_terms USING fts5 (
      terms, content = '', contentless_delete = 1,
      tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
    );
    CREATE VIRTUAL TABLE node_vocabulary USING fts5vocab (node_terms, row);`,
  apply: {
    NodesBuilt(db, { stream, data, commit, seq }) {
      forgetNodes(db, stream);
      db.run(
        'INSERT INTO node_sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        stream,
        data.source_file,
        data.realm,
        data.domain,
        data.generated_by ?? null,
        data.date ?? null,
        data.normalize_version,
        commit.wall,
        orderKey({ commit, seq }),
      );
      for (const [ordinal, content] of packNodeLines(data.lines).entries()) {
        const { rowid } = db.run(
          'INSERT INTO nodes (stream, ordinal, content) VALUES (?, ?, ?)',
          stream,
          ordinal,
          content,
        );
        const text = nodeTerms(content).join(' ');
        db.run('INSERT INTO node_terms (rowid, terms) VALUES (?, ?)', rowid, text);
      }
    },
    NodesPurged(db, { stream }) {
      forgetNodes(db, stream);
    },
  },
  forget(db, stream) {
    if (stream.startsWith('source:')) forgetNodes(db, stream);
  },
  logical: {
    node_sources: `SELECT stream, source_file, realm, domain, generated_by, date,
        normalize_version, built_ms, hex(built) FROM node_sources ORDER BY stream`,
    nodes: 'SELECT stream, ordinal, content FROM nodes ORDER BY stream, ordinal',
    node_vocabulary: 'SELECT term, doc, cnt FROM node_vocabulary ORDER BY term',
  },
};

/** A source that has nodes. */
export interface NodeSourceRow {
  readonly stream: string;
  readonly sourceFile: string;
  readonly realm: string;
  readonly domain: string;
  readonly generatedBy: string | null;
  readonly date: string | null;
  readonly normalizeVersion: number;
  readonly builtMs: number;
}

const SOURCE = `SELECT stream, source_file AS sourceFile, realm, domain,
    generated_by AS generatedBy, date, normalize_version AS normalizeVersion, built_ms AS builtMs
  FROM node_sources`;
/** Of equals, by name, the one that was built first: no order of arrival shows. */
const SOURCE_ORDER = 'ORDER BY realm, domain, source_file, built, stream';

/** The sources with nodes, of one file or of all. */
export function nodeSources(db: Db, sourceFile?: string): NodeSourceRow[] {
  if (sourceFile === undefined) return db.all<NodeSourceRow>(`${SOURCE} ${SOURCE_ORDER}`);
  return db.all<NodeSourceRow>(`${SOURCE} WHERE source_file = ? ${SOURCE_ORDER}`, sourceFile);
}

/** The packs of a source, in order. */
export function nodePacks(db: Db, stream: string): string[] {
  const sql = 'SELECT content FROM nodes WHERE stream = ? ORDER BY ordinal';
  return db.all<{ content: string }>(sql, stream).map(({ content }) => content);
}

export function countNodes(db: Db): number {
  return db.get<{ count: number }>('SELECT count(*) AS count FROM nodes')?.count ?? 0;
}

/** In how many packs a term stands. */
export function nodeFrequency(db: Db, term: string): number {
  const sql = 'SELECT doc FROM node_vocabulary WHERE term = ?';
  return db.get<{ doc: number }>(sql, term)?.doc ?? 0;
}

export interface NodeMatch {
  readonly sourceFile: string;
  /** The row of its best pack. */
  readonly num: number;
}

/** The packs that hold any of the terms, best BM25 first, of each source file the best. */
export function nodesWithTerms(db: Db, terms: readonly string[], place: Place): NodeMatch[] {
  if (terms.length === 0) return [];
  const { where, values } = conditionOf(place);
  const rows = db.all<{ num: number; sourceFile: string }>(
    `SELECT num, source_file AS sourceFile FROM node_terms
     JOIN nodes ON num = node_terms.rowid JOIN node_sources USING (stream)
     WHERE node_terms MATCH ? ${where}
     ORDER BY bm25(node_terms), source_file, stream, ordinal`,
    terms.map((term) => `"${term}"`).join(' OR '),
    ...values,
  );
  const best = new Map<string, number>();
  for (const { num, sourceFile } of rows) if (!best.has(sourceFile)) best.set(sourceFile, num);
  return [...best].map(([sourceFile, num]) => ({ sourceFile, num }));
}

/** The text of the pack in that row. */
export function nodeContent(db: Db, num: number): string {
  return db.get<{ content: string }>('SELECT content FROM nodes WHERE num = ?', num)?.content ?? '';
}

function conditionOf(place: Place): { where: string; values: SqlValue[] } {
  const given = (['realm', 'domain'] as const).filter((column) => place[column] !== undefined);
  return {
    where: given.map((column) => `AND node_sources.${column} = ?`).join(' '),
    values: given.map((column) => place[column] ?? ''),
  };
}
