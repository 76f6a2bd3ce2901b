/** A space of vectors, open: who embeds, where its vectors are, how they are searched. */
import type { EmbeddingCache, PassageIndex } from '../projections/index.js';
import type { Embedder } from './embedders/index.js';

export interface Space {
  readonly embedder: Embedder;
  readonly cache: EmbeddingCache;
  readonly index: PassageIndex;
  /** For the fitted embedder: which texts it was fitted on. */
  readonly fit: string;
}
