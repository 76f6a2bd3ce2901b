/**
 * The dialect of a dimension: its codes come from what the log tells, its entries are expanded to
 * the very text through the log and the cache. Asking changes nothing but the cache.
 */
import { AltError } from '../../events/index.js';
import {
  contentHash,
  entityByContent,
  entityById,
  entityOfStream,
  heldVector,
  listEntities,
  listEvents,
  listPeople,
  namesInUse,
  personNames,
  settingOf,
  type Db,
  type EntityRow,
  type JournalEntry,
} from '../../projections/index.js';
import type { Store } from '../../replay/index.js';
import { filterName, matchesNothing } from '../names.js';
import { checkInteger } from '../values.js';
import { AaakCache, cacheKey, textKey, textOfKey } from './cache.js';
import { isCode } from './codes.js';
import { Codebook, writeLegend } from './codebook.js';
import { SEPARATOR } from './compose.js';
import { checkMaxLen, compress, type CompressOptions } from './compress.js';
import { isCodes, isNames } from './dialect.js';
import { writeRef } from './grammar.js';
import { expandFrom, refsIn, type Expansion } from './library.js';
import { compressedMemory, memoryOptions, type CompressedMemory } from './memories.js';
import { resolveRefs } from './references.js';
import { specText, SPEC_VERSION } from './spec-text.js';
import type { Origin } from './recall.js';

export interface DialectOptions {
  readonly store: Store;
  readonly now: () => number;
  /** False keeps the cache in memory only. */
  readonly isCached: boolean;
}

export interface ExpandingOptions {
  /** Also gives what was deleted. */
  readonly history?: boolean | undefined;
}

export interface MemoriesOptions {
  readonly realm?: string | undefined;
  /** 1–10,000; 1,000 when absent. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /** The longest entry; 500 when absent. */
  readonly maxLen?: number | undefined;
  /** Remembers nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface AaakSpec {
  /** Markdown. */
  readonly spec: string;
  readonly version: number;
}

const LEGEND_CODES_MAX = 50;
const DELETIONS_MAX = 10_000;
/** Settings that are events. */
const CODES_SETTING = 'aaak.entities';
const SKIP_SETTING = 'aaak.skip_names';

interface Known {
  readonly stamp: string;
  readonly codebook: Codebook;
  /** Of the codes that the log tells, before names met since. */
  readonly revision: string;
  /** The names that the log tells. */
  readonly told: ReadonlySet<string>;
}

export class DimensionDialect {
  readonly #options: DialectOptions;
  readonly #cache: AaakCache;
  #known: Known | undefined;

  constructor(options: DialectOptions) {
    this.#options = options;
    const { store, isCached: isKept, now } = options;
    const warn = (message: string): void => {
      store.warn({ code: 'AAAK_CACHE', message });
    };
    this.#cache = new AaakCache({ folder: store.folder, isKept, now, warn });
  }

