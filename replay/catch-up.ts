/**
 * Brings a view database up to what the log holds. Commits of all replicas are taken in total
 * order, so that a fold from nothing never meets a late event.
 */
import {
  compareEvents,
  isAltError,
  logDamaged,
  NO_HEAD,
  systemError,
  type AltError,
  type CommitReader,
  type Head,
  type Log,
  type Place,
  type ReadEnd,
  type StoredCommit,
  type TornTail,
  type VersionVector,
} from '../events/index.js';
import { isDamagedDatabase, readHeads, writeHead, type Db } from '../projections/index.js';
import { Fold } from './fold.js';

/** Events of one transaction: enough to make its cost per event small, few enough to redo. */
const TRANSACTION_EVENTS_MAX = 5_000;
/** The event loop is given a turn this often. */
const SLICE_MS = 8;

export interface CatchUpOptions {
  /**
   * This machine's own replica, when the caller holds the lock: an unfinished commit at its end is
   * then set aside, and damage in other replicas' logs is reported instead of thrown. Without it
   * nothing of the log is touched, and any damage is an error.
   */
  readonly own?: string | undefined;
  /** Damage anywhere is reported instead of thrown: what lies before it is folded. */
  readonly tolerant?: boolean | undefined;
  /** Only the events under this vector; what it does not name is not read. */
  readonly until?: VersionVector | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((events: number) => void) | undefined;
}

export interface CatchUpReport {
  /** How many were folded. */
  readonly events: number;
  readonly tornTail: TornTail | undefined;
  /** Replicas whose log goes on in a format that this release cannot read. */
  readonly newer: readonly string[];
  /**
   * Where the log still holds what was erased: for whoever folded without the lock, to be cleared
   * under it. Empty for the holder of the lock, who clears before the checkpoint passes.
   */
  readonly toClear: readonly Place[];
  /** Where logs are damaged, as sentences: each stays cut there until its bytes come again. */
  readonly cut: readonly string[];
}

interface Source {
  readonly replica: string;
  readonly reader: CommitReader;
  /** The last seq that is wanted. */
  readonly last: number;
  /** The end of what is folded; the reader is one commit ahead. */
  folded: Head;
  next: StoredCommit | undefined;
}

/**
 * Folds everything beyond the checkpoints, yielding to the event loop.
 *
 * @throws {AltError} LOG_DAMAGED after folding what lies before the damage; DISK_FULL; CANCELLED.
 */
export async function catchUp(
  db: Db,
  log: Log,
  options: CatchUpOptions = {},
): Promise<CatchUpReport> {
  const heads = readHeads(db);
  const { sources, cut } = openSources(log, heads, options);
  const toClear: Place[] = [];
  let events = 0;
  while (sources.some(({ next }) => next !== undefined)) {
    events += await foldTransaction(db, log, { sources, options, done: events, toClear });
  }
  for (const { replica, reader, last } of sources) {
    // A segment that was begun and holds no commit yet is where the next one goes.
    const isWanted = reader.end.kind === 'end' && reader.head.seq <= last;
    if (isWanted) writeHead(db, replica, reader.head);
  }
  const { tornTail, newer, damage } = finish(log, sources, options);
  return { events, tornTail, newer, toClear, cut: [...cut, ...damage] };
}

function openSources(
  log: Log,
  heads: ReadonlyMap<string, Head>,
  options: CatchUpOptions,
): { readonly sources: Source[]; readonly cut: string[] } {
  const sources: Source[] = [];
  const cut: string[] = [];
  for (const replica of new Set([...log.replicas(), ...heads.keys()])) {
    const head = heads.get(replica) ?? NO_HEAD;
    const damage = damageAt(log, replica, head);
    if (damage && isFatal(replica, options)) throw damage;
    if (damage) cut.push(damage.message);
    if (damage || log.compare(replica, head) !== 'beyond') continue;
    if (replica === options.own) syncBeyond(log, replica, head);
    const reader = log.read(replica, head);
    const last = lastWanted(replica, options);
    sources.push({ replica, reader, last, folded: head, next: upTo(reader.next(), last) });
  }
  return { sources, cut };
}

