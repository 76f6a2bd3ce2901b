/**
 * views/vectors/<space>/chroma.json: how far a collection on a Chroma server was told what is here.
 * Every passage up to `label`, of a memory that no event beyond `cursor` is about, lies there as it
 * is here. Without the file everything is compared with the server once.
 */
import { dirname, join } from 'node:path';
import { makeFolderDurably, nodeFiles, readText, replaceFile } from '../../events/index.js';
import type { JournalCursor } from '../../projections/index.js';
import type { ChromaSettings } from './chroma-server.js';

const FORMAT = 1;

export interface ChromaState {
  /** What {@link placeOf} says. */
  readonly place: string;
  /** Of the collection. */
  readonly id: string;
  /** Of the views that labels belong to. */
  readonly generation: string;
  readonly cursor: JournalCursor;
  readonly label: number;
  /** It holds at least so many records. */
  readonly count: number;
  /** Beyond `label` there may be records already. */
  readonly compares: boolean;
  /** Records up to this one were looked through for what should not be there; null when done. */
  readonly sweptTo: number | null;
}

/** Where a collection lies and what it is to hold, in one line. */
export function placeOf({ url, tenant, database, storesDocuments }: ChromaSettings): string {
  const holds = storesDocuments === true ? 'texts' : 'vectors';
  return [url, tenant ?? '', database ?? '', holds].join(' ');
}

export function chromaStatePath(folder: string, spaceId: string): string {
  return join(folder, 'views', 'vectors', spaceId, 'chroma.json');
}

/** Undefined for a file that is missing, unreadable or about another place. */
export function readChromaState(path: string, place: string): ChromaState | undefined {
  try {
    const text = readText(path);
    if (text === undefined) return undefined;
    const { format, ...state } = JSON.parse(text) as ChromaState & { readonly format: number };
    return format === FORMAT && state.place === place ? state : undefined;
  } catch {
    // What was known is lost: everything is compared again.
    return undefined;
  }
}

export function writeChromaState(path: string, state: ChromaState): void {
  makeFolderDurably(nodeFiles, dirname(path));
  replaceFile(nodeFiles, path, `${JSON.stringify({ format: FORMAT, ...state })}\n`);
}
