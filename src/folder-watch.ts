/** When to look again at folders that others write to. */

/** A change is noticed before all that belongs to it is there; it is looked for this long. */
const SETTLING_MS = 2_000;

export interface WatchOptions {
  /** How long a change is not looked for again while more may belong to it, ms. */
  readonly stepMs: number;
  /** How often is looked where no change is noticed: not every file system tells of all, ms. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

export interface FolderWatch {
  /** Settles when it is time for another look. */
  next(): Promise<void>;
  close(): Promise<void>;
}

/** Watches folders with all that is in them; of none it only tells the time. */
export async function watchFolders(
  folders: readonly string[],
  { stepMs, idleMs, signal }: WatchOptions,
): Promise<FolderWatch> {
  const { watch } = await import('chokidar');
  const watcher = watch([...folders], { ignoreInitial: true });
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
  if (folders.length > 0) {
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
    });
  }
  return {
    async next() {
      if (signal.aborted) return;
      const isSettling = performance.now() - changedAtMs < SETTLING_MS;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, isSettling ? stepMs : idleMs);
      });
      clearTimeout(timer);
    },
    async close() {
      signal.removeEventListener('abort', onAbort);
      await watcher.close();
    },
  };
}
