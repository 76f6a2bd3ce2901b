/** The log as it grows: the events of every process that writes to a dimension, as they come. */
import { join } from 'node:path';
import type { Dimension } from './dimension.js';
import { watchFolders } from './folder-watch.js';
import type { HistoryOptions, LogEntry } from './history.js';

/** An event is seen in the log before its writer has projected it. */
const STEP_MS = 50;
/** How often is looked where no change was noticed. */
const IDLE_MS = 2_000;
/** Events read at once. */
const EVENTS_PER_READ = 10_000;

export interface FollowOptions extends Omit<HistoryOptions, 'after' | 'limit' | 'oldestFirst'> {
  /** A cursor of {@link Dimension.history}: what is held since comes first. */
  readonly after: string;
  readonly signal: AbortSignal;
}

/** New events, oldest first, until the signal. */
export async function* followLog(
  dimension: Dimension,
  options: FollowOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  const { signal, ...filter } = options;
  const looks = { stepMs: STEP_MS, idleMs: IDLE_MS, signal };
  const changes = await watchFolders([join(dimension.path, 'log')], looks);
  let { after } = filter;
  try {
    while (!signal.aborted) {
      const request = { ...filter, after, limit: EVENTS_PER_READ, oldestFirst: true };
      const { events, cursor } = await dimension.history(request);
      yield* events;
      after = cursor;
      if (events.length === 0) await changes.next();
    }
  } finally {
    await changes.close();
  }
}
