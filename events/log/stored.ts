/** What lies in a log, as it is read: commits, events, where each lies, and how far one has got. */
import type { CommitHeader, EventPayload } from '../codec.js';
import type { LogicalTime } from '../order.js';
import { CHAIN_START } from './segment.js';

/** Where a frame lies: what is needed to read it again. */
export interface Place {
  readonly replica: string;
  /** First seq of the segment. */
  readonly segment: number;
  /** Of the frame's head in the segment file. */
  readonly offset: number;
  /** Of the payload, in bytes. */
  readonly length: number;
}

/** An event as it lies in the log. */
export interface StoredEvent {
  readonly seq: number;
  readonly digest: Buffer;
  readonly place: Place;
  /** Undefined when it was erased, or is no event at all. */
  readonly payload: EventPayload | undefined;
  readonly erased: boolean;
  /** Erased, but its clearing was cut short: some bytes still stand. */
  readonly unfinished?: boolean;
}

export interface StoredCommit {
  readonly header: CommitHeader;
  readonly events: readonly StoredEvent[];
}

/** The end of the last whole commit of a replica's log, as far as it was read. */
export interface Head {
  /** Of the last event; 0 before the first. */
  readonly seq: number;
  /** First seq of the segment that holds it; 0 before the first segment. */
  readonly segment: number;
  /** Just after the last frame, in that segment's file. */
  readonly offset: number;
  readonly chain: Buffer;
  readonly at: LogicalTime;
  /** The head of the last frame, by which the place is known again; empty after a bare header. */
  readonly tail: Buffer;
}

/** The head of a replica nothing of which is held. */
export const NO_HEAD: Head = {
  seq: 0,
  segment: 0,
  offset: 0,
  chain: CHAIN_START,
  at: { ms: 0, counter: 0 },
  tail: Buffer.alloc(0),
};
