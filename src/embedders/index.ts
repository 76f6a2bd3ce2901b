/** From texts to vectors: the bundled model, the embedder without one, the worker around both. */
export { chooseEmbedder, openEmbedder, resolveEmbedderName } from './choose.js';
export { DEVICE_CHOICES, resolveDevice } from './devices.js';
export {
  DIMENSION,
  throwIfCancelled,
  type Embedder,
  type EmbedderInfo,
  type EmbedOptions,
} from './embedder.js';
export { fitNumpyInWorker } from './in-worker.js';
export type { ModelSearch } from './model-files.js';
export { numpyFitSize } from './numpy.js';
