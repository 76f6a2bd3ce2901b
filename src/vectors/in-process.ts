/** The backend of every machine: vectors searched by this process, see projections/vectors/. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { nodeFiles } from '../../events/index.js';
import { isHnswAvailable, PassageIndex } from '../../projections/index.js';
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
    const { store, spaceId: space, cache, exactMax, signsMax } = context;
    this.#context = context;
    this.#index = new PassageIndex({
      files: nodeFiles,
      folder: join(store.folder, 'views', 'vectors', space),
      space,
      cache,
      exactMax,
      signsMax,
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
      cosines: (db, labels) => index.cosines(db, query, labels),
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
    await this.#write(false);
  }

  async #write(isAnew: boolean): Promise<void> {
    const index = this.#index;
    let isDone = false;
    while (!isDone) {
      const wants = await this.#context.store.read((db, { generation }) => {
        index.refresh(db, generation);
        const wantsSnapshot = isAnew || index.wantsSnapshot;
        if (wantsSnapshot) index.forgetGone(db);
        return wantsSnapshot;
      });
      if (!wants) return;
      // Where a file turns out damaged, the next round writes another from what the cache holds.
      isDone = await index.writeSnapshot(inSlices(), { isAnew });
    }
  }

  async rebuild(): Promise<number> {
    await this.#write(true);
    return this.#index.size;
  }

  describe(): Promise<BackendState> {
    return Promise.resolve({ name: this.name, mode: isHnswAvailable() ? 'hnsw' : 'flat', lag: 0 });
  }

  close(): Promise<void> {
    this.#index.close();
    return Promise.resolve();
  }
}

/** Called often, it gives the event loop a turn now and then. */
function inSlices(): () => Promise<void> {
  let sliceStart = performance.now();
  return async () => {
    if (performance.now() - sliceStart < SLICE_MS) return;
    await setImmediate();
    sliceStart = performance.now();
  };
}
