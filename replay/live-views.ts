/**
 * The live view databases of an open dimension: opened lazily, made or folded anew as needed, set
 * aside when SQLite finds them damaged.
 */
import { join } from 'node:path';
import {
  AltError,
  isAltError,
  type FileLock,
  type Log,
  type ReplicaIdentity,
} from '../events/index.js';
import { compact, Db, isDamagedDatabase, readHeads, viewsAge } from '../projections/index.js';
import type { CatchUpOptions } from './catch-up.js';
import type { StoreOptions, Warning } from './change.js';
import type { Generations } from './generations.js';
import { rebuild, type Rebuilt } from './rebuild.js';

export interface Views {
  readonly generation: string;
  readonly stamp: string;
  /** Only used under the lock. */
  readonly writer: Db;
  readonly reader: Db;
}

export interface ViewsContext {
  readonly folder: string;
  readonly log: Log;
  readonly replica: ReplicaIdentity;
  readonly generations: Generations;
  readonly lock: FileLock;
  readonly rebuildLock: FileLock;
  readonly options: StoreOptions;
  readonly warn: (warning: Warning) => void;
}

type RebuildOptions = Pick<CatchUpOptions, 'signal' | 'onProgress' | 'tolerant'>;

export class LiveViews {
  readonly #context: ViewsContext;
  #views: Views | undefined;
  #opening: Promise<Views> | undefined;

  constructor(context: ViewsContext) {
    this.#context = context;
  }

  /** The views that are open and still live. */
  get current(): Views | undefined {
    return this.#views?.stamp === this.#context.generations.stamp() ? this.#views : undefined;
  }

  /** The live views. May fold the whole log: never call it while holding the lock. */
  async open(): Promise<Views> {
    const current = this.current;
    if (current) return current;
    // One at a time: a second call would open connections that nobody closes.
    this.#opening ??= this.#openLive().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openLive(): Promise<Views> {
    this.close();
    for (;;) {
      const { generations } = this.#context;
      const stamp = generations.stamp();
      const generation = generations.live();
      const opened = generation === undefined ? 'missing' : this.#tryOpen(generation);
      if (typeof opened !== 'string') {
        this.#views = { ...opened, stamp };
        return this.#views;
      }
      if (opened === 'damaged') await this.replaceDamaged('unreadable', generation);
      else await this.#foldAnew(generation, opened);
    }
  }

  close(): void {
    this.#views?.reader.close();
    this.#views?.writer.close();
    this.#views = undefined;
  }

  /** Folds the log into new views, whatever state the old ones are in. */
  async rebuild(options: RebuildOptions): Promise<Rebuilt> {
    const rebuilt = await rebuild(this.#rebuildContext(options));
    if (!rebuilt) throw new AltError('INTERNAL', 'The rebuild did not run.');
    this.#tell(rebuilt);
    return rebuilt;
  }

  /** Sets views that SQLite cannot read aside and folds new ones. */
  async replaceDamaged(reason: string, generation = this.#views?.generation): Promise<void> {
    this.close();
    const { generations, warn } = this.#context;
    const context = this.#rebuildContext({ tolerant: true }, generation);
    const rebuilt = await rebuild(context, () => generations.live() === generation);
    if (!rebuilt) return;
    this.#tell(rebuilt);
    const message = `The views were damaged (${reason}) and were folded again from the log.`;
    warn({ code: 'VIEWS_DAMAGED', message });
  }

  async #foldAnew(generation: string | undefined, state: 'missing' | 'older'): Promise<void> {
    const { generations, warn } = this.#context;
    const isNeeded = (): boolean => generations.live() === generation;
    if (generation !== undefined && state === 'older') this.#warnOfCuts(generation);
    const rebuilt = await rebuild(this.#rebuildContext({ tolerant: true }), isNeeded);
    if (!rebuilt) return;
    this.#tell(rebuilt);
    if (rebuilt.events <= 1) return;
    const why = state === 'older' ? 'of an older release' : 'missing';
    const count = String(rebuilt.events);
    const message = `The views were ${why}; they were folded again from ${count} events.`;
    warn({ code: 'VIEWS_REBUILT', message });
  }

  #rebuildContext(options: RebuildOptions, damaged?: string): Parameters<typeof rebuild>[0] {
    const { log, generations, lock, rebuildLock, replica } = this.#context;
    const { system, lockWaitMs } = this.#context.options;
    return {
      log,
      generations,
      randomBytes: (size) => system.randomBytes(size),
      lockRebuild: () => rebuildLock.acquire(lockWaitMs),
      lockLog: async () => {
        const release = await lock.acquire(lockWaitMs);
        if (damaged !== undefined) generations.quarantine(damaged);
        return release;
      },
      ownReplica: () => replica.current(),
      ...options,
    };
  }

