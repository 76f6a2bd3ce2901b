/**
 * The one door to the disk for everything durable: the log, the small JSON files, quarantine.
 *
 * All calls are synchronous: an append is 0.2 ms, and a lock is never held across an await while
 * bytes are half-written. Tests pass an implementation that fails at a chosen step.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Files are the owner's alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export interface FileStat {
  readonly sizeBytes: number;
  readonly inode: bigint;
  /** 0 where the file system keeps no birth time. */
  readonly birthNs: bigint;
  readonly mtimeNs: bigint;
}

/** What the product asks of a file system. */
export interface Files {
  open(path: string, mode: 'read' | 'write' | 'create'): number;
  close(handle: number): void;
  /** Reads exactly `length` bytes, fewer only at the end of the file. */
  read(handle: number, offset: number, length: number): Buffer;
  /** Fills `target`; less of it only at the end of the file. @returns how many bytes were read. */
  readInto(handle: number, target: Uint8Array, offset: number): number;
  write(handle: number, bytes: Uint8Array, offset: number): void;
  truncate(handle: number, sizeBytes: number): void;
  sync(handle: number): void;
  syncFolder(path: string): void;
  sizeOf(handle: number): number;
  stat(path: string): FileStat | undefined;
  list(path: string): string[];
  makeFolder(path: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

function readFully(handle: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const filled = readInto(handle, bytes, offset);
  return filled === length ? bytes : bytes.subarray(0, filled);
}

function readInto(handle: number, target: Uint8Array, offset: number): number {
  let filled = 0;
  while (filled < target.length) {
    const count = readSync(handle, target, filled, target.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function writeFully(handle: number, bytes: Uint8Array, offset: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(handle, bytes, written, bytes.length - written, offset + written);
  }
}

function syncFolder(path: string): void {
  // Windows has no handle on a folder that could be synced; its renames are journalled.
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const OPEN_FLAGS = { read: 'r', write: 'r+', create: 'wx+' } as const;

/** The real file system. */
export const nodeFiles: Files = {
  open: (path, mode) => openSync(path, OPEN_FLAGS[mode], FILE_MODE),
  close: closeSync,
  read: readFully,
  readInto,
  write: writeFully,
  truncate: ftruncateSync,
  sync: fdatasyncSync,
  syncFolder,
  sizeOf: (handle) => fstatSync(handle).size,
  stat(path) {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (!stat) return undefined;
    const { ino: inode, birthtimeNs: birthNs, mtimeNs } = stat;
    return { sizeBytes: Number(stat.size), inode, birthNs, mtimeNs };
  },
  list: (path) => (existsSync(path) ? readdirSync(path) : []),
  makeFolder: (path) => mkdirSync(path, { recursive: true, mode: FOLDER_MODE }),
  rename: renameSync,
  remove: (path) => {
    rmSync(path, { recursive: true, force: true });
  },
};

/** Whether the path itself is a link, wherever that leads. */
export const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** Where a path leads through all links; as it is where nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What does not exist yet is no link.
    return path;
  }
}

export interface FolderEntry {
  readonly name: string;
  /** `other`: a link, a pipe, a device; what it leads to is not looked at. */
  readonly kind: 'file' | 'folder' | 'other';
}

/** What lies in a folder. @throws when it cannot be read, or is none */
export function entriesOf(path: string): FolderEntry[] {
  return readdirSync(path, { withFileTypes: true }).map((entry) => {
    const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
    return { name: entry.name, kind };
  });
}

/** Reads a whole file as text; undefined when it does not exist. */
export function readText(path: string): string | undefined {
  return readBytes(path)?.toString('utf8');
}

/** Reads a whole file; undefined when it does not exist. */
export function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What may not be read is not missing; what lies below a file is.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Writes a file aside, syncs it, renames it over `path`: readers see the old or the new text. */
export function replaceFile(files: Files, path: string, content: string | Uint8Array): void {
  const aside = `${path}.new`;
  files.remove(aside);
  const handle = files.open(aside, 'create');
  try {
    files.write(handle, typeof content === 'string' ? Buffer.from(content) : content, 0);
    files.sync(handle);
  } finally {
    files.close(handle);
  }
  files.rename(aside, path);
  files.syncFolder(dirname(path));
}

/**
 * Makes a folder for the owner's eyes, and all missing ones above it, and syncs each folder that
 * got a new entry, so that a power cut cannot take the folder away from under what is synced in it.
 */
export function makeFolderDurably(files: Files, path: string): void {
  if (files.stat(path)) return;
  const parent = dirname(path);
  makeFolderDurably(files, parent);
  files.makeFolder(path);
  files.syncFolder(parent);
}

/**
 * Makes an empty file for the owner's eyes unless there is one. For files that a library opens,
 * which would make them readable by everybody.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Takes group and others off an existing folder that a looser umask had made. */
export function closeToOthers(path: string): void {
  if (process.platform !== 'win32') chmodSync(path, FOLDER_MODE);
}

/** The path of a file aside in `folder`, not in use: `name`, `name.1`, `name.2`, … */
export function unusedPath(files: Files, folder: string, name: string): string {
  for (let attempt = 0; ; attempt += 1) {
    const path = join(folder, attempt === 0 ? name : `${name}.${String(attempt)}`);
    if (!files.stat(path)) return path;
  }
}
