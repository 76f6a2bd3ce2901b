/**
 * What is worked out of the views once and then brought up to date: by the streams that were folded
 * since, in this process or another, rather than from the beginning.
 */
import {
  journalCursor,
  readHeads,
  streamsChanged,
  type Db,
  type JournalCursor,
} from '../projections/index.js';
import type { Store } from '../replay/index.js';

/** More new events than these, and working it out anew takes no longer. */
const EVENTS_MAX = 5_000;

interface Held<Value> {
  readonly position: string;
  readonly cursor: JournalCursor;
  readonly value: Value;
}

export interface Derivation<Value> {
  readonly workOut: (db: Db) => Value;
  /** @returns what holds now; undefined where it must be worked out anew. */
  readonly follow: (db: Db, value: Value, streams: readonly string[]) => Value | undefined;
}

/** How far the log is folded; a chain value names all that lies before it. */
function positionOf(db: Db): string {
  const heads = [...readHeads(db)].map(([replica, { chain }]) => {
    return `${replica}:${Buffer.from(chain).toString('hex')}`;
  });
  return heads.join(' ');
}

/** Keeps what a derivation gives for each open dimension. */
export function followed<Value>({
  workOut,
  follow,
}: Derivation<Value>): (session: { readonly store: Store }, db: Db) => Value {
  const held = new WeakMap<Store, Held<Value>>();
  return ({ store }, db) => {
    const position = positionOf(db);
    const before = held.get(store);
    if (before?.position === position) return before.value;
    // A failure on the way must not leave behind what is half brought up to date.
    held.delete(store);
    const streams = before && streamsChanged(db, before.cursor, EVENTS_MAX);
    const value = (before && streams && follow(db, before.value, [...streams])) ?? workOut(db);
    held.set(store, { position, cursor: journalCursor(db), value });
    return value;
  };
}