  /** A fold of a log that was cut would make the loss of what the views remember look sound. */
  async assertLogHolds(): Promise<void> {
    const { generations, log } = this.#context;
    if (generations.live() === undefined) return;
    const { reader } = await this.open();
    try {
      for (const [replica, head] of readHeads(reader)) log.checkHead(replica, head);
    } catch (error) {
      // Damaged views remember nothing.
      if (!isDamagedDatabase(error)) throw error;
    }
  }

  /**
   * Removes other generations and views of the past, and writes the live ones anew. A rebuild that
   * is under way is waited for: what it folded before is in its file.
   *
   * @returns false when somebody who reads keeps old pages of them.
   */
  async sweep(catchUp: (views: Views) => Promise<void>): Promise<boolean> {
    const { lock, rebuildLock, options } = this.#context;
    for (;;) {
      // Before the locks: opening may fold anew, and takes both itself.
      await this.open();
      const releases = [await rebuildLock.acquire(options.lockWaitMs)];
      try {
        releases.push(await lock.acquire(options.lockWaitMs));
        const views = this.current;
        if (!views) continue;
        await catchUp(views);
        return this.#sweepFiles(views);
      } finally {
        for (const release of releases.reverse()) release();
      }
    }
  }

  #sweepFiles({ generation, writer }: Views): boolean {
    const { generations, options, folder } = this.#context;
    generations.removeOthers(generation);
    options.files.remove(join(folder, 'views', 'known-at'));
    return compact(writer);
  }

  #tell({ tornTail, cut }: Pick<Rebuilt, 'tornTail' | 'cut'>): void {
    if (tornTail) this.#context.warn(tornTailWarning(tornTail));
    for (const message of cut) this.#context.warn({ code: 'LOG_DAMAGED', message });
  }

  /** Views that are about to be replaced may remember more than the log still holds. */
  #warnOfCuts(generation: string): void {
    const { log, generations, warn } = this.#context;
    let db: Db | undefined;
    try {
      db = new Db(generations.path(generation), { readonly: true });
      for (const [replica, head] of readHeads(db)) log.checkHead(replica, head);
    } catch (error) {
      // Views that cannot be read remember nothing.
      if (isAltError(error, 'LOG_DAMAGED')) warn({ code: error.code, message: error.message });
    } finally {
      db?.close();
    }
  }

  #isUnreadable(error: unknown, generation: string): boolean {
    return isDamagedDatabase(error) || this.#context.generations.isFolder(generation);
  }

  #tryOpen(generation: string): Omit<Views, 'stamp'> | 'missing' | 'older' | 'damaged' {
    const { generations, folder } = this.#context;
    if (!generations.exists(generation)) return 'missing';
    const path = generations.path(generation);
    let writer: Db | undefined;
    try {
      writer = new Db(path);
      const age = viewsAge(writer);
      if (age === 'newer') throw newerViews(folder);
      if (age === 'current') return { generation, writer, reader: new Db(path) };
      writer.close();
      return 'older';
    } catch (error) {
      if (writer?.isOpen) writer.close();
      if (this.#isUnreadable(error, generation)) return 'damaged';
      // Gone between the look and the opening: somebody else's rebuild removed it.
      if (isAltError(error, 'IO_FAILED') && !generations.exists(generation)) return 'missing';
      throw error;
    }
  }
}

export function tornTailWarning(tornTail: NonNullable<Rebuilt['tornTail']>): Warning {
  const { sizeBytes, quarantined } = tornTail;
  return {
    code: 'TORN_TAIL',
    message:
      `An unfinished write of ${String(sizeBytes)} bytes was set aside in ${quarantined}; ` +
      'look there if a memory that was just added is missing.',
  };
}

function newerViews(folder: string): AltError {
  return new AltError('UPGRADE_REQUIRED', `The views in ${folder} are of a newer release.`, {
    hint: 'Upgrade alt-memory, or use the release that wrote them.',
  });
}
