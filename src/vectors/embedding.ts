/**
 * Keeps the vectors of a dimension up to date behind the append, and embeds questions.
 *
 * Pending work is whatever passages lie beyond the mark in the cache, so a killed process loses
 * none of it. One process at a time embeds (embed.lock.db); the others search what there is.
 */
import { join } from 'node:path';
import { AltError, FileLock, isAltError, nodeFiles, type Release } from '../../events/index.js';
import { countPassagesAfter } from '../../projections/index.js';
import type { Store } from '../../replay/index.js';
import type { EmbedderInfo } from '../embedders/index.js';
import { LeastRecent } from '../least-recent.js';
import { Hold } from './hold.js';
import type { Space } from './space.js';
import type { SpacesOptions } from './space-opener.js';
import { Spaces } from './spaces.js';
import { embedStep, nextTurn, ROWS_PER_TURN, steps } from './steps.js';

/** Texts embedded between two looks at the clock, when somebody waits. */
const TEXTS_PER_STEP = 8;
/** Others that embed are let in this often while a server takes in vectors. */
const PUSH_TURN_MS = 1_000;
const QUERIES_KEPT = 256;

export interface EmbeddingOptions extends SpacesOptions {
  readonly label: string;
}

export interface DrainOptions {
  /** Stop after this long; without it everything pending is embedded. */
  readonly budgetMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Also write the index to disk when vectors have gathered beside it. */
  readonly snapshot?: boolean;
}

interface FillOptions extends DrainOptions {
  /** `performance.now()` at which to stop. */
  readonly deadline: number;
  /** Passages that lack a vector in the beginning. */
  readonly total: number;
  /** Once it is complete the space is the one to answer, in later processes too. */
  readonly answers?: boolean;
}

export interface EmbeddingState {
  readonly requested: string;
  readonly state: 'ready' | 'lazy' | 'unavailable' | 'stale';
  /** Of the embedder that answers. */
  readonly info?: EmbedderInfo;
  /** What keeps the chosen embedder from answering. */
  readonly reason?: string;
  /** Passages that the chosen space still lacks while the old one answers. */
  readonly stale: number;
}

export class Embedding {
  readonly spaces: Spaces;
  readonly #store: Store;
  readonly #lock: FileLock;
  readonly #queries = new LeastRecent<string, Float32Array>(QUERIES_KEPT);
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #isSwitching = false;

