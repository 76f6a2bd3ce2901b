/**
 * The tools as an MCP server for one connection, of every protocol revision that the SDK speaks.
 * Knows no transport. The tools load behind the handshake: a client waits for its answer with a
 * timeout, and the library is not needed to give it.
 */
import {
  CLIENT_INFO_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Implementation,
} from '@modelcontextprotocol/server';
import { INSTRUCTIONS } from './instructions.js';
import type { Tools } from './tools.js';

/** Lists never change while a process lives, and hold nothing private. */
const CACHE_HINT = { ttlMs: 3_600_000, cacheScope: 'public' } as const;

export interface ServerOptions {
  readonly version: string;
  /** Asked at each request that needs them. */
  readonly tools: () => Promise<Tools>;
}

export function createServer({ version, tools }: ServerOptions): Server {
  const server = new Server(
    { name: 'alt-memory', title: 'Alt Memory', version },
    {
      capabilities: { tools: {} },
      instructions: INSTRUCTIONS,
      cacheHints: { 'server/discover': CACHE_HINT, 'tools/list': CACHE_HINT },
    },
  );
  server.setRequestHandler('tools/list', async () => ({ tools: (await tools()).list() }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    // Since 2026-07-28 each request says who sends it; before, the handshake did.
    const envelope = mcpReq.envelope as Partial<Record<string, unknown>> | undefined;
    const sender = envelope?.[CLIENT_INFO_META_KEY] as Implementation | undefined;
    const { name } = sender ?? server.getClientVersion() ?? {};
    const caller = { name, signal: mcpReq.signal };
    const result = await (await tools()).call(params.name, params.arguments ?? {}, caller);
    if (result) return result;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`);
  });
  return server;
}
