/** Files that the user asked for: written for the owner's eyes, never through a link. */
import {
  closeSync,
  constants,
  createReadStream,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { AltError, systemError } from '../../events/index.js';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const { O_CREAT, O_TRUNC, O_WRONLY } = constants;
/** Refuses a link at the very end of a path; absent where the system has none. */
const NO_FOLLOW = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;

/** Makes a folder, or takes the one that is there. @throws {AltError} PATH_DENIED for a link */
export function makeExportFolder(path: string): void {
  refuseLink(path);
  doing(`Making the folder ${path}`, () => mkdirSync(path, { recursive: true, mode: FOLDER_MODE }));
}

/** A file being written. */
export interface ExportFile {
  write(text: string): void;
  close(): void;
}

/** Begins a file anew. @throws {AltError} PATH_DENIED for a link, IO_FAILED, READ_ONLY */
export function openExportFile(path: string): ExportFile {
  refuseLink(path);
  const flags = O_WRONLY | O_CREAT | O_TRUNC | NO_FOLLOW;
  const handle = doing(`Writing ${path}`, () => openSync(path, flags, FILE_MODE));
  if (process.platform !== 'win32') fchmodSync(handle, FILE_MODE);
  return {
    write(text) {
      const bytes = Buffer.from(text);
      doing(`Writing ${path}`, () => {
        for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      });
    },
    close() {
      closeSync(handle);
    },
  };
}

/**
 * Writes a file in whole or not at all: aside first, then in place of what is there.
 *
 * @throws {AltError} PATH_DENIED for a link; IO_FAILED, READ_ONLY, DISK_FULL
 */
export async function writeExportFile(path: string, texts: AsyncIterable<string>): Promise<void> {
  refuseLink(path);
  const aside = `${path}.part`;
  const file = openExportFile(aside);
  try {
    for await (const text of texts) file.write(text);
  } catch (error) {
    file.close();
    rmSync(aside, { force: true });
    throw error;
  }
  file.close();
  doing(`Writing ${path}`, () => {
    renameSync(aside, path);
  });
}

/** The bytes of a file, as they come. @throws {AltError} NOT_FOUND, READ_ONLY, IO_FAILED */
export async function* readImportFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw readFailure(error, path);
    throw new AltError('NOT_FOUND', `There is no file ${path}.`, { cause: error });
  }
}

/** What a consumer threw is its own. */
function readFailure(error: unknown, path: string): unknown {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : systemError(error, `Reading ${path}`);
}

function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new AltError('PATH_DENIED', `${path} is a link; nothing is written through it.`, {
    hint: 'Name the folder or file itself.',
  });
}

function doing<Result>(work: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw systemError(error, work);
  }
}
