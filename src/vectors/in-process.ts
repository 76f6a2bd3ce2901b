/** The backend of every machine: vectors in this process, an hnsw index beside them when many. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { nodeFiles } from '../../events/index.js';
import { isHnswAvailable, PassageIndex } from '../../projections/index.js';
import { viewsFolderOf } from '../../replay/index.js';
import type {
  BackendContext,
  BackendState,
  NearestRequest,
  VectorBackend,
  VectorSearch,
} from './backend.js';

/** The event loop is given a turn this often while the index is built. */
const SLICE_MS = 5;

export class InProcessBackend implements VectorBackend {
  readonly name = 'hnsw';
  readonly #context: BackendContext;
  readonly #index: PassageIndex;

  constructor(context: BackendContext) {
    const { store, spaceId: space, cache, exactMax } = context;
    this.#context = context;
    this.#index = new PassageIndex({
      files: nodeFiles,
      folder: join(viewsFolderOf(store), 'vectors', space),
      space,
      cache,
      exactMax,
      onDamaged: () => {
        const message = 'The index of vectors was damaged; it is built again.';
        store.warn({ code: 'INDEX_DAMAGED', message });
      },
    });
  }

  ask(query: Float32Array, request: NearestRequest): Promise<VectorSearch> {
    const index = this.#index;
    return Promise.resolve({
      nearest(db, generation) {
        index.refresh(db, generation);
        return index.search(db, query, request);
      },
      cosine: (_, label) => index.cosine(query, label),
    } satisfies VectorSearch);
  }

  /** What was embedded is in the cache, where the next search finds it. */
  isBehind(): Promise<boolean> {
    return Promise.resolve(false);
  }

  push(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Nothing of ours lies outside the dimension. */
  tidy(): Promise<void> {
    return Promise.resolve();
  }

  async save(): Promise<void> {
    const index = this.#index;
    await this.#context.store.read((db, { generation }) => {
      index.refresh(db, generation);
      if (index.wantsSnapshot) index.forgetGone(db);
    });
    if (!index.wantsSnapshot) return;
    let sliceStart = performance.now();
    await index.writeSnapshot(async () => {
      if (performance.now() - sliceStart < SLICE_MS) return;
      await setImmediate();
      sliceStart = performance.now();
    });
  }

  async rebuild(): Promise<number> {
    await this.save();
    return this.#index.size;
  }

  describe(): Promise<BackendState> {
    return Promise.resolve({ name: this.name, mode: isHnswAvailable() ? 'hnsw' : 'flat', lag: 0 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
