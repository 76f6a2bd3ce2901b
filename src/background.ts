/**
 * Embeds behind the calls of a server: after writes and at the start whatever waits is embedded,
 * one run at a time, in the embedder's thread, so that no answer waits for a model.
 *
 * What is pending is in the views, never here: a server that dies loses no work, and several
 * servers on one dimension take turns at the embedding lock.
 */
import { isAltError } from '../events/index.js';
import type { Dimension } from './dimension.js';

/** Writes come in bursts, and a question often follows at once: both go first. */
const PAUSE_MS = 50;
/** How long another process is left to it before looking again. */
const RETRY_MS = 2_000;
/** How long a failure that may pass is left alone. */
const FAILED_RETRY_MS = 30_000;
const PASSING: readonly string[] = ['EMBEDDING_FAILED', 'DISK_FULL', 'IO_FAILED', 'BUSY'];
/** A run with at most this much left is worth waiting for. */
const NEARLY_DONE_TEXTS = 16;

export interface BackgroundOptions {
  readonly dimension: Dimension;
  /** Told of what is no expected failure; a missing model is one, and search says so itself. */
  readonly onError: (error: unknown) => void;
}

export class Background {
  readonly #options: BackgroundOptions;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;
  #running: Promise<void> | undefined;
  #canceller = new AbortController();
  #isStopped = true;
  #left = Infinity;

  constructor(options: BackgroundOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStopped = false;
    this.poke();
  }

  /** Something may be pending. Returns at once. */
  poke(): void {
    this.#schedule(PAUSE_MS);
  }

  /** Resolves when a run that is nearly done has ended, at once in any other case. */
  async settle(budgetMs: number): Promise<void> {
    if (!this.#running || this.#left > NEARLY_DONE_TEXTS) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, budgetMs);
    });
    await Promise.race([this.#running, timeout]);
    clearTimeout(timer);
  }

  /** Ends the run under way between two texts; nothing embedded is lost. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#canceller.abort();
    await this.#running;
    this.#canceller = new AbortController();
  }

  /** Keeps the earlier of two times: a stream of writes must not put it off for ever. */
  #schedule(delayMs: number): void {
    const dueMs = performance.now() + delayMs;
    if (this.#isStopped || (this.#timer && this.#dueMs <= dueMs)) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => void this.#begin(), delayMs);
    this.#timer.unref();
  }

  async #begin(): Promise<void> {
    this.#timer = undefined;
    if (this.#running) return this.#schedule(PAUSE_MS);
    this.#running = this.#run();
    await this.#running;
    this.#running = undefined;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { dimension, onError } = this.#options;
    const { signal } = this.#canceller;
    let embedded = 0;
    const onProgress = (done: number, total: number): void => {
      embedded = done;
      this.#left = total - done;
    };
    this.#left = Infinity;
    try {
      const pending = await dimension.embedPending({ signal, onProgress });
      if (pending > 0) this.#schedule(RETRY_MS);
      else if (embedded > 0) await dimension.embedPending({ signal, snapshot: true });
    } catch (error) {
      if (!isAltError(error)) onError(error);
      // What may be over soon is tried again; a missing model or a closed dimension is not.
      else if (PASSING.includes(error.code)) this.#schedule(FAILED_RETRY_MS);
    }
  }
}
