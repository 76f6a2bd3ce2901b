/** What changed between two points of the log: two folds, compared where events lie between. */
import { isDeepStrictEqual } from 'node:util';
import {
  entityOfStream,
  factsOfStream,
  heldVector,
  streamsBetween,
  toSecond,
  type Db,
} from '../projections/index.js';
import { encodeCursor } from './cursor.js';
import { toEntity, type Entity } from './entity.js';
import { toFact, type Fact } from './knowledge/fact.js';
import { knownAt } from './known-at.js';
import type { Opening } from './opening.js';

export interface Change<State> {
  readonly id: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Null where it was not there. */
  readonly before: State | null;
  readonly after: State | null;
}

export interface DimensionDiff {
  /** Cursors of what was compared. */
  readonly from: string;
  readonly to: string;
  /** Memories and diary records. */
  readonly memories: Change<Entity>[];
  readonly facts: Change<Fact>[];
  /** How many other things have events between, by kind: realm, tunnel, persona, source … */
  readonly others: Readonly<Record<string, number>>;
}

/**
 * @param to now when absent
 * @throws {AltError} INVALID_ARGUMENT, NOT_FOUND for points, see {@link knownAt}
 */
export async function diff(opening: Opening, from: string, to?: string): Promise<DimensionDiff> {
  const { store, system } = opening.opened().session;
  const { before, after, streams } = await store.read((db) => {
    const vectors = {
      before: knownAt(db, from),
      after: to === undefined ? heldVector(db) : knownAt(db, to),
    };
    return { ...vectors, streams: streamsBetween(db, vectors.before, vectors.after) };
  });
  const now = toSecond(system.now());
  const read = (at: Opening): Promise<States> =>
    at.opened().session.store.read((db) => statesOf(db, { streams, now }));
  const old = await opening.pasts.use(before, read);
  const current = to === undefined ? await read(opening) : await opening.pasts.use(after, read);
  return {
    from: encodeCursor(before),
    to: encodeCursor(after),
    memories: changes(old.memories, current.memories),
    facts: changes(old.facts, current.facts),
    others: countOthers(streams),
  };
}

interface States {
  readonly memories: ReadonlyMap<string, Entity>;
  readonly facts: ReadonlyMap<string, Fact>;
}

function statesOf(
  db: Db,
  { streams, now }: { readonly streams: readonly string[]; readonly now: string },
): States {
  const memories = new Map<string, Entity>();
  const facts = new Map<string, Fact>();
  for (const stream of streams) {
    if (stream.startsWith('entity:')) {
      const row = entityOfStream(db, stream);
      if (row?.living === 1) memories.set(row.id, toEntity(row));
    } else if (stream.startsWith('fact:')) {
      for (const row of factsOfStream(db, stream)) facts.set(row.id, toFact(row, now));
    }
  }
  return { memories, facts };
}

/** Those that are not the same, by id; when something was touched last is no change of it. */
function changes<State extends object>(
  before: ReadonlyMap<string, State>,
  after: ReadonlyMap<string, State>,
): Change<State>[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
  return ids.flatMap((id): Change<State>[] => {
    const [was, is] = [before.get(id) ?? null, after.get(id) ?? null];
    if (was === null) return [{ id, change: 'added', before: null, after: is }];
    if (is === null) return [{ id, change: 'removed', before: was, after: null }];
    const isSame = isDeepStrictEqual({ ...was, updated_at: '' }, { ...is, updated_at: '' });
    return isSame ? [] : [{ id, change: 'changed', before: was, after: is }];
  });
}

function countOthers(streams: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const stream of streams) {
    const kind = stream.slice(0, stream.indexOf(':'));
    if (kind !== 'entity' && kind !== 'fact') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
