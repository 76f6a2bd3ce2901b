/** Diaries are read back by who wrote them, wherever they were filed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { copyOf, expectVerified, open } from '../../support/dimensions.js';
import { exchange } from '../../support/exchange.js';
import { holds } from '../../support/holds.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function opened(path = temporaryFolder()): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  return dimension;
}

const texts = (entries: readonly { readonly content: string }[]): string[] =>
  entries.map(({ content }) => content);

describe('a diary entry', () => {
  it('is a memory in the realm of its writer, and says what became of it', async () => {
    const dimension = await opened();
    const written = await dimension.diaryWrite('Claude-Code ', ' Fixed it.\n', { topic: 'debug' });
    expect(written).toMatchObject({
      ...{ realm: 'agent_claude_code', agent: 'Claude-Code', topic: 'debug', layer: 'L0' },
      timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.{12}Z$/) as string,
    });
    expect(await dimension.getEntity(written.entity_id)).toMatchObject({
      ...{ realm: 'agent_claude_code', domain: 'record', content: ' Fixed it.\n' },
      created_at: written.timestamp,
      metadata: {
        ...{ agent: 'Claude-Code', topic: 'debug', type: 'record', layer: 'L0' },
        date: written.timestamp.slice(0, 10),
      },
    });
    const [entry] = await dimension.diaryRead('claude code');
    expect(entry).toMatchObject({ agent: 'Claude-Code', topic: 'debug', layer: 'L0' });
    await expectVerified(dimension);
  });

  it('is found by words and by meaning like any memory', async () => {
    const dimension = await opened();
    const { entity_id: id } = await dimension.diaryWrite('a', 'The lighthouse keeper sleeps.');
    for (const mode of ['keyword', 'vector', 'hybrid']) {
      const [hit] = await dimension.search('lighthouse keeper', { mode });
      expect(hit?.id, mode).toBe(id);
    }
  });

  it('is read by its writer from every realm, or from one', async () => {
    const dimension = await opened();
    await dimension.recordWrite('Ada', 'one');
    await dimension.recordWrite('ada', 'two', { realm: 'My Project' });
    await dimension.recordWrite('bo', 'three', { realm: 'my-project' });
    expect(texts(await dimension.recordRead('ADA'))).toEqual(['two', 'one']);
    expect(texts(await dimension.recordRead('ada', { realm: 'MY project' }))).toEqual(['two']);
    expect(await dimension.recordRead('ada', { realm: '../x' })).toEqual([]);
    expect(texts(await dimension.recordRead('ada', { realm: '' }))).toEqual(['two', 'one']);
    expect(await dimension.pageDiary('nobody')).toEqual({ agent: 'nobody', entries: [], total: 0 });
    expect(await dimension.diaryRead('a/b')).toEqual([]);
  });

  it('is one of those of a topic', async () => {
    const dimension = await opened();
    await dimension.diaryWrite('a', 'one', { topic: ' debug ' });
    await dimension.diaryWrite('a', 'two', { topic: '' });
    expect(texts(await dimension.diaryRead('a', { topic: 'debug' }))).toEqual(['one']);
    expect(texts(await dimension.diaryRead('a', { topic: 'general' }))).toEqual(['two']);
    expect(await dimension.pageDiary('a', { topic: 'debug' })).toMatchObject({ total: 1 });
  });

  it('comes newest first, also of one second, and no more than asked for', async () => {
    const dimension = await opened();
    const all = Array.from({ length: 12 }, (_, index) => `entry ${String(index)}`);
    for (const entry of all) await dimension.diaryWrite('a', entry);
    const newest = all.toReversed();
    expect(texts(await dimension.diaryRead('a'))).toEqual(newest.slice(0, 10));
    expect(texts(await dimension.diaryRead('a', { lastN: 0 }))).toEqual(newest.slice(0, 1));
    expect(texts(await dimension.diaryRead('a', { lastN: 9_999 }))).toEqual(newest);
    expect(await dimension.pageDiary('a', { lastN: 2 })).toMatchObject({ total: 12 });
  });

  it('is undone with its memory, and its agent with the last of them', async () => {
    const dimension = await opened();
    const { entity_id: id } = await dimension.diaryWrite('a', 'one');
    await dimension.deleteEntity(id);
    expect([await dimension.diaryRead('a'), await dimension.listAgents()]).toEqual([[], []]);
    await dimension.restoreEntity(id);
    expect(await dimension.listAgents()).toEqual(['a']);
  });

  it('is written once under one key', async () => {
    const dimension = await opened();
    const options = { idempotencyKey: 'k' };
    const first = await dimension.diaryWrite('a', 'one', options);
    expect(await dimension.diaryWrite('a', 'one', options)).toEqual(first);
    const other = dimension.diaryWrite('b', 'one', options);
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await dimension.pageDiary('a')).toMatchObject({ total: 1 });
  });

  it('is as long as 100,000 characters, its topic as 128', async () => {
    const dimension = await opened();
    const longest = '🙂'.repeat(100_000);
    await dimension.diaryWrite('a', longest, { topic: 't'.repeat(128) });
    expect(texts(await dimension.diaryRead('a'))).toEqual([longest]);
    const { events } = (await dimension.status()).log;
    for (const [entry, options, code] of [
      [`${longest}x`, {}, 'TOO_LARGE'],
      ['e', { topic: 't'.repeat(129) }, 'TOO_LARGE'],
      ['e', { topic: 'a\nb' }, 'INVALID_ARGUMENT'],
      ['e', { realm: '../r' }, 'INVALID_ARGUMENT'],
      ['e', { metadata: { x: Number.NaN } }, 'INVALID_ARGUMENT'],
      [' \n', {}, 'INVALID_ARGUMENT'],
      ['a\0b', {}, 'INVALID_ARGUMENT'],
    ] as const) {
      const refused = dimension.diaryWrite('a', entry, options);
      await expect(refused, JSON.stringify(options)).rejects.toMatchObject({ code });
    }
    for (const agent of ['', ' ', 'a/b', '_a', 'a'.repeat(129)]) {
      const refused = dimension.diaryWrite(agent, 'e');
      await expect(refused, agent).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    await expect(dimension.diaryRead(' ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const half = dimension.diaryRead('a', { lastN: 1.5 });
    await expect(half).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await dimension.status()).log.events).toBe(events);
  });

  it('of an agent with a name as long as can be has a realm all the same', async () => {
    const dimension = await opened();
    const agents = ['x', 'y'].map((end) => 'a'.repeat(127) + end);
    for (const agent of agents) await dimension.diaryWrite(agent, agent);
    for (const agent of agents) expect(texts(await dimension.diaryRead(agent))).toEqual([agent]);
  });
});

describe('a layer of a diary', () => {
  it('follows from the topic, or from how the entry begins', async () => {
    const dimension = await opened();
    const layers: Record<string, string> = {};
    for (const [entry, topic] of [
      ['a', 'summary'],
      ['SESSION:2026-05-31|fixed', 'debug'],
      ['b', 'pattern'],
      ['  PATTERN: x→y', undefined],
      ['we ran SESSION: once', 'summaries'],
    ] as const) {
      layers[entry] = (await dimension.diaryWrite('a', entry, { topic })).layer;
    }
    expect(Object.values(layers)).toEqual(['L1', 'L1', 'L2', 'L2', 'L0']);
  });
});

describe('the agents', () => {
  it('are all who wrote, wherever, and nobody whose realm is empty', async () => {
    const dimension = await opened();
    await dimension.createRealm('agent_ghost');
    await dimension.diaryWrite('Zed', 'one', { realm: 'shared' });
    await dimension.memory.write('ada', { layer: 1, content: 'two' });
    await dimension.diaryWrite('ZED', 'three');
    expect(await dimension.listAgents()).toEqual(['ada', 'zed']);
    expect(await dimension.describeAgents()).toMatchObject([
      { name: 'ada', entries: 1, realms: ['agent_ada'] },
      { name: 'zed', entries: 2, realms: ['agent_zed', 'shared'] },
    ]);
  });

  it('are told apart by their names as they are compared, whatever they are called', async () => {
    const dimension = await opened();
    const word = fc.constantFrom('ada', 'Ada', 'ADA', 'bo', 'Bo', 'ｘ', 'é', 'e\u0301');
    const joint = fc.constantFrom(' ', '-', '_');
    const agent = fc.tuple(word, joint, word).map(([a, b, c]) => `${a}${b}${c}`);
    const writing = fc.record({ agent, realm: fc.constantFrom(undefined, 'one', 'two') });
    let round = 0;
    const property = fc.asyncProperty(fc.array(writing, { maxLength: 4 }), async (writings) => {
      round += 1;
      for (const { agent: by, realm } of writings) {
        await dimension.diaryWrite(by, `round ${String(round)}`, { realm });
      }
      for (const { agent: by } of writings) {
        const key = (text: string) => text.normalize('NFC').toLowerCase().replace(/[ -]/g, '_');
        const expected = writings.filter((other) => key(other.agent) === key(by)).length;
        const entries = await dimension.diaryRead(by, { lastN: 1_000 });
        const now = entries.filter(({ content }) => content === `round ${String(round)}`);
        expect(now.length).toBe(expected);
      }
    });
    await holds(property, 10);
  });
});

describe('several handles', () => {
  it('on one dimension see each other’s entries', async () => {
    const path = temporaryFolder();
    const [one, other] = [await opened(path), await opened(path)];
    await one.diaryWrite('a', 'one');
    await other.diaryWrite('a', 'two');
    await one.diaryWrite('a', 'three');
    for (const dimension of [one, other]) {
      expect(texts(await dimension.diaryRead('a'))).toEqual(['three', 'two', 'one']);
    }
  });

  it('on two machines come to the same diary, also when folded anew', async () => {
    const path = temporaryFolder();
    const first = await opened(path);
    const { entity_id: id } = await first.diaryWrite('a', 'together');
    const copy = copyOf(path);
    const second = await opened(copy);
    await second.deleteEntity(id);
    await first.diaryWrite('a', 'here');
    await second.diaryWrite('A', 'there', { realm: 'shared' });
    exchange(path, copy);
    const expected = texts(await first.diaryRead('a'));
    expect([...expected].sort()).toEqual(['here', 'there']);
    expect(texts(await second.diaryRead('a'))).toEqual(expected);
    expect(await expectVerified(first)).toBe(await expectVerified(second));
    await first.rebuild();
    expect(texts(await first.diaryRead('a'))).toEqual(expected);
  });
});
