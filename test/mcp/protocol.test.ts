/** The wire: lines in, lines out, whatever they hold, from the first to the last. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connectAs, newPath, RawServer, read, request } from './servers.js';

const LEGACY = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

describe('revisions', () => {
  it.each(LEGACY)('%s is agreed on and served', async (revision) => {
    const server = new RawServer(newPath());
    const { result } = await server.initialize(revision);
    expect(result).toMatchObject({
      protocolVersion: revision,
      capabilities: { tools: {} },
      serverInfo: { name: 'alt-memory', title: 'Alt Memory' },
    });
    expect((result?.instructions as string).length).toBeLessThanOrEqual(1_500);
    const { result: called } = await server.call(1, 'ping');
    expect(called?.structuredContent).toMatchObject({ pong: true });
  });

  it('an unknown one gets the newest of the older kind', async () => {
    const { result } = await new RawServer(newPath()).initialize('1999-01-01');
    expect(result?.protocolVersion).toBe('2025-11-25');
  });

  it('2026-07-28 is served without a handshake', async () => {
    const { client, ask } = await connectAs(newPath(), { revision: '2026-07-28' });
    expect(client.getInstructions()).toMatch(/^Alt Memory keeps/);
    expect(await ask('ping')).toMatchObject({ pong: true });
  });
});

describe('messages', () => {
  it('tools/call may come first, with arguments absent or null', async () => {
    const server = new RawServer(newPath());
    expect((await server.call(1, 'list_realms')).result?.structuredContent).toEqual({
      realms: [],
      count: 0,
    });
    expect((await server.call(2, 'list_realms', null)).result?.isError).toBeUndefined();
  });

  it('are refused one by one when they are none, and the server goes on', async () => {
    const server = new RawServer(newPath());
    await server.initialize('2025-11-25');
    const bad: [string, number, number | null][] = [
      ['{"jsonrpc":', -32700, null],
      ['[]', -32600, null],
      ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, null],
      ['3', -32600, null],
      ['null', -32600, null],
      ['{"id":41,"method":"ping"}', -32600, 41],
      ['{"jsonrpc":"2.0","id":42,"method":"no/such"}', -32601, 42],
      ['{"jsonrpc":"2.0","id":43,"method":"tools/call","params":{}}', -32602, 43],
      ['{"jsonrpc":"2.0","id":44,"method":"tools/call","params":{"name":"no_such"}}', -32602, 44],
      ['{"jsonrpc":"2.0","id":45,"method":"search","params":{"query":"a"}}', -32601, 45],
    ];
    for (const [line, code, id] of bad) {
      const said = server.lines.length;
      server.send(line);
      const answer = await server.first(() => true, said);
      expect(answer, line).toMatchObject({ id, error: { code } });
    }
    server.send('');
    server.send({ jsonrpc: '2.0', method: 'notifications/no_such' });
    expect((await server.call(99, 'ping')).result).toBeDefined();
    expect(server.messages.at(-1)?.id).toBe(99);
  });

  it('in an array are served where that was legal', async () => {
    const server = new RawServer(newPath());
    await server.initialize('2025-03-26');
    server.send([request(1, 'ping'), request(2, 'ping')]);
    expect((await server.answer(1)).result).toEqual({});
    expect((await server.answer(2)).result).toEqual({});
  });

  it('longer than 16 MiB are skipped', async () => {
    const server = new RawServer(newPath());
    await server.initialize('2025-11-25');
    const query = 'x'.repeat(17 * 1024 * 1024);
    server.send(request(1, 'tools/call', { name: 'search', arguments: { query } }));
    const { error } = await server.first((message) => message.error !== undefined);
    expect(error).toEqual({ code: -32600, message: 'The line is too long.' });
    expect((await server.call(2, 'ping')).result).toBeDefined();
  });

  it('are the only thing on stdout, with models and native packages loaded', async () => {
    const server = new RawServer(newPath());
    await server.initialize('2025-11-25');
    await server.call(1, 'add_entity', { realm: 'r', domain: 'd', content: 'The brakes squeak.' });
    await server.call(2, 'search', { query: 'car repair' });
    await server.call(3, 'reconnect');
    server.process.stdin.end();
    expect(await server.closed()).toBe(0);
    expect(server.messages.map(({ jsonrpc, id }) => [jsonrpc, id])).toEqual([
      ['2.0', 0],
      ['2.0', 1],
      ['2.0', 2],
      ['2.0', 3],
    ]);
  });
});

describe('the end', () => {
  it('of the input: what was asked is answered and durable, then exit 0', async () => {
    const path = newPath();
    const server = new RawServer(path);
    await server.initialize('2025-11-25');
    for (let id = 1; id <= 20; id += 1) {
      const memory = { realm: 'r', domain: 'd', content: `Memory ${String(id)}.` };
      server.send(request(id, 'tools/call', { name: 'add_entity', arguments: memory }));
    }
    server.process.stdin.end();
    expect(await server.closed()).toBe(0);
    expect(server.messages).toHaveLength(21);
    const { entities, ok } = await read(path, async (dimension) => {
      const { entities } = await dimension.status();
      return { entities, ok: (await dimension.verify()).ok };
    });
    expect({ entities, ok }).toEqual({ entities: 20, ok: true });
  });

  it('before any message: exit 0, and no dimension', async () => {
    const path = newPath();
    const server = new RawServer(path);
    server.process.stdin.end();
    expect(await server.closed()).toBe(0);
    expect(server.lines).toEqual([]);
    expect(await read(path, (dimension) => Promise.resolve(dimension.exists))).toBe(false);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'at %s: calls are answered, then exit 0',
    async (signal) => {
      const server = new RawServer(newPath());
      await server.initialize('2025-11-25');
      const adds = Array.from({ length: 20 }, (_, index) => {
        const memory = { realm: 'r', domain: 'd', content: `Memory ${String(index)}.` };
        return request(index + 1, 'tools/call', { name: 'add_entity', arguments: memory });
      });
      // In one write, so that all are taken when the first is answered.
      server.send(adds.map((add) => JSON.stringify(add)).join('\n'));
      await server.first(({ id }) => id !== 0);
      server.process.kill(signal);
      expect(await server.closed()).toBe(0);
      const added = server.messages.filter(({ result }) => result?.structuredContent);
      expect(added).toHaveLength(20);
    },
  );

  it('of the reader: the server ends too', async () => {
    const server = new RawServer(newPath());
    await server.initialize('2025-11-25');
    server.process.stdout.destroy();
    server.send(request(1, 'ping'));
    expect(await once(server.process, 'exit')).toEqual([0, null]);
  });
});

describe('arguments of the program', () => {
  it.each([
    [['--transport', 'sse'], "alt-memory-mcp: Unknown transport 'sse'. This release has: stdio.\n"],
    [['--tools', 'ping,-ping'], "alt-memory-mcp: No tool is left of 'ping,-ping'.\n"],
  ])('%j end it with 2 before anything is said', async (args, stderr) => {
    const server = new RawServer(newPath(), ...args);
    expect(await server.closed()).toBe(2);
    expect({ stdout: server.lines, stderr: server.stderr }).toEqual({ stdout: [], stderr });
  });

  it('--version and --help print to stdout', async () => {
    const version = new RawServer(newPath(), '--version');
    expect(await version.closed()).toBe(0);
    expect(version.lines).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    const help = new RawServer(newPath(), '--help');
    expect(await help.closed()).toBe(0);
    expect(help.lines[0]).toBe('Usage: alt-memory-mcp [options]');
  });
});
