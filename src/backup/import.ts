/**
 * Taking memories in from an export, in commits of a few hundred: what is there after a crash is
 * whole, and importing again goes on where it stopped.
 */
import { isDeepStrictEqual } from 'node:util';
import { entityById, type Db, type EntityRow } from '../../projections/index.js';
import { AltError } from '../../events/index.js';
import type { NewEvent } from '../../replay/index.js';
import { nodeEventsAfter } from '../nodes/changes.js';
import { Places } from '../places.js';
import { change, newId, streamIn, type Session } from '../session.js';
import { checkItem, isSkipped, type CheckedItem, type SkippedItem } from './import-items.js';

const ITEMS_PER_COMMIT = 500;
/** Of one commit; a single memory and its metadata may be larger by a few times. */
const BYTES_PER_COMMIT = 8 * 1024 * 1024;

export interface ImportOptions {
  /** What becomes of an item whose id is in use: it replaces that memory, or is left out. */
  readonly overwrite?: boolean | undefined;
  /** Only say what would happen. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Items looked at so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface ImportReport {
  /** Items in all. */
  readonly count: number;
  /** Memories that are there by this import, those that replaced others among them. */
  readonly imported: number;
  readonly overwritten: number;
  readonly skipped_existing: number;
  readonly skipped_invalid: { readonly index: number; readonly error: string }[];
  /** Every item left out, in order. */
  readonly skipped: SkippedItem[];
}

export type ImportItems = Iterable<unknown> | AsyncIterable<unknown>;

/**
 * Imports a list, or whatever yields one item after the other.
 *
 * @throws {AltError} INVALID_ARGUMENT for what is no list; CANCELLED — what was imported stays
 */
export async function importEntities(
  session: Session,
  items: ImportItems,
  options: ImportOptions = {},
): Promise<ImportReport> {
  checkIterable(items);
  const run = new ImportRun(session, options);
  for await (const item of items) await run.take(item);
  await run.flush();
  return run.report();
}

function checkIterable(items: unknown): void {
  const isIterable =
    typeof items === 'object' &&
    items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items);
  if (isIterable) return;
  throw new AltError('INVALID_ARGUMENT', 'entities must be a list of memories.');
}

class ImportRun {
  readonly #session: Session;
  readonly #options: ImportOptions;
  readonly #batch: Uint8Array;
  readonly #skipped: SkippedItem[] = [];
  /** Ids that a dry run would have imported by now. */
  readonly #wouldBeThere = new Set<string>();
  #pending: CheckedItem[] = [];
  #pendingIds = new Set<string>();
  #pendingBytes = 0;
  #count = 0;
  #imported = 0;
  #overwritten = 0;

  constructor(session: Session, options: ImportOptions) {
    this.#session = session;
    this.#options = options;
    this.#batch = session.system.randomBytes(16);
  }

  async take(raw: unknown): Promise<void> {
    const item = checkItem(raw, this.#count);
    this.#count += 1;
    if (isSkipped(item)) {
      this.#skipped.push(item);
      return;
    }
    // Of one id twice the second must meet what the first led to.
    if (item.id !== undefined && this.#pendingIds.has(item.id)) await this.flush();
    this.#pending.push(item);
    if (item.id !== undefined) this.#pendingIds.add(item.id);
    this.#pendingBytes += Buffer.byteLength(item.content);
    const isFull = this.#pending.length >= ITEMS_PER_COMMIT;
    if (isFull || this.#pendingBytes >= BYTES_PER_COMMIT) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#options.signal?.aborted === true) {
      throw new AltError('CANCELLED', 'The import was stopped; what was imported stays.');
    }
    const items = this.#pending;
    this.#pending = [];
    this.#pendingIds = new Set();
    this.#pendingBytes = 0;
    if (items.length === 0) return;
    const decided = await this.#write(items);
    for (const { outcome, item } of decided) this.#note(item, outcome);
    this.#options.onProgress?.(this.#count);
  }

  async #write(items: readonly CheckedItem[]): Promise<readonly Decided[]> {
    const session = this.#session;
    const overwrite = this.#options.overwrite === true;
    const decide = (db: Db) => decideItems(session, db, { items, overwrite });
    if (this.#options.dryRun !== true) {
      return change(session, {
        batch: this.#batch,
        decide(db) {
          const { events, decided } = decide(db);
          return { events, result: decided };
        },
      });
    }
    const { decided } = await session.store.read(decide);
    return decided.map(({ item, outcome }) => {
      const isThere = item.id !== undefined && this.#wouldBeThere.has(item.id);
      if (item.id !== undefined) this.#wouldBeThere.add(item.id);
      if (!isThere || outcome !== 'added') return { item, outcome };
      return { item, outcome: overwrite ? 'replaced' : 'exists' };
    });
  }

  #note({ id, index }: CheckedItem, outcome: Outcome): void {
    if (outcome === 'exists') {
      this.#skipped.push({ index, ...(id !== undefined && { id }), reason: 'exists' });
      return;
    }
    this.#imported += 1;
    if (outcome === 'replaced') this.#overwritten += 1;
  }

