/**
 * The vectors of one space on disk. Rows lie in a file that only grows, `vectors-N.f32`; which of
 * them count is said by `vectors.index`, which is replaced as a whole: a line of JSON, the parallel
 * lists of PARTS, then the CRC-32 of all that; little-endian. A cache like any other: checksum,
 * space and generation must fit, or it is not used.
 *
 * Nothing is synced: what a power cut leaves undone, a checksum finds.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeFolderDurably, readBytes, type Files } from '../../events/index.js';
import { ROW_BYTES } from './kernel.js';
import { RowFile, type RowList } from './row-file.js';
import { CODE_BYTES, type CodeList } from './sign-codes.js';

const INDEX_NAME = 'vectors.index';
const WORD_BYTES = 4;
/** In the order of the file: entries of so many bytes, for each row one; and the mean of all. */
const PARTS = { labels: 4, positions: 4, sums: 4, codes: CODE_BYTES } as const;
const ENTRY_BYTES = Object.values(PARTS).reduce((sum, sizeBytes) => sum + sizeBytes, 0);

export interface VectorFilePlace {
  readonly files: Files;
  readonly folder: string;
  readonly generation: string;
  readonly space: string;
  /** Told of a file that is there and cannot be used. */
  readonly onDamaged?: (() => void) | undefined;
}

interface Header {
  readonly format: 2;
  readonly generation: string;
  readonly space: string;
  /** The name of the file with the rows. */
  readonly rows: string;
  /** How many rows of that file were written. Behind them may lie what somebody left undone. */
  readonly written: number;
  readonly count: number;
  /** How many rows there were when the mean was taken that the codes are of. */
  readonly meanOf: number;
  /** Every embedded passage up to this label is in the file. */
  readonly maxLabel: number;
}

/** What is known of the rows without reading them. Labels and positions ascend. */
export interface VectorList extends RowList, CodeList, Known {
  readonly labels: Uint32Array;
}

type Known = Pick<Header, 'rows' | 'written' | 'meanOf' | 'maxLabel'>;

/** A list and the file that it is of, open. */
export interface OpenVectors {
  readonly list: VectorList;
  readonly rows: RowFile;
}

const indexPath = ({ folder }: VectorFilePlace): string => join(folder, INDEX_NAME);

/** Changes when another process has saved. One stat. */
export function vectorsStamp(place: VectorFilePlace): string {
  const stat = place.files.stat(indexPath(place));
  return stat ? `${String(stat.inode)}:${String(stat.mtimeNs)}` : '';
}

/** What is on disk, if it is sound and of this place. */
export function openVectors(place: VectorFilePlace): OpenVectors | undefined {
  for (;;) {
    const stamp = vectorsStamp(place);
    const opened = tryOpen(place);
    if (opened !== 'damaged') return opened;
    // Unless another process has just saved, what lies there is not what was saved.
    if (vectorsStamp(place) !== stamp) continue;
    place.onDamaged?.();
    return undefined;
  }
}

function tryOpen(place: VectorFilePlace): OpenVectors | 'damaged' | undefined {
  const { files, folder } = place;
  try {
    const bytes = readBytes(indexPath(place));
    if (!bytes) return undefined;
    const header = readHeader(bytes);
    if (!header) return 'damaged';
    if (!isOf(place, header)) return undefined;
    const list = readList(bytes, header);
    const rows = new RowFile(files, { folder, name: list.rows }, list);
    if (rows.sizeBytes >= list.written * ROW_BYTES) return { list, rows };
    rows.close();
    return 'damaged';
  } catch {
    // What cannot be read is as good as damaged.
    return 'damaged';
  }
}

