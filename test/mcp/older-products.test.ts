/** Calls that clients of older products make. */
import { describe, expect, it } from 'vitest';
import { connect, newPath, type Connected } from './servers.js';

async function namesOf({ client }: Connected): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

describe('personas and records of older products', () => {
  it('keep what they called model and framework as metadata, which is said', async () => {
    const { ask } = await connect(newPath());
    const set = await ask('set_persona', { name: 'coder', model: 'm-1', framework: 'f-1' });
    expect(set).toMatchObject({ metadata: { model: 'm-1', framework: 'f-1' } });
    expect(set.warnings).toEqual([
      "'model' was read as 'metadata.model'.",
      "'framework' was read as 'metadata.framework'.",
    ]);
  });

  it('are summarized by a tool that no list shows', async () => {
    const server = await connect(newPath());
    await server.ask('memory_write', { agent: 'claude', layer: '3', content: 'Fixed a van.' });
    const summary = { l0_updated: true, l1_count: 1, l3_count: 1 };
    expect(await server.ask('memory_summarize', { agent: 'claude' })).toEqual(summary);
    expect(await namesOf(server)).not.toContain('memory_summarize');
    const few = await connect(newPath(), '--tools', 'core');
    const call = few.client.callTool({ name: 'memory_summarize', arguments: { agent: 'claude' } });
    await expect(call).rejects.toThrow('Unknown tool');
  });
});
