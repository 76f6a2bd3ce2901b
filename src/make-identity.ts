/** A new dimension's id and key, and the folder that they are written into. */
import { join } from 'node:path';
import {
  FileLock,
  makeFolderDurably,
  newIdentity,
  readDimensionFile,
  systemError,
  writeDimensionFile,
  type DimensionIdentity,
  type Files,
} from '../events/index.js';
import { realSystem } from './system.js';

/** Under the lock: of several processes that found no dimension here, one makes it. */
export async function makeIdentity(
  files: Files,
  path: string,
  lockWaitMs: number | undefined,
): Promise<DimensionIdentity> {
  const lock = new FileLock(join(path, 'lock.db'), { files, label: 'init' });
  try {
    makeFolderDurably(files, path);
    const release = await lock.acquire(lockWaitMs);
    try {
      const existing = readDimensionFile(files, path);
      const identity = existing ?? newIdentity((size) => realSystem.randomBytes(size));
      if (!existing) writeDimensionFile(files, path, identity);
      return identity;
    } finally {
      release();
    }
  } catch (error) {
    throw systemError(error, `Making a dimension at ${path}`);
  } finally {
    lock.close();
  }
}
