/**
 * Readable copies of what the log says, beside it in the dimension. They are written, never relied
 * on: each may be deleted or spoiled, and the next writing mends it.
 */
import { join } from 'node:path';
import {
  explained,
  isAltError,
  isLink,
  makeFolderDurably,
  readBytes,
  replaceFile,
} from '../../events/index.js';
import type { Db } from '../../projections/index.js';
import type { Session } from '../session.js';

/** Contents by file name: what a folder of side files holds. */
export type FolderContent = ReadonlyMap<string, string | Uint8Array>;

export interface SideFile {
  /** Relative to the dimension: a file, or a folder for a content of several files. */
  readonly path: string;
  /** What it says now; undefined where there is nothing to say, and then nothing is touched. */
  readonly content: (db: Db, session: Session) => string | FolderContent | undefined;
  /** Of a folder: the names that are ours. What else lies there is somebody else's, and stays. */
  readonly owns?: RegExp | undefined;
  /** For a file that people write too: takes what they wrote into the log. */
  readonly takeIn?: (session: Session) => Promise<void>;
}

/**
 * Writes what differs from what the log says: aside, synced, renamed; for the owner's eyes only.
 * Runs under the lock, so that two processes do not write one file.
 *
 * @returns the paths that were written, relative to the dimension.
 * @throws {AltError} READ_ONLY, DISK_FULL, IO_FAILED, BUSY
 */
export async function writeSideFiles(
  session: Session,
  sideFiles: readonly SideFile[],
): Promise<string[]> {
  return session.store.withLock((db) => {
    const failures: unknown[] = [];
    const written = sideFiles.flatMap((sideFile) => {
      try {
        return writeOne(session, db, sideFile);
      } catch (error) {
        failures.push(error);
        return [];
      }
    });
    // What is in the way of one must not keep the others behind.
    if (failures.length > 0) throw failures[0];
    return written;
  });
}

function writeOne(session: Session, db: Db, sideFile: SideFile): string[] {
  const { path, content } = sideFile;
  const text = content(db, session);
  if (text === undefined) return [];
  if (typeof text === 'string') return writeFile(session, path, text);
  return writeFolder(session, sideFile, text);
}

/** As {@link writeSideFiles}; what cannot be written is a warning: the log has it. */
export async function refreshSideFiles(
  session: Session,
  sideFiles: readonly SideFile[],
): Promise<void> {
  await warning(session, sideFiles, async () => {
    await writeSideFiles(session, sideFiles);
  });
}

/**
 * Takes what people or an older product wrote into the log, and mends the copies that lag behind
 * it. Only looks where there is a file; what fails is a warning.
 */
export async function takeInSideFiles(
  session: Session,
  sideFiles: readonly SideFile[],
): Promise<void> {
  await warning(session, sideFiles, async () => {
    const { files, store } = session;
    const present = sideFiles.filter(({ path, takeIn }) => {
      return takeIn !== undefined && files.stat(join(store.folder, path)) !== undefined;
    });
    for (const { takeIn } of present) await takeIn?.(session);
    if (present.length === 0) return;
    const lagging = await store.read((db) => {
      return present.filter(({ path, content }) => {
        const text = content(db, session);
        return text !== undefined && text !== readSideFile(session, path);
      });
    });
    if (lagging.length > 0) await writeSideFiles(session, lagging);
  });
}

/** Whatever the disk does to a copy, the log is whole and the caller's work goes on. */
async function warning(
  { store }: Session,
  sideFiles: readonly SideFile[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const told = explained(error, 'Looking at it');
    if (!isAltError(told)) throw error;
    const names = sideFiles.map(({ path }) => path).join(', ');
    const message = `The log is whole, but ${names} could not follow: ${told.message}`;
    store.warn({ code: 'SIDE_FILES_BEHIND', message });
  }
}

/** The text of a side file; undefined when there is none, or it cannot be read as one. */
export function readSideFile(session: Session, path: string): string | undefined {
  return bytesOf(session, path)?.toString('utf8');
}

function bytesOf({ store }: Session, path: string): Buffer | undefined {
  try {
    return readBytes(join(store.folder, path));
  } catch (error) {
    // A folder of that name, or a file that is closed to us, says nothing.
    if ((error as { code?: unknown }).code === undefined) throw error;
    return undefined;
  }
}

function writeFile(session: Session, path: string, content: string | Uint8Array): string[] {
  const bytes = Buffer.from(content);
  if (bytesOf(session, path)?.equals(bytes) === true) return [];
  replaceFile(session.files, join(session.store.folder, path), bytes);
  return [path];
}

function writeFolder(session: Session, { path, owns }: SideFile, content: FolderContent): string[] {
  const { files, store } = session;
  const folder = join(store.folder, path);
  // What a link leads to is not ours to fill or to clear.
  if (isLink(folder)) files.remove(folder);
  makeFolderDurably(files, folder);
  const written = [...content].flatMap(([name, part]) => {
    return writeFile(session, `${path}/${name}`, part);
  });
  for (const name of files.list(folder)) {
    if (owns?.test(name) === true && !content.has(name)) files.remove(join(folder, name));
  }
  return written;
}
