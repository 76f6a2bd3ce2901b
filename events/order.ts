/** The one total order of events, and version vectors: how far each replica's log is held. */

/** A hybrid logical time: wall milliseconds and a counter within them. */
export interface LogicalTime {
  readonly ms: number;
  readonly counter: number;
}

/** What an event is ordered by. */
export interface OrderKey {
  readonly at: LogicalTime;
  /** 32 hex digits. */
  readonly replica: string;
  readonly seq: number;
}

export function compareTimes(a: LogicalTime, b: LogicalTime): number {
  return a.ms - b.ms || a.counter - b.counter;
}

/** Negative when `a` comes before `b`; never 0 for two different events. */
export function compareEvents(a: OrderKey, b: OrderKey): number {
  const byTime = compareTimes(a.at, b.at);
  if (byTime !== 0) return byTime;
  if (a.replica !== b.replica) return a.replica < b.replica ? -1 : 1;
  return a.seq - b.seq;
}

/** Replica id -> the last seq of it that is held. */
export type VersionVector = Readonly<Record<string, number>>;

/** Counters are stored in 32 bits. */
const COUNTER_MAX = 0xffff_ffff;

/** The next logical time of a writer that has seen `last` and whose wall clock shows `wallMs`. */
export function nextTime(last: LogicalTime, wallMs: number): LogicalTime {
  if (wallMs > last.ms) return { ms: wallMs, counter: 0 };
  if (last.counter < COUNTER_MAX) return { ms: last.ms, counter: last.counter + 1 };
  return { ms: last.ms + 1, counter: 0 };
}
