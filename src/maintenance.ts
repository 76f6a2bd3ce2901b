/**
 * Looking after the views: are they sound, are they small, do they say what the log says. Nothing
 * here can take a memory away; what is found wrong is folded again from the log.
 */
import { createViews, Db } from '../projections/index.js';
import { catchUp, verifyLog, type Verification } from '../replay/index.js';
import type { Embedding } from './vectors/embedding.js';
import type { Space } from './vectors/space.js';
import type { Session } from './session.js';

export interface MaintenanceContext {
  readonly session: Session;
  readonly embedding: Embedding;
}

/** What SQLite finds wrong with the live views, as sentences; empty when they are sound. */
export async function checkIntegrity({ session }: MaintenanceContext): Promise<string[]> {
  const rows = await session.store.read((db) => {
    return db.all<{ quick_check: string }>('PRAGMA quick_check');
  });
  return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
}

export interface Vacuumed {
  readonly bytes_before: number;
  readonly bytes_after: number;
}

/** Writes the live views anew without the space that deleted rows left. */
export async function vacuum({ session }: MaintenanceContext): Promise<Vacuumed> {
  return session.store.withLock((db) => {
    const before = sizeBytes(db);
    db.exec('VACUUM');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return { bytes_before: before, bytes_after: sizeBytes(db) };
  });
}

function sizeBytes(db: Db): number {
  const pages = db.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
  const page = db.get<{ page_size: number }>('PRAGMA page_size')?.page_size ?? 0;
  return pages * page;
}

/** Ids of memories, by what is wrong with them in the views. */
export interface Differences {
  /** Embedded once, but the cache has no vector. */
  readonly missing_vector: readonly string[];
  /** Vectors name texts, not memories: one whose text is gone is cache, so this stays empty. */
  readonly orphan_vector: readonly string[];
  /** In the log, not in the views. */
  readonly missing_row: readonly string[];
  /** In the views, not in the log. */
  readonly orphan_row: readonly string[];
  /** Not in the keyword or ranking index. */
  readonly missing_fts: readonly string[];
  /** In both, but they do not say the same. */
  readonly content_mismatch: readonly string[];
}

export interface Diagnosis {
  readonly path: string;
  readonly ok: boolean;
  readonly message: string;
  readonly entities: number;
  readonly events: number;
  readonly vectors: number;
  /** Passages that wait for their vector: no fault. */
  readonly pending: number;
  readonly fts_rows: number;
  /** Events of the log that the views do not have yet. */
  readonly lag: number;
  readonly log_ok: boolean;
  readonly integrity_errors: readonly string[];
  readonly problems: Verification['problems'];
  readonly differences: Differences;
}

