/** Passages and their vectors, made up: what an index of passages is built from and asked of. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { nodeFiles, type Files } from '../../events/index.js';
import { Db, EmbeddingCache, PassageIndex, type Neighbour } from '../../projections/index.js';
import { temporaryFolder } from './temporary-folder.js';

const DIMENSION = 384;
const SPACE = 'made-up';
const TABLES = `
CREATE TABLE passages (label INTEGER PRIMARY KEY, entity INTEGER, text_hash BLOB) STRICT;
CREATE INDEX passages_entity ON passages (entity);
CREATE TABLE entities (num INTEGER PRIMARY KEY, living INTEGER, realm TEXT, domain TEXT) STRICT;
CREATE INDEX entities_place ON entities (realm, living);`;

/** Numbers in [0, 1) that only the seed decides. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function unit(raw: Float32Array): Float32Array {
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

/** The sum of vectors, each taken so many times, as a unit vector. */
export function mixed(...parts: readonly (readonly [number, Float32Array])[]): Float32Array {
  const raw = new Float32Array(DIMENSION);
  for (const [share, vector] of parts) {
    for (let at = 0; at < DIMENSION; at += 1) raw[at] = (raw[at] ?? 0) + share * (vector[at] ?? 0);
  }
  return unit(raw);
}

export function randomVector(random: () => number): Float32Array {
  return unit(Float32Array.from({ length: DIMENSION }, () => random() + random() - 1));
}

interface IndexOptions {
  readonly exactMax?: number;
  readonly signsMax?: number;
  readonly files?: Files;
  readonly folder?: string;
  readonly space?: string;
}

export class VectorSpace {
  readonly folder = temporaryFolder();
  readonly vectors = join(this.folder, 'vectors');
  readonly cache = EmbeddingCache.open(join(this.folder, 'embeddings.db'), SPACE);
  /** How often an index that was opened here told of damage. */
  damages = 0;
  generation = '1-0123abcd';
  readonly #writer = new Db(join(this.folder, 'views.db'), { create: true });
  readonly #reader: Db;
  #last = 0;

  constructor() {
    this.#writer.exec(TABLES);
    this.#reader = new Db(join(this.folder, 'views.db'), { readonly: true });
  }

  /** Adds a memory of one passage for each vector. @returns their labels. */
  add(vectors: readonly Float32Array[], realm: string | ((at: number) => string) = ''): number[] {
    const first = this.#last + 1;
    const rows = vectors.map((vector, at) => {
      const label = first + at;
      const place = typeof realm === 'string' ? realm : realm(at);
      const textHash = Buffer.from(String(label));
      return { label, place, textHash, stream: `entity:${String(label)}`, vector };
    });
    this.#writer.transaction(() => {
      for (const { label, place, textHash } of rows) {
        this.#writer.run('INSERT INTO entities VALUES (?, 1, ?, ?)', label, place, '');
        this.#writer.run('INSERT INTO passages VALUES (?, ?, ?)', label, label, textHash);
      }
    });
    this.#last += vectors.length;
    this.cache.put(rows, { generation: this.generation, label: this.#last });
    return rows.map(({ label }) => label);
  }

  /** Takes passages away, with their memories. */
  forget(labels: readonly number[]): void {
    this.#writer.transaction(() => {
      for (const label of labels) {
        this.#writer.run('DELETE FROM entities WHERE num = ?', label);
        this.#writer.run('DELETE FROM passages WHERE label = ?', label);
      }
    });
  }

  /** An index as another process would open it. */
  open(options: IndexOptions = {}): OpenIndex {
    const index = new PassageIndex({
      files: nodeFiles,
      folder: this.vectors,
      space: SPACE,
      cache: this.cache,
      onDamaged: () => (this.damages += 1),
      ...options,
    });
    onTestFinished(() => {
      index.close();
    });
    return new OpenIndex(index, this.#reader, () => this.generation);
  }

  /** The names of the files on disk. */
  files(): string[] {
    return nodeFiles.stat(this.vectors) ? readdirSync(this.vectors).sort() : [];
  }
}

export class OpenIndex {
  readonly index: PassageIndex;
  readonly #db: Db;
  readonly #generation: () => string;

  constructor(index: PassageIndex, db: Db, generation: () => string) {
    this.index = index;
    this.#db = db;
    this.#generation = generation;
  }

  nearest(query: Float32Array, count: number, realm?: string): Neighbour[] {
    this.index.refresh(this.#db, this.#generation());
    return this.index.search(this.#db, query, { count, place: { realm } });
  }

  labels(query: Float32Array, count: number, realm?: string): number[] {
    return this.nearest(query, count, realm).map(({ label }) => label);
  }

  cosines(query: Float32Array, labels: readonly number[]): (number | undefined)[] {
    this.index.refresh(this.#db, this.#generation());
    return this.index.cosines(this.#db, query, labels);
  }

  /** As whoever holds the lock does it. @returns false when a file turned out damaged. */
  async save({ isAnew = false, pause = (): void => undefined } = {}): Promise<boolean> {
    this.index.refresh(this.#db, this.#generation());
    let after: number | undefined = isAnew || this.index.wantsSnapshot ? 0 : undefined;
    while (after !== undefined) {
      after = this.index.forgetGone(this.#db, this.#generation(), after);
    }
    return this.index.writeSnapshot(async () => Promise.resolve(pause()), { isAnew });
  }
}
