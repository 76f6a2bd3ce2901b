/** One MCP server over two streams, from its first line to its orderly end. */
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Backend } from './backend.js';
import type { ServeOptions } from './command-line.js';
import { LineTransport } from './line-transport.js';
import { createServer } from './server.js';

/** Known without the library. The manifest is one folder up from mcp/ and from dist/ alike. */
const manifest = createRequire(import.meta.url)('../package.json') as { version: string };
export const VERSION = manifest.version;

/** How long calls under way may take once the end was asked for. */
const GRACE_MS = 5_000;

export interface Surroundings {
  readonly input: Readable;
  readonly write: (text: string) => Promise<void>;
  readonly log: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves when the process is asked to end. */
  readonly ended: Promise<void>;
}

/**
 * Serves until the input ends, a signal comes or a bug breaks an invariant, and resolves once every
 * call is answered and the dimension is closed.
 */
export async function serve(options: ServeOptions, surroundings: Surroundings): Promise<void> {
  const { input, write, log, env, ended } = surroundings;
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onBug = (error: unknown): void => {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    // What was believed no longer holds: nothing more is done on top of it.
    if ((error as { code?: unknown } | undefined)?.code === 'ERR_ASSERTION') stop();
  };
  let loading: Promise<Backend> | undefined;
  const backend = (): Promise<Backend> => {
    loading ??= import('./backend.js').then(({ openBackend }) => {
      return openBackend({ serve: options, env, log, onBug });
    });
    return loading;
  };
  const transport = new LineTransport({
    input,
    write,
    onEnd: stop,
    onFirstAnswer: () => setImmediate(() => void backend().catch(onBug)),
  });
  const factory = (): ReturnType<typeof createServer> => {
    return createServer({
      version: VERSION,
      tools: async () => (await backend()).tools,
    });
  };
  const connection = serveStdio(factory, { transport, onerror: ({ message }) => log(message) });
  await Promise.race([stopped, ended]);
  transport.stopReading();
  await Promise.race([transport.answered(), pause(GRACE_MS)]);
  await connection.close();
  if (loading) await (await loading).close();
}
