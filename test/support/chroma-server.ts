/**
 * A real Chroma server for tests: the one of the Python package, which runs where the npm package's
 * does not (glibc before 2.39). Its wheel is put once into a private virtual environment, without
 * its dependencies: the server is one native module that needs none of them.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.js';

const VERSION = '1.5.9';
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const HOME = join(CACHE, `chroma-venv-${VERSION}`);
const START_MS = 20_000;
const INSTALL_MS = 180_000;
const PROGRAM = 'import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(sys.argv[1:])';

const python = (home: string): string => {
  return process.platform === 'win32'
    ? join(home, 'Scripts', 'python.exe')
    : join(home, 'bin', 'python3');
};

/** Installs what is missing. @returns why no server can be had here; undefined when one can. */
export function chromaObstacle(): string | undefined {
  if (existsSync(HOME)) return undefined;
  mkdirSync(CACHE, { recursive: true });
  // Made beside and renamed: a run that is stopped halfway, or two at once, leave nothing half.
  const aside = `${HOME}.${String(process.pid)}`;
  const steps = [
    ['python3', '-m', 'venv', aside],
    [python(aside), '-m', 'pip', 'install', '-q', '--no-deps', `chromadb==${VERSION}`],
    [python(aside), '-c', 'import chromadb_rust_bindings'],
  ];
  try {
    for (const [command = '', ...args] of steps) {
      const { status, stderr, error } = spawnSync(command, args, { timeout: INSTALL_MS });
      if (status === 0) continue;
      return `no Chroma server: ${[command, ...args].join(' ')}: ${String(error ?? stderr)}`;
    }
    return settle(aside);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Another test file may have been faster. */
function settle(aside: string): undefined {
  try {
    renameSync(aside, HOME);
  } catch (error) {
    if (!existsSync(HOME)) throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

export class ChromaProcess {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${String(port)}`;
  }

  /** Not started yet. */
  static async prepare(folder = temporaryFolder()): Promise<ChromaProcess> {
    return new ChromaProcess(folder, await freePort());
  }

  /** Starts it, or starts it again with the data it had, and waits until it answers. */
  async start(): Promise<void> {
    const options = ['--path', this.#folder, '--host', '127.0.0.1', '--port', String(this.#port)];
    const args = ['-c', PROGRAM, 'chroma', 'run', ...options];
    const child = spawn(python(HOME), args, { stdio: 'ignore' });
    this.#process = child;
    const end = performance.now() + START_MS;
    while (!(await this.#answers())) {
      if (performance.now() > end || child.exitCode !== null) {
        throw new Error(`the Chroma server did not start: exit code ${String(child.exitCode)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/api/v2/heartbeat`)).ok;
    } catch {
      return false;
    }
  }

  /** kill -9, as the power would. Harmless when it does not run. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }
}
