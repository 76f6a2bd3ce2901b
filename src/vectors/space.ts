/** A space of vectors, open: who embeds, where its vectors are, how they are searched. */
import {
  countEntities,
  EMBEDDER_SETTING,
  hashOfFirstContents,
  settingOf,
  type Db,
  type EmbeddingCache,
} from '../../projections/index.js';
import { numpyFitSize, type Embedder } from '../embedders/index.js';
import type { VectorBackend } from './backend.js';

export interface Space {
  /** As it is written in the log, or was asked for. */
  readonly name: string;
  readonly embedder: Embedder;
  readonly cache: EmbeddingCache;
  readonly backend: VectorBackend;
  /** For the fitted embedder: which texts it was fitted on; else the name. */
  readonly fit: string;
  /** Aborted once another space has taken its place. */
  readonly retirement: AbortController;
}

/** The space that a dimension is to be searched in. */
export type Wanted = Pick<Space, 'name' | 'fit'>;

export function wantedIn(db: Db): Wanted {
  const chosen = settingOf(db, EMBEDDER_SETTING) as { name?: string } | undefined;
  return wantedBy(db, chosen?.name ?? 'auto');
}

/** What an embedder of that name would be here and now. */
export function wantedBy(db: Db, name: string): Wanted {
  return { name, fit: name === 'numpy' ? fitOf(db) : name };
}

/** Names the texts that the fitted embedder is fitted on: a function of the log. */
function fitOf(db: Db): string {
  const size = numpyFitSize(countEntities(db));
  return size === 0 ? 'numpy' : `numpy:${hashOfFirstContents(db, size)}`;
}

export async function closeSpace(space: Space | undefined): Promise<void> {
  await space?.backend.close();
  space?.cache.close();
  await space?.embedder.dispose();
}
