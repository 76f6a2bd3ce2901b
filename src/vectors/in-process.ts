/** The backend of every machine: vectors searched by this process, see projections/vectors/. */
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
    const { store, spaceId: space, cache, exactMax, signsMax } = context;
    this.#context = context;
    this.#index = new PassageIndex({
      files: nodeFiles,
      folder: join(viewsFolderOf(store), 'vectors', space),
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
    // Where a file turns out damaged, another is written from what the cache holds.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (!(await this.#prepare(isAnew))) return;
      if (await this.#index.writeSnapshot(inSlices(), { isAnew })) return;
    }
  }

  /** Takes in what is new and lets go of what is gone. @returns whether there is a need to write */
  async #prepare(isAnew: boolean): Promise<boolean> {
    const { store } = this.#context;
    const index = this.#index;
    const wants = await store.read((db, { generation }) => {
      index.refresh(db, generation);
      return isAnew || index.wantsSnapshot;
    });
    let after = wants ? 0 : undefined;
    while (after !== undefined) {
      const from: number = after;
      after = await store.read((db, { generation }) => index.forgetGone(db, generation, from));
    }
    return wants;
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
