/**
 * The spaces of a dimension that are open in this process: the one that answers, and, after another
 * was chosen, the one that is being filled to take over. Until that is complete the old one goes
 * on answering, with its own embedder; a chosen one that cannot be loaded here never takes over.
 */
import { join } from 'node:path';
import { AltError, isAltError, makeFolderDurably, nodeFiles } from '../../events/index.js';
import { countEntities, EmbeddingCache, firstContents, type Db } from '../../projections/index.js';
import type { Store } from '../../replay/index.js';
import {
  fitNumpyInWorker,
  numpyFitSize,
  openEmbedder,
  type ModelSearch,
} from '../embedders/index.js';
import type { BackendName, VectorBackend } from './backend.js';
import { ChromaBackend } from './chroma.js';
import { CHROMA_URL, type ChromaSettings } from './chroma-server.js';
import { InProcessBackend } from './in-process.js';
import { localChoicesStamp, readLocalChoices, readServing, writeServing } from './local-choices.js';
import { closeSpace, wantedBy, wantedIn, type Space, type Wanted } from './space.js';

/** How long a search that is under way may still use a space that another one has replaced. */
const RETIREMENT_MS = 10_000;

export interface SpacesOptions {
  readonly thread: 'inline' | 'worker';
  /** Where to look for models before what is installed. */
  readonly models?: ModelSearch | undefined;
  readonly exactVectorsMax?: number | undefined;
  /** The server of the chroma backend; the one on this machine when absent. */
  readonly chroma?: ChromaSettings | undefined;
  /** Aborted when nothing is to be waited for any more. */
  readonly closing?: AbortSignal | undefined;
  /** Where models run, if nobody chose otherwise for this dimension. */
  readonly device?: string | undefined;
}

export class Spaces {
  readonly #store: Store;
  readonly #options: SpacesOptions;
  #serving: Space | undefined;
  #upcoming: Space | undefined;
  #obstacle: { readonly fit: string; readonly error: AltError } | undefined;
  #known: { readonly of: Db; readonly version: number; readonly wanted: Wanted } | undefined;
  #settling: Promise<Space> | undefined;
  #choicesStamp: string | undefined;
  readonly #retired = new Map<Space, NodeJS.Timeout>();

  constructor(store: Store, options: SpacesOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Where models are looked for. */
  get models(): ModelSearch | undefined {
    return this.#options.models;
  }

  /** The space that is being filled to take over from the one that answers. */
  get upcoming(): Space | undefined {
    return this.#upcoming;
  }

  /** Why the chosen space cannot take over. */
  get obstacle(): AltError | undefined {
    return this.#obstacle?.error;
  }

  /**
   * The space that answers; the model itself loads at its first use.
   *
   * @throws {AltError} UNAVAILABLE
   */
  async serving(): Promise<Space> {
    this.#noticeChoices();
    const wanted = await this.wanted();
    const serving = this.#serving;
    if (serving && (await this.#keepsServing(serving, wanted))) return serving;
    this.#settling ??= this.#settle(wanted).finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async #keepsServing(serving: Space, wanted: Wanted): Promise<boolean> {
    if (serving.fit === wanted.fit) return true;
    // What does not load here is tried again when the dimension is opened the next time.
    if (this.#obstacle?.fit === wanted.fit) return true;
    return this.#upcoming?.fit === wanted.fit && !(await this.#hasCaughtUp());
  }

  /** Another process may have chosen another backend or device. */
  #noticeChoices(): void {
    const stamp = localChoicesStamp(this.#store.folder);
    if (this.#choicesStamp !== undefined && stamp !== this.#choicesStamp) this.reopen();
    this.#choicesStamp = stamp;
  }

  /** Which embedder was chosen and, for the fitted one, which texts it is fitted on. */
  async wanted(): Promise<Wanted> {
    return this.#store.read((db) => {
      const version = db.dataVersion();
      // Naming the texts of a fit reads thousands of hashes: once per state of the views.
      if (this.#known?.of === db && this.#known.version === version) return this.#known.wanted;
      const wanted = wantedIn(db);
      this.#known = { of: db, version, wanted };
      return wanted;
    });
  }

  async #settle(wanted: Wanted): Promise<Space> {
    const old = this.#serving ?? (await this.#openRemembered(wanted));
    this.#serving = old;
    if (this.#upcoming?.fit !== wanted.fit) {
      const chosen = await this.#openChosen(wanted, old);
      this.#retire(this.#upcoming);
      this.#upcoming = chosen;
    }
    if (old && !(await this.#hasCaughtUp())) return old;
    return this.#takeOver();
  }

  /** Opens the chosen space; undefined when it cannot be and there is another one that answers. */
  async #openChosen(wanted: Wanted, old: Space | undefined): Promise<Space | undefined> {
    try {
      this.#obstacle = undefined;
      return await this.open(wanted);
    } catch (error) {
      if (!old || !isAltError(error)) throw error;
      this.#obstacle = { fit: wanted.fit, error };
      return undefined;
    }
  }

  /** The space that answered here before another was chosen, if it can still be made. */
  async #openRemembered(wanted: Wanted): Promise<Space | undefined> {
    const remembered = readServing(this.#store.folder);
    const isOther = remembered !== undefined && remembered.name !== wanted.name;
    // Fitted spaces follow the memories: what they were fitted on may have changed since.
    if (!isOther || remembered.name === 'numpy') return undefined;
    try {
      const { name } = remembered;
      const space = await this.open({ name, fit: name });
      if (space.embedder.spaceId === remembered.space) return space;
      await closeSpace(space);
    } catch (error) {
      if (!isAltError(error)) throw error;
    }
    return undefined;
  }

  /** Whether the upcoming space lacks no passage that the serving one has. */
  async #hasCaughtUp(): Promise<boolean> {
    const [serving, upcoming] = [this.#serving, this.#upcoming];
    if (!upcoming) return false;
    if (!serving || serving.embedder.spaceId === upcoming.embedder.spaceId) return true;
    return this.#store.read((_, { generation }) => {
      return upcoming.cache.mark(generation) >= serving.cache.mark(generation);
    });
  }

  /** The upcoming space answers from now on. */
  #takeOver(): Space {
    const next = this.#upcoming;
    if (!next) throw new AltError('INTERNAL', 'There is no space to take over.');
    this.#retire(this.#serving);
    this.#serving = next;
    this.#upcoming = undefined;
    return next;
  }

  #retire(space: Space | undefined): void {
    if (!space) return;
    const close = (): void => {
      this.#retired.delete(space);
      void closeSpace(space);
    };
    this.#retired.set(space, setTimeout(close, RETIREMENT_MS).unref());
  }

