/** Starts the program of child-program.ts, reads what it says line by line, and ends it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll } from 'vitest';
import { buildChild, removeBuilt } from './crash-build.js';

/** A line of the child; which fields it has depends on the task. */
export interface Line {
  readonly ready?: true;
  readonly done?: true;
  readonly added?: string;
  readonly adding?: string;
  readonly updating?: string;
  readonly updated?: string;
  readonly batching?: readonly string[];
  readonly batched?: readonly string[];
  readonly tookMs?: readonly number[];
  readonly ok?: boolean;
  readonly digest?: string;
  readonly problems?: readonly unknown[];
  readonly read?: number;
  readonly got?: string;
  readonly found?: string;
  readonly rebuilt?: { readonly events: number };
  readonly ids?: readonly string[];
  readonly pending?: number;
  readonly embedded?: number;
  readonly chosen?: string;
  readonly mined?: string;
  readonly warning?: { readonly code: string; readonly message: string };
  readonly call?: string;
  readonly error?: string;
  readonly code?: string;
  readonly hint?: string;
  readonly message?: string;
}

export interface ChildOptions {
  readonly name?: string;
  readonly count?: number;
  readonly file?: string;
  /** The user to run as; only root may say so. */
  readonly uid?: number;
  /** No file may grow beyond this; what would is refused as on a full disk. */
  readonly fileBytesMax?: number;
}

let program = '';

/** For the top of a test file: the program is built before its tests and removed after them. */
export function useChildren(): void {
  beforeAll(async () => {
    program = await buildChild();
  });
  afterAll(() => {
    removeBuilt(program);
  });
}

export class Child {
  readonly lines: Line[] = [];
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #errors = '';
  #wake: () => void = () => undefined;

  constructor(task: string, folder: string, options: ChildOptions = {}) {
    const { uid, fileBytesMax, ...rest } = options;
    const command = [process.execPath, program, task, folder, JSON.stringify(rest)];
    const limit = String(Math.ceil((fileBytesMax ?? 0) / 1024));
    // The shell only sets the limit; the signal for passing it becomes an error of the write.
    const limited = [
      'bash',
      '-c',
      `trap '' XFSZ; ulimit -f ${limit}; exec "$@"`,
      'bash',
      ...command,
    ];
    const [file = '', ...args] = fileBytesMax === undefined ? command : limited;
    this.#process = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.#closed = once(this.#process, 'close');
    this.#process.stderr?.on('data', (text) => {
      this.#errors += String(text);
    });
    this.#process.stdin?.on('error', () => undefined);
    if (!this.#process.stdout) throw new Error('The child has no output.');
    createInterface(this.#process.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
    void this.#closed.then(() => {
      this.#wake();
    });
  }

  /** The first line, said or yet to be said, that fits. */
  async line(fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found) return found;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        await this.#closed;
        const late = this.lines.find(fits);
        if (late) return late;
        const last = JSON.stringify(this.lines.at(-1));
        throw new Error(`The child ended without that line. ${last} ${this.#errors}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets a child that waits go on. */
  goOn(): void {
    this.#process.stdin?.write('\n');
  }

  /** kill -9. @returns everything it had said. */
  async kill(): Promise<readonly Line[]> {
    this.#process.kill('SIGKILL');
    await this.#closed;
    return this.lines;
  }

  /** Waits for its end. @returns everything it had said. */
  async ended(): Promise<readonly Line[]> {
    await this.#closed;
    if (this.#errors !== '') throw new Error(this.#errors);
    return this.lines;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }
}

/** Overwrites whole pages of a file, all but the first unless named, from another process. */
export function overwritePages(path: string, pages?: readonly number[]): void {
  const json = JSON.stringify({ pages });
  const { status, stderr } = spawnSync(process.execPath, [program, 'overwrite', path, json]);
  if (status !== 0) throw new Error(String(stderr));
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
