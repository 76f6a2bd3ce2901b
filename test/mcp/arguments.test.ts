import { describe, expect, it } from 'vitest';
import { readArguments } from '../../mcp/arguments.js';
import { inputSchema } from '../../mcp/schemas.js';
import { OPERATIONS, type OperationName } from '../../src/index.js';

function read(
  name: OperationName,
  given: Record<string, unknown>,
): ReturnType<typeof readArguments> {
  return readArguments(inputSchema(OPERATIONS[name]), given);
}

function refusal(name: OperationName, given: Record<string, unknown>): unknown {
  try {
    read(name, given);
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    return { code, message, hint };
  }
  return undefined;
}

describe('types', () => {
  it('reads integers, numbers and booleans that stand in quotes', () => {
    const { input, warnings } = read('search', { query: 'a', n_results: '5', explain: 'false' });
    expect(input).toEqual({ query: 'a', n_results: 5, explain: false });
    expect(warnings).toEqual([]);
    expect(read('search', { query: 'a', n_results: '5.0', explain: '1' }).input).toEqual({
      query: 'a',
      n_results: 5,
      explain: true,
    });
    const threshold = read('check_duplicate', { content: 'a', threshold: ' 0.9 ' }).input.threshold;
    expect(threshold).toBe(0.9);
  });

  it('reads objects and lists that were sent as JSON text', () => {
    const added = { realm: 'a', domain: 'b', content: 'c', metadata: '{"k":[1]}' };
    expect(read('add_entity', added).input.metadata).toEqual({ k: [1] });
    expect(read('delete_entities', { entity_ids: '["x","y"]' }).input.entity_ids).toEqual([
      'x',
      'y',
    ]);
  });

  it.each([
    ['n_results', 2.7],
    ['n_results', true],
    ['n_results', 'five'],
    ['n_results', '2.7'],
    ['explain', 'yes'],
    ['explain', 1],
    ['mode', 'fuzzy'],
  ])('leaves %s %j to be refused by the operation', (name, value) => {
    const { input } = read('search', { query: 'a', [name]: value });
    expect(input[name]).toBe(value);
    expect(OPERATIONS.search.input.safeParse(input).success).toBe(false);
  });

  it('does not take a list for an object, nor text that is no JSON', () => {
    const added = { realm: 'a', domain: 'b', content: 'c' };
    expect(read('add_entity', { ...added, metadata: '[1]' }).input.metadata).toBe('[1]');
    expect(read('add_entity', { ...added, metadata: '{oops' }).input.metadata).toBe('{oops');
  });
});

describe('bounds', () => {
  it('clamps integers and says so', () => {
    const { input, warnings } = read('list_entities', { limit: -1, offset: '-7' });
    expect(input).toEqual({ limit: 1, offset: 0 });
    expect(warnings).toEqual([
      'limit -1 is out of range; 1 was used.',
      'offset -7 is out of range; 0 was used.',
    ]);
    expect(read('search', { query: 'a', n_results: 1e9 }).input.n_results).toBe(100);
  });

  it('takes an empty optional argument as absent', () => {
    expect(read('search', { query: 'a', realm: '', mode: '' }).input).toEqual({ query: 'a' });
  });
});

describe('aliases', () => {
  it('reads what other products call the same thing', () => {
    const { input, warnings } = read('search', { query: 'a', wing: 'w', room: 'r', top_k: 3 });
    expect(input).toEqual({ query: 'a', realm: 'w', domain: 'r', n_results: 3 });
    expect(warnings).toEqual([
      "'wing' was read as 'realm'.",
      "'room' was read as 'domain'.",
      "'top_k' was read as 'n_results'.",
    ]);
    expect(read('get_entity', { drawer_id: 'x' }).input).toEqual({ entity_id: 'x' });
    expect(read('delete_entities', { ids: ['x'] }).input).toEqual({ entity_ids: ['x'] });
  });

  it('reads the ends of a tunnel as other products call them', () => {
    const ends = { source_wing: 'a', source_room: 'b', target_wing: 'c', target_room: 'd' };
    const memories = { source_drawer_id: 'x', target_drawer_id: 'y' };
    expect(read('create_tunnel', { ...ends, ...memories }).input).toEqual({
      ...{ source_realm: 'a', source_domain: 'b', target_realm: 'c', target_domain: 'd' },
      ...{ source_entity_id: 'x', target_entity_id: 'y' },
    });
    expect(read('find_tunnels', { wing_a: 'a', wing_b: 'b' }).input).toEqual({
      realm_a: 'a',
      realm_b: 'b',
    });
    expect(read('traverse', { start_room: 'a', max_hops: 11 }).input).toEqual({
      start_domain: 'a',
      max_hops: 10,
    });
  });

  it('keeps an argument of its own where a tool has one of the name', () => {
    expect(read('list_entities', { limit: 3 })).toEqual({ input: { limit: 3 }, warnings: [] });
  });

  it('takes both names with one value, and refuses two', () => {
    expect(read('get_entity', { id: 'x', entity_id: 'x' }).input).toEqual({ entity_id: 'x' });
    expect(refusal('get_entity', { id: 'x', entity_id: 'y' })).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'id and entity_id are one argument.',
      hint: 'Give only entity_id.',
    });
  });

  it('files added_by in the metadata, without replacing what is there', () => {
    const added = { realm: 'a', domain: 'b', content: 'c', added_by: 'me' };
    expect(read('add_entity', added).input.metadata).toEqual({ added_by: 'me' });
    const both = { ...added, metadata: '{"added_by":"you","k":1}' };
    expect(read('add_entity', both).input.metadata).toEqual({ added_by: 'you', k: 1 });
  });

  it('drops what means nothing here', () => {
    const given = { query: 'a', context: 'whole prompt', wait_for_previous: true };
    expect(read('search', given)).toEqual({ input: { query: 'a' }, warnings: [] });
    expect(refusal('ping', { context: 'x' })).toMatchObject({ message: 'Unknown: context.' });
  });
});

describe('refusals', () => {
  it('names every missing argument at once, blank ones among them', () => {
    expect(refusal('add_entity', { content: ' \n', realm: 'r' })).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'Missing: domain, content.',
      hint: 'It takes: realm, domain, content, metadata, source_file, entity_id, idempotency_key.',
    });
  });

  it('names an unknown argument and the nearest known one', () => {
    expect(refusal('search', { query: 'a', relm: 'x' })).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'Unknown: relm.',
      hint:
        "Did you mean 'realm' by 'relm'? " +
        'It takes: query, n_results, realm, domain, mode, max_distance, candidate_strategy, ' +
        'explain, known_at.',
    });
    expect(refusal('ping', { x: 1 })).toMatchObject({ hint: 'It takes no arguments.' });
  });

  it('takes the names of what every object has for unknown ones', () => {
    const given = JSON.parse('{"query":"a","__proto__":{"n_results":1},"toString":1}') as object;
    expect(refusal('search', given as Record<string, unknown>)).toMatchObject({
      message: 'Unknown: __proto__, toString.',
    });
  });

  it('measures no name that is as long as a text', () => {
    const name = 'x'.repeat(1_000_000);
    expect(refusal('search', { query: 'a', [name]: 1 })).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
