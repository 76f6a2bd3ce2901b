/**
 * Fetches the published files of a model: only when the user allows it and, where a model has
 * terms, accepted them; one process at a time; into a folder where models are looked for.
 */
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  AltError,
  FileLock,
  isAltError,
  makeFolderDurably,
  nodeFiles,
} from '../../events/index.js';
import type { ModelSettings } from '../config.js';
import { fetchFile, type FetchOptions, type WantedFile } from './fetch-file.js';
import { knownModel, type KnownModel, type ModelCatalogue } from './model-catalogue.js';
import { sha256Of, verifyModel } from './model-checks.js';
import { findModel, hubFolder, type LocatedModel } from './model-files.js';

/** How often a process that waits for another one's download looks whether it is over. */
const LOCK_POLL_MS = 200;

/** What the user is asked about. */
export interface DownloadPlan {
  readonly name: string;
  readonly title: string;
  readonly license: string;
  readonly sizeBytes: number;
  readonly from: string;
  readonly to: string;
}

export interface DownloadOptions {
  readonly settings: ModelSettings;
  readonly signal?: AbortSignal | undefined;
  /** Asks the user, where the settings say `ask`. Without it such a download is refused. */
  readonly confirm?: ((plan: DownloadPlan) => Promise<boolean>) | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** Called once when another process is at it. */
  readonly onWait?: (() => void) | undefined;
  /** The models that are known; those of this release when absent. */
  readonly catalogue?: ModelCatalogue | undefined;
  readonly pace?: Pick<FetchOptions, 'stallMs' | 'retryPauseMs'> | undefined;
}

export interface Downloaded {
  readonly name: string;
  readonly folder: string;
  /** The files that were fetched, by their paths as on the hub; none when all were there. */
  readonly fetched: readonly string[];
}

type NamedModel = KnownModel & { readonly name: string };
type HubModel = NamedModel & Required<Pick<KnownModel, 'hub'>>;

/**
 * Makes sure that a model is on this machine, every byte as published.
 *
 * @returns undefined when the user was asked and did not want it.
 * @throws {AltError} INVALID_ARGUMENT for an unknown name; UNAVAILABLE when downloads are not
 *   allowed, terms not accepted, a file cannot be fetched or is not the published one; CANCELLED
 */
export async function downloadModel(
  name: string,
  options: DownloadOptions,
): Promise<Downloaded | undefined> {
  try {
    return await download(knownModel(name, options.catalogue), options);
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    throw new AltError('CANCELLED', 'The download was stopped.', {
      hint: 'Run the command again: it goes on from here.',
    });
  }
}

async function download(
  model: NamedModel,
  options: DownloadOptions,
): Promise<Downloaded | undefined> {
  const present = await findSound(model, options);
  if (present) return { name: model.name, folder: present.folder, fetched: [] };
  if (!isOnHub(model) || !(await isAllowed(model, options))) return undefined;
  const folder = folderOf(model, options);
  makeFolder(folder);
  const release = await lockFolder(folder, options);
  try {
    return { name: model.name, folder, fetched: await fetchMissing(model, options) };
  } finally {
    release();
  }
}

const isOnHub = (model: NamedModel): model is HubModel => model.hub !== undefined;

const folderOf = (model: NamedModel, { settings }: DownloadOptions): string =>
  join(settings.folder, hubFolder(model));

/**
 * The model if all of its bytes are as published; undefined when a download can mend it. Damaged
 * files that would be found before the downloaded ones must go first: that is an error.
 */
async function findSound(
  model: NamedModel,
  { settings, signal }: DownloadOptions,
): Promise<LocatedModel | undefined> {
  let located: LocatedModel | undefined;
  try {
    located = findModel(model, settings.search);
    await verifyModel(model, located, signal);
    return located;
  } catch (error) {
    if (!isAltError(error, 'UNAVAILABLE')) throw error;
    const isOurs = located?.folder.startsWith(join(settings.folder, '/')) === true;
    const isInFront = located?.origin === 'folder' && !isOurs;
    if (isInFront || !isOnHub(model)) throw error;
    return undefined;
  }
}

/** @returns false when the user was asked and said no. */
async function isAllowed(model: HubModel, options: DownloadOptions): Promise<boolean> {
  const { settings, confirm } = options;
  const { name, title, license, terms } = model;
  if (terms !== undefined && !settings.accepted.includes(name)) {
    throw new AltError('UNAVAILABLE', `The terms of ${name} were not accepted: ${terms}`, {
      hint: `Read them, then run "alt models accept ${name}".`,
    });
  }
  if (settings.downloads === 'yes') return true;
  const to = folderOf(model, options);
  if (settings.downloads === 'no' || confirm === undefined) {
    const why = settings.downloads === 'no' ? 'switched off' : 'not allowed without being asked';
    throw new AltError('UNAVAILABLE', `Downloads are ${why}; ${name} was not fetched.`, {
      hint: `Set ALT_ALLOW_DOWNLOADS to yes, HF_HUB_OFFLINE to 0, or put the files into ${to}.`,
    });
  }
  const files = Object.values(model.files);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return confirm({ name, title, license, sizeBytes, from: settings.endpoint, to });
}

function makeFolder(folder: string): void {
  try {
    makeFolderDurably(nodeFiles, folder);
  } catch (error) {
    throw new AltError('READ_ONLY', `The folder ${folder} could not be made.`, {
      cause: error,
      hint: 'Set ALT_MODELS_DIR, or models_dir in config.json, to a folder that may be written.',
    });
  }
}

/** Waits, as long as it takes, for another process that fetches into the same folder. */
async function lockFolder(folder: string, options: DownloadOptions): Promise<() => void> {
  const { signal, onWait } = options;
  const lock = new FileLock(`${folder}.lock`, { files: nodeFiles, label: 'download' });
  try {
    for (let isFirst = true; ; isFirst = false) {
      const release = lock.tryAcquire();
      if (release) {
        return () => {
          release();
          lock.close();
        };
      }
      if (isFirst) onWait?.();
      await pause(LOCK_POLL_MS, undefined, { ...(signal && { signal }) });
    }
  } catch (error) {
    lock.close();
    throw error;
  }
}

async function fetchMissing(model: HubModel, options: DownloadOptions): Promise<string[]> {
  const { settings, signal, pace, onProgress } = options;
  const missing = await missingFiles(model, options);
  const totalBytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  for (const { name, ...file } of missing) {
    makeFolder(dirname(file.path));
    const url = `${settings.endpoint}/${model.hub.repo}/resolve/${model.hub.revision}/${name}`;
    const before = doneBytes;
    const onBytes = (bytes: number): void => onProgress?.(before + bytes, totalBytes);
    await fetchFile({ url, ...file }, { signal, onBytes, ...pace });
    doneBytes += file.sizeBytes;
  }
  return missing.map(({ name }) => name);
}

/** The files that are absent from the folder of downloads, or are not the published ones. */
async function missingFiles(
  model: HubModel,
  options: DownloadOptions,
): Promise<(Omit<WantedFile, 'url'> & { readonly name: string })[]> {
  const wanted = Object.entries(model.files).map(([name, file]) => {
    return { name, path: join(folderOf(model, options), name), ...file };
  });
  const missing = [];
  for (const file of wanted) {
    const isThere = nodeFiles.stat(file.path)?.sizeBytes === file.sizeBytes;
    const isSound = isThere && (await sha256Of(file.path, options.signal)) === file.sha256;
    if (!isSound) missing.push(file);
  }
  return missing;
}
