/** What a server loads behind the handshake: the library, the dimension, the tools. */
import {
  Background,
  Dimension,
  newSessionId,
  readSettings,
  type Environment,
} from '../src/index.js';
import type { ServeOptions } from './command-line.js';
import { Tools } from './tools.js';

/** A read embeds what is pending for at most this long: a backlog is the background's work. */
const PENDING_BUDGET_MS = 200;

export interface BackendOptions {
  readonly serve: ServeOptions;
  readonly env: Environment;
  /** A line for the people who run the server. */
  readonly log: (text: string) => void;
  readonly onBug: (error: unknown) => void;
}

export interface Backend {
  readonly tools: Tools;
  readonly close: () => Promise<void>;
}

/** Never rejects because of the dimension: a call says what is wrong with it. */
export function openBackend({ serve, env, log, onBug }: BackendOptions): Backend {
  const settings = readSettings({ dimension: serve.dimension }, env);
  for (const warning of settings.warnings) log(warning);
  const dimension = new Dimension({
    path: settings.dimensionPath,
    embedder: settings.embedder,
    device: settings.device,
    chroma: settings.chroma,
    thread: 'worker',
    pendingBudgetMs: PENDING_BUDGET_MS,
    onWarning: ({ message }) => log(message),
  });
  const background = new Background({ dimension, onError: onBug });
  const tools = new Tools({
    dimension,
    background,
    isReadOnly: serve.isReadOnly,
    names: serve.tools,
    session: settings.session ?? newSessionId(),
    exposesPaths: env.ALT_MCP_EXPOSE_PATHS === '1',
    onBug,
  });
  tools
    .open()
    .catch((error: unknown) => log(error instanceof Error ? error.message : String(error)));
  return {
    tools,
    async close() {
      await background.stop();
      await dimension.close();
    },
  };
}
