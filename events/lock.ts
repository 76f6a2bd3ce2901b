/**
 * A mutex between processes, made of SQLite's lock on a one-page database: the operating system
 * frees it when its holder dies, on every platform.
 *
 * A lock is BEGIN IMMEDIATE … ROLLBACK. Nothing is ever written and COMMIT is never used: COMMIT of
 * an empty transaction needs an exclusive lock and fails under contention.
 */
import Database from 'better-sqlite3';
import { closeSync, constants, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { AltError, systemError } from './errors.js';
import { makePrivateFile, type Files } from './files.js';

/** How long a call waits for a lock before it gives up. */
const LOCK_WAIT_MS = 30_000;
const PAUSE_MS_MAX = 16;
const HOLDER_BYTES = 64;

export interface LockOptions {
  readonly files: Files;
  /** Who is asking, for the message that another process sees when it waits in vain. */
  readonly label: string;
}

/** Ends a lock; harmless to call twice. */
export type Release = () => void;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class FileLock {
  readonly #path: string;
  readonly #options: LockOptions;
  #db: Database.Database | undefined;
  #inode = 0n;
  #holder: number | undefined;
  /** Calls of this process wait for each other here, in order, without polling. */
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isHeld = false;
  #isClosed = false;

  constructor(path: string, options: LockOptions) {
    this.#path = path;
    this.#options = options;
  }

  /**
   * Waits for the lock without holding up the event loop.
   *
   * @throws {AltError} BUSY after `waitMs`, naming the holder; READ_ONLY if the folder is.
   */
  async acquire(waitMs = LOCK_WAIT_MS): Promise<Release> {
    const before = this.#queue;
    let leave: Release = () => undefined;
    this.#queue = new Promise((resolve) => {
      leave = resolve;
    });
    this.#waiting += 1;
    const deadline = performance.now() + waitMs;
    try {
      await this.#turn(before, deadline, waitMs);
      const release = await this.#poll(deadline, waitMs);
      return () => {
        release();
        leave();
      };
    } catch (error) {
      // Whoever is behind still waits for those in front, not only for this call.
      void before.then(leave);
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Takes the lock if it is free at once. */
  tryAcquire(): Release | undefined {
    if (this.#waiting > 0) return undefined;
    return this.#attempt();
  }

  /** Refuses calls from now on, those that wait among them; a lock that is held stays. */
  refuse(): void {
    this.#isClosed = true;
  }

  /** Lets go of everything. */
  close(): void {
    this.refuse();
    this.#drop();
  }

  #drop(): void {
    this.#db?.close();
    this.#db = undefined;
    if (this.#holder !== undefined) closeSync(this.#holder);
    this.#holder = undefined;
  }

  /** Waits for the calls of this process that came first. */
  async #turn(before: Promise<void>, deadline: number, waitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(this.#busy(waitMs));
      }, deadline - performance.now());
    });
    try {
      await Promise.race([before, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #poll(deadline: number, waitMs: number): Promise<Release> {
    for (let pauseMs = 0; ; pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2 || 1)) {
      const release = this.#attempt();
      if (release) return release;
      if (performance.now() > deadline) throw this.#busy(waitMs);
      await pause(pauseMs);
    }
  }

  /** One try. Opens the file anew when another one has taken its place. */
  #attempt(): Release | undefined {
    if (this.#isHeld) return undefined;
    if (this.#isClosed) throw new AltError('DIMENSION_CLOSED', 'The dimension was closed.');
    const db = this.#database();
    try {
      db.exec('BEGIN IMMEDIATE');
      if (this.#options.files.stat(this.#path)?.inode !== this.#inode) {
        this.#drop();
        return undefined;
      }
    } catch (error) {
      if (isBusy(error)) return undefined;
      // Also lets go of a lock that was taken before the failure.
      this.#drop();
      throw systemError(error, 'Locking the dimension');
    }
    this.#sayWho();
    this.#isHeld = true;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#isHeld = false;
      if (db.open) db.exec('ROLLBACK');
    };
  }

  #database(): Database.Database {
    if (this.#db) return this.#db;
    const { files } = this.#options;
    try {
      if (!files.stat(this.#path)) this.#create();
      this.#inode = files.stat(this.#path)?.inode ?? 0n;
      this.#db = new Database(this.#path, { timeout: 0, fileMustExist: true });
      return this.#db;
    } catch (error) {
      throw systemError(error, 'Opening the lock');
    }
  }

  /** Makes the database aside and links it into place, so that nobody opens it half-made. */
  #create(): void {
    const aside = `${this.#path}.${String(process.pid)}.new`;
    rmSync(aside, { force: true });
    makePrivateFile(aside);
    const db = new Database(aside);
    db.pragma('user_version = 1');
    db.close();
    try {
      linkSync(aside, this.#path);
    } catch (error) {
      // Another process was first; its file serves as well.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(aside, { force: true });
    }
  }

  /** Leaves this process's name beside the lock. Only read when somebody waits in vain. */
  #sayWho(): void {
    try {
      this.#holder ??= openSync(
        `${this.#path}.holder`,
        constants.O_RDWR | constants.O_CREAT,
        0o600,
      );
      const text = `${String(process.pid)} ${this.#options.label}`.slice(0, HOLDER_BYTES - 1);
      writeSync(this.#holder, `${text.padEnd(HOLDER_BYTES - 1)}\n`, 0);
    } catch {
      // The name is a courtesy; the lock stands without it.
    }
  }

  #busy(waitMs: number): AltError {
    let holder = 'unknown';
    try {
      holder = readFileSync(`${this.#path}.holder`, 'utf8').trim();
    } catch {
      // Nobody left a name; the message says so.
    }
    return new AltError(
      'BUSY',
      `Another process (${holder}) held the dimension for ${String(waitMs)} ms.`,
      { hint: 'Try again, or end that process if it hangs.', details: { holder } },
    );
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
