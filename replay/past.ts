/**
 * A dimension as it was: the events under a version vector, folded into views of their own. What
 * came later is not in them, so that it can influence nothing. Read-only, and a cache like all
 * views: a few are kept.
 */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import {
  AltError,
  explained,
  makeFolderDurably,
  type DimensionIdentity,
  type Files,
  type FileStat,
  type VersionVector,
} from '../events/index.js';
import { createViews, Db, isDamagedDatabase, readHeads, viewsAge } from '../projections/index.js';
import { catchUp } from './catch-up.js';
import type { StoreOptions } from './change.js';
import { Store } from './store.js';

/** How many of them are kept on disk, besides those that are open. */
const KEPT_MAX = 4;
/** Together they may be so much larger than this, or than one of them. */
const KEPT_BYTES_MAX = 512 * 1024 * 1024;
const DATABASE = 'views.db';

/**
 * The events up to a moment: in total order, until the writers' clocks have passed it. Clocks that
 * went back do not bring earlier events after later ones.
 *
 * @param ms the last millisecond that belongs to it
 */
export function vectorUntil(db: Db, ms: number): VersionVector {
  const vector: Record<string, number> = {};
  const commits = db.iterate<{ replica: string; seq: number; count: number; wall: number }>(
    `SELECT replica, seq, count, wall FROM commits JOIN writers USING (writer)
     ORDER BY at_ms, at_counter, replica, seq`,
  );
  for (const { replica, seq, count, wall } of commits) {
    // The first commit beyond it is where the clocks have passed the moment.
    if (wall > ms) break;
    vector[replica] = seq + count - 1;
  }
  return vector;
}

/** The events up to the commit of that event, in total order; it is among them. */
export function vectorThrough(db: Db, replica: string, seq: number): VersionVector {
  const rows = db.all<{ replica: string; seq: number }>(
    `WITH named AS (
       SELECT at_ms, at_counter, replica, commits.seq FROM commits JOIN writers USING (writer)
       WHERE replica = ? AND commits.seq <= ? ORDER BY commits.seq DESC LIMIT 1
     )
     SELECT w.replica, max(c.seq + c.count - 1) AS seq
     FROM commits AS c JOIN writers AS w USING (writer), named
     WHERE (c.at_ms, c.at_counter, w.replica, c.seq)
       <= (named.at_ms, named.at_counter, named.replica, named.seq)
     GROUP BY w.replica`,
    replica,
    seq,
  );
  return Object.fromEntries(rows.map((row) => [row.replica, row.seq]));
}

/** What is held of a vector: as much of each replica as there is. */
export function heldOf(db: Db, vector: VersionVector): VersionVector {
  const heads = readHeads(db);
  const held = Object.entries(vector).map(([replica, seq]) => {
    return [replica, Math.min(seq, heads.get(replica)?.seq ?? 0)] as const;
  });
  return Object.fromEntries(held.filter(([, seq]) => seq > 0).sort());
}

export class PastStore extends Store {
  /** Exactly the events under it are there. */
  readonly point: VersionVector;
  readonly #folder: string;
  readonly #files: Files;
  readonly #randomBytes: (size: number) => Buffer;
  readonly #now: () => number;
  #db: Db | undefined;
  #opening: Promise<Db> | undefined;

  constructor(
    folder: string,
    identity: DimensionIdentity,
    options: StoreOptions & { readonly point: VersionVector },
  ) {
    super(folder, identity, options);
    this.point = options.point;
    const name = JSON.stringify(Object.entries(options.point).sort());
    const key = createHash('sha256').update(name).digest('hex').slice(0, 16);
    this.#folder = join(folder, 'views', 'known-at', key);
    this.#files = options.files;
    this.#randomBytes = (size) => options.system.randomBytes(size);
    this.#now = () => options.system.now();
  }

  /** Where its views lie. */
  get pastFolder(): string {
    return this.#folder;
  }

