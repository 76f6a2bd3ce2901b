/**
 * cache/embeddings.db: the vector of each passage's text, by embedding space. It outlives
 * generations of views, so that a rebuild or a switch back runs no model again; deleting it costs
 * time, never memory.
 *
 * Rows name the stream they came from: what is erased can be found here by it.
 */
import { AltError, explained, type Files } from '../../events/index.js';
import { rewrite } from '../compact.js';
import { Db, isDamagedDatabase } from '../database.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS spaces (space INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS vectors (
  space INTEGER NOT NULL,
  text_hash BLOB NOT NULL,
  stream TEXT NOT NULL,
  vector BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS vectors_text ON vectors (space, text_hash);
CREATE TABLE IF NOT EXISTS marks (
  space INTEGER NOT NULL,
  generation TEXT NOT NULL,
  label INTEGER NOT NULL,
  PRIMARY KEY (space, generation)
) STRICT, WITHOUT ROWID;`;

const VECTOR_BYTES = 384 * 4;

/** The vectors of one space in the cache. */
export class EmbeddingCache {
  readonly #db: Db;
  readonly #space: number;

  private constructor(db: Db, spaceId: string) {
    this.#db = db;
    this.#db.transaction(() => {
      this.#db.exec(SCHEMA);
      this.#db.run('INSERT OR IGNORE INTO spaces (name) VALUES (?)', spaceId);
    });
    const row = this.#db.get<{ space: number }>('SELECT space FROM spaces WHERE name = ?', spaceId);
    this.#space = row?.space ?? 0;
  }

  /** @throws {AltError} CACHE_DAMAGED for one that SQLite cannot read: discard it and open anew. */
  static open(path: string, spaceId: string): EmbeddingCache {
    return guarded(() => EmbeddingCache.#tryOpen(path, spaceId));
  }

  static #tryOpen(path: string, spaceId: string): EmbeddingCache {
    const db = new Db(path, { create: true });
    try {
      return new EmbeddingCache(db, spaceId);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Removes the cache's files: costs time, never memory. */
  static discard(files: Files, path: string): void {
    for (const suffix of ['', '-wal', '-shm', '-journal']) files.remove(`${path}${suffix}`);
  }

  /**
   * Takes out every vector of a text that is not among the needed ones, in all spaces, and what is
   * left of it in the file. Other generations are embedded anew. Only while nobody embeds.
   *
   * @returns false when somebody who reads keeps old pages of it.
   * @throws {AltError} CACHE_DAMAGED
   */
  static prune(path: string, keep: Kept): boolean {
    return guarded(() => {
      const db = new Db(path);
      try {
        db.exec('CREATE TEMP TABLE needed (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID');
        db.transaction(() => {
          for (const { hash } of keep.texts) {
            db.run('INSERT OR IGNORE INTO needed VALUES (?)', hash);
          }
          db.run('DELETE FROM vectors WHERE text_hash NOT IN (SELECT hash FROM needed)');
          db.run('DELETE FROM marks WHERE generation <> ?', keep.generation);
        });
        return rewrite(db);
      } finally {
        db.close();
      }
    });
  }

  /** The vector of a text, `'empty'` for a text that has none, undefined when not embedded yet. */
  get(textHash: Uint8Array): Float32Array | 'empty' | undefined {
    const sql = 'SELECT vector FROM vectors WHERE space = ? AND text_hash = ?';
    const row = this.#guarded(() => {
      return this.#db.get<{ vector: Buffer }>(sql, this.#space, textHash);
    });
    if (!row) return undefined;
    return row.vector.length === VECTOR_BYTES ? toFloats(row.vector) : 'empty';
  }

  has(textHash: Uint8Array): boolean {
    const sql = 'SELECT 1 FROM vectors WHERE space = ? AND text_hash = ?';
    return this.#guarded(() => this.#db.get(sql, this.#space, textHash)) !== undefined;
  }

  /** How many texts have no vector because the embedder found nothing in them. */
  emptyCount(): number {
    const sql = 'SELECT count(*) AS count FROM vectors WHERE space = ? AND length(vector) = 0';
    return this.#guarded(() => this.#db.get<{ count: number }>(sql, this.#space)?.count ?? 0);
  }

  /** Stores vectors and moves the mark: every passage up to that label is embedded. */
  put(rows: readonly CachedVector[], mark: Mark): void {
    this.#guarded(() => {
      this.#db.transaction(() => {
        for (const row of rows) this.#insert(row);
        const { generation, label } = mark;
        const sql = 'INSERT OR REPLACE INTO marks VALUES (?, ?, ?)';
        this.#db.run(sql, this.#space, generation, label);
      });
    });
  }

  #insert({ textHash, stream, vector }: CachedVector): void {
    const bytes = vector
      ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
      : Buffer.alloc(0);
    const sql = 'INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?)';
    this.#db.run(sql, this.#space, textHash, stream, bytes);
  }

  /** The label up to which every passage of that generation of views is embedded; 0 for none. */
  mark(generation: string): number {
    const sql = 'SELECT label FROM marks WHERE space = ? AND generation = ?';
    return this.#guarded(() => {
      return this.#db.get<{ label: number }>(sql, this.#space, generation)?.label ?? 0;
    });
  }

  #guarded<Result>(work: () => Result): Result {
    return guarded(work, this.#db);
  }

  close(): void {
    this.#db.close();
  }
}

/**
 * Damage of the cache must not be taken for damage of the views, and a cache that was closed under
 * the hands of a call is as good as damaged: the call is begun anew.
 */
function guarded<Result>(work: () => Result, db?: Db): Result {
  try {
    return work();
  } catch (error) {
    if (isDamagedDatabase(error) || db?.isOpen === false) {
      throw new AltError('CACHE_DAMAGED', 'The embedding cache is unreadable.', { cause: error });
    }
    throw explained(error, 'The embedding cache');
  }
}

/** How far the passages of one generation of views are embedded. */
export interface Mark {
  readonly generation: string;
  readonly label: number;
}

/** What stays in the cache. */
interface Kept {
  readonly texts: Iterable<{ readonly hash: Uint8Array }>;
  readonly generation: string;
}

export interface CachedVector {
  readonly textHash: Uint8Array;
  readonly stream: string;
  /** Undefined for a text in which the embedder found nothing. */
  readonly vector: Float32Array | undefined;
}

function toFloats(bytes: Buffer): Float32Array {
  // A copy: SQLite's buffer need not be aligned to four bytes.
  const copy = new Uint8Array(bytes);
  return new Float32Array(copy.buffer);
}