/** The header of an index that is whole. */
function readHeader(bytes: Buffer): Header | undefined {
  const end = bytes.length - WORD_BYTES;
  if (end < 0 || crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return undefined;
  return JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n'))) as Header;
}

/** One of another release, another generation or another space is no damage. */
function isOf({ generation, space }: VectorFilePlace, header: Header): boolean {
  return header.format === 2 && header.generation === generation && header.space === space;
}

function readList(bytes: Buffer, header: Header): VectorList {
  const { count, rows, written, meanOf, maxLabel } = header;
  let at = bytes.indexOf('\n') + 1;
  const expected = at + ROW_BYTES + count * ENTRY_BYTES + WORD_BYTES;
  if (bytes.length !== expected) throw new Error('The index is not as long as it says.');
  // A copy: words must be aligned.
  const take = (sizeBytes: number): ArrayBuffer => {
    at += sizeBytes;
    return new Uint8Array(bytes.subarray(at - sizeBytes, at)).buffer;
  };
  return {
    mean: new Float32Array(take(ROW_BYTES)),
    labels: new Uint32Array(take(count * PARTS.labels)),
    positions: new Uint32Array(take(count * PARTS.positions)),
    sums: new Uint32Array(take(count * PARTS.sums)),
    codes: new Uint8Array(take(count * PARTS.codes)),
    ...{ rows, written, meanOf, maxLabel },
  };
}

/** What follows the header. */
function partsOf(list: VectorList): Uint8Array[] {
  const { mean, labels, positions, sums, codes } = list;
  return [mean, labels, positions, sums, codes].map((part) => {
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  });
}

/** Puts the list in place of the one on disk, and removes what it does not name. */
export function replaceList(place: VectorFilePlace, list: VectorList): void {
  const { files } = place;
  const aside = `${indexPath(place)}.new`;
  try {
    writeList(place, list, aside);
    files.rename(aside, indexPath(place));
  } catch (error) {
    attempt(() => {
      files.remove(aside);
    });
    throw error;
  }
  removeOthers(place, list.rows);
}

function writeList(place: VectorFilePlace, list: VectorList, path: string): void {
  const { files, generation, space } = place;
  const { rows, written, meanOf, maxLabel, labels } = list;
  const known = { rows, written, count: labels.length, meanOf, maxLabel };
  const header: Header = { format: 2, generation, space, ...known };
  files.remove(path);
  const handle = files.open(path, 'create');
  let sum = 0;
  let at = 0;
  const append = (bytes: Uint8Array): void => {
    files.write(handle, bytes, at);
    sum = crc32(bytes, sum);
    at += bytes.length;
  };
  try {
    append(Buffer.from(`${JSON.stringify(header)}\n`));
    for (const part of partsOf(list)) append(part);
    append(new Uint8Array(Uint32Array.of(sum).buffer));
  } finally {
    files.close(handle);
  }
}

/** Takes the list away from those who would use it. */
export function discardList(place: VectorFilePlace): void {
  attempt(() => {
    place.files.remove(indexPath(place));
  });
}

/** Removes a file of rows that no list names. */
export function removeRows({ files, folder }: VectorFilePlace, name: string): void {
  attempt(() => {
    files.remove(join(folder, name));
  });
}

/** The names of former releases too. */
const NAMES = /^vectors[-.]/;

function removeOthers(place: VectorFilePlace, rows: string): void {
  for (const name of place.files.list(place.folder)) {
    if (NAMES.test(name) && name !== rows && name !== INDEX_NAME) removeRows(place, name);
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // Somebody has it open, or the disk is read-only: it is tried again with the next snapshot.
  }
}

/** Makes a file for rows. By its name nobody can take it for one that another list names. */
export function newRowsFile(place: VectorFilePlace, former: string | undefined): string {
  const { files, folder } = place;
  makeFolderDurably(files, folder);
  const numbers = [...files.list(folder), former ?? ''].map((name) => {
    return Number(/^vectors-(\d+)\.f32$/.exec(name)?.[1] ?? 0);
  });
  const name = `vectors-${String(Math.max(...numbers) + 1)}.f32`;
  files.close(files.open(join(folder, name), 'create'));
  return name;
}
