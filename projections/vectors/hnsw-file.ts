/**
 * The hnsw index of one space as a file: loaded only when its checksum holds and it belongs to the
 * live views, for the library cannot tell (a damaged file can end the process, one of another
 * space loads without a word). Always disposable.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as hnswlib from 'hnswlib-node';
import {
  makeFolderDurably,
  makePrivateFile,
  readText,
  replaceFile,
  type Files,
} from '../../events/index.js';
import { DIMENSION } from './kernel.js';
import type { Neighbour } from './nearest.js';

type Library = typeof hnswlib;
type Hnsw = hnswlib.HierarchicalNSW;

const NEIGHBOURS_PER_NODE = 32;
const EF_CONSTRUCTION = 200;
const SEED = 100;
const CAPACITY_AT_FIRST = 8_192;
/**
 * The library falls back to 10 after every load. Of 321,000 mixed vectors the recall@10 is 0.98 at
 * 400 and 0.996 at 800 (`npm run bench -- recall`); 400 more cost half a millisecond.
 */
const EF_MIN = 800;
/** Labels are 32-bit in the library; larger ones silently become others. */
const LABEL_MAX = 2 ** 32 - 1;

export interface HnswManifest {
  readonly format: 1;
  readonly generation: string;
  readonly space: string;
  readonly count: number;
  /** Every embedded passage up to this label is in the index. */
  readonly maxLabel: number;
  readonly sha256: string;
}

/** Where an index lives and what it must be of. */
export interface HnswPlace {
  readonly files: Files;
  readonly folder: string;
  readonly generation: string;
  readonly space: string;
  /** Told of an index that is there and cannot be used. */
  readonly onDamaged?: (() => void) | undefined;
}

/** The library, or undefined where it is not installed or was not built. */
function loadLibrary(): Library | undefined {
  try {
    return createRequire(import.meta.url)('hnswlib-node') as Library;
  } catch {
    // An optional dependency: exact search takes its place, and status says so.
    return undefined;
  }
}

let library: ReturnType<typeof loadLibrary> | undefined;
let isLoaded = false;

/** Whether an index can be built and searched on this machine. */
export function isHnswAvailable(): boolean {
  if (!isLoaded) library = loadLibrary();
  isLoaded = true;
  return library !== undefined;
}

export class HnswFile {
  readonly #index: Hnsw;
  #maxLabel: number;
  #count: number;

  private constructor(index: Hnsw, state: { readonly maxLabel: number; readonly count: number }) {
    this.#index = index;
    this.#maxLabel = state.maxLabel;
    this.#count = state.count;
  }

  static create(): HnswFile | undefined {
    if (!isHnswAvailable() || !library) return undefined;
    const index = new library.HierarchicalNSW('cosine', DIMENSION);
    index.initIndex({
      maxElements: CAPACITY_AT_FIRST,
      m: NEIGHBOURS_PER_NODE,
      efConstruction: EF_CONSTRUCTION,
      randomSeed: SEED,
    });
    return new HnswFile(index, { maxLabel: 0, count: 0 });
  }

  /** The index on disk, or undefined when there is none that is sound and of this place. */
  static load(place: HnswPlace): HnswFile | undefined {
    if (!isHnswAvailable() || !library) return undefined;
    const manifest = readManifest(place);
    if (!manifest) return undefined;
    const index = readIndex(library, place, manifest);
    if (index) return new HnswFile(index, manifest);
    // Unless another process was just saving one, what lies there is not what was saved.
    if (readManifest(place)?.sha256 === manifest.sha256) place.onDamaged?.();
    return undefined;
  }

  get maxLabel(): number {
    return this.#maxLabel;
  }

  get count(): number {
    return this.#count;
  }

