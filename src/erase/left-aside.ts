/**
 * What was set aside whole, in incoming/ and quarantine/, and may tell of what was erased since:
 * parts that wait, torn tails, damaged views. A file that names an erased stream is removed whole.
 */
import { join, relative } from 'node:path';
import { entriesOf, STREAM_KINDS, type Files } from '../../events/index.js';
import { streamsWithErasures } from '../../projections/index.js';
import type { Session } from '../session.js';

const FOLDERS = ['incoming', 'quarantine'] as const;
const CHUNK_BYTES = 4 * 1024 * 1024;
const STREAM = new RegExp(`(?:${STREAM_KINDS.join('|')}):(?:ent_[0-9a-z]{26}|[0-9a-f]{32})`, 'g');
/** No name of a stream is longer: chunks overlap by as much. */
const STREAM_BYTES_MAX = 64;

/** @returns the paths of what was removed, relative to the dimension. */
export async function removeLeftAside({ store, files }: Session): Promise<string[]> {
  const erased = new Set(await store.read(streamsWithErasures));
  if (erased.size === 0) return [];
  const paths = FOLDERS.flatMap((name) => filesBelow(files, join(store.folder, name)));
  const telling = paths.filter((path) => namesAny(files, path, erased));
  for (const path of telling) files.remove(path);
  return telling.map((path) => relative(store.folder, path));
}

function filesBelow(files: Files, folder: string): string[] {
  if (!files.stat(folder)) return [];
  return entriesOf(folder).flatMap(({ name, kind }) => {
    const path = join(folder, name);
    if (kind === 'folder') return filesBelow(files, path);
    return kind === 'file' ? [path] : [];
  });
}

function namesAny(files: Files, path: string, streams: ReadonlySet<string>): boolean {
  const handle = files.open(path, 'read');
  try {
    for (let at = 0; ; at += CHUNK_BYTES) {
      const bytes = files.read(handle, at, CHUNK_BYTES + STREAM_BYTES_MAX);
      const names = [...bytes.toString('latin1').matchAll(STREAM)];
      if (names.some(([name]) => streams.has(name))) return true;
      if (bytes.length <= CHUNK_BYTES) return false;
    }
  } finally {
    files.close(handle);
  }
}
