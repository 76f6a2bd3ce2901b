/**
 * Proves a dimension: every byte of the log against its CRCs, digests and chains, every event
 * against its schema, and the live views against a fold of the whole log. Repairs nothing.
 */
import { join } from 'node:path';
import {
  eventType,
  isAltError,
  type CommitReader,
  type Log,
  type StoredCommit,
} from '../events/index.js';
import { createViews, Db, isErasedDigest, readHeads, type Heads } from '../projections/index.js';
import { catchUp } from './catch-up.js';
import { differingTables, digestOfAll, digestViews, type Digest } from './digest.js';
import { checkEvent } from './fold.js';
import type { Store } from './store.js';

/** Something that is not as it should be. */
export interface Problem {
  readonly kind: 'damage' | 'torn_tail' | 'unexplained_erasure' | 'newer_format' | 'views_differ';
  /** `replica/segment`, or the name of a table. */
  readonly where: string;
  /** In the segment file. */
  readonly offset?: number;
  readonly message: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly replicas: number;
  readonly segments: number;
  readonly commits: number;
  readonly events: number;
  /** Kept and forwarded, not folded. */
  readonly unknown: number;
  readonly invalid: number;
  readonly erased: number;
  readonly problems: Problem[];
  /** One hash over all logical tables of the fold. */
  readonly digest: string;
}

interface Counts {
  commits: number;
  events: number;
  unknown: number;
  invalid: number;
  erased: number;
  /** Erasures of whole streams: they account for frames that no digest names. */
  wholeStreams: number;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((events: number) => void) | undefined;
}

/** Gives the event loop a turn after this long. */
const SLICE_MS = 8;

/** What is proved: a log and the views of it. */
export type Provable = Pick<Store, 'log' | 'read' | 'withLock'>;

/** Walks the log, then folds it in memory and compares with the digest of the live views. */
export async function verifyLog(
  store: Provable,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { log } = store;
  const counts: Counts = {
    commits: 0,
    events: 0,
    unknown: 0,
    invalid: 0,
    erased: 0,
    wholeStreams: 0,
  };
  const problems: Problem[] = [];
  const erased: Buffer[] = [];
  let segments = 0;
  const replicas = log.replicas();
  for (const replica of replicas) {
    segments += log.segments(replica).length;
    const reader = log.read(replica);
    await walk(reader, { counts, erased, options });
    problems.push(...problemOf(replica, reader));
  }
  problems.push(...cutLogs(log, await store.read(readHeads)));
  const isSound = !problems.some(({ kind }) => kind === 'damage');
  const toExplain = counts.wholeStreams > 0 ? [] : erased;
  const fold = isSound ? await compareWithFold(store, toExplain, options) : undefined;
  problems.push(...(fold?.problems ?? []));
  return {
    ok: problems.every(({ kind }) => kind === 'torn_tail' || kind === 'newer_format'),
    replicas: replicas.length,
    segments,
    ...publicCounts(counts),
    problems,
    digest: fold ? digestOfAll(fold.digest) : '',
  };
}

/** Logs that no longer hold what the views remember of them: the walk cannot see a clean cut. */
function cutLogs(log: Log, heads: Heads): Problem[] {
  const problems: Problem[] = [];
  for (const [replica, head] of heads) {
    try {
      log.checkHead(replica, head);
    } catch (error) {
      if (!isAltError(error, 'LOG_DAMAGED')) throw error;
      const reason = error.details?.reason;
      const message = typeof reason === 'string' ? reason : error.message;
      const where = segmentPath(replica, head.segment);
      problems.push({ kind: 'damage', where, offset: head.offset, message });
    }
  }
  return problems;
}

const segmentPath = (replica: string, segment: number): string =>
  join(replica, String(segment).padStart(16, '0'));

function publicCounts(counts: Counts): Omit<Counts, 'wholeStreams'> {
  const { commits, events, unknown, invalid, erased } = counts;
  return { commits, events, unknown, invalid, erased };
}

async function walk(
  reader: CommitReader,
  work: {
    readonly counts: Counts;
    readonly erased: Buffer[];
    readonly options: VerifyOptions;
  },
): Promise<void> {
  let sliceStart = performance.now();
  for (let commit = reader.next(); commit; commit = reader.next()) {
    count(commit, work.counts, work.erased);
    if (performance.now() - sliceStart < SLICE_MS) continue;
    work.options.onProgress?.(work.counts.events);
    await new Promise(setImmediate);
    work.options.signal?.throwIfAborted();
    sliceStart = performance.now();
  }
}

function count(commit: StoredCommit, counts: Counts, erased: Buffer[]): void {
  counts.commits += 1;
  counts.events += commit.events.length;
  for (const event of commit.events) {
    if (event.erased) {
      counts.erased += 1;
      erased.push(event.digest);
    } else if (!event.payload) counts.invalid += 1;
    else {
      const { status } = checkEvent(event.payload);
      const { type, data } = event.payload;
      if (type === 'Erased' && data.whole_stream === true) counts.wholeStreams += 1;
      if (status === 'unknown') counts.unknown += 1;
      if (status === 'invalid' && eventType(event.payload.type)) counts.invalid += 1;
    }
  }
}

function problemOf(replica: string, reader: CommitReader): Problem[] {
  const { kind, segment, offset, reason } = reader.end;
  const where = segmentPath(replica, segment);
  if (kind === 'damage') return [{ kind, where, offset, message: reason }];
  if (kind === 'tail') {
    const message = `${reason}: an unfinished write, set aside at the next one`;
    return [{ kind: 'torn_tail', where, offset, message }];
  }
  if (kind === 'newer') return [{ kind: 'newer_format', where, offset, message: reason }];
  return [];
}

/** Folds the log into a database in memory: what the live views should say. */
async function compareWithFold(
  store: Provable,
  erased: readonly Buffer[],
  options: VerifyOptions,
): Promise<{ readonly digest: Digest; readonly problems: Problem[] }> {
  const { log } = store;
  const { signal } = options;
  const db = new Db(':memory:', { create: true, building: true });
  try {
    createViews(db);
    await catchUp(db, log, { signal });
    let live = await store.read(stateOf);
    if (!haveSameSeqs(readHeads(db), live.heads)) {
      // Somebody appended meanwhile. While nobody can, both can be brought to the same point.
      live = await store.withLock(async (views) => {
        await catchUp(db, log, { signal });
        return stateOf(views);
      });
    }
    const digest = digestViews(db);
    const differing = differingTables(digest, live.digest).map((where) => ({
      kind: 'views_differ' as const,
      where,
      message: 'The live view is not what the log says; run "alt rebuild".',
    }));
    return { digest, problems: [...unexplained(db, erased), ...differing] };
  } finally {
    db.close();
  }
}

interface State {
  readonly heads: Heads;
  readonly digest: Digest;
}

const stateOf = (db: Db): State => ({ heads: readHeads(db), digest: digestViews(db) });

function haveSameSeqs(a: Heads, b: Heads): boolean {
  const isSame = ([replica, { seq }]: [string, { readonly seq: number }]): boolean =>
    (b.get(replica)?.seq ?? 0) === seq;
  return a.size === b.size && [...a].every(isSame);
}

/** Erased frames that no Erased event accounts for: content that was taken away by other means. */
function unexplained(db: Db, erased: readonly Buffer[]): Problem[] {
  if (erased.length === 0) return [];
  return erased
    .filter((digest) => !isErasedDigest(db, digest))
    .map((digest) => ({
      kind: 'unexplained_erasure' as const,
      where: digest.toString('hex', 0, 8),
      message: 'The payload is zeroed, but no Erased event says so.',
    }));
}
