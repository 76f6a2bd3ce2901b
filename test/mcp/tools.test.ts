/** The tools as a real client meets them, over stdio on the built server. */
import { fromJsonSchema, type JsonSchemaType } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/index.js';
import { connect, connectAs, newPath, read, type Connected } from './servers.js';

/** One valid call of every tool, in an order in which each has something to work on. */
const CALLS: readonly (readonly [name: string, input: Record<string, unknown>])[] = [
  ['init_dimension', {}],
  ['create_realm', { name: 'Work', description: 'What pays.' }],
  ['create_domain', { realm: 'work', name: 'cars' }],
  [
    'add_entity',
    {
      realm: 'work',
      domain: 'cars',
      content: 'The brakes of the van squeak.',
      entity_id: 'one',
      metadata: { kind: 'note' },
      source_file: '/home/me/van.md',
    },
  ],
  [
    'batch_add_entities',
    {
      entities: [
        { realm: 'work', domain: 'cars', content: 'The tyres are new.', entity_id: 'two' },
        { realm: 'home', domain: 'garden', content: 'Tulips in spring.', entity_id: 'three' },
      ],
    },
  ],
  ['search', { query: 'brakes', explain: true }],
  ['check_duplicate', { content: 'The tyres are new.' }],
  ['get_entity', { entity_id: 'one' }],
  ['update_entity', { entity_id: 'one', content: 'The brakes of the van are fixed.' }],
  ['list_entities', { limit: 2 }],
  ['list_realms', {}],
  ['list_domains', { realm: 'work' }],
  ['get_taxonomy', {}],
  [
    'kg_add',
    {
      subject: 'van',
      predicate: 'has',
      object: 'new tyres',
      valid_from: '2026-01-01',
      source: 'the garage',
    },
  ],
  ['kg_query', { entity: 'van' }],
  ['kg_invalidate', { subject: 'van', predicate: 'has', object: 'new tyres' }],
  ['kg_stats', {}],
  ['kg_timeline', { entity: 'van' }],
  ['set_people_map', { map: { Alex: 'Alexander' } }],
  ['get_people_map', {}],
  [
    'create_tunnel',
    {
      source_realm: 'work',
      source_domain: 'cars',
      target_realm: 'home',
      target_domain: 'garden',
      label: 'both need care',
      source_entity_id: 'one',
      target_entity_id: 'three',
    },
  ],
  ['list_tunnels', { realm: 'work', kind: 'explicit' }],
  ['find_tunnels', { realm_a: 'work', realm_b: 'home' }],
  ['follow_tunnels', { realm: 'work', domain: 'cars' }],
  ['traverse', { start_domain: 'cars', max_hops: 1 }],
  ['graph_stats', {}],
  ['delete_tunnel', { tunnel_id: '0123456789abcdef' }],
  ['record_write', { agent: 'Claude', entry: 'Fixed the brakes.', topic: 'summary' }],
  ['record_read', { agent: 'claude', last_n: 5 }],
  ['list_agents', {}],
  ['memory_write', { agent: 'claude', layer: 3, content: 'Once fixed a van.', metadata: { a: 1 } }],
  ['memory_read', { agent: 'claude' }],
  ['get_persona', {}],
  ['create_persona', { name: 'Coder', system_prompt: 'You write code.', metadata: { a: 1 } }],
  ['set_persona', { name: 'coder', description: 'Writes code' }],
  ['switch_persona', { name: 'architect' }],
  ['list_personas', {}],
  ['get_persona_character', { name: 'coder' }],
  ['delete_persona', { name: 'coder' }],
  [
    'import_entities',
    {
      entities: [
        {
          id: 'old',
          realm: 'work',
          domain: 'cars',
          text: 'The van is ten.',
          created_at: '2020-01-02',
        },
        { realm: 'work', domain: 'cars', content: ' ' },
      ],
    },
  ],
  ['export_collection', { realm: 'work', limit: 2 }],
  ['delete_domain', { realm: 'work', name: 'cars', dry_run: true }],
  ['delete_realm', { name: 'nowhere' }],
  ['memories_filed_away', {}],
  ['delete_entity', { entity_id: 'two' }],
  ['delete_entities', { entity_ids: ['three', 'none'] }],
  ['get_backend', {}],
  ['set_backend', { backend: 'faiss' }],
  ['set_embedder', { model: 'numpy', device: 'cpu' }],
  ['set_default_embedder', { model: 'tfidf' }],
  ['get_default_embedder', {}],
  ['aaak_compress', { text: 'Alice told Bob that the brakes squeak.', max_len: 100 }],
  ['aaak_decompress', { text: 'FAM: ALC→♡JOR...' }],
  ['aaak_parse', { text: '0:ALC|brakes|"They squeak."|3|joy|CORE' }],
  ['get_aaak_spec', {}],
  ['rebuild_fts', {}],
  ['get_status', {}],
  ['reconnect', {}],
  ['ping', {}],
  ['close_dimension', {}],
];

