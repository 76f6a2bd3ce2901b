/** Taking what no memory says any more out of the vectors: the cache, the files of the index. */
import { join } from 'node:path';
import { isAltError, type Files } from '../../events/index.js';
import { EmbeddingCache, livingTextHashes } from '../../projections/index.js';
import type { Session } from '../session.js';
import type { Embedding } from '../vectors/embedding.js';
import { readLocalChoices } from '../vectors/local-choices.js';

/**
 * Only while nobody embeds.
 *
 * @returns false when somebody who reads keeps old pages of the cache.
 * @throws {AltError} UNAVAILABLE when a server of vectors cannot be reached
 */
export async function sweepVectors(
  { store, files }: Session,
  embedding: Embedding,
): Promise<boolean> {
  const cache = join(store.folder, 'cache', 'embeddings.db');
  const isEmptied = await embedding.healing(async () => {
    if (!files.stat(cache)) return true;
    return store.read((db, { generation }) => {
      return EmbeddingCache.prune(cache, { texts: livingTextHashes(db), generation });
    });
  });
  const folder = join(store.folder, 'views', 'vectors');
  const isKept = readLocalChoices(store.folder).backend !== 'hnsw' || files.stat(folder);
  if (isKept) await embedding.healing(() => rewriteIndex(files, folder, embedding));
  return isEmptied;
}

/** Only the space that answers keeps files: another one is filled again from the cache. */
async function rewriteIndex(files: Files, folder: string, embedding: Embedding): Promise<void> {
  const space = await spaceOf(embedding);
  for (const name of files.list(folder)) {
    if (name !== space?.embedder.spaceId && !name.endsWith('.json'))
      files.remove(join(folder, name));
  }
  await space?.backend.rebuild();
}

/** Undefined where no embedder can be had: then no file of vectors stays. */
async function spaceOf(embedding: Embedding) {
  try {
    return await embedding.space();
  } catch (error) {
    if (isAltError(error, 'UNAVAILABLE')) return undefined;
    throw error;
  }
}