/** Looks at everything and changes nothing. Loads no model. */
export async function diagnose(
  context: MaintenanceContext,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Diagnosis> {
  const { store } = context.session;
  const errors = await checkIntegrity(context);
  const verification = await verifyLog(store, options);
  const { problems, events } = verification;
  const differ = problems.some(({ kind }) => kind === 'views_differ');
  const isDamaged = problems.some(({ kind }) => kind === 'damage');
  const rows = differ && !isDamaged ? await compareRows(context, options) : NO_ROWS;
  const counts = await store.read(countRows);
  const vectors = await examineVectors(context, counts.passages);
  const differences: Differences = {
    ...rows,
    missing_fts: await store.read(missingFromIndex),
    missing_vector: vectors.missing,
    orphan_vector: [],
  };
  const found = classesOf(differences).reduce((sum, [, ids]) => sum + ids.length, errors.length);
  const log_ok = problems.every(({ kind }) => !LOG_FAULTS.includes(kind));
  const ok = verification.ok && found === 0;
  return {
    path: store.folder,
    ok,
    message: ok ? 'Healthy' : summary({ errors, differ, log_ok, differences }),
    entities: counts.entities,
    events,
    vectors: vectors.count,
    pending: vectors.pending,
    fts_rows: counts.keywords,
    lag: Math.max(0, events - counts.events),
    log_ok,
    integrity_errors: errors,
    problems,
    differences,
  };
}

const classesOf = (differences: Differences): [string, readonly string[]][] =>
  Object.entries(differences) as [string, readonly string[]][];

const LOG_FAULTS: readonly string[] = ['damage', 'unexplained_erasure'];
const NO_ROWS = { missing_row: [], orphan_row: [], content_mismatch: [] } as const;

function summary(found: {
  readonly errors: readonly string[];
  readonly differ: boolean;
  readonly log_ok: boolean;
  readonly differences: Differences;
}): string {
  const parts: string[] = [];
  if (!found.log_ok) parts.push('the log is damaged');
  if (found.errors.length > 0) parts.push(`${String(found.errors.length)} integrity errors`);
  if (found.differ) parts.push('the views differ from the log');
  for (const [name, ids] of classesOf(found.differences)) {
    if (ids.length > 0) parts.push(`${String(ids.length)} ${name}`);
  }
  return parts.join(', ');
}

function countRows(db: Db): Record<'entities' | 'events' | 'keywords' | 'passages', number> {
  const row = db.get<Record<'entities' | 'events' | 'keywords' | 'passages', number>>(
    `SELECT (SELECT count(*) FROM entities WHERE living = 1) AS entities,
       (SELECT count(*) FROM events) AS events,
       (SELECT count(*) FROM keywords) AS keywords,
       (SELECT count(*) FROM passages) AS passages`,
  );
  return row ?? { entities: 0, events: 0, keywords: 0, passages: 0 };
}

function missingFromIndex(db: Db): string[] {
  const rows = db.all<{ id: string }>(
    `SELECT id FROM entities WHERE living = 1 AND (
       num NOT IN (SELECT rowid FROM keywords)
       OR num NOT IN (SELECT entity FROM passages)
       OR num IN (
         SELECT entity FROM passages WHERE label NOT IN (SELECT rowid FROM passage_terms)))
     ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

interface Vectors {
  readonly count: number;
  readonly pending: number;
  readonly missing: string[];
}

/** Which memories were embedded but have no vector any more; unknown where there is no embedder. */
async function examineVectors(context: MaintenanceContext, passages: number): Promise<Vectors> {
  const { state } = await context.embedding.describe();
  if (state === 'unavailable') return { count: 0, pending: passages, missing: [] };
  const space = await context.embedding.space();
  return context.session.store.read((db, { generation }) => {
    const mark = space.cache.mark(generation);
    const missing = withoutVector(db, space, mark);
    const sql = 'SELECT count(*) AS count FROM passages WHERE label > ?';
    const pending = db.get<{ count: number }>(sql, mark)?.count ?? 0;
    return { count: passages - pending - missing.length, pending, missing: [...new Set(missing)] };
  });
}

function withoutVector(db: Db, space: Space, mark: number): string[] {
  const rows = db.iterate<{ id: string; text_hash: Buffer }>(
    `SELECT id, text_hash FROM passages JOIN entities ON num = entity
     WHERE label <= ? ORDER BY label`,
    mark,
  );
  const missing: string[] = [];
  for (const { id, text_hash } of rows) if (!space.cache.has(text_hash)) missing.push(id);
  return missing;
}

type Rows = Pick<Differences, 'missing_row' | 'orphan_row' | 'content_mismatch'>;

/** Folds the log in memory and compares memory by memory. */
async function compareRows(
  { session }: MaintenanceContext,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<Rows> {
  const db = new Db(':memory:', { create: true, building: true });
  try {
    createViews(db);
    await catchUp(db, session.store.log, options);
    const folded = readRows(db);
    const live = await session.store.read(readRows);
    return {
      missing_row: idsWhere(folded, ({ id }) => !live.has(id)),
      orphan_row: idsWhere(live, ({ id }) => !folded.has(id)),
      content_mismatch: idsWhere(folded, ({ id, says }) => (live.get(id) ?? says) !== says),
    };
  } finally {
    db.close();
  }
}

function readRows(db: Db): Map<string, string> {
  const rows = db.iterate<{ id: string; says: string }>(
    `SELECT id, json_array(content, realm, domain, metadata, source_file) AS says
     FROM entities WHERE living = 1 ORDER BY id`,
  );
  const found = new Map<string, string>();
  for (const { id, says } of rows) found.set(id, says);
  return found;
}

function idsWhere(
  rows: ReadonlyMap<string, string>,
  holds: (row: { readonly id: string; readonly says: string }) => boolean,
): string[] {
  return [...rows].filter(([id, says]) => holds({ id, says })).map(([id]) => id);
}