const FACT = { subject: 'a', predicate: 'b', object: 'c' };
const WAY = {
  source_realm: 'work',
  source_domain: 'cars',
  target_realm: 'home',
  target_domain: 'garden',
};

async function namesOf({ client }: Connected): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

async function eventsIn(path: string): Promise<number> {
  return read(path, async (dimension) => (await dimension.status()).log.events);
}

describe('the list', () => {
  it('has every operation in order, with schemas and annotations', async () => {
    const { client } = await connect(newPath());
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(Object.keys(OPERATIONS));
    for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
      expect(title, name).toMatch(/./);
      expect(description?.length, name).toBeLessThanOrEqual(200);
      expect(inputSchema, name).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema, name).toMatchObject({ type: 'object' });
      expect(Object.keys(annotations ?? {}).sort(), name).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
    }
    expect(Buffer.byteLength(JSON.stringify(tools))).toBeLessThanOrEqual(80 * 1024);
  });

  it('is the same, and cacheable, in the current revision', async () => {
    const { client } = await connectAs(newPath(), { revision: '2026-07-28' });
    const list = await client.listTools();
    expect(list.tools.map(({ name }) => name)).toEqual(Object.keys(OPERATIONS));
    expect(list).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'public' });
    expect(client.getServerVersion()).toMatchObject({ name: 'alt-memory', title: 'Alt Memory' });
  });

  it('tells what the annotations of an operation say', async () => {
    const { tools } = await (await connect(newPath())).client.listTools();
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
    expect(hints.search).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(hints.add_entity).toMatchObject({ readOnlyHint: false, idempotentHint: false });
    expect(hints.set_embedder).toMatchObject({ idempotentHint: true, openWorldHint: true });
    expect(hints.delete_entity).toMatchObject({ destructiveHint: true, idempotentHint: true });
  });

  it('is cut down to a profile', async () => {
    const core = await connect(newPath(), '--tools', 'core');
    expect(await namesOf(core)).toEqual([
      'search',
      'check_duplicate',
      'add_entity',
      'get_entity',
      'update_entity',
      'delete_entity',
      'list_entities',
      'get_taxonomy',
      'get_status',
      'kg_add',
      'kg_query',
      'kg_invalidate',
      'kg_timeline',
      'record_write',
      'record_read',
      'get_persona_character',
    ]);
    await expect(core.client.callTool({ name: 'ping' })).rejects.toThrow('Unknown tool: ping');
  });
});

describe('a valid call', () => {
  it.each(['legacy', '2026-07-28'])(
    'answers as every output schema says (%s)',
    async (revision) => {
      const options = revision === 'legacy' ? {} : { revision };
      const { client, ask } = await connectAs(newPath(), options);
      const { tools } = await client.listTools();
      expect(CALLS.map(([name]) => name).sort()).toEqual(Object.keys(OPERATIONS).sort());
      for (const [name, input] of CALLS) {
        const schema = tools.find((tool) => tool.name === name)?.outputSchema as JsonSchemaType;
        const output = await ask(name, input);
        const checked = await fromJsonSchema(schema)['~standard'].validate(output);
        expect(checked.issues, `${name}: ${JSON.stringify(output)}`).toBeUndefined();
      }
    },
  );

  it('shows the base name of a source file, the whole path where that is wanted', async () => {
    const path = newPath();
    const { ask } = await connect(path);
    const memory = { realm: 'r', domain: 'd', content: 'text', entity_id: 'one' };
    await ask('add_entity', { ...memory, source_file: '/home/me/a.md' });
    const { entity } = await ask('get_entity', { entity_id: 'one' });
    expect(entity).toMatchObject({ source_file: 'a.md' });
    expect((await ask('get_status')).path).toBe(path);
    const kept = await read(path, (dimension) => dimension.getEntity('one'));
    expect(kept?.source_file).toBe('/home/me/a.md');
  });

  it('is logged with the tool, the client and the run of the server', async () => {
    const path = newPath();
    const { ask } = await connect(path);
    await ask('add_entity', { realm: 'r', domain: 'd', content: 'text' });
    await ask('kg_add', { subject: 'a', predicate: 'b', object: 'c' });
    const { events } = await read(path, (dimension) => dimension.history());
    const actors = events.map(({ actor }) => actor);
    expect(actors.map(({ kind, tool, name }) => [kind, tool, name])).toEqual([
      ['mcp', 'kg_add', 'test-client'],
      ...Array<unknown>(events.length - 3).fill(['mcp', 'add_entity', 'test-client']),
      ['mcp', undefined, undefined],
      ['mcp', undefined, undefined],
    ]);
    expect(new Set(actors.map(({ session }) => session)).size).toBe(1);
  });
});

