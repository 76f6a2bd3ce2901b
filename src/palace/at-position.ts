/** What is worked out of the views and holds until an event is folded, in this process or not. */
import { readHeads, type Db } from '../../projections/index.js';
import type { Store } from '../../replay/index.js';

/** How far the log is folded; a chain value names all that lies before it. */
function positionOf(db: Db): string {
  const heads = [...readHeads(db)].map(([replica, { chain }]) => {
    return `${replica}:${Buffer.from(chain).toString('hex')}`;
  });
  return heads.join(' ');
}

/** Works something out once per position of a dimension. What it answers is not to be changed. */
export function atPosition<Value>(
  workOut: (db: Db) => Value,
): (session: { readonly store: Store }, db: Db) => Value {
  const held = new WeakMap<Store, { readonly position: string; readonly value: Value }>();
  return ({ store }, db) => {
    const position = positionOf(db);
    const before = held.get(store);
    if (before?.position === position) return before.value;
    const value = workOut(db);
    held.set(store, { position, value });
    return value;
  };
}
