/**
 * Mines a file or a folder: every source that changed becomes one commit that adds its new chunks,
 * takes away the ones that are gone and says how the source now looks. Mining the same again
 * appends nothing; a crash leaves every source whole or absent.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { keyedHash } from '../../events/index.js';
import {
  entityOfStream,
  sourceOfStream,
  wasErased,
  type Db,
  type SourceRow,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { Places } from '../entities.js';
import { normalizeName } from '../names.js';
import { change, derivedId, streamIn, type Session } from '../session.js';
import { isTooShort, type Chunk } from './chunk.js';
import { contentDate } from './content-date.js';
import { decodeSource } from './decode.js';
import { fileClassOf } from './file-classes.js';
import { createSourceKeys, partKeys } from './identity.js';
import { planRouting } from './route.js';
import { scanSources, type SourceFile } from './scan.js';
import { chunkSizes } from './sizes.js';

/** Rises whenever the same file would give other chunks; older sources are then mined again. */
const NORMALIZE_VERSION = 3;
/** A file of more parts than this is a data set, not a text. */
const CHUNKS_MAX = 50_000;
const MODE = 'projects';

export interface MineOptions {
  readonly realm?: string | undefined;
  readonly domain?: string | undefined;
  readonly agent?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly gitignore?: boolean | undefined;
  /** At most this many files that need work. */
  readonly fileLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFile?: ((file: MinedFile, done: number, total: number) => void) | undefined;
}

export interface MinedFile {
  readonly file: string;
  readonly status: 'mined' | 'unchanged' | 'binary' | 'too_short' | 'chunk_cap' | 'failed';
  readonly domain: string;
  readonly added: number;
  readonly removed: number;
  /** Parts that were erased once and are therefore not filed again. */
  readonly erased: number;
  readonly error?: string;
}

export interface MineReport {
  readonly realm: string;
  readonly mode: typeof MODE;
  readonly files_seen: number;
  readonly files_processed: number;
  readonly files_unchanged: number;
  readonly files_skipped: { readonly file: string; readonly reason: string }[];
  readonly files_failed: { readonly file: string; readonly error: string }[];
  /** Extensions that this release has no reader for, with how many files have each. */
  readonly unsupported: Readonly<Record<string, number>>;
  readonly entities_created: number;
  readonly entities_removed: number;
  /** Parts that were erased once and are therefore not filed again. */
  readonly entities_erased: number;
  readonly by_domain: Readonly<Record<string, number>>;
  readonly dry_run: boolean;
  /** Names this run in the log, hex; null when nothing was appended. */
  readonly batch: string | null;
}

interface Run {
  readonly session: Session;
  readonly options: MineOptions;
  readonly realm: string;
  readonly batch: Buffer;
  readonly keyOf: (path: string) => Promise<string>;
}

interface ReadSource {
  readonly file: SourceFile;
  readonly key: string;
  readonly stream: string;
  readonly domain: string;
  readonly hash: string;
  readonly chunks: readonly (Chunk & { readonly id: string })[];
  readonly date: { readonly date: string; readonly source: string } | undefined;
}

/**
 * Mines what lies at `path`.
 *
 * @throws {AltError} NOT_FOUND, PATH_DENIED, INVALID_ARGUMENT; single files that fail are reported.
 */
export async function mine(
  session: Session,
  path: string,
  options: MineOptions = {},
): Promise<MineReport> {
  const scan = await scanSources(path, { gitignore: options.gitignore ?? true });
  const routing = await planRouting(scan, {
    ...(options.realm !== undefined && { realm: normalizeName(options.realm, 'realm') }),
    ...(options.domain !== undefined && { domain: normalizeName(options.domain, 'domain') }),
  });
  const keys = createSourceKeys(session.system.hostId());
  const run: Run = {
    session,
    options,
    realm: routing.realm,
    batch: session.system.randomBytes(16),
    keyOf: (real) => keys.keyOf(real),
  };
  const mined: MinedFile[] = [];
  let worked = 0;
  for (const file of scan.files) {
    options.signal?.throwIfAborted();
    if (options.fileLimit !== undefined && worked >= options.fileLimit) break;
    const result = await mineFile(run, file, routing.domainOf(file));
    if (result.status === 'mined' || result.status === 'failed') worked += 1;
    mined.push(result);
    options.onFile?.(result, mined.length, scan.files.length);
  }
  const skipped = scan.skipped.map((skip) => ({ file: skip.path, reason: skip.reason as string }));
  return report(run, mined, { skipped, unsupported: scan.unsupported });
}

function report(
  run: Run,
  mined: readonly MinedFile[],
  scan: {
    readonly skipped: { readonly file: string; readonly reason: string }[];
    readonly unsupported: ReadonlyMap<string, number>;
  },
): MineReport {
  const done = mined.filter(({ status }) => status === 'mined');
  const byDomain: Record<string, number> = {};
  for (const { domain, added } of done) byDomain[domain] = (byDomain[domain] ?? 0) + added;
  const unread = mined.filter(({ status }) => ['binary', 'too_short', 'chunk_cap'].includes(status));
  return {
    realm: run.realm,
    mode: MODE,
    files_seen: mined.length,
    files_processed: done.length,
    files_unchanged: mined.filter(({ status }) => status === 'unchanged').length,
    files_skipped: [...scan.skipped, ...unread.map(({ file, status }) => ({ file, reason: status }))],
    files_failed: mined
      .filter(({ status }) => status === 'failed')
      .map(({ file, error = '' }) => ({ file, error })),
    unsupported: Object.fromEntries(scan.unsupported),
    entities_created: done.reduce((sum, { added }) => sum + added, 0),
    entities_removed: done.reduce((sum, { removed }) => sum + removed, 0),
    entities_erased: done.reduce((sum, { erased }) => sum + erased, 0),
    by_domain: byDomain,
    dry_run: run.options.dryRun === true,
    batch: done.length > 0 && run.options.dryRun !== true ? run.batch.toString('hex') : null,
  };
}

