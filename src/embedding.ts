/**
 * Keeps the vectors of a dimension up to date behind the append, and embeds questions.
 *
 * Pending work is whatever passages lie beyond the mark in the cache, so a killed process loses
 * none of it. One process at a time embeds (embed.lock.db); the others search what there is.
 */
import { join } from 'node:path';
import { FileLock, isAltError, makeFolderDurably, nodeFiles } from '../events/index.js';
import {
  countEntities,
  countPassagesAfter,
  EmbeddingCache,
  firstContents,
  PassageIndex,
  passagesAfter,
  passageTexts,
  type Db,
} from '../projections/index.js';
import type { Store } from '../replay/index.js';
import {
  fitNumpyInWorker,
  numpyFitSize,
  openEmbedder,
  type EmbedderInfo,
} from './embedders/index.js';
import { wantedIn, type Space, type Wanted } from './embedding-space.js';
import { embedStep, steps, type Turn } from './embedding-steps.js';
import { LeastRecent } from './least-recent.js';

/** Passages looked at in one turn. */
const ROWS_PER_TURN = 256;
/** Texts embedded between two looks at the clock, when somebody waits. */
const TEXTS_PER_STEP = 8;
const QUERIES_KEPT = 256;
/** The event loop is given a turn this often while the index is built. */
const SLICE_MS = 5;

export interface EmbeddingOptions {
  readonly thread: 'inline' | 'worker';
  readonly modelsFolder?: string | undefined;
  readonly exactVectorsMax?: number | undefined;
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

export interface EmbeddingState {
  readonly requested: string;
  readonly state: 'ready' | 'lazy' | 'unavailable';
  readonly info?: EmbedderInfo;
  readonly reason?: string;
}

export class Embedding {
  readonly #store: Store;
  readonly #options: EmbeddingOptions;
  readonly #lock: FileLock;
  readonly #queries = new LeastRecent<string, Float32Array>(QUERIES_KEPT);
  readonly #running = new Set<Promise<unknown>>();
  #space: Space | undefined;
  #known: { readonly of: Db; readonly version: number; readonly wanted: Wanted } | undefined;
  #opening: Promise<Space> | undefined;

  constructor(store: Store, options: EmbeddingOptions) {
    this.#store = store;
    this.#options = options;
    const lock = join(store.folder, 'embed.lock.db');
    this.#lock = new FileLock(lock, { files: nodeFiles, label: options.label });
  }

  /**
   * The space that the dimension is searched in, opened; the model itself loads at its first use.
   *
   * @throws {AltError} UNAVAILABLE
   */
  async space(): Promise<Space> {
    const wanted = await this.#wanted();
    if (this.#space?.fit === wanted.fit) return this.#space;
    this.#opening ??= this.#open(wanted).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Which embedder was chosen and, for the fitted one, which texts it is fitted on. */
  async #wanted(): Promise<Wanted> {
    return this.#store.read((db) => {
      const version = db.dataVersion();
      // Naming the texts of a fit reads thousands of hashes: once per state of the views.
      if (this.#known?.of === db && this.#known.version === version) return this.#known.wanted;
      const wanted = wantedIn(db);
      this.#known = { of: db, version, wanted };
      return wanted;
    });
  }

  async #open(wanted: Wanted): Promise<Space> {
    const { thread, modelsFolder } = this.#options;
    const basis = wanted.name === 'numpy' ? await this.#fit() : undefined;
    const embedder = await openEmbedder(wanted.name, {
      thread,
      ...(modelsFolder !== undefined && { modelsFolder }),
      ...(basis && { numpyBasis: basis }),
    });
    await this.#closeSpace();
    const { folder } = this.#store;
    makeFolderDurably(nodeFiles, join(folder, 'cache'));
    const cache = this.#openCache(embedder.spaceId);
    const space = embedder.spaceId;
    const index = new PassageIndex({
      files: nodeFiles,
      folder: join(folder, 'views', 'vectors', space),
      space,
      cache,
      exactMax: this.#options.exactVectorsMax,
      onDamaged: () => {
        const message = 'The index of vectors was damaged; it is built again.';
        this.#store.warn({ code: 'INDEX_DAMAGED', message });
      },
    });
    this.#queries.clear();
    this.#space = { embedder, cache, index, fit: wanted.fit };
    return this.#space;
  }

