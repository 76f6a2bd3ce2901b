/** Diaries go out and come in as diaries: what they were read by still finds them. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function fresh(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  return dimension;
}

const legacy = (metadata: object, more: object = {}): object => ({
  ...{ id: 'old', realm: 'agent_claude', domain: 'record', content: 'Fixed the lock.' },
  ...{ metadata, created_at: '2026-05-31 12:00:00', ...more },
});

describe('an imported diary record', () => {
  it('is a record: its agent reads it, is listed, and wakes up with it', async () => {
    const [from, to] = [await fresh(), await fresh()];
    await from.diaryWrite('Claude Code', 'SESSION:2026-05-31|fixed|★★', { topic: 'summary' });
    await from.diaryWrite('Claude Code', 'Read the log.', {
      ...{ realm: 'shared', metadata: { mood: 'calm' }, sourceFile: '/a/b.md' },
    });
    await from.memory.write('kai', { layer: 1, content: 'Knows SQLite.', topic: 'skills' });
    const exported = await from.exportCollection();
    expect(await to.importEntities(exported)).toBe(3);
    expect(await to.diaryRead('claude-code')).toEqual(await from.diaryRead('claude-code'));
    expect(await to.describeAgents()).toEqual(await from.describeAgents());
    expect((await to.wakeUpAgent('claude code')).text).toBe(
      (await from.wakeUpAgent('claude code')).text,
    );
    expect(await to.memory.readAll('kai')).toEqual(await from.memory.readAll('kai'));
    expect(await to.exportCollection()).toEqual(exported);
    await expectVerified(to);
  });

  it('changes nothing when it is imported again, also over what is there', async () => {
    const dimension = await fresh();
    await dimension.diaryWrite('kai', 'Read the log.', { topic: 'pattern' });
    const exported = await dimension.exportCollection();
    const before = (await dimension.status()).log.events;
    expect(await dimension.importEntities(exported)).toBe(0);
    await dimension.importEntities(exported, { overwrite: true });
    expect((await dimension.status()).log.events).toBe(before);
  });

  it('of an older product gets the layer that it did not say', async () => {
    const dimension = await fresh();
    const items = [legacy({ type: 'record', agent: 'Claude', topic: 'summary' })];
    await dimension.importEntities(items);
    expect(await dimension.diaryRead('claude')).toMatchObject([
      { id: 'old', agent: 'Claude', topic: 'summary', layer: 'L1' },
    ]);
    const { events } = (await dimension.status()).log;
    await dimension.importEntities(items, { overwrite: true });
    expect((await dimension.status()).log.events).toBe(events);
  });

  it.each([
    ['no agent', { type: 'record', topic: 'x' }],
    ['an agent that is no name', { type: 'record', agent: '../x' }],
    ['a layer that there is none', { type: 'record', agent: 'kai', layer: 'L9' }],
    ['a layer entry without a layer', { type: 'layer_entry', agent: 'kai' }],
    ['a date that is none', { type: 'record', agent: 'kai', date: 'May' }],
    ['a topic of control characters', { type: 'record', agent: 'kai', topic: 'a\u0007' }],
  ])('that could not have been written here stays a memory: %s', async (_, metadata) => {
    const dimension = await fresh();
    expect(await dimension.importEntities([legacy(metadata)])).toBe(1);
    expect(await dimension.getEntity('old')).toMatchObject({ metadata });
    expect(await dimension.listAgents()).toEqual([]);
  });

  it('becomes a memory when a memory is imported over it', async () => {
    const dimension = await fresh();
    await dimension.importEntities([legacy({ type: 'record', agent: 'kai' })]);
    expect(await dimension.listAgents()).toEqual(['kai']);
    await dimension.importEntities([legacy({ type: 'note' })], { overwrite: true });
    expect(await dimension.listAgents()).toEqual([]);
    expect(await dimension.getEntity('old')).toMatchObject({ metadata: { type: 'note' } });
  });
});