  override async read<Result>(
    query: (db: Db, views: { readonly generation: string }) => Result,
  ): Promise<Result> {
    for (let isFirst = true; ; isFirst = false) {
      try {
        const db = await this.#open();
        return db.snapshot(() => query(db, { generation: basename(this.#folder) }));
      } catch (error) {
        if (!isDamagedDatabase(error) || !isFirst) throw explained(error, 'Reading earlier views');
        this.#discard();
      }
    }
  }

  #discard(): void {
    this.#db?.close();
    this.#db = undefined;
    removeViews(this.#files, this.#folder);
  }

  override change(): Promise<never> {
    return this.#refuse();
  }

  override withLock(): Promise<never> {
    return this.#refuse();
  }

  override rebuild(): Promise<never> {
    return this.#refuse();
  }

  override mending(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    const message = 'What was known at an earlier time can be read, not changed.';
    return Promise.reject(new AltError('READ_ONLY', message));
  }

  override async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    this.#db?.close();
    this.#db = undefined;
    await super.close();
  }

  /** The views; folded if they are not there, or not any more since something was erased. */
  async #open(): Promise<Db> {
    const isThere = this.#files.stat(join(this.#folder, DATABASE)) !== undefined;
    if (this.#db && isThere) return this.#db;
    this.#opening ??= this.#openAnew().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAnew(): Promise<Db> {
    this.#db?.close();
    const path = join(this.#folder, DATABASE);
    this.#db = openSound(this.#files.stat(path) && path) ?? (await this.#fold(path));
    return this.#db;
  }

  async #fold(path: string): Promise<Db> {
    const files = this.#files;
    makeFolderDurably(files, this.#folder);
    const aside = join(this.#folder, `${this.#randomBytes(4).toString('hex')}.building`);
    const db = new Db(aside, { create: true, building: true });
    try {
      createViews(db);
      await catchUp(db, this.log, { until: this.point, tolerant: true });
      // One file that can be read where nothing can be written.
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.exec('PRAGMA journal_mode = DELETE');
      db.close();
      files.rename(aside, path);
    } finally {
      if (db.isOpen) db.close();
      for (const suffix of ['', '-wal', '-shm', '-journal']) files.remove(`${aside}${suffix}`);
    }
    this.#makeRoom();
    return new Db(path, { readonly: true });
  }

  /** The oldest go, but never the one that was just made, nor what somebody is making. */
  #makeRoom(): void {
    const files = this.#files;
    const parent = join(this.folder, 'views', 'known-at');
    const others = files.list(parent).flatMap((name) => {
      const folder = join(parent, name);
      const stat = files.stat(join(folder, DATABASE)) ?? files.stat(folder);
      const isMade = files.stat(join(folder, DATABASE)) !== undefined;
      if (folder === this.#folder || !stat) return [];
      return isMade || isStale(stat, this.#now()) ? [{ folder, stat }] : [];
    });
    others.sort((a, b) => Number(b.stat.mtimeNs - a.stat.mtimeNs));
    let bytes = 0;
    for (const [index, { folder, stat }] of others.entries()) {
      bytes += stat.sizeBytes;
      const isKept = index < KEPT_MAX - 1 && bytes <= KEPT_BYTES_MAX;
      if (!isKept) removeViews(files, folder);
    }
  }
}

const HOUR_NS = 3_600_000_000_000n;

/** Nobody folds for an hour without writing. */
const isStale = ({ mtimeNs }: FileStat, nowMs: number): boolean =>
  BigInt(nowMs) * 1_000_000n - mtimeNs > HOUR_NS;

/** Where the views of a store lie, and what is made of them. */
export const viewsFolderOf = (store: Store): string =>
  store instanceof PastStore ? store.pastFolder : join(store.folder, 'views');

const VIEWS = /^[0-9a-f]{16}$/;

/** Views of the past lie in a folder of that name, and nothing else does. */
function removeViews(files: Files, folder: string): void {
  if (VIEWS.test(basename(folder))) files.remove(folder);
}

/** Undefined for views of another release, or that SQLite cannot read. */
function openSound(path: string | undefined): Db | undefined {
  if (path === undefined) return undefined;
  try {
    const db = new Db(path, { readonly: true });
    if (viewsAge(db) === 'current') return db;
    db.close();
  } catch {
    // A cache: whatever is wrong with it, it is made anew.
  }
  return undefined;
}