describe('a call with bad arguments', () => {
  it('is refused with code and hint, and leaves no event', async () => {
    const path = newPath();
    const { refusal, ask } = await connect(path);
    await ask('get_status');
    const before = await eventsIn(path);
    for (const [name, input] of CALLS) {
      const unknown = await refusal(name, { ...input, no_such_argument: 1 });
      expect(unknown, name).toMatchObject({
        code: 'invalid_argument',
        message: 'Unknown: no_such_argument.',
        hint: expect.stringMatching(/^It takes/) as string,
      });
    }
    for (const name of [
      ...['add_entity', 'search', 'kg_add', 'delete_entities', 'create_domain', 'delete_realm'],
      ...['delete_domain', 'import_entities'],
    ]) {
      const missing = await refusal(name);
      expect(missing, name).toMatchObject({ code: 'invalid_argument' });
      expect(missing.message, name).toMatch(/^Missing: /);
    }
    const memory = { realm: 'r', domain: 'd', content: 'c' };
    const bad: [string, Record<string, unknown>, string][] = [
      ['add_entity', { ...memory, content: 7 }, 'invalid_argument'],
      ['add_entity', { ...memory, metadata: [] }, 'invalid_argument'],
      ['add_entity', { ...memory, realm: '../r' }, 'invalid_argument'],
      ['add_entity', { ...memory, realm: 'r'.repeat(129) }, 'invalid_argument'],
      ['add_entity', { ...memory, content: 'c'.repeat(1_000_001) }, 'too_large'],
      [
        'batch_add_entities',
        { entities: [memory, { ...memory, content: '' }] },
        'invalid_argument',
      ],
      ['batch_add_entities', { entities: {} }, 'invalid_argument'],
      [
        'kg_add',
        { subject: 'a', predicate: 'b', object: 'c', valid_from: 'May' },
        'invalid_argument',
      ],
      ['kg_add', { ...FACT, valid_from: '2024-01-02', valid_to: '2024-01-01' }, 'invalid_argument'],
      ['kg_add', { ...FACT, subject: ' ' }, 'invalid_argument'],
      ['kg_query', { direction: 'sideways' }, 'invalid_argument'],
      ['kg_query', { as_of: 'May' }, 'invalid_argument'],
      ['kg_invalidate', { ...FACT, ended: '2025-02-30' }, 'invalid_argument'],
      ['set_people_map', { map: { Al: 'Bo', Bo: 'Al' } }, 'invalid_argument'],
      ['set_people_map', { map: { Al: 7 } }, 'invalid_argument'],
      ['set_people_map', { map: { Al: 'a'.repeat(129) } }, 'too_large'],
      ['search', { query: 'a'.repeat(10_001) }, 'invalid_argument'],
      ['record_write', { agent: '../a', entry: 'e' }, 'invalid_argument'],
      ['record_write', { agent: 'a', entry: 'e'.repeat(100_001) }, 'too_large'],
      ['record_write', { agent: 'a', entry: 'e', topic: 't'.repeat(129) }, 'invalid_argument'],
      ['memory_write', { agent: 'a', layer: 4, content: 'c' }, 'invalid_argument'],
      ['create_persona', { name: 'a!' }, 'invalid_argument'],
      ['set_persona', { name: 'a', description: 'd'.repeat(2_001) }, 'too_large'],
      ['search', { query: 'a', mode: 'fuzzy' }, 'invalid_argument'],
      ['search', { query: 'a', n_results: 2.5 }, 'invalid_argument'],
      ['delete_entities', { entity_ids: 'x' }, 'invalid_argument'],
      ['create_tunnel', { ...WAY, target_domain: ' ' }, 'invalid_argument'],
      ['create_tunnel', WAY, 'not_found'],
      ['create_tunnel', { ...WAY, label: 'x'.repeat(501) }, 'invalid_argument'],
      ['list_tunnels', { kind: 'odd' }, 'invalid_argument'],
      ['traverse', { start_domain: 'none' }, 'not_found'],
      ['delete_realm', { name: '../r' }, 'invalid_argument'],
      ['delete_domain', { realm: 'r', name: '' }, 'invalid_argument'],
      ['delete_realm', { name: 'r', dry_run: 'perhaps' }, 'invalid_argument'],
      ['import_entities', { entities: {} }, 'invalid_argument'],
      ['set_backend', { backend: 'redis' }, 'invalid_argument'],
      ['set_embedder', { model: 'word2vec' }, 'invalid_argument'],
      ['set_embedder', { model: 'numpy', device: 'tpu' }, 'invalid_argument'],
      ['set_embedder', { model: 'embeddinggemma' }, 'unavailable'],
      ['set_default_embedder', { model: 'word2vec' }, 'invalid_argument'],
    ];
    for (const [name, input, code] of bad) {
      const refused = await refusal(name, input);
      expect(refused, `${name}: ${JSON.stringify(refused)}`).toMatchObject({ code });
      expect(refused.hint, refused.message).toMatch(/./);
    }
    expect(await eventsIn(path)).toBe(before);
  });
});

