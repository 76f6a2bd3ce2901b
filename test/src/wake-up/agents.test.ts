/** What an agent wakes up with, and the layers of its memory. */
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { copyOf, expectVerified, open } from '../../support/dimensions.js';
import { exchange } from '../../support/exchange.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function opened(path = temporaryFolder()): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  return dimension;
}

const texts = (entries: readonly { readonly content: string }[]): string[] =>
  entries.map(({ content }) => content);

describe('an agent that wakes up', () => {
  it('sees what it wrote, layer by layer, newest first', async () => {
    const dimension = await opened();
    await dimension.diaryWrite('claude', 'first', { topic: 'debug' });
    await dimension.diaryWrite('claude', 'SESSION: monday', { realm: 'shared' });
    await dimension.memory.write('claude', { layer: 1, content: 'essential' });
    await dimension.memory.write('claude', { layer: 2, content: 'working' });
    await dimension.diaryWrite('claude', 'x'.repeat(300));
    await dimension.diaryWrite('bo', 'not mine', { realm: 'shared' });
    const { agent, sections, text, tokens_estimate } = await dimension.wakeUpAgent('CLAUDE');
    expect(agent).toBe('claude');
    expect(sections.map(({ name, entries }) => [name, texts(entries)])).toEqual([
      ['L1', ['essential', 'SESSION: monday']],
      ['L0', ['x'.repeat(300), 'working', 'first']],
    ]);
    const [l1 = '', l0 = ''] = text.split('\n\n');
    expect(l1.split('\n')[0]).toBe('--- L1 daily summaries (2 entries) ---');
    expect(l1.split('\n')[1]).toMatch(/^ {2}\[\d{4}-\d{2}-\d{2}T[\d:.]{12}Z\] essential$/);
    expect(l0.split('\n')[0]).toBe('--- L0 immediate records (3 entries) ---');
    expect(l0.split('\n')[1]).toMatch(/\] x{197}\.\.\.$/);
    expect(tokens_estimate).toBe(Math.floor(text.length / 4));
  });

  it('sees identity, patterns and the archive where there are any, so many of each', async () => {
    const dimension = await opened();
    for (const n of ['1', '2', '3']) {
      await dimension.diaryWrite('a', `PATTERN: ${n}`);
      await dimension.diaryWrite('a', `record ${n}`);
      await dimension.memory.write('a', { layer: 3, content: `archive ${n}` });
      await dimension.memory.updateIdentity('a', { name: `A${n}`, likes: 'tea' });
    }
    const { sections } = await dimension.wakeUpAgent('a', { lastN: 2 });
    expect(sections.map(({ name, entries }) => [name, texts(entries)])).toEqual([
      ['identity', ['name: A3\nlikes: tea']],
      ['L1', []],
      ['L0', ['record 3', 'record 2']],
      ['L2', ['PATTERN: 3', 'PATTERN: 2']],
    ]);
    const all = await dimension.wakeUpAgent('a', { lastN: 1, allLayers: true });
    expect(all.sections.at(-1)).toMatchObject({ name: 'L3', entries: [{ content: 'archive 3' }] });
  });

  it('is told who did write when it never did', async () => {
    const dimension = await opened();
    const nobody = dimension.wakeUpAgent('claude');
    await expect(nobody).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'Nobody did yet: "alt record" writes.',
    });
    for (const name of ['bo', 'ada']) await dimension.diaryWrite(name, 'x');
    for (const agent of ['claude', 'a/b', '']) {
      await expect(dimension.wakeUpAgent(agent)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        hint: 'These did: ada, bo.',
      });
    }
  });

  it('finds a rare pattern behind thousands of records, without reading them all', async () => {
    const dimension = await opened();
    await dimension.diaryWrite('a', 'PATTERN: rare');
    for (let index = 0; index < 1_100; index += 1)
      await dimension.diaryWrite('a', `r${String(index)}`);
    const { sections } = await dimension.wakeUpAgent('a', { lastN: 1 });
    expect(sections.map(({ entries }) => texts(entries))).toEqual([
      ...[[], ['r1099'], ['PATTERN: rare']],
    ]);
  }, 60_000);
});

