/**
 * The tags of all living memories, counted. A change of a memory takes away what it told before and
 * adds what it tells now: cost follows what changed, not how much is remembered.
 */
import { taggedMemories, taggedOfStreams, type Db } from '../../projections/index.js';
import { followed } from '../followed.js';
import { DomainTags } from './domain-tags.js';
import { NamePairs } from './name-pairs.js';
import { isSame, toTagged, type Tagged } from './tagged.js';
import { TopicTags } from './topic-tags.js';

export class Tags {
  readonly domains = new DomainTags();
  readonly topics: TopicTags;
  readonly pairs: NamePairs;
  readonly #memories = new Map<string, Tagged>();

  constructor() {
    const all = (): Iterable<Tagged> => this.#memories.values();
    this.topics = new TopicTags(all);
    this.pairs = new NamePairs(all);
  }

  /** What the memory of a stream tells from now on; nothing where it is no more. */
  set(stream: string, after: Tagged | undefined): void {
    const before = this.#memories.get(stream);
    if (before && after && isSame(before, after)) return;
    const parts = [this.domains, this.topics, this.pairs];
    if (before) for (const part of parts) part.remove(before);
    this.#memories.delete(stream);
    if (!after) return;
    this.#memories.set(stream, after);
    for (const part of parts) part.add(after);
  }
}

/** The tags of a dimension as it is seen in `db`. */
export const tagsOf = followed<Tags>({
  workOut(db) {
    const tags = new Tags();
    for (const row of taggedMemories(db)) tags.set(row.stream, toTagged(row));
    return tags;
  },
  follow(db: Db, tags, streams) {
    const memories = streams.filter((stream) => stream.startsWith('entity:'));
    const living = new Map(taggedOfStreams(db, memories).map((row) => [row.stream, row]));
    for (const stream of memories) {
      const row = living.get(stream);
      tags.set(stream, row && toTagged(row));
    }
    return tags;
  },
});
