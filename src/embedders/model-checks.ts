/**
 * Whether the files of a model are the published ones, byte by byte. A checksum that was right is
 * remembered with the file's size and time of change, so each file is read once.
 */
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AltError, makeFolderDurably, nodeFiles, replaceFile } from '../../events/index.js';
import { findModel, type LocatedModel, type ModelFiles, type ModelSearch } from './model-files.js';

/** Of each file by its path: size, time of change and checksum, in one text. */
type Remembered = Readonly<Record<string, unknown>>;

/** The sha256 of a file in hex. @throws the error of the operating system */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { ...(signal && { signal }) });
  return hash.digest('hex');
}

/**
 * Reads every file of a model and compares its checksum with the published one.
 * Throws UNAVAILABLE naming the first file that differs.
 */
export async function verifyModel(
  model: ModelFiles,
  located: LocatedModel,
  signal?: AbortSignal,
): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(model.files)) {
    const path = located.path(name);
    if ((await sha256Of(path, signal)) === sha256) continue;
    throw new AltError('UNAVAILABLE', `Checksum mismatch for ${path}.`, {
      hint: 'Delete it, then install or download the model again.',
    });
  }
}

/**
 * Finds a model and, where its files did not come with an installation, compares their checksums
 * unless that was done before. Throws UNAVAILABLE naming the file that is absent or differs.
 */
export async function findCheckedModel(
  model: ModelFiles,
  search: ModelSearch,
): Promise<LocatedModel> {
  const located = findModel(model, search);
  const { checksumsFile } = search;
  const cameInstalled = located.origin === 'bundled' || located.origin === 'package';
  if (cameInstalled || checksumsFile === undefined) return located;
  const remembered = readRemembered(checksumsFile);
  const entries = await entriesOf(model, located);
  const isKnown = Object.entries(entries).every(([path, entry]) => remembered[path] === entry);
  // Where nothing can be remembered every start would read hundreds of megabytes.
  if (isKnown || !remember(checksumsFile, remembered)) return located;
  await verifyModel(model, located);
  remember(checksumsFile, { ...readRemembered(checksumsFile), ...entries });
  return located;
}

/** What is to be remembered of a model's files. */
async function entriesOf(model: ModelFiles, located: LocatedModel): Promise<Remembered> {
  const entries: Record<string, string> = {};
  for (const [name, { sha256 }] of Object.entries(model.files)) {
    const path = located.path(name);
    const { size, mtimeMs } = await stat(path);
    entries[path] = `${String(size)} ${String(mtimeMs)} ${sha256}`;
  }
  return entries;
}

function readRemembered(path: string): Remembered {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Remembered) : {};
  } catch {
    // Nothing is remembered yet, or not any more: the files are read again.
    return {};
  }
}

/** How it looks when another process writes the same file at the same moment. */
const RACE_CODES: readonly unknown[] = ['ENOENT', 'EEXIST'];

/** @returns whether something can be remembered here. */
function remember(path: string, remembered: Remembered): boolean {
  try {
    makeFolderDurably(nodeFiles, dirname(path));
    replaceFile(nodeFiles, path, JSON.stringify(remembered));
    return true;
  } catch (error) {
    // Otherwise a home that may not be written; the caller goes by sizes then.
    return RACE_CODES.includes((error as { code?: unknown }).code);
  }
}
