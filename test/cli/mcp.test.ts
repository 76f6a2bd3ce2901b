import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();

describe('mcp', () => {
  it('speaks stdio only in this release', async () => {
    const { stdout, stderr, code } = await alt.run(['mcp', '--transport', 'sse']);
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toContain('this release speaks stdio. [INVALID_ARGUMENT]');
  });

  it('answers a client on standard input and output, and ends with it', async () => {
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    };
    const request = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
    const { stdout, code } = await alt.run(['mcp'], { input: `${JSON.stringify(request)}\n` });
    expect(code).toBe(0);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      id: 1,
      result: { serverInfo: { name: 'alt-memory' } },
    });
  });
});
