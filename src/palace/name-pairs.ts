/** Two names that memories of one realm mention together: how often, where and since when. */
import { countDown, countUp, within, type Counts } from './counts.js';
import type { Tagged } from './tagged.js';

export interface Pair {
  readonly realm: string;
  /** Sorts before `b`. */
  readonly a: string;
  readonly b: string;
  /** How many memories mention both. */
  readonly count: number;
  /** How many of them are in each domain. */
  readonly domains: ReadonlyMap<string, number>;
  /** When the first and the newest of them were made. */
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Counted extends Pair {
  count: number;
  readonly domains: Counts<string>;
  firstMs: number;
  lastMs: number;
}

type ByNames = Map<string, Map<string, Counted>>;

export class NamePairs {
  /** By realm, first and second name. */
  readonly #realms = new Map<string, ByNames>();
  /** Of which the first or the newest memory is gone: their times are to be found anew. */
  readonly #gaps = new Set<Counted>();
  readonly #all: () => Iterable<Tagged>;
  #version = 0;

  /** @param all every memory that was added and not removed */
  constructor(all: () => Iterable<Tagged>) {
    this.#all = all;
  }

  /** Rises whenever something changes. */
  get version(): number {
    return this.#version;
  }

  add(memory: Tagged): void {
    const { realm, domain, names, createdMs } = memory;
    if (names.length < 2) return;
    this.#version += 1;
    const ofRealm = within(this.#realms, realm, (): ByNames => new Map());
    for (const [a, b] of pairsOf(names)) {
      const ofFirst = within(ofRealm, a, () => new Map<string, Counted>());
      const pair = within(ofFirst, b, () => newPair(realm, a, b));
      pair.count += 1;
      countUp(pair.domains, domain);
      widen(pair, createdMs);
    }
  }

  remove({ realm, domain, names, createdMs }: Tagged): void {
    if (names.length < 2) return;
    this.#version += 1;
    for (const [a, b] of pairsOf(names)) {
      const ofFirst = this.#realms.get(realm)?.get(a);
      const pair = ofFirst?.get(b);
      if (!pair) continue;
      pair.count -= 1;
      countDown(pair.domains, domain);
      if (pair.count === 0) {
        ofFirst?.delete(b);
        this.#gaps.delete(pair);
      } else if (createdMs === pair.firstMs || createdMs === pair.lastMs) this.#gaps.add(pair);
    }
  }

  /** Of one realm, or of all; in no order. */
  *pairs(realm?: string): Generator<Pair> {
    this.#findTimes();
    const realms = realm === undefined ? [...this.#realms.values()] : [this.#realms.get(realm)];
    for (const byNames of realms) {
      for (const ofFirst of byNames?.values() ?? []) yield* ofFirst.values();
    }
  }

  #findTimes(): void {
    if (this.#gaps.size === 0) return;
    const realms = new Set<string>();
    for (const pair of this.#gaps) {
      realms.add(pair.realm);
      pair.firstMs = Infinity;
      pair.lastMs = -Infinity;
    }
    for (const { realm, names, createdMs } of this.#all()) {
      if (!realms.has(realm)) continue;
      for (const [a, b] of pairsOf(names)) {
        const pair = this.#realms.get(realm)?.get(a)?.get(b);
        if (pair && this.#gaps.has(pair)) widen(pair, createdMs);
      }
    }
    this.#gaps.clear();
  }
}

function* pairsOf(names: readonly string[]): Generator<readonly [string, string]> {
  for (const [at, a] of names.entries()) {
    for (let other = at + 1; other < names.length; other += 1) yield [a, names[other] ?? ''];
  }
}

const newPair = (realm: string, a: string, b: string): Counted => {
  return { realm, a, b, count: 0, domains: new Map(), firstMs: Infinity, lastMs: -Infinity };
};

function widen(pair: Counted, createdMs: number): void {
  pair.firstMs = Math.min(pair.firstMs, createdMs);
  pair.lastMs = Math.max(pair.lastMs, createdMs);
}
