/**
 * A dimension on disk, open: reads answer from the views, changes go through the log.
 *
 * A change: lock, fold what others appended, decide against that state, append and sync, project,
 * unlock. From the sync on the change has happened; a view that cannot follow is a warning.
 */
import { join } from 'node:path';
import {
  AltError,
  explained,
  FileLock,
  isAltError,
  Log,
  ReplicaIdentity,
  type Actor,
  type DimensionIdentity,
  type Release,
} from '../events/index.js';
import { isDamagedDatabase, readHeads, type Db } from '../projections/index.js';
import { Appender } from './appender.js';
import { catchUp, type CatchUpOptions } from './catch-up.js';
import type { Change, StoreOptions, Warning } from './change.js';
import { Generations } from './generations.js';
import { LiveViews, tornTailWarning, type Views } from './live-views.js';
import type { Rebuilt } from './rebuild.js';
import type { MendContext } from './repair.js';

export class Store {
  readonly identity: DimensionIdentity;
  readonly log: Log;
  readonly folder: string;
  readonly #options: StoreOptions;
  readonly #replica: ReplicaIdentity;
  readonly #lock: FileLock;
  readonly #rebuildLock: FileLock;
  readonly #generations: Generations;
  readonly #views: LiveViews;
  readonly #appender: Appender;
  readonly #warned = new Set<string>();
  #heads:
    | { readonly of: Db; readonly version: number; readonly heads: ReturnType<typeof readHeads> }
    | undefined;
  /** Of the log folder, when all replicas in it were last looked at. */
  #logStamp = '';
  #isClosed = false;
  readonly #underWay = new Set<Promise<unknown>>();

