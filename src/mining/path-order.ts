/** The order of a walk: that of whole relative paths by code point, the same on every machine. */

import type { Dirent } from 'node:fs';

/**
 * Orders strings by code point, also beyond U+FFFF where UTF-16 units are out of order.
 *
 * @internal
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const isLeftPair = left >= 0xd800 && left <= 0xdfff;
    const isRightPair = right >= 0xd800 && right <= 0xdfff;
    if (isLeftPair === isRightPair) return left - right;
    return isLeftPair ? 1 : -1;
  }
  return a.length - b.length;
}

/** Entries so that a walk in this order yields paths in the order of whole paths. */
export function inPathOrder(entries: readonly Dirent[]): Dirent[] {
  const keyed = entries.map((entry) => ({
    entry,
    // A directory's paths go on with '/', which sorts between '.' and '0'.
    key: `${entry.name.normalize('NFC')}${entry.isDirectory() ? '/' : ''}`,
  }));
  keyed.sort(
    (a, b) => compareCodePoints(a.key, b.key) || compareCodePoints(a.entry.name, b.entry.name),
  );
  return keyed.map((item) => item.entry);
}
