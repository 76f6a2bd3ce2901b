/**
 * Folds the whole log into a new view database beside the live one, then flips to it. Readers and
 * writers go on meanwhile; a killed rebuild leaves the old views as they were.
 */
import { AltError, type Log, type Release } from '../events/index.js';
import { countEvents, createViews, Db, readHeads } from '../projections/index.js';
import { catchUp, type CatchUpOptions } from './catch-up.js';
import type { Generations } from './generations.js';

export interface RebuildContext {
  readonly log: Log;
  readonly generations: Generations;
  readonly randomBytes: (size: number) => Buffer;
  readonly lockRebuild: () => Promise<Release>;
  readonly lockLog: () => Promise<Release>;
  /** This machine's replica, while the log is locked. */
  readonly ownReplica: () => string | undefined;
  /**
   * Nothing better is there: a damaged log is folded as far as it is whole. Otherwise damage is an
   * error, for the views in place may remember more.
   */
  readonly tolerant?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: CatchUpOptions['onProgress'];
}

export interface Rebuilt {
  readonly generation: string;
  readonly events: number;
  readonly tornTail: Awaited<ReturnType<typeof catchUp>>['tornTail'];
  /** Where the log is damaged, as sentences. */
  readonly cut: readonly string[];
}

/**
 * @param isNeeded asked once the rebuild lock is held: another process may just have done the work.
 * @returns undefined when it was not needed after all.
 * @throws {AltError} LOG_DAMAGED, DISK_FULL, BUSY, CANCELLED — the old views stay live.
 */
export async function rebuild(
  context: RebuildContext,
  isNeeded: () => boolean = () => true,
): Promise<Rebuilt | undefined> {
  const releaseRebuild = await context.lockRebuild();
  try {
    return isNeeded() ? await build(context) : undefined;
  } finally {
    releaseRebuild();
  }
}

async function build(context: RebuildContext): Promise<Rebuilt> {
  const { generations, log, signal, onProgress, tolerant } = context;
  const before = generations.live();
  const generation = generations.nextName(before, context.randomBytes(4));
  const path = generations.path(generation);
  const db = new Db(path, { create: true, building: true });
  let releaseLog: Release | undefined;
  try {
    createViews(db);
    const { toClear } = await catchUp(db, log, { signal, onProgress, tolerant });
    releaseLog = await context.lockLog();
    log.clear(toClear);
    const own = context.ownReplica() ?? '';
    // What was folded without the lock may be the work of a writer that was killed before its sync.
    syncLast(log, own);
    const report = await catchUp(db, log, { own, signal, tolerant });
    const events = checkCounts(db);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    if (generations.live() !== before) {
      throw new AltError('BUSY', 'Other views went live while these were folded.');
    }
    generations.goLive(generation);
    generations.removeOthers(generation);
    return { generation, events, tornTail: report.tornTail, cut: report.cut };
  } catch (error) {
    if (db.isOpen) db.close();
    if (generations.live() !== generation) generations.discard(generation);
    throw error;
  } finally {
    releaseLog?.();
  }
}

function syncLast(log: Log, replica: string): void {
  const last = log.segments(replica).at(-1);
  if (last !== undefined) log.sync(replica, last);
}

/** What went live must hold exactly what the log holds. */
function checkCounts(db: Db): number {
  let inLog = 0;
  for (const { seq } of readHeads(db).values()) inLog += seq;
  const { total } = countEvents(db);
  if (total === inLog) return total;
  throw new AltError(
    'VIEWS_DAMAGED',
    `The fold holds ${String(total)} events, the log ${String(inLog)}; the old views stay.`,
    { hint: 'Run "alt verify" and report this: it is a bug.' },
  );
}
