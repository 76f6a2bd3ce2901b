/**
 * What a dimension remembers of its compressions, in memory and in aaak_cache.json. The file is
 * written when nothing was asked for a while, and at the end; what other processes wrote into it
 * meanwhile is kept.
 */
import { createHash } from 'node:crypto';
import {
  hasCacheFile,
  NO_CONTENT,
  readCacheFile,
  withinLimits,
  writeCacheFile,
  type CachedEntry,
} from './cache-file.js';
import { ORIGINAL_CHARACTERS_MAX } from './recall.js';
import { normalizeText } from './text.js';

const IDLE_MS = 5_000;
/** Trimmed to what the file keeps once there are so many more. */
const ENTRIES_SLACK = 2_000;

export interface CacheOptions {
  readonly folder: string;
  /** False keeps everything in memory only. */
  readonly isKept: boolean;
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

/** Where an entry came from. */
export interface CachedOrigin {
  readonly key: string;
  readonly original: string | null;
  readonly entityId: string | null;
}

/** By text, length, codes and importance: what decides an entry. */
export function cacheKey(text: string, parts: readonly (string | number)[]): string {
  return [textKey(text), ...parts].join(':');
}

/** Of the key of an entry the part that names its text. */
export const textOfKey = (key: string): string => key.slice(0, key.indexOf(':'));

/** Names a text to the letter; texts that compress alike begin alike. */
export function textKey(text: string): string {
  const normal = normalizeText(text);
  return normal === text ? hashOf(normal) : `${hashOf(normal)}.${hashOf(text).slice(0, 16)}`;
}

const hashOf = (text: string): string => createHash('sha256').update(text, 'utf16le').digest('hex');
const HASH_CHARACTERS = 64;

export class AaakCache {
  readonly #options: CacheOptions;
  readonly #purged = new Set<string>();
  #entries = new Map<string, CachedEntry>();
  #names = new Map<string, string>();
  #seen: Readonly<Record<string, number>> = {};
  #isLoaded = false;
  #isChanged = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** Whether there is anything that a deletion must reach. */
  get isWorthSettling(): boolean {
    const { folder, isKept } = this.#options;
    return this.#entries.size > 0 || (isKept && hasCacheFile(folder));
  }

  /** Up to which event of each replica deletions are seen to. */
  get seen(): Readonly<Record<string, number>> {
    this.#load();
    return this.#seen;
  }

  set seen(seen: Readonly<Record<string, number>>) {
    this.#load();
    this.#seen = seen;
    if (this.#entries.size > 0) this.#change();
  }

  get names(): ReadonlyMap<string, string> {
    this.#load();
    return this.#names;
  }

  set names(names: ReadonlyMap<string, string>) {
    this.#load();
    const isSame =
      names.size === this.#names.size &&
      [...names].every(([name, code]) => this.#names.get(name) === code);
    if (isSame) return;
    this.#names = new Map(names);
    this.#change();
  }

  find(key: string): string | undefined {
    this.#load();
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#use(key, entry);
    return entry.aaak;
  }

  remember(key: string, entry: Omit<CachedEntry, 'used_at'>): void {
    this.#load();
    const { original } = entry;
    const isKept = original !== null && original.length <= ORIGINAL_CHARACTERS_MAX;
    this.#purged.delete(key);
    this.#use(key, { ...entry, original: isKept ? original : null, used_at: '' });
    if (this.#entries.size > ENTRIES_SLACK) this.#entries = new Map(withinLimits(this.#entries));
  }

  /** What that entry was made of, every different text once. */
  origins(aaak: string): CachedOrigin[] {
    this.#load();
    const found = new Map<string, CachedOrigin>();
    for (const [key, entry] of this.#entries) {
      if (entry.aaak !== aaak) continue;
      const { original, entity_id: entityId } = entry;
      const origin = { key, original, entityId };
      found.set(textOfKey(key), origin);
    }
    return [...found.values()];
  }

  /** Takes out whatever is of those memories or says what they said. */
  purge(memories: readonly { readonly id: string; readonly content: string }[]): void {
    this.#load();
    const ids = new Set(memories.map(({ id }) => id));
    const texts = new Set(
      memories.map(({ content }) => textKey(content).slice(0, HASH_CHARACTERS)),
    );
    for (const [key, { entity_id: id }] of this.#entries) {
      if (texts.has(key.slice(0, HASH_CHARACTERS)) || (id !== null && ids.has(id))) this.#drop(key);
    }
  }

  /** Takes out everything: something was erased, and nobody may know any more what. */
  clear(): void {
    this.#load();
    for (const key of [...this.#entries.keys()]) this.#drop(key);
    this.#names.clear();
    this.#change();
  }

  /** Writes what changed. A folder that cannot be written keeps its old file. */
  flush(): void {
    clearTimeout(this.#timer);
    const { folder, isKept, warn } = this.#options;
    if (!this.#isChanged || !isKept) return;
    this.#isChanged = false;
    const onDisk = [...readCacheFile(folder).entries].filter(([key]) => !this.#purged.has(key));
    const entries = new Map([...onDisk, ...this.#entries]);
    try {
      const names = Object.fromEntries(this.#names);
      writeCacheFile(folder, { names, entries, seen: this.#seen });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warn(`aaak_cache.json was not written: ${reason}`);
    }
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const { folder, isKept, warn } = this.#options;
    const { names, entries, seen, problem } = isKept
      ? readCacheFile(folder)
      : { ...NO_CONTENT, problem: undefined };
    this.#entries = new Map(entries);
    this.#names = new Map(Object.entries(names));
    this.#seen = seen;
    if (problem !== undefined) warn(`aaak_cache.json is begun anew: ${problem}`);
  }

  #use(key: string, entry: CachedEntry): void {
    this.#entries.delete(key);
    this.#entries.set(key, { ...entry, used_at: new Date(this.#options.now()).toISOString() });
    this.#change();
  }

  #drop(key: string): void {
    this.#entries.delete(key);
    this.#purged.add(key);
    this.#change();
  }

  #change(): void {
    this.#isChanged = true;
    if (!this.#options.isKept) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.flush();
    }, IDLE_MS);
    this.#timer.unref();
  }
}
