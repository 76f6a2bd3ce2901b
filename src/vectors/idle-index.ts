/** All vectors searched by this process, let go of when nobody has asked for a while. */
import { join } from 'node:path';
import { nodeFiles } from '../../events/index.js';
import { PassageIndex } from '../../projections/index.js';
import { viewsFolderOf } from '../../replay/index.js';
import type { BackendContext } from './backend.js';

const IDLE_MS = 60_000;

export class IdleIndex {
  readonly #context: BackendContext;
  #index: PassageIndex | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(context: BackendContext) {
    this.#context = context;
  }

  /** The index, for use at once. */
  get(): PassageIndex {
    const { store, spaceId: space, cache, exactMax, signsMax } = this.#context;
    this.#index ??= new PassageIndex({
      files: nodeFiles,
      folder: join(viewsFolderOf(store), 'vectors', space),
      space,
      cache,
      exactMax,
      signsMax,
    });
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.close();
    }, IDLE_MS).unref();
    return this.#index;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#index?.close();
    this.#index = undefined;
  }
}
