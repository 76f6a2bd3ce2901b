/**
 * What holds on this machine only and never travels: `local.json`, the choice of backend and
 * device, and `views/vectors/serving.json`, the space that answered last and goes on doing so until
 * a newly chosen one is complete.
 */
import { join } from 'node:path';
import { makeFolderDurably, nodeFiles, readText, replaceFile } from '../../events/index.js';
import { DEVICE_CHOICES } from '../embedders/index.js';
import { BACKEND_NAMES, type BackendName } from './backend.js';

export interface LocalChoices {
  readonly backend: BackendName;
  /** Undefined where nobody chose one for this dimension. */
  readonly device?: string;
}

/** The space whose vectors are complete here. */
export interface Serving {
  readonly name: string;
  readonly space: string;
}

const localPath = (folder: string): string => join(folder, 'local.json');

/** A file that is missing or unreadable chooses nothing. */
export function readLocalChoices(folder: string): LocalChoices {
  const { backend, device } = readObject(localPath(folder));
  return {
    backend: BACKEND_NAMES.find((name) => name === backend) ?? 'hnsw',
    ...(isDevice(device) && { device }),
  };
}

/** Changes when the choices do. One stat. */
export function localChoicesStamp(folder: string): string {
  const stat = nodeFiles.stat(localPath(folder));
  return stat ? `${String(stat.inode)}:${String(stat.sizeBytes)}` : '';
}

function isDevice(device: unknown): device is string {
  return DEVICE_CHOICES.some((choice) => choice === device);
}

export function writeLocalChoices(folder: string, choices: LocalChoices): void {
  replaceFile(nodeFiles, localPath(folder), `${JSON.stringify(choices)}\n`);
}

export function readServing(viewsFolder: string): Serving | undefined {
  const { name, space } = readObject(join(viewsFolder, 'vectors', 'serving.json'));
  return typeof name === 'string' && typeof space === 'string' ? { name, space } : undefined;
}

export function writeServing(viewsFolder: string, serving: Serving): void {
  const folder = join(viewsFolder, 'vectors');
  makeFolderDurably(nodeFiles, folder);
  replaceFile(nodeFiles, join(folder, 'serving.json'), `${JSON.stringify(serving)}\n`);
}

function readObject(path: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(readText(path) ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    // Both files are conveniences: without them the defaults hold.
    return {};
  }
}
