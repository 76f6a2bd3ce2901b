/**
 * The backend for dimensions past one machine's memory: a Chroma server holds a copy of the vectors
 * and proposes the nearest. The cache stays the truth; without the server everything is found all
 * the same, by this process alone.
 */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import {
  countPassagesAfter,
  eventsBeyond,
  labelsBeyond,
  labelsClaimed,
  VectorMemory,
  type Db,
} from '../../projections/index.js';
import { viewsFolderOf, type Store } from '../../replay/index.js';
import type {
  BackendContext,
  BackendState,
  BackendWork,
  NearestRequest,
  PushWork,
  VectorBackend,
  VectorSearch,
} from './backend.js';
import {
  ChromaCollection,
  claimOf,
  type CollectionOwner,
  type StoredRecord,
} from './chroma-collection.js';
import { ChromaSearch, countValid, type ServerAnswer } from './chroma-search.js';
import {
  ChromaServer,
  ChromaTrouble,
  type CallOptions,
  type ChromaSettings,
} from './chroma-server.js';
import { chromaStatePath, placeOf, readChromaState, type ChromaState } from './chroma-state.js';
import { ChromaSync, type SyncWork } from './chroma-sync.js';
import { IdleIndex } from './idle-index.js';
import { readServing } from './local-choices.js';

/** So few are looked at each: about 1 ms. */
const EXACT_MAX = 5_000;
/** More than wanted is asked for: the server's index is not exact, and some of it may be gone. */
const SPARE_FACTOR = 2;
const SPARE_COUNT = 50;
const PROPOSED_MAX = 20_000;
const DESCRIBE_MS = 3_000;
/** Records that stand for nothing, remembered until the next push. */
const STRAYS_MAX = 1_000;

export class ChromaBackend implements VectorBackend {
  readonly name = 'chroma';
  readonly #context: BackendContext;
  readonly #server: ChromaServer;
  readonly #memory: VectorMemory;
  /** For when the server is of no use. */
  readonly #index: IdleIndex;
  readonly #exactMax: number;
  #opening: Promise<ChromaCollection | undefined> | undefined;
  readonly #strays = new Set<string>();
  /** The collection is gone, or holds less than was put there. */
  #hasLost = false;
  #isTidy = false;

  constructor(context: BackendContext, settings: ChromaSettings) {
    this.#context = context;
    this.#server = new ChromaServer(settings, context.closing);
    this.#memory = new VectorMemory(context.cache);
    this.#index = new IdleIndex(context);
    this.#exactMax = Math.min(context.exactMax ?? EXACT_MAX, EXACT_MAX);
  }

