/**
 * Puts bytes that were proved into another replica's folder, as they are. Only the holder of the
 * dimension's lock may: and it folds them right after.
 */
import { join } from 'node:path';
import { systemError } from '../errors.js';
import { makeFolderDurably, type Files } from '../files.js';
import type { Log } from './log.js';
import { HEADER_BYTES, segmentName } from './segment.js';

export interface BytesToPut {
  readonly replica: string;
  /** First seq of the segment. */
  readonly segment: number;
  /** Where the bytes belong: 0, or the end of the last whole commit. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** Whether bytes that lie behind them stay: of a log that is damaged in the middle. */
  readonly keepsRest: boolean;
}

/**
 * Writes and syncs the bytes. What an interrupted transfer left behind them is dropped.
 *
 * @throws {AltError} DISK_FULL, READ_ONLY, IO_FAILED — of what was kept no half commit counts.
 */
export function putBytes(files: Files, log: Log, put: BytesToPut): void {
  const folder = log.folderOf(put.replica);
  const path = join(folder, segmentName(put.segment));
  try {
    makeFolderDurably(files, folder);
    const isNew = files.stat(path) === undefined;
    const handle = files.open(path, isNew ? 'create' : 'write');
    try {
      write(files, handle, put);
    } finally {
      files.close(handle);
    }
    files.syncFolder(folder);
  } catch (error) {
    throw systemError(error, 'Writing what arrived to the log');
  }
}

function write(files: Files, handle: number, { offset, bytes, keepsRest }: BytesToPut): void {
  if (!keepsRest) files.truncate(handle, offset);
  const isNew = offset === 0;
  if (isNew) {
    // A header is synced before anything follows it: readers take a bad one with more for damage.
    files.write(handle, bytes.subarray(0, HEADER_BYTES), 0);
    files.sync(handle);
  }
  const done = isNew ? HEADER_BYTES : 0;
  files.write(handle, bytes.subarray(done), offset + done);
  files.sync(handle);
}
