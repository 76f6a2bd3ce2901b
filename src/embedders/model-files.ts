/**
 * Where model files lie and whether they are the published ones.
 *
 * A start compares sizes only, which catches a file that was cut short; the checksums take a read
 * of the whole file and are left to `verifyModelFiles`.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { AltError } from '../../events/index.js';

const PACKAGE_NAME = 'alt-memory';

/** One published file: its size and the sha256 of its bytes. */
export interface ModelFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The files of one model, by name, and the folder they share under a models folder. */
export interface ModelFiles {
  readonly folder: string;
  readonly files: Readonly<Record<string, ModelFile>>;
}

function isPackageFolder(folder: string): boolean {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }).name === PACKAGE_NAME;
}

/** The models that ship with the package, found from TypeScript sources and from dist alike. */
function bundledModelsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackageFolder(folder)) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new AltError('UNAVAILABLE', `The folder of the package ${PACKAGE_NAME} was not found.`);
    }
    folder = parent;
  }
  return join(folder, 'models');
}

function missingFile(folder: string, model: ModelFiles): string | undefined {
  return Object.entries(model.files)
    .filter(([name, file]) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      return stat?.size !== file.sizeBytes;
    })
    .map(([name]) => name)[0];
}

/**
 * The folder that holds a model: in `modelsFolder` if it is there, else beside the package.
 * Throws UNAVAILABLE naming the first file that is absent or has another size.
 */
export function findModel(model: ModelFiles, modelsFolder?: string): string {
  const parents = modelsFolder === undefined ? [] : [modelsFolder];
  const folders = [...parents, bundledModelsFolder()].map((parent) => join(parent, model.folder));
  const found = folders.find((folder) => missingFile(folder, model) === undefined);
  if (found !== undefined) return found;
  const folder = folders.find((candidate) => existsSync(candidate)) ?? join(model.folder);
  const name = missingFile(folder, model) ?? '';
  throw new AltError(
    'UNAVAILABLE',
    `The model file ${join(folder, name)} is missing or cut short.`,
    {
      hint: 'Install the package again, or put the published file in its place.',
    },
  );
}

/**
 * Reads every file of a model and compares its checksum with the published one.
 * Throws UNAVAILABLE naming the first file that differs.
 */
export async function verifyModelFiles(model: ModelFiles, modelsFolder?: string): Promise<void> {
  const folder = findModel(model, modelsFolder);
  for (const [name, file] of Object.entries(model.files)) {
    const path = join(folder, name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    if (hash.digest('hex') !== file.sha256) {
      throw new AltError('UNAVAILABLE', `Checksum mismatch for ${path}.`, {
        hint: 'Install the package again, or put the published file in its place.',
      });
    }
  }
}
