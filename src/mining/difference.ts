/**
 * What one source changed: its new parts are added, those that are gone are deleted, and one event
 * says how it looks now. All of it is one commit; nothing changed is no commit.
 */
import { entityOfStream, sourceOfStream, wasErased, type Db } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { rebuildEvents } from '../nodes/changes.js';
import { toPart, type FiledPart } from '../nodes/sources.js';
import { Places } from '../places.js';
import { change, streamIn, type Session } from '../session.js';
import type { Chunk } from './chunk.js';
import type { SourceFile } from './scan.js';

/** Rises whenever the same file would give other chunks; older sources are then mined again. */
export const NORMALIZE_VERSION = 3;
export const MODE = 'projects';

/** What all sources of one run share. */
export interface MiningRun {
  readonly session: Session;
  readonly realm: string;
  /** 16 bytes that name the run in the log. */
  readonly batch: Buffer;
  /** Who mined, for the metadata of each part. */
  readonly agent: string;
}

/** A source as it was read. */
export interface ReadSource {
  readonly file: SourceFile;
  readonly key: string;
  readonly stream: string;
  readonly domain: string;
  /** Keyed hash of the decoded text. */
  readonly hash: string;
  readonly chunks: readonly (Chunk & { readonly id: string })[];
  readonly date: { readonly date: string; readonly source: string } | undefined;
}

/** How many parts of a source were filed, taken away, left out because they were erased once. */
export interface Filed {
  readonly status: 'mined' | 'unchanged';
  readonly added: number;
  readonly removed: number;
  readonly erased: number;
}

/** Compares with what is known of the source and appends the difference as one commit. */
export async function appendDifference(run: MiningRun, source: ReadSource): Promise<Filed> {
  return change(run.session, {
    batch: run.batch,
    decide(db) {
      const { events, filed } = difference(run, source, db);
      return { events, result: filed };
    },
  });
}

/** What {@link appendDifference} would do. */
export async function previewDifference(run: MiningRun, source: ReadSource): Promise<Filed> {
  return run.session.store.read((db) => difference(run, source, db).filed);
}

function difference(
  run: MiningRun,
  source: ReadSource,
  db: Db,
): { readonly events: NewEvent[]; readonly filed: Filed } {
  const before = sourceOfStream(db, source.stream);
  const isSame = before?.hash === source.hash && before.normalizeVersion === NORMALIZE_VERSION;
  if (isSame)
    return { events: [], filed: { status: 'unchanged', added: 0, removed: 0, erased: 0 } };
  const known = new Set(before?.layout.map(([id]) => id));
  const current = new Set(source.chunks.map(({ id }) => id));
  const fresh = source.chunks.filter(({ id }) => !known.has(id));
  const added = fresh.filter(({ id }) => !wasErased(db, streamIn(run.session, 'entity', id)));
  const gone = [...known].filter((id) => !current.has(id));
  const places = new Places(run.session, db);
  if (added.length > 0) places.need(run.realm, source.domain);
  const additions = added.map((chunk) => addedEvent(run, source, chunk));
  const removals = gone.flatMap((id) => removedEvent(run, db, id));
  const isAdded = new Set(added.map(({ id }) => id));
  const parts = source.chunks.flatMap((chunk) => {
    return isAdded.has(chunk.id) ? newPart(run, source, chunk) : knownPart(run, db, chunk.id);
  });
  const sourceFile = source.file.path.toWellFormed();
  const { stream } = source;
  const nodes = rebuildEvents(db, { stream, sourceFile, parts, isMined: true });
  const mined = minedEvent(run, source, { added: additions.length, removed: removals.length });
  return {
    events: [...places.events, ...additions, ...removals, ...nodes, mined],
    filed: {
      status: 'mined',
      added: additions.length,
      removed: removals.length,
      erased: fresh.length - added.length,
    },
  };
}

function addedEvent(
  run: MiningRun,
  source: ReadSource,
  chunk: ReadSource['chunks'][number],
): NewEvent {
  const { date } = source;
  const metadata = {
    ...chunk.metadata,
    source_key: source.key,
    line_start: chunk.lineStart,
    line_end: chunk.lineEnd,
    added_by: run.agent,
    ingest_mode: MODE,
    normalize_version: NORMALIZE_VERSION,
    file_type: 'text',
    ...(date && { content_date: date.date, content_date_source: date.source }),
  };
  return {
    type: 'EntityAdded',
    stream: streamIn(run.session, 'entity', chunk.id),
    data: {
      entity_id: chunk.id,
      realm: run.realm,
      domain: source.domain,
      content: chunk.content,
      metadata,
      source_file: source.file.path.toWellFormed(),
      origin: 'mine',
    },
  };
}

/** A part that is filed now. */
function newPart(
  run: MiningRun,
  source: ReadSource,
  { id, content, lineStart, lineEnd }: Chunk & { readonly id: string },
): FiledPart[] {
  const lines = { start: lineStart, end: lineEnd };
  const { domain, date } = source;
  return [{ id, content, realm: run.realm, domain, date: date?.date, lines }];
}

/** A part that was filed before, as it is now; none when it was deleted or erased since. */
function knownPart(run: MiningRun, db: Db, id: string): FiledPart[] {
  const row = entityOfStream(db, streamIn(run.session, 'entity', id));
  return row?.living === 1 ? [toPart(row)] : [];
}

function removedEvent(run: MiningRun, db: Db, id: string): NewEvent[] {
  const stream = streamIn(run.session, 'entity', id);
  if (entityOfStream(db, stream)?.living !== 1) return [];
  return [{ type: 'EntityDeleted', stream, data: { entity_id: id, reason: 'remine' } }];
}

function minedEvent(
  run: MiningRun,
  source: ReadSource,
  counts: { readonly added: number; readonly removed: number },
): NewEvent {
  const { file, key, stream, domain, hash, chunks } = source;
  return {
    type: 'SourceMined',
    stream,
    data: {
      source_key: key.toWellFormed(),
      source_file: file.path.toWellFormed(),
      host: run.session.system.hostId(),
      mode: MODE,
      realm: run.realm,
      domain,
      hash,
      size_bytes: file.sizeBytes,
      mtime_ms: file.mtimeMs,
      normalize_version: NORMALIZE_VERSION,
      layout: chunks.map(({ id, lineStart, lineEnd }) => [id, lineStart, lineEnd]),
      ...counts,
    },
  };
}