describe('a read-only server', () => {
  it('lists what reads and reconnect, and refuses the rest', async () => {
    const path = newPath();
    await read(path, (dimension) => dimension.init());
    const server = await connect(path, '--read-only');
    expect(await namesOf(server)).toEqual([
      'search',
      'check_duplicate',
      'get_entity',
      'list_entities',
      'export_collection',
      'list_realms',
      'get_taxonomy',
      'get_status',
      'list_domains',
      'kg_query',
      'kg_stats',
      'kg_timeline',
      'list_tunnels',
      'find_tunnels',
      'follow_tunnels',
      'traverse',
      'graph_stats',
      'record_read',
      'list_agents',
      'memory_read',
      'get_backend',
      'get_default_embedder',
      'get_persona',
      'list_personas',
      'get_persona_character',
      ...['aaak_compress', 'aaak_decompress', 'aaak_parse', 'get_aaak_spec'],
      'memories_filed_away',
      'reconnect',
      'get_people_map',
      'ping',
    ]);
    const refused = await server.refusal('add_entity', { realm: 'r', domain: 'd', content: 'c' });
    expect(refused).toMatchObject({
      code: 'read_only',
      hint: 'Start the server without --read-only.',
    });
    expect((await server.ask('list_entities')).total).toBe(0);
  });

  it('makes no dimension', async () => {
    const path = newPath();
    const { ask, refusal } = await connect(path, '--read-only');
    expect(await ask('get_status')).toMatchObject({ initialized: false });
    expect(await refusal('list_entities')).toMatchObject({ code: 'dimension_not_found' });
    expect(await read(path, (dimension) => Promise.resolve(dimension.exists))).toBe(false);
  });
});

describe('a closed dimension', () => {
  it('is said, and is opened again by init_dimension or reconnect', async () => {
    const { ask, refusal } = await connect(newPath());
    await ask('add_entity', { realm: 'r', domain: 'd', content: 'c', entity_id: 'one' });
    for (const reopen of ['init_dimension', 'reconnect']) {
      expect(await ask('close_dimension')).toEqual({ closed: true });
      expect(await ask('close_dimension')).toEqual({ closed: true });
      expect(await ask('ping')).toMatchObject({ pong: true });
      expect(await ask('get_status')).toMatchObject({ initialized: false });
      const refused = await refusal('get_entity', { entity_id: 'one' });
      expect(refused).toMatchObject({ code: 'dimension_closed' });
      expect(refused.hint).toMatch(/reconnect/);
      await ask(reopen);
      expect(await ask('get_entity', { entity_id: 'one' })).toMatchObject({ found: true });
    }
  });
});
