/** Dimensions as they were that are open: the last few stay so, for whoever asks again. */
import type { VersionVector } from '../events/index.js';

/** Each may hold a model, and as much as a dimension that goes on. */
const IDLE_MAX = 2;

interface Closable {
  close(): Promise<void>;
}

interface OpenPast<Opening> {
  readonly opening: Opening;
  users: number;
}

export class Pasts<Opening extends Closable> {
  readonly #make: (point: VersionVector) => Opening;
  /** By their version vectors, the one asked for last last. */
  readonly #open = new Map<string, OpenPast<Opening>>();

  constructor(make: (point: VersionVector) => Opening) {
    this.#make = make;
  }

  /** Runs `work` on what was under a vector; it stays open until the work ends, and while idle. */
  async use<Result>(
    point: VersionVector,
    work: (opening: Opening) => Promise<Result>,
  ): Promise<Result> {
    const name = JSON.stringify(Object.entries(point).sort());
    const past = this.#open.get(name) ?? { opening: this.#make(point), users: 0 };
    this.#open.delete(name);
    this.#open.set(name, past);
    past.users += 1;
    try {
      return await work(past.opening);
    } finally {
      past.users -= 1;
      await this.#closeIdle();
    }
  }

  async #closeIdle(): Promise<void> {
    const idle = [...this.#open].filter(([, { users }]) => users === 0);
    for (const [name, { opening }] of idle.slice(0, Math.max(0, idle.length - IDLE_MAX))) {
      this.#open.delete(name);
      await opening.close();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const { opening } of all) await opening.close();
  }
}
