/**
 * The loaded vectors of one space as a flat file, so that a command that lives for a moment need
 * not fetch them one by one: labels as u32, then rows of 384 f32, little-endian. A cache like any
 * other: a checksum, the space and the generation must fit, or it is not used.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolderDurably, readText, replaceFile, type Files } from '../../events/index.js';
import type { ExactVectors } from './exact-vectors.js';

const ROW_BYTES = 384 * 4;
const LABEL_BYTES = 4;
const CHUNK_BYTES = 4 * 1024 * 1024;

interface Manifest {
  readonly format: 1;
  readonly generation: string;
  readonly space: string;
  readonly count: number;
  /** Every embedded passage up to this label is in the file. */
  readonly maxLabel: number;
  readonly crc32: number;
}

export interface VectorFilePlace {
  readonly files: Files;
  readonly folder: string;
  readonly generation: string;
  readonly space: string;
  /** Told of a file that is there and cannot be used. */
  readonly onDamaged?: (() => void) | undefined;
}

const dataPath = (place: VectorFilePlace): string => join(place.folder, 'vectors.f32');
const manifestPath = (place: VectorFilePlace): string => join(place.folder, 'vectors.json');

/**
 * Fills empty vectors from the file.
 *
 * @returns the label up to which everything embedded is loaded; 0 when there is no file to use.
 */
export function loadVectors(place: VectorFilePlace, into: ExactVectors): number {
  const manifest = readManifest(place);
  const stat = place.files.stat(dataPath(place));
  if (!manifest || !stat) return 0;
  if (stat.sizeBytes !== manifest.count * (LABEL_BYTES + ROW_BYTES)) return damaged(place);
  const handle = place.files.open(dataPath(place), 'read');
  try {
    const labelBytes = place.files.read(handle, 0, manifest.count * LABEL_BYTES);
    const labels = new Uint32Array(new Uint8Array(labelBytes).buffer);
    let sum = crc32(labelBytes);
    into.addAll(labels, (target) => {
      for (let at = 0; at < target.length; at += CHUNK_BYTES) {
        const length = Math.min(CHUNK_BYTES, target.length - at);
        const bytes = place.files.read(handle, labelBytes.length + at, length);
        sum = crc32(bytes, sum);
        target.set(bytes, at);
      }
    });
    return sum === manifest.crc32 ? manifest.maxLabel : damaged(place);
  } finally {
    place.files.close(handle);
  }
}

function damaged(place: VectorFilePlace): number {
  place.onDamaged?.();
  return 0;
}

/** Writes the vectors beside the old file and takes its place. */
export function saveVectors(place: VectorFilePlace, vectors: ExactVectors, maxLabel: number): void {
  const { files, folder, generation, space } = place;
  makeFolderDurably(files, folder);
  const aside = `${dataPath(place)}.new`;
  files.remove(aside);
  const labels = vectors.labels();
  const handle = files.open(aside, 'create');
  let sum = 0;
  let at = 0;
  const append = (bytes: Uint8Array): void => {
    files.write(handle, bytes, at);
    sum = crc32(bytes, sum);
    at += bytes.length;
  };
  try {
    append(new Uint8Array(Uint32Array.from(labels).buffer));
    for (const label of labels) {
      const row = vectors.vector(label);
      if (row) append(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
    }
  } finally {
    files.close(handle);
  }
  files.remove(manifestPath(place));
  files.rename(aside, dataPath(place));
  const count = labels.length;
  const manifest: Manifest = { format: 1, generation, space, count, maxLabel, crc32: sum };
  replaceFile(files, manifestPath(place), `${JSON.stringify(manifest)}\n`);
}

function readManifest(place: VectorFilePlace): Manifest | undefined {
  try {
    const manifest = JSON.parse(readText(manifestPath(place)) ?? '{}') as Partial<Manifest>;
    const fits = manifest.generation === place.generation && manifest.space === place.space;
    return manifest.format === 1 && fits ? (manifest as Manifest) : undefined;
  } catch {
    // An unreadable manifest describes nothing; the vectors are fetched from the cache.
    return undefined;
  }
}
