/** The topics of every realm, by spelling, and since when each is there. */
import { within } from './counts.js';
import type { Tagged } from './tagged.js';

export interface TopicInRealm {
  readonly realm: string;
  /** As it is spelled there. */
  readonly topic: string;
  /** When the memory was made that was the first to be added. */
  readonly firstMs: number;
}

interface Counted {
  count: number;
  /** Undefined once it is gone, until the next one is looked for. */
  first: Tagged | undefined;
}

export class TopicTags {
  /** By realm and topic. */
  readonly #topics = new Map<string, Map<string, Counted>>();
  readonly #all: () => Iterable<Tagged>;
  #rows: readonly TopicInRealm[] | undefined;
  #hasGaps = false;

  /** @param all every memory that was added and not removed */
  constructor(all: () => Iterable<Tagged>) {
    this.#all = all;
  }

  add(memory: Tagged): void {
    const { realm, topic } = memory;
    if (topic === '') return;
    const ofRealm = within(this.#topics, realm, () => new Map<string, Counted>());
    const counted = within(ofRealm, topic, () => ({ count: 0, first: undefined }));
    // One without a first has others that may have come before.
    const isFirst = counted.count === 0 || isBefore(memory, counted.first);
    counted.count += 1;
    if (!isFirst) return;
    counted.first = memory;
    this.#rows = undefined;
  }

  remove(memory: Tagged): void {
    const { realm, topic } = memory;
    const counted = this.#topics.get(realm)?.get(topic);
    if (topic === '' || !counted) return;
    counted.count -= 1;
    if (counted.count === 0) this.#topics.get(realm)?.delete(topic);
    else if (counted.first !== memory) return;
    else this.#hasGaps = true;
    counted.first = undefined;
    this.#rows = undefined;
  }

  /** First seen first. The same list until a topic comes or goes. */
  get rows(): readonly TopicInRealm[] {
    if (this.#hasGaps) this.#findFirst();
    this.#rows ??= [...this.#topics.values()]
      .flatMap((ofRealm) => [...ofRealm.values()])
      .flatMap(({ first }) => first ?? [])
      .sort((a, b) => (a.added < b.added ? -1 : 1))
      .map(({ realm, topic, createdMs }) => ({ realm, topic, firstMs: createdMs }));
    return this.#rows;
  }

  #findFirst(): void {
    const gaps = new Set<Counted>();
    for (const memory of this.#all()) {
      const counted = this.#topics.get(memory.realm)?.get(memory.topic);
      if (!counted || (counted.first && !gaps.has(counted))) continue;
      gaps.add(counted);
      if (!counted.first || isBefore(memory, counted.first)) counted.first = memory;
    }
    this.#hasGaps = false;
  }
}

const isBefore = (memory: Tagged, first: Tagged | undefined): boolean =>
  first !== undefined && memory.added < first.added;
