/**
 * Taking what was erased out of everything beside the log: views, vectors, caches, readable copies,
 * what was set aside. Needed wherever an erasure arrives, and finished by the next process when one
 * is killed at it: until all is done, the note of it says less than the log.
 */
import { join } from 'node:path';
import { explained, isAltError } from '../../events/index.js';
import { countEvents } from '../../projections/index.js';
import type { DimensionDialect } from '../aaak/dimension-dialect.js';
import type { Session } from '../session.js';
import { SIDE_FILES } from '../side-files/registry.js';
import { refreshSideFiles, takeInSideFiles } from '../side-files/side-file.js';
import type { Embedding } from '../vectors/embedding.js';
import { identityFile } from '../wake-up/identity-file.js';
import { removeLeftAside } from './left-aside.js';
import { sweepVectors } from './sweep-vectors.js';
import { readSwept, writeSwept } from './swept.js';

export interface SweepContext {
  readonly session: Session;
  readonly embedding: Embedding;
  readonly dialect: DimensionDialect;
}

/** What became of the files. */
export interface Swept {
  /** Databases of which old pages stay until another process ends what it reads. */
  readonly pinned: readonly string[];
  /** What had been set aside and told of it, relative to the dimension. */
  readonly removed: readonly string[];
}

const NOTHING: Swept = { pinned: [], removed: [] };

export class Sweeper {
  readonly #context: SweepContext;
  #running: Promise<unknown> | undefined;

  constructor(context: SweepContext) {
    this.#context = context;
  }

  /** So many events are erased: what was not swept yet is swept, behind what goes on meanwhile. */
  notice(erased: number): void {
    if (this.#running || erased === 0) return;
    const { dialect, session } = this.#context;
    // Another process swept the files; what this one remembers is its own.
    const isSwept = readSwept(session) === erased;
    void this.#telling(() => (isSwept ? dialect.settle() : this.#sweep(false)));
  }

  /** Does `work`, which erases, then sweeps. @throws {AltError} what `work` throws; BUSY, … */
  async after<Result>(work: () => Promise<Result>): Promise<readonly [Result, Swept]> {
    await this.idle();
    return this.#alone(async () => {
      const result = await work();
      return [result, await this.#sweep(true)] as const;
    });
  }

  /** Sweeps where something was erased since; what cannot be done is a warning, and stays to do. */
  async follow(): Promise<void> {
    await this.idle();
    await this.#telling(() => this.#sweep(false));
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
  }

  async #telling(work: () => Promise<unknown>): Promise<void> {
    try {
      await this.#alone(work);
    } catch (error) {
      if (isAltError(error, 'DIMENSION_CLOSED')) return;
      const told = explained(error, 'Taking it out of the files');
      const { store } = this.#context.session;
      const reason = told instanceof Error ? told.message : String(told);
      const message = `What was erased may still stand in files beside the log: ${reason}`;
      store.warn({ code: 'ERASE_UNFINISHED', message });
    }
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = work();
    this.#running = running;
    try {
      return await running;
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  #sweep(isForced: boolean): Promise<Swept> {
    const { session, embedding } = this.#context;
    return embedding.alone(async () => {
      const erased = await session.store.read((db) => countEvents(db).erased);
      const isDone = readSwept(session) === erased;
      return isDone && !isForced ? NOTHING : this.#sweepAll(erased);
    });
  }

  async #sweepAll(erased: number): Promise<Swept> {
    const { session, embedding, dialect } = this.#context;
    const { store, files } = session;
    const pinned: string[] = [];
    if (!(await store.sweep())) pinned.push('views');
    if (!(await sweepVectors(session, embedding))) pinned.push('cache/embeddings.db');
    files.remove(join(store.folder, 'aaak_cache.json'));
    await dialect.settle();
    // A text that somebody wrote into the file since the last time is no copy of what was erased.
    await takeInSideFiles(session, [identityFile]);
    await refreshSideFiles(session, SIDE_FILES);
    const removed = await removeLeftAside(session);
    // While a reader keeps old pages, it is not done.
    if (pinned.length === 0) writeSwept(session, erased);
    return { pinned, removed };
  }
}
