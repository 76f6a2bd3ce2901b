/** The models on this machine: which there are, where they lie, whether they are intact. */
import { isAltError } from '../events/index.js';
import type { ModelSettings } from './config.js';
import { knownModel, PINS } from './embedders/model-catalogue.js';
import { verifyModel } from './embedders/model-checks.js';
import { findModel, type LocatedModel, type ModelFiles } from './embedders/model-files.js';

/** A model by name, and where it is if it is on this machine. */
export interface ModelInfo {
  readonly name: string;
  readonly title: string;
  readonly license: string;
  readonly size_bytes: number;
  readonly folder: string | null;
  readonly origin: LocatedModel['origin'] | null;
  /** Where it comes from: `owner/name@revision` of the hub, an npm package, or this package. */
  readonly source: string;
  /** The terms that must be accepted before a download; null where there are none. */
  readonly terms: string | null;
  readonly accepted: boolean;
}

export interface ModelVerification {
  readonly name: string;
  readonly folder: string | null;
  readonly ok: boolean;
  /** What is wrong, in a sentence; null when nothing is. */
  readonly problem: string | null;
}

type Places = Pick<ModelSettings, 'search'>;

/** Every model that is known by name. Compares sizes, reads no file. */
export function listModels(settings: ModelSettings): ModelInfo[] {
  return Object.keys(PINS).map((key) => {
    const model = knownModel(key);
    const { name, title, license, terms, files } = model;
    const located = locate(name, settings);
    return {
      name,
      title,
      license,
      size_bytes: Object.values(files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      folder: located?.folder ?? null,
      origin: located?.origin ?? null,
      source: sourceOf(model),
      terms: terms ?? null,
      accepted: terms === undefined || settings.accepted.includes(name),
    };
  });
}

function sourceOf({ hub, package: carrier }: ModelFiles): string {
  return hub ? `${hub.repo}@${hub.revision}` : (carrier ?? 'alt-memory');
}

function locate(name: string, { search }: Places): LocatedModel | undefined {
  try {
    return findModel(knownModel(name), search);
  } catch (error) {
    if (isAltError(error, 'UNAVAILABLE')) return undefined;
    throw error;
  }
}

/**
 * The name of a model and the folder that it lies in.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown name, UNAVAILABLE when it is not here
 */
export function modelPath(wanted: string, { search }: Places): { name: string; folder: string } {
  const model = knownModel(wanted);
  return { name: model.name, folder: findModel(model, search).folder };
}

/**
 * Reads the files of one model, or of all that are on this machine, and compares every checksum.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown name; the reason of the signal
 */
export async function verifyModels(
  wanted: string | undefined,
  settings: Places,
  signal?: AbortSignal,
): Promise<ModelVerification[]> {
  const here = Object.keys(PINS).filter((name) => locate(name, settings) !== undefined);
  const names = wanted === undefined ? here : [knownModel(wanted).name];
  const verified: ModelVerification[] = [];
  for (const name of names) verified.push(await verifyOne(name, settings, signal));
  return verified;
}

async function verifyOne(
  name: string,
  { search }: Places,
  signal: AbortSignal | undefined,
): Promise<ModelVerification> {
  const model = knownModel(name);
  let folder: string | null = null;
  try {
    const located = findModel(model, search);
    folder = located.folder;
    await verifyModel(model, located, signal);
    return { name, folder, ok: true, problem: null };
  } catch (error) {
    if (!isAltError(error, 'UNAVAILABLE')) throw error;
    return { name, folder, ok: false, problem: error.message };
  }
}

/**
 * The terms of a model that has some.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown name
 */
export function modelTerms(wanted: string): { name: string; terms: string | null } {
  const { name, terms } = knownModel(wanted);
  return { name, terms: terms ?? null };
}
