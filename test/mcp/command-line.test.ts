import { describe, expect, it } from 'vitest';
import { readCommandLine, type ServeOptions } from '../../mcp/command-line.js';
import { CATEGORIES } from '../../mcp/profiles.js';
import { OPERATIONS } from '../../src/index.js';

function serve(argv: string[], env: Record<string, string> = {}): ServeOptions {
  const line = readCommandLine(argv, env);
  if ('serve' in line) return line.serve;
  throw new Error(JSON.stringify(line));
}

function tools(list: string): string[] {
  return [...serve([`--tools=${list}`]).tools];
}

it('shows everything over stdio and may write unless told otherwise', () => {
  const { dimension, isReadOnly, tools: names } = serve([]);
  expect({ dimension, isReadOnly, count: names.size }).toEqual({
    dimension: undefined,
    isReadOnly: false,
    count: Object.keys(OPERATIONS).length,
  });
});

it('takes its options', () => {
  const given = serve(['--transport', 'stdio', '--dimension', '/d', '--read-only']);
  expect(given).toMatchObject({ dimension: '/d', isReadOnly: true });
});

it.each([
  [['--transport', 'sse'], "Unknown transport 'sse'. This release has: stdio."],
  [['--tools', 'nope'], /^Unknown tool or category 'nope'\. Known: all, core, search, /],
  [['--tools', 'kg,-kg'], "No tool is left of 'kg,-kg'."],
  [['--port', '1'], /Unknown option '--port'/],
  [['stray'], /stray/],
])('says what is wrong with %j', (argv, problem) => {
  expect(readCommandLine(argv, {})).toEqual({
    problem: typeof problem === 'string' ? problem : (expect.stringMatching(problem) as unknown),
  });
});

describe('profiles', () => {
  it('know every operation, and nothing else', () => {
    const known = Object.values(CATEGORIES).flat().sort();
    expect(known).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('core is what a session needs day by day', () => {
    expect(tools('core')).toEqual([
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
    ]);
  });

  it('take categories and names, and remove', () => {
    expect(tools('kg, ping')).toEqual(['kg_add', 'kg_query', 'kg_invalidate', 'ping']);
    expect(tools('kg,-kg_add')).toEqual(['kg_query', 'kg_invalidate']);
    expect(tools('-other,-kg,-realms,-domains,-entities,-backend,-embedder,-aaak')).toEqual([
      'search',
      'check_duplicate',
    ]);
  });

  it('come from the environment when no option names one', () => {
    const env = { ALT_MCP_TOOLS: 'search' };
    expect([...serve([], env).tools]).toEqual(['search', 'check_duplicate']);
    expect([...serve(['--tools', 'ping'], env).tools]).toEqual(['ping']);
    expect(serve([], { ALT_MCP_TOOLS: ' ' }).tools.size).toBeGreaterThan(20);
  });
});
