/**
 * Tells a Chroma collection what is here, in small steps that each leave a true state behind: first
 * about memories that changed, then about passages that are new, and, where the collection is not
 * known, about whatever else lies in it.
 */
import { streamOf } from '../../events/index.js';
import {
  countPassagesAfter,
  eventsBeyond,
  holdsCursor,
  journalCursor,
  passageTexts,
  recordsBetween,
  recordsOfStreams,
  type Db,
  type PassageRecord,
} from '../../projections/index.js';
import { throwIfCancelled } from '../embedders/index.js';
import type { BackendContext, BackendWork, PushWork } from './backend.js';
import { claimOf, type ChromaCollection, type StoredRecord } from './chroma-collection.js';
import type { ChromaSettings } from './chroma-server.js';
import {
  chromaStatePath,
  placeOf,
  readChromaState,
  writeChromaState,
  type ChromaState,
} from './chroma-state.js';

/** Events looked at together: a few hundred memories are asked for in one request. */
const EVENTS_PER_STEP = 200;
/** Records that are read from the server together. */
const RECORDS_PER_PAGE = 1_000;

export type SyncWork = PushWork & BackendWork;

export interface SyncContext extends BackendContext {
  readonly settings: ChromaSettings;
  readonly collection: ChromaCollection;
}

export class ChromaSync {
  readonly #context: SyncContext;
  readonly #path: string;
  #state: ChromaState;
  #isChanged = false;
  #done = 0;

  private constructor(context: SyncContext, state: ChromaState) {
    this.#context = context;
    this.#path = chromaStatePath(context.store.folder, context.spaceId);
    this.#state = state;
  }

  /** Goes on where the last one ended, unless everything is to be compared. */
  static async begin(
    context: SyncContext,
    { comparesAll }: { readonly comparesAll: boolean },
  ): Promise<ChromaSync> {
    const { store, settings, collection, spaceId } = context;
    const place = placeOf(settings);
    const known = readChromaState(chromaStatePath(store.folder, spaceId), place);
    const count = await collection.count();
    const isKnown = known?.id === collection.id && count >= known.count;
    if (known && isKnown && !comparesAll) return new ChromaSync(context, known);
    const begun = await store.read((db, { generation }): ChromaState => {
      const compares = count > 0;
      return { place, id: collection.id, ...beginning(db, generation), compares };
    });
    return new ChromaSync(context, begun);
  }

  /**
   * Works until all is told or time is up.
   *
   * @returns whether all is told.
   * @throws {ChromaTrouble}; {@link AltError} CANCELLED
   */
  async run({ deadline = Infinity, signal, onProgress }: SyncWork): Promise<boolean> {
    const total = onProgress
      ? await this.#context.store.read((db) => countPassagesAfter(db, 0))
      : 0;
    for (;;) {
      throwIfCancelled(signal);
      const isMore = (await this.#follow()) || (await this.#fill()) || (await this.#sweep());
      onProgress?.(Math.min(this.#done, total), total);
      if (!isMore) break;
      if (performance.now() > deadline) return false;
    }
    if (this.#isChanged) this.#keep({ count: await this.#count() });
    return true;
  }

  /** How many there are, and no fewer than there must be: what was lost meanwhile is noticed. */
  async #count(): Promise<number> {
    return Math.max(this.#state.count, await this.#context.collection.count());
  }

  #keep(change: Partial<ChromaState>): void {
    this.#state = { ...this.#state, ...change };
    writeChromaState(this.#path, this.#state);
  }

  /** Tells what became of memories since the cursor. @returns whether there was anything. */
  async #follow(): Promise<boolean> {
    const step = await this.#context.store.read((db, { generation }) => {
      this.#enter(db, generation);
      const { cursor, streams, count } = eventsBeyond(db, this.#state.cursor, EVENTS_PER_STEP);
      return { cursor, streams, count, records: recordsOfStreams(db, streams) };
    });
    if (step.count === 0) return false;
    const { streams, records, cursor } = step;
    if (streams.length > 0) {
      const held = await this.#heldOf([...streams]);
      await this.#settle(held, records, { completes: true });
    }
    this.#keep({ cursor });
    return true;
  }

  /** Views of another generation, or another log than it was: nothing that was known holds. */
  #enter(db: Db, generation: string): void {
    const { cursor, label } = this.#state;
    if (generation !== this.#state.generation || !holdsCursor(db, cursor)) {
      this.#state = { ...this.#state, ...beginning(db, generation) };
    }
    // A cache that was lost and is filled again may hold now what it lacked then.
    const mark = this.#context.cache.mark(generation);
    if (mark < label) this.#state = { ...this.#state, label: mark };
  }

  async #heldOf(streams: string[]): Promise<StoredRecord[]> {
    const { collection } = this.#context;
    const held: StoredRecord[] = [];
    for (;;) {
      const where = { stream: { $in: streams } };
      const of = { where, offset: held.length, limit: RECORDS_PER_PAGE };
      const page = await collection.get(of);
      held.push(...page);
      if (page.length < RECORDS_PER_PAGE) return held;
    }
  }

