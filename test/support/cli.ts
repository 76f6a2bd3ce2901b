/** Runs the built `alt` as people do: a process of its own with an empty home. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const ALT = fileURLToPath(new URL('../../dist/alt.js', import.meta.url));

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly code: number | null;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** A home and a dimension for the tests of one file. */
export class Console {
  readonly home = mkdtempSync(join(tmpdir(), 'alt-memory-home-'));
  /** Where `run` keeps its dimension. */
  readonly dimension = join(this.home, 'dimension');

  /** The environment of a user who set nothing. */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { PATH: process.env.PATH ?? '', HOME: this.home, USERPROFILE: this.home, ...more };
  }

  /** Starts `alt` as it is, without naming a dimension. */
  start(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [ALT, ...args], { env: this.env(options.env) });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    return child;
  }

  /** Runs `alt` to its end, without naming a dimension. */
  bare(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return ended(this.start(args, options));
  }

  /** Runs `alt` to its end in the dimension of this console. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.bare([...args, '--dimension', this.dimension], options);
  }

  /** As {@link run} with `--json`, giving what was printed. */
  async json(args: readonly string[], options: RunOptions = {}): Promise<unknown> {
    const { stdout, stderr, code } = await this.run([...args, '--json'], options);
    if (stdout === '')
      throw new Error(`alt ${args.join(' ')} printed nothing [${String(code)}]: ${stderr}`);
    return JSON.parse(stdout) as unknown;
  }
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ stdout, stderr, code });
    });
  });
}

/** A console that is removed after the tests of the file. */
export function openConsole(): Console {
  const console = new Console();
  afterAll(() => {
    rmSync(console.home, { recursive: true, force: true });
  });
  return console;
}
