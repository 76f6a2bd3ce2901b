/** Vectors in memory, searched one by one: exact, and the fastest way while they are few. */

const DIMENSION = 384;
const ROWS_AT_FIRST = 256;

export interface Neighbour {
  readonly label: number;
  /** In [-1, 1]. */
  readonly cosine: number;
}

/** Dot product of a query with the row that starts at `offset`. Both have length 1. */
function dot(query: Float32Array, rows: Float32Array, offset: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  // Four sums at once: the processor need not wait for one addition to start the next.
  for (let index = 0; index < DIMENSION; index += 4) {
    const at = offset + index;
    a += (query[index] ?? 0) * (rows[at] ?? 0);
    b += (query[index + 1] ?? 0) * (rows[at + 1] ?? 0);
    c += (query[index + 2] ?? 0) * (rows[at + 2] ?? 0);
    d += (query[index + 3] ?? 0) * (rows[at + 3] ?? 0);
  }
  return a + b + c + d;
}

export class ExactVectors {
  #rows = new Float32Array(ROWS_AT_FIRST * DIMENSION);
  #labels: number[] = [];
  readonly #rowOf = new Map<number, number>();

  get size(): number {
    return this.#labels.length;
  }

  add(label: number, vector: Float32Array): void {
    const row = this.#rowOf.get(label) ?? this.#labels.length;
    if (row === this.#labels.length) {
      this.#labels.push(label);
      this.#rowOf.set(label, row);
      if ((row + 1) * DIMENSION > this.#rows.length) this.#grow();
    }
    this.#rows.set(vector, row * DIMENSION);
  }

  #grow(): void {
    const larger = new Float32Array(this.#rows.length * 2);
    larger.set(this.#rows);
    this.#rows = larger;
  }

  /** Takes a vector out; the last row moves into its place. */
  remove(label: number): void {
    const row = this.#rowOf.get(label);
    const last = this.#labels.length - 1;
    const moved = this.#labels[last];
    if (row === undefined || moved === undefined) return;
    this.#rows.copyWithin(row * DIMENSION, last * DIMENSION, (last + 1) * DIMENSION);
    this.#labels[row] = moved;
    this.#rowOf.set(moved, row);
    this.#rowOf.delete(label);
    this.#labels.pop();
  }

  has(label: number): boolean {
    return this.#rowOf.has(label);
  }

  labels(): readonly number[] {
    return this.#labels;
  }

  /** That label's vector, as a view that the next change may overwrite. */
  vector(label: number): Float32Array | undefined {
    const row = this.#rowOf.get(label);
    if (row === undefined) return undefined;
    return this.#rows.subarray(row * DIMENSION, (row + 1) * DIMENSION);
  }

  /** The cosine of the query with that label's vector, if it is here. */
  cosine(query: Float32Array, label: number): number | undefined {
    const row = this.#rowOf.get(label);
    return row === undefined ? undefined : dot(query, this.#rows, row * DIMENSION);
  }

  /** The `count` nearest of all, or of the given labels, nearest first; ties by label. */
  search(query: Float32Array, count: number, among?: Iterable<number>): Neighbour[] {
    const best = new Nearest(count);
    if (among === undefined) {
      for (const [row, label] of this.#labels.entries()) {
        best.offer(label, dot(query, this.#rows, row * DIMENSION));
      }
      return best.sorted();
    }
    for (const label of among) {
      const row = this.#rowOf.get(label);
      if (row !== undefined) best.offer(label, dot(query, this.#rows, row * DIMENSION));
    }
    return best.sorted();
  }
}

/** Keeps the best of many: a sorted list that is short. */
class Nearest {
  readonly #count: number;
  readonly #found: Neighbour[] = [];
  #worst = -Infinity;

  constructor(count: number) {
    this.#count = count;
  }

  offer(label: number, cosine: number): void {
    const isFull = this.#found.length >= this.#count;
    if (isFull && cosine < this.#worst) return;
    this.#found.push({ label, cosine });
    // Sorting now and then is cheaper than keeping order at each offer.
    if (this.#found.length >= this.#count * 2) this.#trim();
  }

  #trim(): void {
    this.#found.sort(byNearness);
    this.#found.length = Math.min(this.#found.length, this.#count);
    if (this.#found.length === this.#count) this.#worst = this.#found.at(-1)?.cosine ?? -Infinity;
  }

  sorted(): Neighbour[] {
    this.#trim();
    return this.#found;
  }
}

export function byNearness(a: Neighbour, b: Neighbour): number {
  return b.cosine - a.cosine || a.label - b.label;
}
