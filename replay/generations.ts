/**
 * Which view database is live. A rebuild makes a new one beside it and flips `live.json`; readers
 * notice at their next look and open the new one.
 */
import { join } from 'node:path';
import {
  makeFolderDurably,
  readText,
  replaceFile,
  unusedPath,
  type Files,
} from '../events/index.js';

const GENERATION = /^\d+-[0-9a-f]{8}$/;

/** A database and what SQLite keeps beside it; the journal is there until WAL mode is set. */
const SUFFIXES = ['', '-wal', '-shm', '-journal'] as const;
const DATABASE = /\.db(-wal|-shm|-journal)?$/;

export class Generations {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, dimensionFolder: string) {
    this.#files = files;
    this.#folder = dimensionFolder;
  }

  get #livePath(): string {
    return join(this.#folder, 'live.json');
  }

  /** The name of the live generation; undefined when there is none or it cannot be read. */
  live(): string | undefined {
    try {
      const text = readText(this.#livePath) ?? '{}';
      const { generation } = JSON.parse(text) as { readonly generation?: unknown };
      const isName = typeof generation === 'string' && GENERATION.test(generation);
      return isName ? generation : undefined;
    } catch {
      // A pointer that says nothing points to nothing: the views are folded anew.
      return undefined;
    }
  }

  /** Changes whenever another generation goes live. One stat. */
  stamp(): string {
    const stat = this.#files.stat(this.#livePath);
    return stat ? `${String(stat.inode)}:${String(stat.mtimeNs)}` : '';
  }

  path(generation: string): string {
    return join(this.#folder, 'views', `${generation}.db`);
  }

  exists(generation: string): boolean {
    return this.#files.stat(this.path(generation)) !== undefined;
  }

  /** Whether something else than a file has taken its place. */
  isFolder(generation: string): boolean {
    try {
      this.#files.list(this.path(generation));
      return this.exists(generation);
    } catch {
      // Only a folder can be listed.
      return false;
    }
  }

  /** A name for the generation after the given one. */
  nextName(after: string | undefined, random: Buffer): string {
    makeFolderDurably(this.#files, join(this.#folder, 'views'));
    const number = Number(after?.split('-')[0] ?? '0') + 1;
    return `${String(number)}-${random.toString('hex', 0, 4)}`;
  }

  /** Syncs a finished database that was built without syncing, then makes it the live one. */
  goLive(generation: string): void {
    const handle = this.#files.open(this.path(generation), 'write');
    try {
      this.#files.sync(handle);
    } finally {
      this.#files.close(handle);
    }
    this.#files.syncFolder(join(this.#folder, 'views'));
    replaceFile(this.#files, this.#livePath, `${JSON.stringify({ generation })}\n`);
  }

  /** Removes every generation but the given one. Only while holding both locks. */
  removeOthers(generation: string): void {
    for (const name of this.#files.list(join(this.#folder, 'views'))) {
      if (name.startsWith(`${generation}.db`) || !DATABASE.test(name)) continue;
      try {
        this.#files.remove(join(this.#folder, 'views', name));
      } catch {
        // Still open elsewhere, where the platform minds: the next rebuild removes it.
      }
    }
  }

  /** Takes the live generation out of use: whoever opens the dimension next folds the log. */
  retire(): void {
    this.#files.remove(this.#livePath);
  }

  /** Removes a generation that never went live. */
  discard(generation: string): void {
    for (const suffix of SUFFIXES) this.#files.remove(`${this.path(generation)}${suffix}`);
  }

  /** Moves a damaged database aside, for whoever wants to look at it. @returns where it is now. */
  quarantine(generation: string): string {
    const folder = join(this.#folder, 'quarantine');
    makeFolderDurably(this.#files, folder);
    const target = unusedPath(this.#files, folder, `${generation}.db`);
    for (const suffix of SUFFIXES) {
      const path = `${this.path(generation)}${suffix}`;
      if (this.#files.stat(path)) this.#files.rename(path, `${target}${suffix}`);
    }
    return target;
  }
}