describe('an entry of a layer', () => {
  it('is a memory in a domain of its layer', async () => {
    const dimension = await opened();
    const metadata = { a: 1, type: 'mine' };
    const written = await dimension.memory.write('Claude', { layer: 2, content: 'now', metadata });
    expect(written).toMatchObject({ agent: 'Claude', layer: 2, domain: 'layer_2_working' });
    expect(await dimension.getEntity(written.entity_id)).toMatchObject({
      ...{ realm: 'agent_claude', domain: 'layer_2_working', created_at: written.created_at },
      metadata: { a: 1, agent: 'Claude', topic: 'general', type: 'layer_entry', layer: 2 },
    });
    expect(texts(await dimension.memory.read('claude', 2))).toEqual(['now']);
    expect(await dimension.diaryRead('claude')).toEqual([]);
  });

  it.each([-1, 4, 1.5, '1', undefined])('in layer %s is refused', async (layer) => {
    const dimension = await opened();
    const entry = { layer: layer as number, content: 'c' };
    const refusals = [
      dimension.memory.write('a', entry),
      dimension.memory.read('a', layer as number),
      dimension.memory.clearLayer('a', layer as number),
    ];
    for (const refusal of refusals) {
      await expect(refusal).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('is read by layer or from all of them, and cleared by layer', async () => {
    const dimension = await opened();
    for (const layer of [0, 1, 1, 3]) {
      await dimension.memory.write('a', { layer, content: `in ${String(layer)}` });
    }
    await dimension.memory.write('b', { layer: 1, content: 'of b' });
    const all = await dimension.memory.readAll('A', 1);
    expect(Object.entries(all.layers).map(([layer, entries]) => [layer, texts(entries)])).toEqual([
      ...[
        ['0', ['in 0']],
        ['1', ['in 1']],
      ],
      ...[
        ['2', []],
        ['3', ['in 3']],
      ],
    ]);
    expect(all.count).toBe(3);
    expect(await dimension.memory.clearLayer('a', 1)).toBe(2);
    expect(await dimension.memory.clearLayer('a', 1)).toBe(0);
    expect(await dimension.memory.read('a', 1)).toEqual([]);
    expect(texts(await dimension.memory.read('b', 1))).toEqual(['of b']);
    expect(await dimension.memory.readLayers('a/b')).toEqual({ layers: {}, count: 0 });
    expect(await dimension.memory.latestIdentity('a')).toMatchObject({ content: 'in 0' });
    expect(await dimension.memory.latestIdentity('b')).toBeUndefined();
  });
});

describe('a summary', () => {
  it('condenses the archive, then the essentials, and is replaced instead of growing', async () => {
    const dimension = await opened();
    const none = { l0_updated: false, l1_count: 0, l3_count: 0 };
    expect(await dimension.memory.summarize('a')).toEqual(none);
    await dimension.memory.write('a', { layer: 3, content: 'one' });
    await dimension.memory.write('a', { layer: 3, content: 'x'.repeat(300) });
    await dimension.memory.write('a', { layer: 1, content: 'essential' });
    const first = await dimension.memory.summarize('a');
    expect(first).toEqual({ l0_updated: true, l1_count: 1, l3_count: 2 });
    const condensed = `${'x'.repeat(197)}...; one`;
    expect(texts(await dimension.memory.read('a', 1)).sort()).toEqual(['essential', condensed]);
    const [identity] = await dimension.memory.read('a', 0);
    expect(identity).toMatchObject({
      content: `${condensed}; essential`,
      topic: 'identity_summary',
      metadata: { source: 'summarize_l1', layer: 0 },
    });
    const { events } = (await dimension.status()).log;
    expect(await dimension.memory.summarize('a')).toEqual({ ...none, l3_count: 2 });
    expect((await dimension.status()).log.events).toBe(events);
    await dimension.memory.write('a', { layer: 3, content: 'three' });
    expect(await dimension.memory.summarize('A')).toMatchObject({ l1_count: 1, l3_count: 3 });
    expect(texts(await dimension.memory.read('a', 1)).sort()).toEqual([
      'essential',
      `three; ${condensed}`,
    ]);
    expect((await dimension.memory.read('a', 0)).length).toBe(1);
  });

  it('stays within its bounds, with the newest first', async () => {
    const dimension = await opened();
    for (let index = 0; index < 80; index += 1) {
      const content = `${String(index)} ${'y'.repeat(200)}`;
      await dimension.memory.write('a', { layer: 3, content });
    }
    await dimension.memory.summarize('a');
    const [essential] = await dimension.memory.read('a', 1);
    const [identity] = await dimension.memory.read('a', 0);
    expect(essential?.content.startsWith('79 ')).toBe(true);
    expect(essential?.content.length).toBeLessThanOrEqual(10_000);
    expect(essential?.content.length).toBeGreaterThan(9_000);
    expect(identity?.content.length).toBeLessThanOrEqual(2_000);
  });

  it('comes back when it was deleted, and is one when two machines made it', async () => {
    const path = temporaryFolder();
    const first = await opened(path);
    await first.memory.write('a', { layer: 3, content: 'one' });
    const copy = copyOf(path);
    const second = await opened(copy);
    await second.memory.write('a', { layer: 3, content: 'two' });
    await first.memory.summarize('a');
    await second.memory.summarize('a');
    exchange(path, copy);
    for (const dimension of [first, second]) {
      expect(texts(await dimension.memory.read('a', 1))).toEqual(['two; one']);
      expect((await dimension.memory.read('a', 0)).length).toBe(1);
    }
    expect(await expectVerified(first)).toBe(await expectVerified(second));
    await first.memory.clearLayer('a', 1);
    await first.memory.summarize('a');
    expect((await first.memory.read('a', 1)).length).toBe(1);
  });
});
