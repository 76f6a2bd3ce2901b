/**
 * Vectors that were looked at lately, by label: what is asked of a few thousand passages without
 * holding all vectors in memory. Exact; each vector is read from the cache once.
 */
import type { Db } from '../database.js';
import type { EmbeddingCache } from './embedding-cache.js';
import { ExactVectors } from './exact-vectors.js';
import type { Neighbour } from './nearest.js';
import type { PassageName } from './passage-rows.js';

/** Some 1.5 KB each. */
const VECTORS_KEPT = 20_000;

export class VectorMemory {
  readonly #cache: EmbeddingCache;
  #generation = '';
  #vectors = new ExactVectors();
  /** Labels of passages in which the embedder found nothing. */
  readonly #empty = new Set<number>();

  constructor(cache: EmbeddingCache) {
    this.#cache = cache;
  }

  /** Labels stand for the same passages as long as the generation of views lives. */
  enter(generation: string): void {
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#forget();
  }

  #forget(): void {
    this.#vectors = new ExactVectors();
    this.#empty.clear();
  }

  /** The nearest of those passages that have a vector, nearest first; ties by label. */
  nearest(
    db: Db,
    query: Float32Array,
    among: { readonly labels: readonly number[]; readonly count: number },
  ): Neighbour[] {
    const { labels, count } = among;
    this.#take(db, labels);
    return this.#vectors.search(query, count, { labels });
  }

  /** The cosines of the query with passages, undefined for one that has no vector (yet). */
  cosines(db: Db, query: Float32Array, labels: readonly number[]): (number | undefined)[] {
    this.#take(db, labels);
    return labels.map((label) => this.#vectors.cosine(query, label));
  }

  #take(db: Db, labels: readonly number[]): void {
    const missing = this.#missing(labels);
    if (missing.length === 0) return;
    if (this.#vectors.size + missing.length > VECTORS_KEPT) this.#forget();
    const wanted = this.#vectors.size === 0 ? this.#missing(labels) : missing;
    const rows = db.all<PassageName>(
      `SELECT label, text_hash AS textHash FROM passages
       WHERE label IN (SELECT value FROM json_each(?))`,
      JSON.stringify(wanted),
    );
    for (const { label, textHash } of rows) {
      const vector = this.#cache.get(textHash);
      if (vector instanceof Float32Array) this.#vectors.add(label, vector);
      else if (vector === 'empty') this.#empty.add(label);
    }
  }

  #missing(labels: readonly number[]): number[] {
    return labels.filter((label) => !this.#vectors.has(label) && !this.#empty.has(label));
  }
}
