/**
 * Vectors kept between runs, so that a ranking can be measured again without running the model.
 *
 * Only the embedding cache is kept. Its rows are named by the embedding space and the hash of a
 * passage's text, so another model or another way of cutting finds nothing under its name; the log,
 * the views and the vector index are made anew by the code under test.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

const cacheOf = (path) => join(path, 'cache', 'embeddings.db');
const keptAs = (folder, name) => join(folder, 'vectors', `${name}.db`);

/** Puts what is kept under that name into a closed, empty dimension */
export function lendVectors(folder, name, path) {
  const kept = folder && keptAs(folder, name);
  if (!kept || !existsSync(kept)) return;
  mkdirSync(dirname(cacheOf(path)), { recursive: true });
  copyFileSync(kept, cacheOf(path));
}

/** Keeps the vectors of a closed dimension under that name. */
export function keepVectors(folder, name, path) {
  if (!folder || !existsSync(cacheOf(path))) return;
  const kept = keptAs(folder, name);
  mkdirSync(dirname(kept), { recursive: true });
  const building = `${kept}.${process.pid}`;
  copyFileSync(cacheOf(path), building);
  renameSync(building, kept);
}
