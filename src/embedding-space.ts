/** A space of vectors, open: who embeds, where its vectors are, how they are searched. */
import {
  countEntities,
  EMBEDDER_SETTING,
  hashOfFirstContents,
  settingOf,
  type Db,
  type EmbeddingCache,
  type PassageIndex,
} from '../projections/index.js';
import { numpyFitSize, type Embedder } from './embedders/index.js';

export interface Space {
  readonly embedder: Embedder;
  readonly cache: EmbeddingCache;
  readonly index: PassageIndex;
  /** For the fitted embedder: which texts it was fitted on. */
  readonly fit: string;
}

/** The space that a dimension is to be searched in. */
export interface Wanted {
  /** Of the embedder. */
  readonly name: string;
  /** For the fitted embedder: which texts it is to be fitted on. */
  readonly fit: string;
}

export function wantedIn(db: Db): Wanted {
  const chosen = settingOf(db, EMBEDDER_SETTING) as { name?: string } | undefined;
  const name = chosen?.name ?? 'auto';
  return { name, fit: name === 'numpy' ? fitOf(db) : name };
}

/** Names the texts that the fitted embedder is fitted on: a function of the log. */
function fitOf(db: Db): string {
  const size = numpyFitSize(countEntities(db));
  return size === 0 ? 'numpy' : `numpy:${hashOfFirstContents(db, size)}`;
}