  /** @throws {AltError} INVALID_ARGUMENT for options out of bounds */
  async compress(text: string, options: CompressOptions = {}): Promise<string> {
    return this.#options.store.read((db) => {
      this.#settle(db);
      const known = this.#follow(db);
      const { importance = '', codebook, maxLen, ...more } = options;
      const max = checkMaxLen(maxLen);
      // Codes of the caller are nobody else's; so are the entries made with them.
      if (codebook) return this.#made(db, text, { options, key: cacheKey(text, [max, 'own']) });
      const others = JSON.stringify(more);
      const parts = [max, known.revision, importance, ...(others === '{}' ? [] : [others])];
      const key = cacheKey(text, parts);
      const cached = this.#cache.find(key);
      if (cached !== undefined) return cached;
      const aaak = this.#made(db, text, { options: { ...options, codebook: known.codebook }, key });
      this.#keepNames(known);
      return aaak;
    });
  }

  #made(
    db: Db,
    text: string,
    { options, key }: { readonly options: CompressOptions; readonly key: string },
  ): string {
    const { aaak, isPassThrough } = compress(text, options);
    if (isPassThrough) return aaak;
    const twin = entityByContent(db, contentHash(text));
    const origin = { original: twin ? null : text, entity_id: twin?.id ?? null };
    this.#cache.remember(key, { aaak, ...origin });
    return aaak;
  }

  async expand(text: string, options: ExpandingOptions = {}): Promise<Expansion> {
    const { store } = this.#options;
    const refs = refsIn(text);
    return store.read((db) => {
      this.#settle(db);
      const { codebook } = this.#follow(db);
      const resolved = resolveRefs({ store, db }, refs, options.history === true);
      if (resolved.text !== undefined) {
        return { text: resolved.text, exact: true, source: 'log', refs };
      }
      const { origin, reason } = this.#origin(db, text.trim());
      return expandFrom(origin, { text, refs, codebook, reason: reason ?? resolved.reason });
    });
  }

  /**
   * One memory as an entry that points to it.
   *
   * @throws {AltError} NOT_FOUND, INVALID_ARGUMENT
   */
  async memory(id: string, options: CompressOptions = {}): Promise<string> {
    return this.#options.store.read((db) => {
      const row = entityById(db, id);
      if (!row) throw new AltError('NOT_FOUND', `There is no memory '${id.slice(0, 80)}'.`);
      this.#settle(db);
      return this.#entryOf(db, row, options);
    });
  }

  /** Memories as entries, oldest first. */
  async memories(options: MemoriesOptions): Promise<CompressedMemory[]> {
    const { dryRun = false, maxLen } = options;
    const limit = checkInteger(options.limit ?? 1_000, { what: 'limit', min: 1, max: 10_000 });
    const offsetBounds = { what: 'offset', min: 0, max: Number.MAX_SAFE_INTEGER };
    const offset = checkInteger(options.offset ?? 0, offsetBounds);
    const realm = filterName(options.realm);
    if (matchesNothing(realm)) return [];
    return this.#options.store.read((db) => {
      this.#settle(db);
      const rows = listEntities(db, { realm, limit, offset, oldestFirst: true });
      return rows.map((row) => {
        const made = { maxLen, isRemembered: !dryRun };
        return compressedMemory(row, this.#entryOf(db, row, made));
      });
    });
  }

  #entryOf(
    db: Db,
    row: EntityRow,
    { isRemembered = true, ...options }: CompressOptions & { readonly isRemembered?: boolean },
  ): string {
    const known = this.#follow(db);
    const max = checkMaxLen(options.maxLen);
    const all = { ...memoryOptions(db, row), ...options, codebook: known.codebook };
    const { aaak, isPassThrough } = compress(row.content, all);
    if (!isRemembered) return withRef(aaak, isPassThrough, all);
    this.#keepNames(known);
    if (!isPassThrough) {
      const key = cacheKey(row.content, [max, known.revision, all.importance ?? '', row.id]);
      this.#cache.remember(key, { aaak, original: null, entity_id: row.id });
    }
    return withRef(aaak, isPassThrough, all);
  }

  /** The codes that hold now; a copy, so that what is asked of it stays with the asker. */
  async codebook(): Promise<Codebook> {
    return this.#options.store.read((db) => this.#follow(db).codebook.copy());
  }

  /** The page of the dialect with the codes that are used most here. */
  async spec(): Promise<AaakSpec> {
    return this.#options.store.read((db) => {
      const { codebook } = this.#follow(db);
      const codes = namesInUse(db, LEGEND_CODES_MAX).flatMap((name) => codebook.codeOf(name) ?? []);
      return { spec: specText(writeLegend(codebook, new Set(codes))), version: SPEC_VERSION };
    });
  }

  /** Lets go of what was deleted, in the file too. For whoever deletes. */
  async settle(): Promise<void> {
    if (!this.#cache.isWorthSettling) return;
    await this.#options.store.read((db) => {
      this.#settle(db);
    });
    this.#cache.flush();
  }

  /** Writes the cache. */
  flush(): void {
    this.#cache.flush();
  }

  #follow(db: Db): Known {
    const stamp = JSON.stringify(heldVector(db));
    if (this.#known?.stamp === stamp) return this.#known;
    const codebook = codebookOf(db);
    const told = new Set(codebook.entries().map(([name]) => name));
    const { revision } = codebook;
    for (const [name, code] of this.#cache.names) codebook.prefer(name, code);
    this.#known = { stamp, codebook, revision, told };
    this.#keepNames(this.#known);
    return this.#known;
  }

  /** Names that were met in texts are kept in the cache until the log tells of them. */
  #keepNames({ codebook, told }: Known): void {
    this.#cache.names = new Map(codebook.entries().filter(([name]) => !told.has(name)));
  }

  /** Where an entry came from, as far as the cache knows and may tell. */
  #origin(db: Db, aaak: string): { origin?: Origin<string>; reason?: 'deleted' } {
    const origins = this.#cache.origins(aaak);
    if (origins.length > 1) return { origin: { kind: 'ambiguous' } };
    const [only] = origins;
    if (!only) return {};
    const { key, entityId } = only;
    const original =
      only.original ?? (entityId === null ? undefined : entityById(db, entityId)?.content);
    if (original === undefined) return { reason: 'deleted' };
    // The memory may have been revised since.
    return textKey(original) === textOfKey(key) ? { origin: { kind: 'one', original } } : {};
  }

  /** Lets go of what was deleted since the cache was last asked, here or on another machine. */
  #settle(db: Db): void {
    const reached = heldVector(db);
    const { seen } = this.#cache;
    if (JSON.stringify(seen) === JSON.stringify(reached)) return;
    if (this.#cache.isWorthSettling) this.#forgetDeleted(db, seen);
    this.#cache.seen = reached;
  }

  #forgetDeleted(db: Db, after: Readonly<Record<string, number>>): void {
    const since = (type: string): JournalEntry[] =>
      listEvents(db, { type, after, limit: DELETIONS_MAX, newestFirst: false });
    const deleted = since('EntityDeleted');
    const memories = deleted.map(({ stream }) => entityOfStream(db, stream ?? ''));
    const isUnknown = memories.includes(undefined) || deleted.length === DELETIONS_MAX;
    // What was erased or undone cannot be named any more: then nothing is kept.
    if (isUnknown || since('Erased').length > 0 || since('Undone').length > 0) {
      this.#known = undefined;
      this.#cache.clear();
    } else this.#cache.purge(memories.flatMap((row) => (row?.living === 0 ? [row] : [])));
  }
}

/** What is in the dialect already is shown as it was written, with the reference behind it. */
function withRef(aaak: string, isPassThrough: boolean, { ref = '', rev }: CompressOptions): string {
  return isPassThrough ? `${aaak}${SEPARATOR}${writeRef(ref, rev)}` : aaak;
}

/** The same for the same log, whatever its machine. */
function codebookOf(db: Db): Codebook {
  const [codes, skipped] = [settingOf(db, CODES_SETTING), settingOf(db, SKIP_SETTING)];
  const valid = isCodes(codes) ? Object.entries(codes).filter(([, code]) => isCode(code)) : [];
  return new Codebook({
    entities: Object.fromEntries(valid),
    skipNames: isNames(skipped) ? skipped : [],
    people: listPeople(db).map(({ variant, canonical }) => [variant, canonical]),
    persons: personNames(db),
  });
}
