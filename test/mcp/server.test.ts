/** The server without a transport of its own: a client in the same process. */
import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { expect, it, onTestFinished } from 'vitest';
import { INSTRUCTIONS } from '../../mcp/instructions.js';
import { CATEGORIES } from '../../mcp/profiles.js';
import { createServer } from '../../mcp/server.js';
import { Tools } from '../../mcp/tools.js';
import { Background, Dimension } from '../../src/index.js';
import { newPath } from './servers.js';

interface Inside {
  readonly client: Client;
  readonly dimension: Dimension;
  readonly bugs: unknown[];
}

/** A client, connected before the tools are there when `delayed`. */
async function inside(delayed: Promise<void> = Promise.resolve()): Promise<Inside> {
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => void bugs.push(error);
  const dimension = new Dimension({ path: newPath(), embedder: 'numpy' });
  const background = new Background({ dimension, onError: onBug });
  const names = new Set(Object.values(CATEGORIES).flat());
  const options = { isReadOnly: false, exposesPaths: false, session: 'run', names, onBug };
  const tools = new Tools({ dimension, background, ...options });
  const server = createServer({ version: '1.2.3', tools: () => delayed.then(() => tools) });
  const client = new Client({ name: 'inside', version: '1' });
  onTestFinished(async () => {
    await client.close();
    await background.stop();
    await dimension.close();
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  await client.connect(ours);
  return { client, dimension, bugs };
}

it('answers the handshake before the tools are loaded', async () => {
  let load = (): void => undefined;
  const { client } = await inside(
    new Promise<void>((resolve) => {
      load = resolve;
    }),
  );
  expect(client.getServerVersion()).toMatchObject({ name: 'alt-memory', version: '1.2.3' });
  expect(client.getInstructions()).toBe(INSTRUCTIONS);
  load();
  expect((await client.listTools()).tools.length).toBeGreaterThan(20);
});

it('tells the client nothing of a bug, and the people who run it everything', async () => {
  const { client, dimension, bugs } = await inside();
  await client.callTool({ name: 'ping' });
  const bug = new TypeError('x is undefined in /home/me');
  dimension.as = () => {
    throw bug;
  };
  const { isError, content } = await client.callTool({ name: 'ping' });
  const error = { code: 'internal', message: 'The call failed because of a bug in the server.' };
  expect({ isError, content }).toEqual({
    isError: true,
    content: [{ type: 'text', text: JSON.stringify({ error }) }],
  });
  expect(bugs).toEqual([bug]);
});

it('runs calls that come at once, closing and reopening among them', async () => {
  const { client, bugs } = await inside();
  const call = (name: string, input = {}): Promise<unknown> => {
    return client.callTool({ name, arguments: input }).then(({ isError }) => isError ?? false);
  };
  const add = (id: number): Promise<unknown> => {
    const memory = { realm: 'r', domain: 'd', content: `Memory ${String(id)}.` };
    return call('add_entity', memory);
  };
  const results = await Promise.all([
    add(1),
    call('search', { query: 'memory' }),
    call('reconnect'),
    add(2),
    call('close_dimension'),
    add(3),
    call('init_dimension'),
    add(4),
    call('list_entities'),
  ]);
  expect(results).toEqual([false, false, false, false, false, true, false, false, false]);
  const { structuredContent } = await client.callTool({ name: 'list_entities' });
  expect(structuredContent).toMatchObject({ total: 3 });
  expect(bugs).toEqual([]);
});
