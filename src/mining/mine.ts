/**
 * Mines a file or a folder: every source that changed becomes one commit that adds its new chunks,
 * takes away the ones that are gone and says how the source now looks. Mining the same again
 * appends nothing; a crash leaves every source whole or absent.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { keyedHash } from '../../events/index.js';
import { sourceOfStream, type SourceRow } from '../../projections/index.js';
import { normalizeName } from '../names.js';
import { derivedId, streamIn, type Session } from '../session.js';
import { isTooShort } from './chunk.js';
import { contentDate } from './content-date.js';
import { decodeSource } from './decode.js';
import {
  appendDifference,
  MODE,
  NORMALIZE_VERSION,
  previewDifference,
  type MiningRun,
  type ReadSource,
} from './difference.js';
import { fileClassOf } from './file-classes.js';
import { createSourceKeys, partKeys } from './identity.js';
import { planRouting, type Routing } from './route.js';
import { scanSources, type SourceFile } from './scan.js';
import { chunkSizes } from './sizes.js';

/** A file of more parts than this is a data set, not a text. */
const CHUNKS_MAX = 50_000;

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

interface Run extends MiningRun {
  readonly options: MineOptions;
  readonly keyOf: (path: string) => Promise<string>;
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
    agent: options.agent ?? 'alt-memory',
    keyOf: (real) => keys.keyOf(real),
  };
  const mined = await mineFiles(run, scan.files, routing);
  const skipped = scan.skipped.map((skip) => ({ file: skip.path, reason: skip.reason }));
  return report(run, mined, { skipped, unsupported: scan.unsupported });
}

async function mineFiles(
  run: Run,
  files: readonly SourceFile[],
  routing: Routing,
): Promise<MinedFile[]> {
  const { signal, fileLimit = Infinity, onFile } = run.options;
  const mined: MinedFile[] = [];
  let worked = 0;
  for (const file of files) {
    signal?.throwIfAborted();
    if (worked >= fileLimit) break;
    const result = await mineFile(run, file, routing.domainOf(file));
    if (result.status === 'mined' || result.status === 'failed') worked += 1;
    mined.push(result);
    onFile?.(result, mined.length, files.length);
  }
  return mined;
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
  const byDomain = new Map<string, number>();
  for (const { domain, added } of done) byDomain.set(domain, (byDomain.get(domain) ?? 0) + added);
  const unread = mined.filter(({ status }) =>
    ['binary', 'too_short', 'chunk_cap'].includes(status),
  );
  return {
    realm: run.realm,
    mode: MODE,
    files_seen: mined.length,
    files_processed: done.length,
    files_unchanged: mined.filter(({ status }) => status === 'unchanged').length,
    files_skipped: [
      ...scan.skipped,
      ...unread.map(({ file, status }) => ({ file, reason: status })),
    ],
    files_failed: mined
      .filter(({ status }) => status === 'failed')
      .map(({ file, error = '' }) => ({ file, error })),
    unsupported: Object.fromEntries(scan.unsupported),
    entities_created: done.reduce((sum, { added }) => sum + added, 0),
    entities_removed: done.reduce((sum, { removed }) => sum + removed, 0),
    entities_erased: done.reduce((sum, { erased }) => sum + erased, 0),
    by_domain: Object.fromEntries(byDomain),
    dry_run: run.options.dryRun === true,
    batch: done.length > 0 && run.options.dryRun !== true ? run.batch.toString('hex') : null,
  };
}

async function mineFile(run: Run, file: SourceFile, domain: string): Promise<MinedFile> {
  const nothing = { file: file.relativePath, domain, added: 0, removed: 0, erased: 0 };
  try {
    const source = await readSource(run, file, domain);
    if (typeof source === 'string') return { ...nothing, status: source };
    const record = run.options.dryRun === true ? previewDifference : appendDifference;
    return { ...nothing, ...(await record(run, source)) };
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
