/** Opens spaces: the embedder, its vectors in the cache, and what searches them. */
import { join } from 'node:path';
import { AltError, isAltError, makeFolderDurably, nodeFiles } from '../../events/index.js';
import { countEntities, EmbeddingCache, firstContents } from '../../projections/index.js';
import { PastStore, type Store } from '../../replay/index.js';
import {
  fitNumpyInWorker,
  numpyFitSize,
  openEmbedder,
  type Embedder,
  type ModelSearch,
} from '../embedders/index.js';
import type { BackendName, VectorBackend } from './backend.js';
import { ChromaBackend } from './chroma.js';
import { CHROMA_URL, type ChromaSettings } from './chroma-server.js';
import { InProcessBackend } from './in-process.js';
import { readLocalChoices } from './local-choices.js';
import type { Space, Wanted } from './space.js';

export interface SpacesOptions {
  readonly thread: 'inline' | 'worker';
  /** Where to look for models before what is installed. */
  readonly models?: ModelSearch | undefined;
  readonly exactVectorsMax?: number | undefined;
  readonly signsVectorsMax?: number | undefined;
  /** The server of the chroma backend; the one on this machine when absent. */
  readonly chroma?: ChromaSettings | undefined;
  /** Aborted when nothing is to be waited for any more. */
  readonly closing?: AbortSignal | undefined;
  /** Where models run, if nobody chose otherwise for this dimension. */
  readonly device?: string | undefined;
}

export class SpaceOpener {
  readonly #store: Store;
  readonly #options: SpacesOptions;

  constructor(store: Store, options: SpacesOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Opens a space that is not in use yet. Loads no model.
   *
   * @throws {AltError} UNAVAILABLE, DIMENSION_CLOSED
   */
  async open(wanted: Wanted, device?: string): Promise<Space> {
    const choices = readLocalChoices(this.#store.folder);
    const embedder = await this.#openEmbedder(wanted, device ?? choices.device);
    this.#assertOpen();
    makeFolderDurably(nodeFiles, join(this.#store.folder, 'cache'));
    const cache = this.#openCache(embedder.spaceId);
    // A server knows what is, not what was.
    const isPast = this.#store instanceof PastStore;
    const backend = this.openBackend(isPast ? 'hnsw' : choices.backend, { embedder, cache });
    return { ...wanted, embedder, cache, backend, retirement: new AbortController() };
  }

  async #openEmbedder({ name }: Wanted, device = this.#options.device): Promise<Embedder> {
    const { thread, models } = this.#options;
    const basis = name === 'numpy' ? await this.#fit() : undefined;
    try {
      return await openEmbedder(name, {
        thread,
        device: device ?? 'auto',
        ...(models && { models }),
        ...(basis && { numpyBasis: basis }),
      });
    } catch (error) {
      if (!isAltError(error, 'INVALID_ARGUMENT')) throw error;
      throw new AltError('UNAVAILABLE', `This release does not know the embedder '${name}'.`, {
        cause: error,
        hint: 'Upgrade, or choose another one with "alt embedder".',
      });
    }
  }

  /** A folder that was closed, and perhaps removed, must not come back. */
  #assertOpen(): void {
    if (this.#options.closing?.aborted !== true) return;
    throw new AltError('DIMENSION_CLOSED', 'The dimension was closed.');
  }

  async #fit(): Promise<Awaited<ReturnType<typeof fitNumpyInWorker>> | undefined> {
    const texts = await this.#store.read((db) => {
      return firstContents(db, numpyFitSize(countEntities(db)));
    });
    return texts.length === 0 ? undefined : fitNumpyInWorker(texts);
  }

  /** What searches a space, in another way perhaps than it is searched now. */
  openBackend(name: BackendName, of: Pick<Space, 'embedder' | 'cache'>): VectorBackend {
    const { cache, embedder } = of;
    const { exactVectorsMax: exactMax, signsVectorsMax: signsMax, closing } = this.#options;
    const limits = { exactMax, signsMax };
    const context = { store: this.#store, spaceId: embedder.spaceId, cache, ...limits, closing };
    if (name === 'hnsw') return new InProcessBackend(context);
    return new ChromaBackend(context, this.#options.chroma ?? { url: CHROMA_URL });
  }

  #openCache(spaceId: string): EmbeddingCache {
    try {
      return EmbeddingCache.open(this.#cachePath, spaceId);
    } catch (error) {
      if (!isAltError(error, 'CACHE_DAMAGED')) throw error;
      this.discardCache();
      return EmbeddingCache.open(this.#cachePath, spaceId);
    }
  }

  /** Costs time, never memory. Nobody of this process may have it open. */
  discardCache(): void {
    EmbeddingCache.discard(nodeFiles, this.#cachePath);
    const message = 'The embedding cache was damaged; texts are embedded again.';
    this.#store.warn({ code: 'CACHE_DAMAGED', message });
  }

  /** Changes when another file takes the cache's place. One stat. */
  cacheStamp(): string {
    return String(nodeFiles.stat(this.#cachePath)?.inode ?? '');
  }

  get #cachePath(): string {
    return join(this.#store.folder, 'cache', 'embeddings.db');
  }
}
