/** Stream ids: what an event is about, without a name that could not be erased. */
import { createHmac } from 'node:crypto';
import type { StreamKind } from './event-type.js';

const HASH_BYTES = 16;
const OWN_ENTITY_ID = /^ent_[0-9a-z]{26}$/;

/**
 * Keyed hash of the given parts: hex, `bytes` long. Without the key nobody can confirm a guess of
 * what was hashed.
 */
export function keyedHash(key: Uint8Array, parts: readonly string[], bytes = HASH_BYTES): string {
  const digest = createHmac('sha256', key).update(parts.join('\0')).digest();
  return digest.subarray(0, bytes).toString('hex');
}

/** The stream of that kind for the thing with these names. */
export function streamOf(key: Uint8Array, kind: StreamKind, ...names: readonly string[]): string {
  const [first] = names;
  if (kind === 'entity' && first !== undefined && OWN_ENTITY_ID.test(first)) {
    return `entity:${first}`;
  }
  return `${kind}:${keyedHash(key, [kind, ...names])}`;
}