async function mineFile(run: Run, file: SourceFile, domain: string): Promise<MinedFile> {
  const nothing = { file: file.relativePath, domain, added: 0, removed: 0, erased: 0 };
  try {
    const source = await readSource(run, file, domain);
    if (typeof source === 'string') return { ...nothing, status: source };
    return { ...nothing, ...(await appendDifference(run, source)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...nothing, status: 'failed', error: message };
  }
}

/** What the file holds, or why it is not mined. */
async function readSource(
  run: Run,
  file: SourceFile,
  domain: string,
): Promise<ReadSource | Exclude<MinedFile['status'], 'mined' | 'failed'>> {
  const { session } = run;
  const { key: dimensionKey } = session.store.identity;
  const key = await run.keyOf(file.path);
  const stream = streamIn(session, 'source', run.realm, key, MODE);
  const before = await session.store.read((db) => sourceOfStream(db, stream));
  if (isUntouched(before, file)) return 'unchanged';
  const bytes = await readFile(file.path);
  const decoded = decodeSource(bytes);
  if (decoded.isBinary) return 'binary';
  if (isTooShort(decoded.text)) return 'too_short';
  const hash = keyedHash(dimensionKey, ['source', decoded.text], 32);
  const fileClass = fileClassOf(basename(file.path));
  if (!fileClass) return 'binary';
  const chunks = fileClass.chunk(decoded.text, chunkSizes());
  if (chunks.length > CHUNKS_MAX) return 'chunk_cap';
  const parts = partKeys(chunks);
  const fileName = basename(file.path);
  const { format } = fileClass;
  return {
    file,
    key,
    stream,
    domain,
    hash,
    chunks: chunks.map((chunk, index) => {
      const part = parts[index] ?? '';
      const id = `ent_${derivedId(dimensionKey, ['chunk', run.realm, key, MODE, part])}`;
      return { ...chunk, id };
    }),
    date: contentDate({ fileName, text: decoded.text, format, mtimeMs: file.mtimeMs }),
  };
}

function isUntouched(before: SourceRow | undefined, file: SourceFile): boolean {
  return (
    before?.normalizeVersion === NORMALIZE_VERSION &&
    before.sizeBytes === file.sizeBytes &&
    before.mtimeMs === file.mtimeMs
  );
}

type Filed = Pick<MinedFile, 'status' | 'added' | 'removed' | 'erased'>;

/** Compares with what is known of the source and appends the difference as one commit. */
async function appendDifference(run: Run, source: ReadSource): Promise<Filed> {
  const { session, options } = run;
  if (options.dryRun === true) {
    return session.store.read((db) => difference(run, source, db).filed);
  }
  return change(session, {
    batch: run.batch,
    decide(db) {
      const { events, filed } = difference(run, source, db);
      return { events, result: filed };
    },
  });
}

function difference(
  run: Run,
  source: ReadSource,
  db: Db,
): { readonly events: NewEvent[]; readonly filed: Filed } {
  const before = sourceOfStream(db, source.stream);
  const isSame = before?.hash === source.hash && before.normalizeVersion === NORMALIZE_VERSION;
  if (isSame) return { events: [], filed: { status: 'unchanged', added: 0, removed: 0, erased: 0 } };
  const known = new Set(before?.layout.map(([id]) => id));
  const current = new Set(source.chunks.map(({ id }) => id));
  const fresh = source.chunks.filter(({ id }) => !known.has(id));
  const added = fresh.filter(({ id }) => !wasErased(db, streamIn(run.session, 'entity', id)));
  const gone = [...known].filter((id) => !current.has(id));
  const places = new Places(run.session, db);
  if (added.length > 0) places.need(run.realm, source.domain);
  const additions = added.map((chunk) => addedEvent(run, source, chunk));
  const removals = gone.flatMap((id) => removedEvent(run, db, id));
  const mined = minedEvent(run, source, { added: additions.length, removed: removals.length });
  return {
    events: [...places.events, ...additions, ...removals, mined],
    filed: {
      status: 'mined',
      added: additions.length,
      removed: removals.length,
      erased: fresh.length - added.length,
    },
  };
}

function addedEvent(run: Run, source: ReadSource, chunk: ReadSource['chunks'][number]): NewEvent {
  const { date } = source;
  const metadata = {
    ...chunk.metadata,
    source_key: source.key,
    line_start: chunk.lineStart,
    line_end: chunk.lineEnd,
    added_by: run.options.agent ?? 'alt-memory',
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
      metadata: metadata as unknown as Record<string, never>,
      source_file: source.file.path.toWellFormed(),
      origin: 'mine',
    },
  };
}

function removedEvent(run: Run, db: Db, id: string): NewEvent[] {
  const stream = streamIn(run.session, 'entity', id);
  if (entityOfStream(db, stream)?.living !== 1) return [];
  return [{ type: 'EntityDeleted', stream, data: { entity_id: id, reason: 'remine' } }];
}

function minedEvent(
  run: Run,
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