  async ask(query: Float32Array, request: NearestRequest): Promise<VectorSearch> {
    const parts = {
      query,
      request,
      exactMax: this.#exactMax,
      memory: this.#memory,
      index: () => this.#index.get(),
      onStrays: (strays: readonly string[]) => {
        for (const id of strays) if (this.#strays.size < STRAYS_MAX) this.#strays.add(id);
      },
    };
    try {
      return new ChromaSearch({ ...parts, answer: await this.#askServer(query, request) });
    } catch (error) {
      if (!(error instanceof ChromaTrouble)) throw error;
      this.#note(error);
      return new ChromaSearch({ ...parts, degraded: error.brief });
    }
  }

  /** @throws {ChromaTrouble} */
  async #askServer(
    query: Float32Array,
    request: NearestRequest,
  ): Promise<ServerAnswer | undefined> {
    const told = this.#readState();
    const collection = await this.#open({ creates: false });
    this.#hasLost = told?.id !== collection?.id;
    if (!collection || !told || this.#hasLost) return undefined;
    const asking = this.#propose(collection, query, request);
    const [records, count] = await Promise.all([asking, collection.count()]);
    this.#hasLost = count < told.count;
    return this.#hasLost ? undefined : { records, told };
  }

  /** Asks for more while too much of it stands for nothing. */
  async #propose(
    collection: ChromaCollection,
    query: Float32Array,
    request: NearestRequest,
  ): Promise<StoredRecord[]> {
    const { place, count: wanted } = request;
    for (let count = wanted * SPARE_FACTOR + SPARE_COUNT; ; count *= 4) {
      const records = await collection.query(query, { count, place });
      if (records.length < count || count >= PROPOSED_MAX) return records;
      const valid = await this.#context.store.read((db) => countValid(db, records, request));
      if (valid >= wanted) return records;
    }
  }

  get #owner(): CollectionOwner {
    const { store, spaceId } = this.#context;
    return { dimension: store.identity.id, space: spaceId, replicas: ownersOf(store) };
  }

  #readState(): ChromaState | undefined {
    const { store, spaceId } = this.#context;
    return readChromaState(chromaStatePath(store.folder, spaceId), placeOf(this.#server.settings));
  }

  /** The collection, looked for once. @throws {ChromaTrouble} */
  async #open(
    options: CallOptions & { readonly creates: boolean },
  ): Promise<ChromaCollection | undefined> {
    this.#opening ??= ChromaCollection.open(this.#server, this.#owner, options);
    const opening = this.#opening;
    try {
      const collection = await opening;
      if (!collection) this.#opening = undefined;
      if (collection || !options.creates) return collection;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
    return this.#open(options);
  }

  #note(trouble: ChromaTrouble): void {
    this.#opening = undefined;
    if (trouble.kind === 'missing') {
      this.#hasLost = true;
      return;
    }
    const message = `${trouble.message} Vectors are searched without it. ${trouble.hint ?? ''}`;
    this.#context.store.warn({ code: 'CHROMA_UNREACHABLE', message: message.trimEnd() });
  }

  async push(work: PushWork = {}): Promise<boolean> {
    if (!(await this.isBehind())) return true;
    try {
      const collection = await this.#open({ creates: true, signal: work.signal });
      if (!collection) return true;
      const comparesAll = await this.#hasStrays(collection);
      return await this.#sync(collection, { ...work, comparesAll });
    } catch (error) {
      if (!(error instanceof ChromaTrouble)) throw error;
      this.#note(error);
      return true;
    }
  }

  async isBehind(): Promise<boolean> {
    if (this.#server.trouble) return false;
    const state = this.#readState();
    if (!state || this.#hasLost || this.#strays.size > 0) return true;
    if (state.compares || state.sweptTo !== null) return true;
    return this.#context.store.read((db, { generation }) => {
      if (state.generation !== generation) return true;
      if (state.label !== this.#context.cache.mark(generation)) return true;
      return eventsBeyond(db, state.cursor, 1).count > 0;
    });
  }

  /** Whether records that stood for nothing still do, though the server was told everything. */
  async #hasStrays(collection: ChromaCollection): Promise<boolean> {
    if (this.#strays.size === 0) return false;
    const ids = [...this.#strays];
    this.#strays.clear();
    await this.#sync(collection, { comparesAll: false });
    const held = await collection.get({ ids });
    const claimed = await this.#context.store.read((db) =>
      labelsClaimed(db, held.map(claimOf), {}),
    );
    return claimed.includes(undefined);
  }

  async #sync(
    collection: ChromaCollection,
    { comparesAll, ...work }: SyncWork & { readonly comparesAll: boolean },
  ): Promise<boolean> {
    const { settings } = this.#server;
    const context = { ...this.#context, settings, collection };
    const sync = await ChromaSync.begin(context, { comparesAll });
    // It counted for itself what the collection holds.
    this.#hasLost = false;
    const isDone = await sync.run(work);
    if (isDone) await this.tidy();
    return isDone;
  }

  /** Once: the collections of spaces that this one has replaced are of no use any more. */
  async tidy(): Promise<void> {
    const { store, spaceId } = this.#context;
    if (this.#isTidy || readServing(viewsFolderOf(store))?.space !== spaceId) return;
    try {
      await ChromaCollection.deleteOthers(this.#server, this.#owner);
      this.#isTidy = true;
    } catch (error) {
      if (!(error instanceof ChromaTrouble)) throw error;
      this.#note(error);
    }
  }

  save(): Promise<void> {
    return Promise.resolve();
  }

  async rebuild(work: BackendWork = {}): Promise<number> {
    this.#server.wake();
    this.#opening = undefined;
    const collection = await this.#open({ creates: true, signal: work.signal });
    if (!collection) return 0;
    await this.#sync(collection, { ...work, comparesAll: true });
    this.#strays.clear();
    return collection.count();
  }

  async describe(): Promise<BackendState> {
    const state = this.#readState();
    const lag = await this.#context.store.read((db, { generation }) => {
      return this.#lag(db, generation, state);
    });
    const degraded = await this.#degraded();
    return { name: this.name, mode: 'chroma', lag, ...(degraded !== undefined && { degraded }) };
  }

  #lag(db: Db, generation: string, state: ChromaState | undefined): number {
    const mark = this.#context.cache.mark(generation);
    if (state?.generation !== generation) {
      return countPassagesAfter(db, 0) - countPassagesAfter(db, mark);
    }
    const beyond = labelsBeyond(db, state, { place: {}, limit: -1 });
    return beyond.filter((label) => label <= mark).length;
  }

  async #degraded(): Promise<string | undefined> {
    try {
      await this.#server.call((client) => client.heartbeat(), { timeoutMs: DESCRIBE_MS });
      return undefined;
    } catch (error) {
      if (error instanceof ChromaTrouble) return error.brief;
      throw error;
    }
  }

  close(): Promise<void> {
    this.#index.close();
    this.#server.close();
    return Promise.resolve();
  }
}

/** Who keeps the collection: this machine's replica, and before its first write this folder. */
function ownersOf(store: Store): string[] {
  const place = createHash('sha256').update(`${hostname()}\0${store.folder}`).digest('hex');
  const replica = store.ownReplica();
  return [...(replica === undefined ? [] : [replica]), place.slice(0, 32)];
}