  /** Labels must rise from call to call. */
  add(label: number, vector: Float32Array): void {
    if (label > LABEL_MAX) throw new Error('The labels of the vector index are used up.');
    const capacity = this.#index.getMaxElements();
    if (this.#index.getCurrentCount() >= capacity) this.#index.resizeIndex(capacity * 2);
    this.#index.addPoint(Array.from(vector), label);
    this.#count += 1;
    this.#maxLabel = label;
  }

  /** Passages up to that label are in here or have no vector. */
  reach(label: number): void {
    this.#maxLabel = Math.max(this.#maxLabel, label);
  }

  /** Takes a label out of the answers; in memory only. */
  remove(label: number): void {
    try {
      this.#index.markDelete(label);
    } catch {
      // Not in the index, or out already: what was wanted.
    }
  }

  search(query: Float32Array, count: number, isAllowed?: (label: number) => boolean): Neighbour[] {
    const wanted = Math.min(count, this.#index.getCurrentCount());
    if (wanted === 0) return [];
    this.#index.setEf(Math.max(EF_MIN, 4 * count));
    const found = this.#index.searchKnn(Array.from(query), wanted, isAllowed);
    return found.neighbors.map((label, at) => {
      return { label, cosine: 1 - (found.distances[at] ?? 1) };
    });
  }

  /** Writes the index beside the old one and takes its place. */
  save(place: HnswPlace): void {
    const { files, folder, generation, space } = place;
    makeFolderDurably(files, folder);
    const aside = join(folder, 'index.hnsw.new');
    makePrivateFile(aside);
    this.#index.writeIndexSync(aside);
    const sha256 = hashOf(files, aside);
    files.remove(join(folder, 'index.json'));
    files.remove(join(folder, 'index.hnsw'));
    files.rename(aside, join(folder, 'index.hnsw'));
    const state = { count: this.#count, maxLabel: this.#maxLabel };
    const manifest: HnswManifest = { format: 1, generation, space, ...state, sha256 };
    replaceFile(files, join(folder, 'index.json'), `${JSON.stringify(manifest)}\n`);
  }
}

function readIndex(library: Library, place: HnswPlace, manifest: HnswManifest): Hnsw | undefined {
  const { files, folder } = place;
  const path = join(folder, 'index.hnsw');
  try {
    const isSaved = hashOf(files, path) === manifest.sha256;
    if (!isSaved || !hasOurShape(files, path, manifest.count)) return undefined;
    const index = new library.HierarchicalNSW('cosine', DIMENSION);
    index.readIndexSync(path);
    return index;
  } catch {
    // What cannot be read is no index; it is built again.
    return undefined;
  }
}

function readManifest(place: HnswPlace): HnswManifest | undefined {
  try {
    const text = readText(join(place.folder, 'index.json')) ?? '{}';
    const manifest = JSON.parse(text) as Partial<HnswManifest>;
    const fits = manifest.generation === place.generation && manifest.space === place.space;
    return manifest.format === 1 && fits ? (manifest as HnswManifest) : undefined;
  } catch {
    // An unreadable manifest describes nothing; the index is built again.
    return undefined;
  }
}

/** Stamp of the index on disk: changes when another process has saved one. */
export function hnswStamp(place: HnswPlace): string {
  return String(place.files.stat(join(place.folder, 'index.json'))?.mtimeNs ?? '');
}

/** Removes an index that nobody asks any more. */
export function removeHnsw({ files, folder }: HnswPlace): void {
  try {
    for (const name of ['index.json', 'index.hnsw']) files.remove(join(folder, name));
  } catch {
    // A disk that cannot be written to keeps it; it is asked no more all the same.
  }
}

/** The library's header: after three other numbers of 8 bytes, where an element's parts lie. */
const SHAPE_BYTES = 48;

/** Whether the file holds so many vectors of our length: the library does not look. */
function hasOurShape(files: Files, path: string, count: number): boolean {
  const handle = files.open(path, 'read');
  try {
    const head = files.read(handle, 0, SHAPE_BYTES);
    if (head.length < SHAPE_BYTES) return false;
    const vectorBytes = head.readBigUInt64LE(32) - head.readBigUInt64LE(40);
    return vectorBytes === BigInt(4 * DIMENSION) && head.readBigUInt64LE(16) === BigInt(count);
  } finally {
    files.close(handle);
  }
}

const HASH_CHUNK_BYTES = 4 * 1024 * 1024;

function hashOf(files: Files, path: string): string {
  const stat = files.stat(path);
  if (!stat) return '';
  const hash = createHash('sha256');
  const handle = files.open(path, 'read');
  try {
    for (let at = 0; at < stat.sizeBytes; at += HASH_CHUNK_BYTES) {
      hash.update(files.read(handle, at, Math.min(HASH_CHUNK_BYTES, stat.sizeBytes - at)));
    }
  } finally {
    files.close(handle);
  }
  return hash.digest('hex');
}
