/**
 * cache/erased.json: how many erased events the files of the dimension were swept of. Where the log
 * has more, what was erased may still stand in them; without the file they are swept once more.
 */
import { join } from 'node:path';
import { makeFolderDurably, readText, replaceFile } from '../../events/index.js';
import type { Session } from '../session.js';

type Place = Pick<Session, 'store' | 'files'>;

const pathIn = ({ store }: Place): string => join(store.folder, 'cache', 'erased.json');

export function readSwept(place: Place): number {
  try {
    const { erased } = JSON.parse(readText(pathIn(place)) ?? '{}') as { readonly erased?: unknown };
    return typeof erased === 'number' ? erased : 0;
  } catch {
    // A note that says nothing: sweeping once more harms nothing.
    return 0;
  }
}

export function writeSwept(place: Place, erased: number): void {
  makeFolderDurably(place.files, join(place.store.folder, 'cache'));
  replaceFile(place.files, pathIn(place), `${JSON.stringify({ erased })}\n`);
}

/** Whether a file of the dimension was written since its files were swept. */
export function isNewerThanSweep(place: Place, path: string): boolean {
  const swept = place.files.stat(pathIn(place));
  const file = place.files.stat(join(place.store.folder, path));
  return swept !== undefined && file !== undefined && file.mtimeNs > swept.mtimeNs;
}
