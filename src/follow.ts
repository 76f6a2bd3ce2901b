/** The log as it grows: the events of every process that writes to a dimension, as they come. */
import { join } from 'node:path';
import type { Dimension } from './dimension.js';
import type { HistoryOptions, LogEntry } from './history.js';

/** An event is seen in the log before its writer has projected it; it is looked for this long. */
const SETTLING_MS = 2_000;
const SETTLING_STEP_MS = 50;
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
  const changes = await watchFolder(join(dimension.path, 'log'), signal);
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

interface Changes {
  /** Settles when it is time for another look. */
  next(): Promise<void>;
  close(): Promise<void>;
}

async function watchFolder(folder: string, signal: AbortSignal): Promise<Changes> {
  const { watch } = await import('chokidar');
  const watcher = watch(folder, { ignoreInitial: true });
  let changedAtMs = -Infinity;
  let wake = (): void => undefined;
  const onChange = (): void => {
    changedAtMs = performance.now();
    wake();
  };
  const onAbort = (): void => {
    wake();
  };
  watcher.on('all', onChange);
  // A full table of watches, say: changes are then found by looking now and then.
  watcher.on('error', onChange);
  signal.addEventListener('abort', onAbort);
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
  });
  return {
    async next() {
      if (signal.aborted) return;
      const isSettling = performance.now() - changedAtMs < SETTLING_MS;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, isSettling ? SETTLING_STEP_MS : SETTLING_MS);
      });
      clearTimeout(timer);
    },
    async close() {
      signal.removeEventListener('abort', onAbort);
      await watcher.close();
    },
  };
}
