/** What every operation works with: the open store, who is asking, and new ids. */
import {
  keyedHash,
  streamOf,
  type Actor,
  type Files,
  type Source,
  type StreamKind,
  type System,
} from '../events/index.js';
import type { Change, Decision, Store } from '../replay/index.js';
import type { Db } from '../projections/index.js';
import { encodeBase32, ulid } from './system.js';
import { checkIdempotencyKey } from './values.js';

export interface Session {
  readonly store: Store;
  readonly actor: Actor;
  readonly source: Source;
  readonly system: System;
  readonly files: Files;
}

/** What a caller may say about any change. */
export interface ChangeOptions {
  /** The same key again, on this machine, gives the first result and changes nothing. */
  readonly idempotencyKey?: string | undefined;
  /** 16 bytes that name a run of changes which belong together. */
  readonly batch?: Uint8Array | undefined;
}

/** The stream of that kind for the thing with these names, in this dimension. */
export function streamIn(session: Session, kind: StreamKind, ...names: string[]): string {
  return streamOf(session.store.identity.key, kind, ...names);
}

/** Decides on the newest state and appends what was decided, as one commit. */
export function change<Result>(
  session: Session,
  request: ChangeOptions & {
    readonly operation?: string;
    readonly decide: (db: Db) => Decision<Result>;
    readonly recall?: Change<Result>['recall'];
  },
): Promise<Result> {
  const { store, actor, source } = session;
  checkIdempotencyKey(request.idempotencyKey);
  const { operation = '' } = request;
  // Last, so that nothing a caller passes on with its options is taken for them.
  return store.change({ ...request, operation, actor, source });
}

/**
 * A new id: time-ordered and random, or, under an idempotency key, derived from the key, so that
 * two machines given the same key before they met make the same memory.
 */
export function newId(
  session: Session,
  prefix: 'ent' | 'fact',
  from: { readonly idempotencyKey?: string | undefined; readonly index: number },
): string {
  const { system, store } = session;
  if (from.idempotencyKey === undefined) {
    return `${prefix}_${ulid(system.now(), system.randomBytes(10))}`;
  }
  const parts = ['id', from.idempotencyKey, String(from.index)];
  return `${prefix}_${derivedId(store.identity.key, parts)}`;
}

/** 26 characters that only this dimension's key can make from the parts. */
export function derivedId(key: Uint8Array, parts: readonly string[]): string {
  return encodeBase32(Buffer.from(keyedHash(key, parts), 'hex'));
}