  #openCache(spaceId: string): EmbeddingCache {
    try {
      return EmbeddingCache.open(this.#cachePath, spaceId);
    } catch (error) {
      if (!isAltError(error, 'CACHE_DAMAGED')) throw error;
      this.#discardCache();
      return EmbeddingCache.open(this.#cachePath, spaceId);
    }
  }

  #discardCache(): void {
    EmbeddingCache.discard(nodeFiles, this.#cachePath);
    const message = 'The embedding cache was damaged; texts are embedded again.';
    this.#store.warn({ code: 'CACHE_DAMAGED', message });
  }

  get #cachePath(): string {
    return join(this.#store.folder, 'cache', 'embeddings.db');
  }

  /** Runs `work`; when the cache turns out damaged, begins a new one and tries once more. */
  async healing<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!isAltError(error, 'CACHE_DAMAGED')) throw error;
      await this.#closeSpace();
      this.#discardCache();
      return work();
    }
  }

  async #fit(): Promise<Awaited<ReturnType<typeof fitNumpyInWorker>> | undefined> {
    const texts = await this.#store.read((db) => {
      return firstContents(db, numpyFitSize(countEntities(db)));
    });
    return texts.length === 0 ? undefined : fitNumpyInWorker(texts);
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
    const { cache } = await this.space();
    return this.#store.read((db, { generation }) => {
      return countPassagesAfter(db, cache.mark(generation));
    });
  }

  /**
   * Embeds what is pending, if no other process is at it.
   *
   * @returns how many passages are pending after it.
   * @throws {AltError} UNAVAILABLE, EMBEDDING_FAILED, CANCELLED — what was embedded stays.
   */
  async drain(options: DrainOptions = {}): Promise<number> {
    const running = this.#drain(options);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #drain(options: DrainOptions): Promise<number> {
    const before = await this.pending();
    const space = await this.space();
    if (before === 0 && options.snapshot !== true) return 0;
    const release = this.#lock.tryAcquire();
    if (!release) return before;
    try {
      const left = await this.#embedPending(space, { ...options, total: before });
      if (options.snapshot === true) await this.#snapshot(space);
      return left;
    } finally {
      release();
    }
  }

  async #embedPending(space: Space, options: DrainOptions & { total: number }): Promise<number> {
    const { budgetMs = Infinity, total, onProgress } = options;
    const deadline = performance.now() + budgetMs;
    for (let done = 0; ;) {
      const turn = await this.#nextTurn(space.cache);
      if (turn.texts.length === 0 && turn.through === turn.mark) return 0;
      for (const step of steps(turn, budgetMs === Infinity ? ROWS_PER_TURN : TEXTS_PER_STEP)) {
        if (performance.now() > deadline) return this.pending();
        await embedStep(space, step, options.signal);
        done += step.texts.length;
        onProgress?.(Math.min(done, total), total);
      }
    }
  }

  /** The next passages beyond the mark, those without a vector with their texts. */
  async #nextTurn(cache: EmbeddingCache): Promise<Turn> {
    return this.#store.read((db, { generation }) => {
      const mark = cache.mark(generation);
      const rows = passagesAfter(db, mark, ROWS_PER_TURN);
      const missing = rows.filter(({ textHash }) => !cache.has(textHash));
      const texts = passageTexts(
        db,
        missing.map(({ label }) => label),
      );
      return { generation, mark, texts, through: rows.at(-1)?.label ?? mark };
    });
  }

  async #snapshot({ index }: Space): Promise<void> {
    await this.#store.read((db, { generation }) => {
      index.refresh(db, generation);
      if (index.wantsSnapshot) index.forgetGone(db);
    });
    if (!index.wantsSnapshot) return;
    let sliceStart = performance.now();
    await index.writeSnapshot(async () => {
      if (performance.now() - sliceStart < SLICE_MS) return;
      await new Promise(setImmediate);
      sliceStart = performance.now();
    });
  }

  /** For status: what was asked for, and whether it is there. */
  async describe(): Promise<EmbeddingState> {
    const { name } = await this.#wanted();
    try {
      const { embedder } = await this.space();
      const info = embedder.describe();
      return { requested: name, state: info.state, info };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { requested: name, state: 'unavailable', reason };
    }
  }

  /** Waits for a run under way; it ends soon, for the store refuses it by now. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#closeSpace();
    this.#lock.close();
  }

  async #closeSpace(): Promise<void> {
    const space = this.#space;
    this.#space = undefined;
    space?.cache.close();
    await space?.embedder.dispose();
  }
}
