/**
 * Calls run side by side; closing or reopening the dimension runs alone, so that no call finds its
 * database closed under its feet.
 */
export class Gate {
  readonly #running = new Set<Promise<unknown>>();
  #alone: Promise<unknown> = Promise.resolve();

  /** Runs beside others, after whatever asked to run alone before. */
  async shared<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#alone.then(work);
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  /** Runs once everything that asked before has ended; what asks later waits for it. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = Promise.allSettled([this.#alone, ...this.#running]).then(work);
    // The next one only needs to know that it is over; the caller has the error.
    this.#alone = run.catch(() => undefined);
    return run;
  }
}
