/** From texts to vectors: the bundled model, the embedder without one, the worker around both. */
export {
  chooseEmbedder,
  openEmbedder,
  resolveEmbedderName,
  type AutoChoice,
  type OpenEmbedderOptions,
} from './choose.js';
export {
  DIMENSION,
  EMBEDDER_NAMES,
  type Embedder,
  type EmbedderInfo,
  type EmbedderName,
  type EmbedOptions,
  type EmbedResult,
  type Runtime,
  type Scripts,
} from './embedder.js';
export { findWorkerEntry, fitNumpyInWorker, WORKER_FILE } from './in-worker.js';
export { verifyMiniLm } from './minilm.js';
export { MIN_FITTED_DOCUMENTS, numpyEmbedder, numpyFitSize } from './numpy.js';
export { fitNumpy, type NumpyBasis } from './numpy-fit.js';
