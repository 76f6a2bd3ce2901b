/**
 * What a projection is: tables of its own, and what each event does to them.
 *
 * Handlers are pure but for their own tables: no clock, no randomness, no other projection. Every
 * row belongs to exactly one stream, so that a stream can be forgotten and folded again.
 */
import type { CommitHeader, EventDataOf, EventName } from '../events/index.js';
import type { Db } from './database.js';

/** An event as handlers see it: data of today's version, and what its commit says. */
export interface FoldEvent<Data = unknown> {
  readonly stream: string;
  readonly data: Data;
  readonly seq: number;
  readonly commit: CommitHeader;
}

export type Handlers = {
  readonly [Name in EventName]?: (db: Db, event: FoldEvent<EventDataOf<Name>>) => void;
};

export interface Projection {
  readonly name: string;
  /** Rises when the meaning of stored rows changes; older views are then folded anew. */
  readonly version: number;
  /** Creates its tables. */
  readonly schema: string;
  readonly apply: Handlers;
  /** Drops every row that this stream led to. */
  forget(db: Db, stream: string): void;
  /**
   * What the digest compares: per logical table a query whose rows do not depend on the order of
   * arrival, in a fixed order.
   */
  readonly logical: Readonly<Record<string, string>>;
}

/**
 * Place of an event in the total order, as bytes that sort the same way: at ms (8), at counter (4),
 * replica (16), seq (8).
 */
export function orderKey(event: Pick<FoldEvent, 'commit' | 'seq'>): Buffer {
  const key = Buffer.alloc(36);
  const { at, replica } = event.commit;
  key.writeBigUInt64BE(BigInt(at.ms), 0);
  key.writeUInt32BE(at.counter, 8);
  key.write(replica, 12, 'hex');
  key.writeBigUInt64BE(BigInt(event.seq), 28);
  return key;
}
