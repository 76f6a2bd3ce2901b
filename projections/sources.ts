/** What was mined: per source the newest state that was read, and its chunks in order. */
import type { Db } from './database.js';
import { orderKey, type Projection } from './projection.js';

export const sources: Projection = {
  name: 'sources',
  version: 2,
  schema: `
    CREATE TABLE sources (
      stream TEXT PRIMARY KEY,
      source_key TEXT NOT NULL,
      source_file TEXT NOT NULL,
      mode TEXT NOT NULL,
      realm TEXT NOT NULL,
      hash TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      mtime_ms INTEGER,
      normalize_version INTEGER NOT NULL,
      layout TEXT NOT NULL,
      mined BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sources_file ON sources (source_file);`,
  apply: {
    SourceMined(db, { stream, data, commit, seq }) {
      db.run(
        'INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        stream,
        data.source_key,
        data.source_file,
        data.mode,
        data.realm,
        data.hash,
        data.size_bytes,
        data.mtime_ms ?? null,
        data.normalize_version,
        JSON.stringify(data.layout),
        orderKey({ commit, seq }),
      );
    },
  },
  forget(db, stream) {
    if (stream.startsWith('source:')) db.run('DELETE FROM sources WHERE stream = ?', stream);
  },
  logical: {
    sources: `SELECT stream, source_key, source_file, mode, realm, hash, size_bytes, mtime_ms,
        normalize_version, layout, hex(mined) FROM sources ORDER BY stream`,
  },
};

export interface SourceRow {
  readonly sourceFile: string;
  readonly hash: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number | null;
  readonly normalizeVersion: number;
  /** [entity id, first line, last line] of every chunk, in the order of the source. */
  readonly layout: readonly [string, number, number][];
}

/** The streams of what was mined from a file, by stream. */
export function sourcesOfFile(
  db: Db,
  sourceFile: string,
): { readonly stream: string; readonly layout: SourceRow['layout'] }[] {
  const rows = db.all<{ stream: string; layout: string }>(
    'SELECT stream, layout FROM sources WHERE source_file = ? ORDER BY stream',
    sourceFile,
  );
  return rows.map(({ stream, layout }) => {
    return { stream, layout: JSON.parse(layout) as SourceRow['layout'] };
  });
}

export function sourceOfStream(db: Db, stream: string): SourceRow | undefined {
  const row = db.get<Omit<SourceRow, 'layout'> & { readonly layout: string }>(
    `SELECT source_file AS sourceFile, hash, size_bytes AS sizeBytes, mtime_ms AS mtimeMs,
       normalize_version AS normalizeVersion, layout FROM sources WHERE stream = ?`,
    stream,
  );
  return row && { ...row, layout: JSON.parse(row.layout) as SourceRow['layout'] };
}
