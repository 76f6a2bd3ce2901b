/**
 * aaak_cache.json: which entries were made of which texts. Derived, so that nothing is lost with
 * it: a file that cannot be read counts as empty, and one that cannot be written stays as it was.
 */
import { join } from 'node:path';
import { nodeFiles, readText, replaceFile } from '../../events/index.js';
import { isCodes } from './dialect.js';

export interface CachedEntry {
  readonly aaak: string;
  /** Null for the text of a memory, which is read from there, and for very long ones. */
  readonly original: string | null;
  /** The memory that has this text. */
  readonly entity_id: string | null;
  /** ISO 8601. */
  readonly used_at: string;
}

export interface CacheContent {
  /** Codes of names that no memory tells of yet. */
  readonly names: Readonly<Record<string, string>>;
  /** By {@link cacheKey}, those used last at the end. */
  readonly entries: ReadonlyMap<string, CachedEntry>;
  /** Per replica the last event whose deletions are seen to. */
  readonly seen: Readonly<Record<string, number>>;
}

const VERSION = 1;
const ENTRIES_MAX = 1_000;
const BYTES_MAX = 2 * 1024 * 1024;

export const NO_CONTENT: CacheContent = { names: {}, entries: new Map(), seen: {} };

const pathOf = (folder: string): string => join(folder, 'aaak_cache.json');

export const hasCacheFile = (folder: string): boolean =>
  nodeFiles.stat(pathOf(folder)) !== undefined;

/** @returns what the file holds, and why it could not be read where it could not. */
export function readCacheFile(folder: string): CacheContent & { readonly problem?: string } {
  try {
    const text = readText(pathOf(folder));
    if (text === undefined) return NO_CONTENT;
    const content = contentOf(JSON.parse(text));
    return content ?? { ...NO_CONTENT, problem: 'it has another form' };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...NO_CONTENT, problem };
  }
}

/** Renames what is left of the content within the limits into place. */
export function writeCacheFile(folder: string, content: CacheContent): void {
  const { names, entries, seen } = content;
  const kept = Object.fromEntries(withinLimits(entries));
  const text = JSON.stringify({ version: VERSION, names, seen, entries: kept });
  replaceFile(nodeFiles, pathOf(folder), `${text}\n`);
}

/** The entries used last, as many as are kept. */
export function withinLimits(entries: ReadonlyMap<string, CachedEntry>): [string, CachedEntry][] {
  const newest = [...entries].sort(([, a], [, b]) => (a.used_at < b.used_at ? 1 : -1));
  let bytes = 0;
  const kept = newest.slice(0, ENTRIES_MAX).filter(([key, entry]) => {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(entry)) + 2;
    return bytes <= BYTES_MAX;
  });
  return kept.reverse();
}

function contentOf(value: unknown): CacheContent | undefined {
  if (!isObject(value) || value.version !== VERSION || !isObject(value.entries)) return undefined;
  const entries = Object.entries(value.entries).flatMap(([key, entry]) => {
    return isEntry(entry) ? [[key, entry] as const] : [];
  });
  const seen = isObject(value.seen) ? Object.entries(value.seen) : [];
  return {
    names: isCodes(value.names) ? value.names : {},
    entries: new Map(entries),
    seen: Object.fromEntries(
      seen.filter((pair): pair is [string, number] => Number.isInteger(pair[1])),
    ),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEntry(value: unknown): value is CachedEntry {
  if (!isObject(value)) return false;
  const isTextOrNull = (field: unknown): boolean => field === null || typeof field === 'string';
  const isNamed = typeof value.aaak === 'string' && typeof value.used_at === 'string';
  return isNamed && isTextOrNull(value.original) && isTextOrNull(value.entity_id);
}
