/** What a search by vectors finds, and the best of many of them. */

export interface Neighbour {
  readonly label: number;
  /** In [-1, 1]. */
  readonly cosine: number;
}

/** Keeps the best of many: a sorted list that is short. */
export class Nearest {
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

/** The nearest of them, nearest first; ties by label. */
export function nearestOf(neighbours: Neighbour[], count: number): Neighbour[] {
  return neighbours.sort(byNearness).slice(0, count);
}

function byNearness(a: Neighbour, b: Neighbour): number {
  return b.cosine - a.cosine || a.label - b.label;
}