  constructor(store: Store, options: EmbeddingOptions) {
    this.#store = store;
    this.spaces = new Spaces(store, { ...options, closing: this.#closing.signal });
    const lock = join(store.folder, 'embed.lock.db');
    this.#lock = new FileLock(lock, { files: nodeFiles, label: options.label });
  }

  /** The space that answers. @throws {AltError} UNAVAILABLE */
  async space(): Promise<Space> {
    return this.spaces.serving();
  }

  /** Runs `work`; when the cache turns out damaged, begins a new one and tries once more. */
  async healing<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.spaces.healing(work);
  }

  /**
   * The vector of a question and the space it lives in; no vector when the question holds nothing
   * that the embedder knows.
   *
   * @throws {AltError} UNAVAILABLE, EMBEDDING_FAILED
   */
  async query(question: string): Promise<{ space: Space; query: Float32Array | undefined }> {
    const space = await this.space();
    const key = `${space.embedder.spaceId}:${question}`;
    const vector = this.#queries.get(key) ?? (await space.embedder.embedQuery(question));
    this.#queries.set(key, vector);
    return { space, query: vector.some((value) => value !== 0) ? vector : undefined };
  }

  /** How many passages have no vector yet. */
  async pending(): Promise<number> {
    return this.lacking(await this.space());
  }

  /** How many passages have no vector in that space. */
  async lacking({ cache }: Space): Promise<number> {
    return this.#store.read((db, { generation }) => {
      return countPassagesAfter(db, cache.mark(generation));
    });
  }

  /**
   * Embeds what is pending, if no other process is at it: for the space that answers, then for the
   * one that is to take over.
   *
   * @returns how many passages are pending after it.
   * @throws {AltError} UNAVAILABLE, EMBEDDING_FAILED, CANCELLED — what was embedded stays.
   */
  async drain(options: DrainOptions = {}): Promise<number> {
    return this.#track(async () => {
      const { budgetMs = Infinity } = options;
      const deadline = performance.now() + budgetMs;
      const space = await this.space();
      const left = await this.#drain(space, { ...options, deadline });
      if (left === 0 && this.spaces.upcoming) await this.#drainUpcoming({ ...options, deadline });
      return left;
    });
  }

  async #drain(space: Space, options: Omit<FillOptions, 'total'>): Promise<number> {
    const before = await this.lacking(space);
    const isComplete = before === 0 && !(await space.backend.isBehind());
    if (isComplete && options.snapshot !== true) return 0;
    const release = this.#lock.tryAcquire();
    if (!release) return before;
    return this.#fill(space, release, { ...options, total: before, answers: true });
  }

  /** A failure of the space that is to take over is no failure of the one that answers. */
  async #drainUpcoming(options: Omit<FillOptions, 'total'>): Promise<void> {
    const { upcoming } = this.spaces;
    if (!upcoming) return;
    try {
      const left = await this.#drain(upcoming, options);
      if (left > 0 || (await this.space()) !== upcoming) return;
      this.spaces.remember(upcoming);
      await upcoming.backend.tidy();
    } catch (error) {
      if (!isAltError(error, 'UNAVAILABLE') && !isAltError(error, 'EMBEDDING_FAILED')) throw error;
      this.spaces.giveUp(error);
    }
  }

  /** Embeds everything that a space lacks, waiting for its turn. @throws {AltError} BUSY too */
  async fill(space: Space, options: Pick<DrainOptions, 'signal' | 'onProgress'>): Promise<void> {
    await this.#track(async () => {
      for (;;) {
        const total = await this.lacking(space);
        const release = await this.#lock.acquire();
        const left = await this.#fill(space, release, { ...options, deadline: Infinity, total });
        if (left === 0) return;
      }
    });
  }

  /** Embeds under the lock, and ends it. @returns how many passages are left. */
  async #fill(space: Space, release: Release, options: FillOptions): Promise<number> {
    const hold = new Hold(this.#lock, release);
    try {
      const left = await this.#embed(space, hold, options);
      if (left > 0 || this.spaces.isRetired(space)) return left;
      if (options.answers === true) this.spaces.remember(space);
      await this.#push(space, hold, options);
      if (options.snapshot === true) await space.backend.save();
      return 0;
    } finally {
      hold.end();
    }
  }

  /** Lets the backend take in what is new, in turns with others that embed. */
  async #push({ backend }: Space, hold: Hold, options: FillOptions): Promise<void> {
    const { deadline, signal } = options;
    do {
      const turn = Math.min(deadline, performance.now() + PUSH_TURN_MS);
      if (await backend.push({ signal, deadline: turn })) return;
    } while (performance.now() < deadline && (await hold.giveTurn()));
  }

  async #embed(space: Space, hold: Hold, options: FillOptions): Promise<number> {
    try {
      return await this.#embedTurns(space, hold, options);
    } catch (error) {
      const isCaller = options.signal?.aborted === true;
      if (isCaller || !isAltError(error, 'CANCELLED') || !this.spaces.isRetired(space)) throw error;
      // Another space took its place: nothing more is put into this one.
      return 0;
    }
  }

  async #embedTurns(space: Space, hold: Hold, options: FillOptions): Promise<number> {
    const { deadline, total, onProgress, signal } = options;
    const stepSize = deadline === Infinity ? ROWS_PER_TURN : TEXTS_PER_STEP;
    let done = 0;
    do {
      const turn = await this.#store.read((db, { generation }) => {
        return nextTurn(db, space.cache, generation);
      });
      if (turn.through === turn.mark) return 0;
      for (const step of steps(turn, stepSize)) {
        if (this.spaces.isRetired(space)) return 0;
        if (performance.now() > deadline) return await this.lacking(space);
        const before = done;
        await embedStep(space, step, {
          signal: AbortSignal.any([...(signal ? [signal] : []), space.retirement.signal]),
          onProgress: (part) => onProgress?.(Math.min(before + part, total), total),
        });
        done += step.texts.length;
      }
    } while (await hold.giveTurn());
    return this.lacking(space);
  }

  /** How many passages there are. */
  async passages(): Promise<number> {
    return this.#store.read((db) => countPassagesAfter(db, 0));
  }

  /** One switch of embedder or backend at a time. @throws {AltError} BUSY */
  async switching<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isSwitching) {
      throw new AltError('BUSY', 'Another embedder/backend switch is running.', {
        hint: 'Wait until it is done, or cancel it.',
      });
    }
    this.#isSwitching = true;
    try {
      return await work();
    } finally {
      this.#isSwitching = false;
    }
  }

  /** Runs `work` while no other process embeds. @throws {AltError} BUSY */
  async alone<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    return this.#track(async () => {
      const release = await this.#lock.acquire();
      try {
        return await work();
      } finally {
        release();
      }
    });
  }

  /** For status: what was asked for, and whether it is there. */
  async describe(): Promise<EmbeddingState> {
    const { name } = await this.spaces.wanted();
    try {
      const { embedder } = await this.space();
      const info = embedder.describe();
      const { upcoming, obstacle } = this.spaces;
      if (obstacle) {
        const { message: reason } = obstacle;
        const stale = await this.passages();
        return { requested: name, state: 'unavailable', info, reason, stale };
      }
      const stale = upcoming ? await this.lacking(upcoming) : 0;
      return { requested: name, state: upcoming ? 'stale' : info.state, info, stale };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { requested: name, state: 'unavailable', reason, stale: 0 };
    }
  }

  async #track<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Waits for a run under way; it ends soon, for the store refuses it by now. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    await this.spaces.close();
    this.#lock.close();
  }
}