const lastWanted = (replica: string, { until }: CatchUpOptions): number =>
  until === undefined ? Infinity : (until[replica] ?? 0);

/** What of a commit lies up to a seq: undefined for nothing. */
function upTo(commit: StoredCommit | undefined, last: number): StoredCommit | undefined {
  if (!commit || commit.header.seq > last) return undefined;
  const events = commit.events.filter(({ seq }) => seq <= last);
  return events.length === commit.events.length ? commit : { ...commit, events };
}

/** Whether damage in that replica's log ends the fold. */
const isFatal = (replica: string, { own, tolerant }: CatchUpOptions): boolean =>
  tolerant !== true && (own === undefined || replica === own);

/** Whether the log no longer holds what was read of it. */
function damageAt(log: Log, replica: string, head: Head): AltError | undefined {
  try {
    log.checkHead(replica, head);
    return undefined;
  } catch (error) {
    if (isAltError(error, 'LOG_DAMAGED')) return error;
    throw error;
  }
}

/** Another process may have been killed between its write and its sync. */
function syncBeyond(log: Log, replica: string, head: Head): void {
  for (const segment of log.segments(replica)) {
    if (segment >= head.segment) log.sync(replica, segment);
  }
}

/** The source whose next commit is first in the total order. */
function earliest(sources: readonly Source[]): Source | undefined {
  let first: Source | undefined;
  for (const source of sources) {
    if (!source.next) continue;
    if (!first?.next || compareEvents(source.next.header, first.next.header) < 0) first = source;
  }
  return first;
}

interface Work {
  readonly sources: readonly Source[];
  readonly options: CatchUpOptions;
  readonly done: number;
  readonly toClear: Place[];
}

async function foldTransaction(db: Db, log: Log, work: Work): Promise<number> {
  db.exec('BEGIN IMMEDIATE');
  try {
    const fold = new Fold(db, log);
    const events = await foldSlices(fold, work);
    const erased = fold.settle();
    // Only the holder of the lock may touch the log.
    if (work.options.own === undefined) work.toClear.push(...erased);
    else log.clear(erased);
    for (const { replica, folded } of work.sources) writeHead(db, replica, folded);
    db.exec('COMMIT');
    return events;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    if (isAltError(error) || isDamagedDatabase(error)) throw error;
    if ((error as { code?: unknown }).code === undefined) throw error;
    throw systemError(error, 'Folding the log into the views');
  }
}

async function foldSlices(fold: Fold, { sources, options, done }: Work): Promise<number> {
  let events = 0;
  let sliceStart = performance.now();
  for (let source = earliest(sources); source?.next; source = earliest(sources)) {
    fold.add(source.next);
    events += source.next.events.length;
    source.folded = source.reader.head;
    source.next = upTo(source.reader.next(), source.last);
    if (events >= TRANSACTION_EVENTS_MAX) break;
    if (performance.now() - sliceStart < SLICE_MS) continue;
    options.onProgress?.(done + events);
    await new Promise(setImmediate);
    options.signal?.throwIfAborted();
    sliceStart = performance.now();
  }
  options.onProgress?.(done + events);
  return events;
}

function finish(
  log: Log,
  sources: readonly Source[],
  options: CatchUpOptions,
): Pick<CatchUpReport, 'tornTail' | 'newer'> & { readonly damage: string[] } {
  const damage: string[] = [];
  let tornTail: TornTail | undefined;
  const newer: string[] = [];
  for (const { replica, reader } of sources) {
    const { end } = reader;
    if (end.kind === 'damage') {
      const error = logDamaged(replica, end, end.reason);
      if (isFatal(replica, options)) throw error;
      damage.push(error.message);
    }
    if (end.kind === 'newer') newer.push(replica);
    if (end.kind === 'tail' && replica === options.own) tornTail = log.cutTail(replica, endOf(end));
  }
  return { tornTail, newer, damage };
}

const endOf = ({ segment, offset }: ReadEnd): { segment: number; offset: number } => {
  return { segment, offset };
};