  /** Sends the next passages that have a vector. @returns whether there were any. */
  async #fill(): Promise<boolean> {
    const { store, cache, collection } = this.#context;
    const { label: after, compares } = this.#state;
    const through = cache.mark(this.#state.generation);
    const records = await store.read((db, { generation }) => {
      // Labels of other views; the next step notices.
      if (generation !== this.#state.generation) return undefined;
      return recordsBetween(db, { after, through }, collection.chunk);
    });
    if (!records) return true;
    const last = records.at(-1);
    if (!last) {
      if (!compares) return false;
      this.#keep({ label: through, compares: false, sweptTo: 0 });
      return true;
    }
    const ids = records.map((record) => this.#idOf(record));
    const held = compares ? byId(await collection.get({ ids })) : NOTHING;
    await this.#send(records.filter((record, at) => !says(held.get(ids[at] ?? ''), record)));
    this.#done += records.length;
    this.#keep({ label: last.label, count: await this.#count() });
    return true;
  }

  /** Looks through the next records for what should not be there. @returns whether it did. */
  async #sweep(): Promise<boolean> {
    const { store, collection } = this.#context;
    const { sweptTo } = this.#state;
    if (sweptTo === null) return false;
    const page = await collection.get({ offset: sweptTo, limit: RECORDS_PER_PAGE });
    if (page.length === 0) {
      this.#keep({ sweptTo: null });
      return false;
    }
    const streams = [...new Set(page.map((record) => claimOf(record).stream))];
    const records = await store.read((db) => recordsOfStreams(db, streams));
    const gone = await this.#settle(page, records, { completes: false });
    this.#keep({ sweptTo: sweptTo + page.length - gone });
    return true;
  }

  /**
   * Makes held records agree with the passages of the memories that they name. With `completes`,
   * passages that are missing among them are sent too. @returns how many were taken out.
   */
  async #settle(
    held: readonly StoredRecord[],
    records: readonly PassageRecord[],
    { completes }: { readonly completes: boolean },
  ): Promise<number> {
    const { cache, collection } = this.#context;
    const known = byId(held);
    const wanted = new Map<string, PassageRecord>();
    for (const record of records) {
      if (cache.get(record.textHash) instanceof Float32Array)
        wanted.set(this.#idOf(record), record);
    }
    const differing = [...wanted].filter(([id, record]) => {
      // What lies beyond the label is sent in its turn.
      const isDue = record.label <= this.#state.label && (completes || known.has(id));
      return isDue && !says(known.get(id), record);
    });
    await this.#send(differing.map(([, record]) => record));
    const gone = [...known.keys()].filter((id) => !wanted.has(id));
    // Before they go: a count that is too low raises no alarm.
    if (gone.length > 0) this.#keep({ count: Math.max(0, this.#state.count - gone.length) });
    for (let at = 0; at < gone.length; at += collection.chunk) {
      this.#isChanged = true;
      await collection.delete(gone.slice(at, at + collection.chunk));
    }
    return gone.length;
  }

  /** Puts passages into the collection; those without a vector are left out. */
  async #send(records: readonly PassageRecord[]): Promise<void> {
    const { collection } = this.#context;
    for (let at = 0; at < records.length; at += collection.chunk) {
      const rows = await this.#rowsOf(records.slice(at, at + collection.chunk));
      if (rows.length === 0) continue;
      this.#isChanged = true;
      const documents = rows.flatMap(({ text }) => text ?? []);
      await collection.upsert({
        ids: rows.map(({ record }) => this.#idOf(record)),
        embeddings: rows.map(({ vector }) => Array.from(vector)),
        metadatas: rows.map(({ record }) => metadataOf(record)),
        ...(documents.length === rows.length && { documents }),
      });
    }
  }

  async #rowsOf(
    records: readonly PassageRecord[],
  ): Promise<{ record: PassageRecord; vector: Float32Array; text?: string | undefined }[]> {
    const { store, cache, settings } = this.#context;
    const rows = records.flatMap((record) => {
      const vector = cache.get(record.textHash);
      return vector instanceof Float32Array ? [{ record, vector }] : [];
    });
    if (settings.storesDocuments !== true) return rows;
    const labels = rows.map(({ record }) => record.label);
    const texts = await store.read((db) => passageTexts(db, labels));
    const byLabel = new Map(texts.map(({ label, text }) => [label, text]));
    // One that is gone meanwhile is left out: an event beyond the cursor tells of it.
    return rows.flatMap((row) => {
      const text = byLabel.get(row.record.label);
      return text === undefined ? [] : [{ ...row, text }];
    });
  }

  /**
   * `<memory id>#<ordinal>`; with the stream behind it for a memory whose id was given under
   * another dimension's key, as two such memories may have the same.
   */
  #idOf({ id, ordinal, stream }: PassageRecord): string {
    const name = `${id}#${String(ordinal)}`;
    const { key } = this.#context.store.identity;
    return stream === streamOf(key, 'entity', id) ? name : `${name}@${stream}`;
  }
}

type Beginning = Omit<ChromaState, 'place' | 'id'>;

/** Nothing was told yet, and what is there is not known. */
function beginning(db: Db, generation: string): Beginning {
  const cursor = journalCursor(db);
  return { generation, cursor, label: 0, count: 0, compares: true, sweptTo: null };
}

const NOTHING: ReadonlyMap<string, StoredRecord> = new Map();

const byId = (records: readonly StoredRecord[]): Map<string, StoredRecord> =>
  new Map(records.map((record) => [record.id, record]));

/** Never empty, and without nulls: both make Chroma refuse a record. */
function metadataOf(record: PassageRecord): Record<string, string | number> {
  const { stream, id, realm, domain, sourceFile, start, textHash } = record;
  return {
    stream,
    entity_id: id,
    realm,
    domain,
    ...(sourceFile !== '' && { source_file: sourceFile }),
    start,
    text_hash: textHash.toString('hex'),
  };
}

function says(held: StoredRecord | undefined, record: PassageRecord): boolean {
  if (!held) return false;
  const wanted = Object.entries(metadataOf(record));
  return wanted.every(([key, value]) => held.metadata[key] === value);
}
