/** From texts to vectors: the bundled model, the embedder without one, the worker around both. */
export { chooseEmbedder, openEmbedder, resolveEmbedderName } from './choose.js';
export { DIMENSION, type Embedder, type EmbedderInfo } from './embedder.js';
export { fitNumpyInWorker } from './in-worker.js';
export { numpyFitSize } from './numpy.js';
