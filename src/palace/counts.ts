/** Counts that come and go. */
export type Counts<Key> = Map<Key, number>;

export function countUp<Key>(counts: Counts<Key>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** What is counted down to nothing is gone. */
export function countDown<Key>(counts: Counts<Key>, key: Key): void {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}

/** What is under the key; made where nothing is. */
export function within<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
