/** Built servers as processes of their own: driven by a real client, or line by line. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, type CallToolResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { Dimension } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../../dist/alt-memory-mcp.js', import.meta.url));

export function newPath(): string {
  return join(temporaryFolder(), 'dimension');
}

/** How every server is started: the quick embedder, no configuration of whoever runs the tests. */
function command(
  path: string,
  args: readonly string[],
): { args: string[]; env: NodeJS.ProcessEnv } {
  if (!existsSync(PROGRAM)) throw new Error('Build first: npm run build');
  const env = {
    ALT_DEFAULT_EMBEDDER: 'numpy',
    ALT_MEMORY_HOME: join(path, '..'),
    PATH: process.env.PATH,
  };
  return { args: [PROGRAM, '--dimension', path, ...args], env };
}

export interface Connected {
  readonly client: Client;
  /** The object of a successful call. */
  readonly ask: (name: string, input?: Record<string, unknown>) => Promise<Record<string, unknown>>;
  /** What a refused call says. */
  readonly refusal: (name: string, input?: Record<string, unknown>) => Promise<Refusal>;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A real client and its server; both end with the test. */
export async function connect(path: string, ...args: string[]): Promise<Connected> {
  return connectAs(path, { args });
}

export async function connectAs(
  path: string,
  options: { readonly args?: readonly string[]; readonly revision?: string } = {},
): Promise<Connected> {
  const { args, env } = command(path, options.args ?? []);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args,
    env: env as Record<string, string>,
  });
  const mode = options.revision === undefined ? 'legacy' : { pin: options.revision };
  const client = new Client(
    { name: 'test-client', version: '1' },
    { versionNegotiation: { mode } },
  );
  onTestFinished(() => client.close());
  await client.connect(transport);
  const call = (name: string, input = {}): Promise<CallToolResult> => {
    return client.callTool({ name, arguments: input });
  };
  return {
    client,
    async ask(name, input) {
      const { structuredContent, isError, content } = await call(name, input);
      if (isError === true || !structuredContent) throw new Error(textOf(content));
      return structuredContent as Record<string, unknown>;
    },
    async refusal(name, input) {
      const { isError, content } = await call(name, input);
      if (isError !== true) throw new Error(`${name} was not refused.`);
      return (JSON.parse(textOf(content)) as { error: Refusal }).error;
    },
  };
}

function textOf(content: CallToolResult['content']): string {
  const [first] = content;
  return first?.type === 'text' ? first.text : '';
}

export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: number | string | null;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A server spoken to in raw lines. */
export class RawServer {
  readonly process: ChildProcessWithoutNullStreams;
  /** Every line of stdout so far. */
  readonly lines: string[] = [];
  #stderr = '';
  #closed: Promise<unknown>;

  constructor(path: string, ...args: string[]) {
    const { args: all, env } = command(path, args);
    this.process = spawn(process.execPath, all, { env });
    this.process.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.process.emit('said');
    });
    this.#closed = once(this.process, 'close');
    onTestFinished(async () => {
      this.process.kill('SIGKILL');
      await this.#closed;
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  get messages(): Message[] {
    return this.lines.map((line) => JSON.parse(line) as Message);
  }

  send(message: object | string): void {
    this.process.stdin.write(
      `${typeof message === 'string' ? message : JSON.stringify(message)}\n`,
    );
  }

  /** The answer to the request of that id. */
  async answer(id: number | string): Promise<Message> {
    return this.first((message) => message.id === id);
  }

  /** The first message behind the first `skipped` that fits. */
  async first(fits: (message: Message) => boolean, skipped = 0): Promise<Message> {
    for (let seen = skipped; ; seen += 1) {
      while (seen >= this.lines.length) await this.#nextLine();
      const message = JSON.parse(this.lines[seen] ?? '') as Message;
      if (fits(message)) return message;
    }
  }

  async #nextLine(): Promise<void> {
    const { exitCode, signalCode } = this.process;
    const hasEnded = exitCode !== null || signalCode !== null;
    if (hasEnded) throw new Error(`The server ended: ${this.#stderr}`);
    await Promise.race([once(this.process, 'said'), this.#closed]);
  }

  async call(id: number, name: string, input?: object | null): Promise<Message> {
    this.send(
      request(id, 'tools/call', { name, ...(input !== undefined && { arguments: input }) }),
    );
    return this.answer(id);
  }

  async initialize(protocolVersion: string): Promise<Message> {
    const clientInfo = { name: 'raw', version: '1' };
    this.send(request(0, 'initialize', { protocolVersion, capabilities: {}, clientInfo }));
    const answer = await this.answer(0);
    this.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answer;
  }

  /** @returns the exit code once everything was read; null when a signal ended it. */
  async closed(): Promise<number | null> {
    await this.#closed;
    return this.process.exitCode;
  }
}

export function request(id: number, method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id, method, params };
}

/** Reads a dimension as the library does, closed again. */
export async function read<Result>(
  path: string,
  work: (dimension: Dimension) => Promise<Result>,
): Promise<Result> {
  const dimension = new Dimension({ path, embedder: 'numpy' });
  try {
    return await work(dimension);
  } finally {
    await dimension.close();
  }
}
