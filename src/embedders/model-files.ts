/**
 * Where the files of a model lie: in a folder of the user's, in a cache of the Hugging Face hub, in
 * this package, in a package that carries the model.
 *
 * Looking compares sizes only, which catches a file that was cut short; checksums take a read of
 * the whole file and are the business of model-checks.ts.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AltError } from '../../events/index.js';

const PACKAGE_NAME = 'alt-memory';

/** One published file: its size and the sha256 of its bytes, in hex. */
export interface ModelFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A model as data: its files, by their paths as on the hub, such as `onnx/model.onnx`. */
export interface ModelFiles {
  /** What `alt models` calls it. */
  readonly name?: string;
  /** Its folder beside other models. */
  readonly folder: string;
  readonly files: Readonly<Record<string, ModelFile>>;
  /** Where it is published: `owner/name` and a revision that never changes. */
  readonly hub?: { readonly repo: string; readonly revision: string };
  /** An npm package whose folder holds the files. */
  readonly package?: string;
}

/** Where to look, in this order. Plain data: it is sent to workers. */
export interface ModelSearch {
  /** Folders of models: `<owner>--<name>/<path as on the hub>`, or the bare files. */
  readonly folders: readonly string[];
  /** Caches of the Hugging Face hub; they are only read. */
  readonly hubCaches: readonly string[];
  /** A file that remembers whose checksum was right; without it sizes are compared only. */
  readonly checksumsFile?: string;
}

/** Looks only at what is installed. */
export const INSTALLED_ONLY: ModelSearch = { folders: [], hubCaches: [] };

/** A model that was found: every file is there and as long as the published one. */
export interface LocatedModel {
  readonly folder: string;
  /** `bundled` and `package` came with an installation, which checked them. */
  readonly origin: 'folder' | 'hub-cache' | 'bundled' | 'package';
  /** The path of one of its files. */
  path(name: string): string;
}

/** A place where a model may lie. `isFlat`: its files side by side, whatever their paths. */
class Place implements LocatedModel {
  constructor(
    readonly folder: string,
    readonly origin: LocatedModel['origin'],
    private readonly isFlat = false,
  ) {}

  path(name: string): string {
    return join(this.folder, this.isFlat ? basename(name) : name);
  }
}

/** A model's folder in a folder of models: `<owner>--<name>` for what is on the hub. */
export function hubFolder(model: ModelFiles): string {
  return model.hub?.repo.replace('/', '--') ?? model.folder;
}

function* placesOf(model: ModelFiles, search: ModelSearch): Generator<Place> {
  for (const parent of search.folders) {
    for (const name of new Set([hubFolder(model), model.folder])) {
      yield new Place(join(parent, name), 'folder');
      yield new Place(join(parent, name), 'folder', true);
    }
    yield new Place(parent, 'folder', true);
  }
  for (const cache of search.hubCaches) yield* snapshotsIn(cache, model);
  yield new Place(join(packageFolder(), 'models', model.folder), 'bundled', true);
  const carrier = carrierFolder(model);
  if (carrier !== undefined) yield new Place(carrier, 'package', true);
}

/** The pinned snapshot first; another one may hold the very same files. */
function* snapshotsIn(cache: string, model: ModelFiles): Generator<Place> {
  if (model.hub === undefined) return;
  const folder = join(cache, `models--${hubFolder(model)}`, 'snapshots');
  for (const revision of new Set([model.hub.revision, ...namesIn(folder)])) {
    yield new Place(join(folder, revision), 'hub-cache');
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // There is none, or it may not be read.
    return [];
  }
}

/** The folder of the npm package that carries the model, if it is installed beside this one. */
function carrierFolder({ package: name }: ModelFiles): string | undefined {
  if (name === undefined) return undefined;
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    // It is not installed, and need not be.
    return undefined;
  }
}

function isPackageFolder(folder: string): boolean {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }).name === PACKAGE_NAME;
}

/** The folder of this package, found from TypeScript sources and from dist alike. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackageFolder(folder)) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new AltError('UNAVAILABLE', `The folder of the package ${PACKAGE_NAME} was not found.`);
    }
    folder = parent;
  }
  return folder;
}

/** The first file that is absent at a place or has another size. */
function missingFile(place: Place, model: ModelFiles): string | undefined {
  const missing = Object.entries(model.files).find(([name, { sizeBytes }]) => {
    return sizeOf(place.path(name)) !== sizeBytes;
  });
  return missing?.[0];
}

/** What may not be looked at is as good as absent. */
function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    // A folder of somebody else's, or a file where a folder was named.
    return undefined;
  }
}

/**
 * Finds a model: the first place that holds all of its files in their published sizes.
 * Throws UNAVAILABLE, naming the file where one alone is absent or has another size.
 */
export function findModel(model: ModelFiles, search = INSTALLED_ONLY): LocatedModel {
  const places: Place[] = [];
  for (const place of placesOf(model, search)) {
    if (missingFile(place, model) === undefined) return place;
    places.push(place);
  }
  const begun = mostComplete(places, model);
  const problem = begun
    ? `The model file ${begun.path(missingFile(begun, model) ?? '')} is missing or cut short.`
    : `The model ${model.name ?? model.folder} is not on this machine.`;
  throw new AltError('UNAVAILABLE', problem, { hint: howToGet(model) });
}

/** The place that holds the most files of a model, whole or not; undefined when none holds any. */
function mostComplete(places: readonly Place[], model: ModelFiles): Place | undefined {
  const names = Object.keys(model.files);
  const counts = places.map((place) => names.filter((name) => existsSync(place.path(name))).length);
  const most = Math.max(...counts);
  return most === 0 ? undefined : places[counts.indexOf(most)];
}

/** What to do about a model that is not there. */
function howToGet(model: ModelFiles): string {
  if (model.hub !== undefined) {
    return `Run "alt models download ${model.name ?? model.folder}".`;
  }
  if (model.package !== undefined) return `Run "npm install ${model.package}".`;
  return 'Install the package again, or put the published file in its place.';
}