  /** The folder holds a dimension with that identity. Nothing is opened yet. */
  constructor(folder: string, identity: DimensionIdentity, options: StoreOptions) {
    const { files, system, label } = options;
    this.folder = folder;
    this.identity = identity;
    this.log = new Log(files, folder, [identity.id]);
    this.#options = options;
    this.#replica = new ReplicaIdentity(files, system, folder);
    this.#lock = new FileLock(join(folder, 'lock.db'), { files, label });
    this.#rebuildLock = new FileLock(join(folder, 'rebuild.lock.db'), { files, label });
    this.#generations = new Generations(files, folder);
    const shared = {
      log: this.log,
      replica: this.#replica,
      options,
      warn: (warning: Warning) => {
        this.warn(warning);
      },
    };
    this.#views = new LiveViews({
      ...shared,
      folder,
      generations: this.#generations,
      lock: this.#lock,
      rebuildLock: this.#rebuildLock,
    });
    this.#appender = new Appender({ ...shared, identity });
  }

  /** Answers from the views after following what others appended. One consistent state. */
  async read<Result>(query: (db: Db, views: Pick<Views, 'generation'>) => Result): Promise<Result> {
    return this.#healing(async () => {
      for (;;) {
        const views = await this.#follow();
        // Another call of this process may have moved on to newer views meanwhile.
        if (!views.reader.isOpen) continue;
        return views.reader.snapshot(() => query(views.reader, views));
      }
    });
  }

  /**
   * Makes a change durable and visible.
   *
   * @throws {AltError} what `decide` threw; BUSY, DISK_FULL, READ_ONLY, IO_FAILED, TOO_LARGE,
   *   LOG_DAMAGED — nothing was kept.
   */
  async change<Result>(change: Change<Result>): Promise<Result> {
    return this.#healing(() =>
      this.#locked((views) => this.#appender.commit(views.writer, change)),
    );
  }

  /** Runs `work` on caught-up views while nobody else can append. */
  async withLock<Result>(work: (db: Db) => Result | Promise<Result>): Promise<Result> {
    return this.#healing(() => this.#locked((views) => work(views.writer)));
  }

  /** Folds the log into new views and flips to them. */
  async rebuild(options: Pick<CatchUpOptions, 'signal' | 'onProgress'> = {}): Promise<Rebuilt> {
    return this.#explaining(async () => {
      await this.#views.assertLogHolds();
      return this.#views.rebuild(options);
    });
  }

  /**
   * Takes out of the files of the views what is no longer in them: other generations, views of the
   * past, deleted rows.
   *
   * @returns false when somebody who reads keeps old pages of them.
   * @throws {AltError} BUSY, DISK_FULL, READ_ONLY, IO_FAILED
   */
  async sweep(): Promise<boolean> {
    return this.#explaining(() => this.#views.sweep((views) => this.#catchUp(views)));
  }

  /**
   * Mends the log itself while nobody else can touch it. Where the views are retired, they are
   * folded anew by the next call.
   */
  async mending<Result>(actor: Actor, work: (context: MendContext) => Result): Promise<Result> {
    return this.#explaining(() =>
      this.#whileLocked(({ reader: db }) => {
        const { log, folder, identity } = this;
        const context = { ...this.#options, log, folder, identity, replica: this.#replica, actor };
        const retireViews = (): void => {
          this.#views.close();
          this.#generations.retire();
          this.#appender.close();
        };
        return work({ ...context, db, retireViews });
      }),
    );
  }

  /** The files of the live views: for tools that look at them from another process. */
  get viewsPath(): string | undefined {
    const live = this.#generations.live();
    return live === undefined ? undefined : this.#generations.path(live);
  }

  /** This machine's replica id here; undefined before its first write. */
  ownReplica(): string | undefined {
    return this.#replica.current();
  }

  /** Tells the user something once. */
  warn(warning: Warning): void {
    const key = `${warning.code}:${warning.message}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#options.onWarning?.(warning);
  }

  /** Refuses new work. */
  stop(): void {
    this.#isClosed = true;
    this.#lock.refuse();
    this.#rebuildLock.refuse();
  }

  /** Refuses new work, waits for what is under way, then lets go. Harmless to call twice. */
  async close(): Promise<void> {
    this.stop();
    await Promise.allSettled(this.#underWay);
    this.#views.close();
    this.#appender.close();
    this.#lock.close();
    this.#rebuildLock.close();
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new AltError('DIMENSION_CLOSED', 'The dimension was closed.', {
      hint: 'Open it again; nothing was lost.',
    });
  }

  /** Runs `work`; when the view database turns out damaged, folds it anew and tries once more. */
  async #healing<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#explaining(async () => {
      try {
        return await work();
      } catch (error) {
        if (!isDamagedDatabase(error)) throw error;
        await this.#views.replaceDamaged(String(error));
        return work();
      }
    });
  }

  /** Failures of the operating system leave as errors with a code and a hint. */
  async #explaining<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const running = work();
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw explained(error, 'The work on the dimension');
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** The live views, with what others appended folded in, if the lock is free for it. */
  async #follow(): Promise<Views> {
    const views = await this.#views.open();
    if (!this.#isBehind(views.reader)) return views;
    const release = this.#tryLock();
    // Somebody else holds it and projects before letting go: the views as they are will do.
    if (!release) return views;
    try {
      if (this.#views.current) await this.#catchUp(views);
    } catch (error) {
      if (!isAltError(error)) throw error;
      // What the views hold is sound; what lies beyond is reported, and refused to writers.
      this.warn({ code: error.code, message: error.message });
    } finally {
      release();
    }
    return this.#views.open();
  }

  #tryLock(): Release | undefined {
    try {
      return this.#lock.tryAcquire();
    } catch (error) {
      // Who may not write here still reads what is there.
      if (isAltError(error, 'READ_ONLY')) return undefined;
      throw error;
    }
  }

  async #locked<Result>(work: (views: Views) => Result | Promise<Result>): Promise<Result> {
    return this.#whileLocked(async (views) => {
      await this.#catchUp(views);
      return work(views);
    });
  }

  async #whileLocked<Result>(work: (views: Views) => Result | Promise<Result>): Promise<Result> {
    for (;;) {
      this.#assertOpen();
      // Before the lock: opening may fold for long, and takes the lock itself.
      await this.#views.open();
      const release = await this.#lock.acquire(this.#options.lockWaitMs);
      try {
        const views = this.#views.current;
        if (views) return await work(views);
      } finally {
        release();
      }
    }
  }

  #headsOf(db: Db): ReturnType<typeof readHeads> {
    const version = db.dataVersion();
    if (this.#heads?.of !== db || this.#heads.version !== version) {
      this.#heads = { of: db, version, heads: readHeads(db) };
    }
    return this.#heads.heads;
  }

  /** Whether the log holds other than these views. A few stats. */
  #isBehind(db: Db): boolean {
    if (this.log.stamp() !== this.#logStamp) return true;
    for (const [replica, head] of this.#headsOf(db)) {
      if (this.log.compare(replica, head) !== 'even') return true;
    }
    return false;
  }

  /** Only under the lock. */
  async #catchUp(views: Views): Promise<void> {
    if (!this.#isBehind(views.reader)) return;
    const stamp = this.log.stamp();
    const report = await catchUp(views.writer, this.log, { own: this.#replica.current() ?? '' });
    this.#logStamp = stamp;
    if (report.tornTail) this.warn(tornTailWarning(report.tornTail));
    for (const message of report.cut) this.warn({ code: 'LOG_DAMAGED', message });
    for (const replica of report.newer) {
      const message = `Replica ${replica} was written by a newer release; upgrade to read it.`;
      this.warn({ code: 'UPGRADE_REQUIRED', message });
    }
  }
}
