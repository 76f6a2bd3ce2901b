/**
 * Which names mean the same: aliases of terms and variants of people's names, as they are said now.
 * Of one name the latest word counts; chains are followed, and a circle means one of its names.
 */
import {
  factKey,
  knownKeys,
  knowsPeople,
  namesAround,
  namesInOrder,
  SimilarNames,
  type Db,
  type NameRow,
  type Roots,
} from '../../projections/index.js';

/** Variants of names and the names that are meant, as in config.json. */
export type PeopleMap = Readonly<Record<string, string>>;

/** One name that stands for another. */
type Edge = Omit<NameRow, 'setMs'> & { readonly setMs?: number };

export class Names {
  readonly #edges: ReadonlyMap<string, Edge>;
  readonly #roots = new Map<string, string>();
  readonly #members = new Map<string, string[]>();
  /** Those that are in use; one that no fact uses any more may stay. */
  #used: Set<string> | undefined;
  #similar: SimilarNames | undefined;

  /** Later ones count before earlier ones of the same key. */
  constructor(edges: readonly Edge[]) {
    this.#edges = new Map(edges.map((edge) => [edge.key, edge]));
    for (const key of this.#edges.keys()) this.#resolve(key);
  }

  /** The names of a dimension; `configured` counts where it was never told of people. */
  static of(db: Db, configured: PeopleMap = {}): Names {
    const own = namesInOrder(db);
    const entries = Object.entries(configured);
    if (entries.length === 0 || knowsPeople(db)) return new Names(own);
    const edges = entries.map(([name, canonical]) => {
      return { key: factKey(name), name, canonicalKey: factKey(canonical), canonical };
    });
    return new Names([...edges, ...own]);
  }

  #resolve(key: string): void {
    const path = [key];
    for (;;) {
      const next = this.#edges.get(path.at(-1) ?? '')?.canonicalKey;
      const circle = next === undefined ? -1 : path.indexOf(next);
      if (next !== undefined && circle < 0) {
        path.push(next);
        continue;
      }
      const inCircle = circle < 0 ? [path.at(-1) ?? key] : path.slice(circle);
      const root = inCircle.reduce((least, name) => (name < least ? name : least));
      for (const name of path) this.#join(name, root);
      return;
    }
  }

  #join(key: string, root: string): void {
    if (this.#roots.has(key)) return;
    this.#roots.set(key, root);
    const members = this.#members.get(root) ?? [];
    members.push(key);
    this.#members.set(root, members);
  }

  /** The key of the name that is meant. */
  root(key: string): string {
    return this.#roots.get(key) ?? key;
  }

  /** The keys of all names that mean the same as this one, itself among them. */
  keysOf(key: string): readonly string[] {
    return this.#members.get(this.root(key)) ?? [key];
  }

  /** Whether it is a name that stands for another, or one that another stands for. */
  has(key: string): boolean {
    return this.#roots.has(key);
  }

  /** What the name stands for, in one step. */
  edge(key: string): Edge | undefined {
    return this.#edges.get(key);
  }

  /** Names among which are all that differ from one of these in at most two letters. */
  maybeSimilar(keys: readonly string[]): string[] {
    this.#similar ??= new SimilarNames([
      ...new Set([...this.edges].flatMap(({ key, canonicalKey }) => [key, canonicalKey])),
    ]);
    return this.#similar.maybeSimilar(keys);
  }

  /** All that were said. */
  get edges(): Iterable<Edge> {
    return this.#edges.values();
  }

  /**
   * For questions to all facts, or to those of the node of `keys`: the names of which others that
   * mean the same are in use there.
   */
  rootsIn(db: Db, keys?: readonly string[]): Roots {
    if (this.#roots.size === 0) return [];
    if (keys !== undefined) return this.#rootsAmong(namesAround(db, keys));
    this.#used ??= new Set(knownKeys(db, [...this.#roots.keys()]));
    return this.#rootsAmong(this.#used);
  }

  #rootsAmong(keys: Iterable<string>): Roots {
    const groups = new Map<string, Set<string>>();
    for (const key of keys) {
      const root = this.#roots.get(key);
      if (root === undefined) continue;
      const group = groups.get(root);
      if (group) group.add(key);
      else groups.set(root, new Set([key]));
    }
    return [...groups].flatMap(([root, group]) => {
      return group.size > 1 ? [...group].map((key) => [key, root] as const) : [];
    });
  }

  /** Tells it of names that came into use. */
  use(keys: readonly string[]): void {
    for (const key of keys) if (this.#roots.has(key)) this.#used?.add(key);
  }

  /** How the name that is meant is spelled; undefined where no other stands for it. */
  spelling(root: string): string | undefined {
    for (const key of this.keysOf(root)) {
      const edge = this.#edges.get(key);
      if (edge?.canonicalKey === root) return edge.canonical;
    }
    return undefined;
  }
}
