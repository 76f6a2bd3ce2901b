/** What is offered under an old replica id and is held here already, where a fork went on. */
import { framesOfPart, type PartRange, type StoredCommit } from '../events/index.js';
import { eventsOfDigests, forksOf, type Db } from '../projections/index.js';

interface Part {
  readonly range: PartRange;
  readonly bytes: Buffer;
}

/** Whether all that a part holds is held here, some of it under the id under which it went on. */
export function isMoved(db: Db, part: Part): boolean {
  const { replica } = part.range;
  if (forksOf(db, replica).length === 0) return false;
  const digests = [...framesOfPart(part)].filter(({ isHeader }) => !isHeader);
  const held = eventsOfDigests(
    db,
    digests.map(({ digest }) => digest),
  );
  const names = new Set(held.map(({ digest }) => digest.toString('hex')));
  const isWhole = digests.every(({ digest }) => names.has(digest.toString('hex')));
  return isWhole && held.some((entry) => entry.replica !== replica);
}

/** The commits before the first that is held under the id under which it went on. */
export function notMoved<Parsed extends { readonly commit: StoredCommit }>(
  db: Db,
  replica: string,
  commits: readonly Parsed[],
): readonly Parsed[] {
  const forks = forksOf(db, replica);
  if (forks.length === 0) return commits;
  const first = Math.min(...forks.map(({ from }) => from));
  const index = commits.findIndex(({ commit: { header, events } }) => {
    const digests = header.seq < first ? [] : events.slice(0, 1).map(({ digest }) => digest);
    return eventsOfDigests(db, digests).some((entry) => entry.replica !== replica);
  });
  return index === -1 ? commits : commits.slice(0, index);
}