  /** Whether another space has taken the place of that one: nothing more is put into it. */
  isRetired(space: Space): boolean {
    return this.#retired.has(space);
  }

  /** Opens everything anew at the next use: another backend or device was chosen. */
  reopen(): void {
    this.#retire(this.#serving);
    this.#retire(this.#upcoming);
    this.#serving = undefined;
    this.#upcoming = undefined;
  }

  /** That space, filled by its caller, is the next to take over. */
  adopt(space: Space): void {
    this.#retire(this.#upcoming);
    this.#upcoming = space;
  }

  /** The chosen space is not to be used: its model does not load here. */
  giveUp(error: AltError): void {
    this.#obstacle = this.#upcoming && { fit: this.#upcoming.fit, error };
    this.#retire(this.#upcoming);
    this.#upcoming = undefined;
  }

  /** After its vectors are complete: the next process begins with it too. */
  remember(space: Space): void {
    const { name, embedder } = space;
    const known = readServing(this.#store.folder);
    if (known?.name === name && known.space === embedder.spaceId) return;
    writeServing(this.#store.folder, { name, space: embedder.spaceId });
  }

  /**
   * Opens a space that is not in use yet. Loads no model.
   *
   * @throws {AltError} UNAVAILABLE, INVALID_ARGUMENT
   */
  async open(wanted: Wanted, device?: string): Promise<Space> {
    const { thread, models } = this.#options;
    const choices = readLocalChoices(this.#store.folder);
    const basis = wanted.name === 'numpy' ? await this.#fit() : undefined;
    const embedder = await openEmbedder(wanted.name, {
      thread,
      device: device ?? choices.device ?? this.#options.device ?? 'auto',
      ...(models && { models }),
      ...(basis && { numpyBasis: basis }),
    });
    makeFolderDurably(nodeFiles, join(this.#store.folder, 'cache'));
    const cache = this.#openCache(embedder.spaceId);
    const backend = this.openBackend(choices.backend, { embedder, cache });
    return { ...wanted, embedder, cache, backend };
  }

  /** What searches a space, in another way perhaps than it is searched now. */
  openBackend(name: BackendName, of: Pick<Space, 'embedder' | 'cache'>): VectorBackend {
    const { cache, embedder } = of;
    const { exactVectorsMax: exactMax, closing } = this.#options;
    const context = { store: this.#store, spaceId: embedder.spaceId, cache, exactMax, closing };
    if (name === 'hnsw') return new InProcessBackend(context);
    return new ChromaBackend(context, this.#options.chroma ?? { url: CHROMA_URL });
  }

  /** What an embedder of that name would be here and now. */
  async wantedBy(name: string): Promise<Wanted> {
    return this.#store.read((db) => wantedBy(db, name));
  }

  async #fit(): Promise<Awaited<ReturnType<typeof fitNumpyInWorker>> | undefined> {
    const texts = await this.#store.read((db) => {
      return firstContents(db, numpyFitSize(countEntities(db)));
    });
    return texts.length === 0 ? undefined : fitNumpyInWorker(texts);
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
      await this.close();
      this.#discardCache();
      return work();
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#retired.values()) clearTimeout(timer);
    const spaces = [this.#serving, this.#upcoming, ...this.#retired.keys()];
    this.#retired.clear();
    this.#serving = undefined;
    this.#upcoming = undefined;
    for (const space of spaces) await closeSpace(space);
  }
}