  report(): ImportReport {
    const skipped = this.#skipped.sort((a, b) => a.index - b.index);
    const invalid = skipped.filter(({ reason }) => reason !== 'exists');
    return {
      count: this.#count,
      imported: this.#imported,
      overwritten: this.#overwritten,
      skipped_existing: skipped.length - invalid.length,
      skipped_invalid: invalid.map(({ index, error = '' }) => ({ index, error })),
      skipped,
    };
  }
}

type Outcome = 'added' | 'replaced' | 'exists';

interface Decided {
  readonly item: CheckedItem;
  readonly outcome: Outcome;
}

function decideItems(
  session: Session,
  db: Db,
  request: { readonly items: readonly CheckedItem[]; readonly overwrite: boolean },
): { readonly events: readonly NewEvent[]; readonly decided: readonly Decided[] } {
  const places = new Places(session, db);
  const events: NewEvent[] = [];
  const replaced: { readonly before: EntityRow; readonly after: EntityRow }[] = [];
  const decided = request.items.map((item): Decided => {
    const id = item.id ?? newId(session, 'ent', { index: item.index });
    const before = entityById(db, id);
    if (before && !request.overwrite) return { item, outcome: 'exists' };
    const outcome = before ? 'replaced' : 'added';
    if (before && isSame(before, item)) return { item, outcome };
    places.need(item.realm, item.domain);
    const stream = before?.stream ?? streamIn(session, 'entity', id);
    events.push(...replacing(before, { item, id, stream }));
    if (before) replaced.push({ before, after: replacedBy(before, item) });
    return { item, outcome };
  });
  const nodes = nodeEventsAfter(session, db, replaced);
  return { events: [...places.events, ...events, ...nodes], decided };
}

/** The memory as it will be. */
function replacedBy(before: EntityRow, item: CheckedItem): EntityRow {
  const { realm, domain, content, metadata, sourceFile, createdMs = before.createdMs } = item;
  const rest = { realm, domain, content, sourceFile, createdMs };
  return { ...before, ...rest, metadata: JSON.stringify(metadata) };
}

function replacing(
  before: EntityRow | undefined,
  {
    item,
    id,
    stream,
  }: { readonly item: CheckedItem; readonly id: string; readonly stream: string },
): NewEvent[] {
  const added = addedBy(id, item, stream);
  if (before?.content !== item.content) return [added];
  // The fold takes an add of the text that is there for the same add once more.
  const data = { entity_id: id, reason: 'user' as const };
  return [{ type: 'EntityDeleted', stream, data }, added];
}

function addedBy(id: string, item: CheckedItem, stream: string): NewEvent {
  const { realm, domain, content, written, sourceFile, createdMs, updatedMs } = item;
  const metadata = written?.rest ?? item.metadata;
  // What is undefined is not recorded.
  const data = {
    ...{ entity_id: id, realm, domain, content, origin: 'import' as const },
    metadata: Object.keys(metadata).length > 0 ? (metadata as Record<string, never>) : undefined,
    source_file: sourceFile === '' ? undefined : sourceFile,
    created_at: createdMs,
    updated_at: updatedMs,
  };
  if (!written) return { type: 'EntityAdded', stream, data };
  return { type: 'RecordWritten', stream, data: { ...data, ...written.writing } };
}

/** Whether replacing the memory by the item would change nothing. */
function isSame(row: EntityRow, item: CheckedItem): boolean {
  return (
    row.content === item.content &&
    row.realm === item.realm &&
    row.domain === item.domain &&
    row.sourceFile === item.sourceFile &&
    (item.updatedMs === undefined || row.updatedMs === item.updatedMs) &&
    isDeepStrictEqual(JSON.parse(row.metadata), item.metadata)
  );
}
