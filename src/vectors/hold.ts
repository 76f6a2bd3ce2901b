/** A lock held for long work, which others get a turn at now and then. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FileLock, Release } from '../../events/index.js';

/** It is let go of this often, for longer than others wait between two tries. */
const HOLD_MS = 1_000;
const LET_GO_MS = 25;

export class Hold {
  readonly #lock: FileLock;
  #release: Release | undefined;
  #since = performance.now();

  constructor(lock: FileLock, release: Release) {
    this.#lock = lock;
    this.#release = release;
  }

  /** Lets others in when it is time. @returns false when one of them is at it now. */
  async giveTurn(): Promise<boolean> {
    if (performance.now() - this.#since < HOLD_MS) return true;
    this.end();
    await pause(LET_GO_MS);
    this.#release = this.#lock.tryAcquire();
    this.#since = performance.now();
    return this.#release !== undefined;
  }

  /** Harmless to call twice. */
  end(): void {
    this.#release?.();
    this.#release = undefined;
  }
}
