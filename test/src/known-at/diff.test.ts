/** What changed between two points, and what a session missed since it was last here. */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Dimension, DimensionDiff } from '../../../src/index.js';
import { newKnowledge } from '../../support/knowledge.js';

const cursorOf = async (dimension: Dimension): Promise<string> =>
  (await dimension.history({ limit: 1 })).cursor;
const shown = ({ memories, facts }: DimensionDiff): string[] => [
  ...memories.map(({ id, change }) => `${change} ${id}`),
  ...facts.map(({ change, before, after }) => `${change} ${(after ?? before)?.object ?? ''}`),
];

describe('a difference', () => {
  it('is what was added, removed and changed between two points', async () => {
    const d = await newKnowledge();
    for (const id of ['kept', 'gone', 'revised']) {
      await d.addEntity('work', 'notes', `text of ${id}`, { entityId: id });
    }
    await d.kg.add('Ana', 'likes', 'tea');
    const from = await cursorOf(d);
    await d.addEntity('work', 'notes', 'new text', { entityId: 'new' });
    await d.updateEntity('revised', { content: 'another text' });
    await d.deleteEntity('gone');
    await d.kg.invalidate('Ana', 'likes', 'tea');
    await d.kg.add('Ana', 'likes', 'milk');
    await d.setPersona('coder', { systemPrompt: 'x' });
    const to = await cursorOf(d);
    await d.addEntity('work', 'notes', 'later', { entityId: 'later' });
    const between = await d.diff(from, to);
    expect(shown(between).sort()).toEqual(
      ['added new', 'changed revised', 'removed gone', 'added milk', 'changed tea'].sort(),
    );
    expect(between).toMatchObject({ from, to });
    expect(between.others).toMatchObject({ persona: 1 });
    const revised = between.memories.find(({ id }) => id === 'revised');
    expect([revised?.before?.content, revised?.after?.content]).toEqual([
      'text of revised',
      'another text',
    ]);
    expect(shown(await d.diff(from))).toContain('added later');
    const back = await d.diff(to, from);
    expect(shown(back).sort()).toEqual(
      ['added gone', 'changed revised', 'changed tea', 'removed milk', 'removed new'].sort(),
    );
    expect(shown(await d.diff(to, to))).toEqual([]);
  });

  it('is none where what was done was undone', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    const from = await cursorOf(d);
    await d.addEntity('work', 'notes', 'two');
    await d.undo({ commit: 'last' });
    expect(shown(await d.diff(from))).toEqual([]);
  });
});

describe('news', () => {
  it('are what is new or changed since an earlier wake-up, and no more', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'old', { entityId: 'old' });
    await d.addEntity('work', 'notes', 'gone', { entityId: 'gone' });
    const { cursor } = await d.wakeUp();
    expect(await d.memory.news(cursor)).toMatchObject({
      ...{ text: '## NEWS — nothing since.', news: [], total: 0, gone: 0, cursor },
    });
    await d.addEntity('work', 'notes', 'new\nlines', { entityId: 'new', sourceFile: '/a/b.md' });
    await setTimeout(5);
    await d.updateEntity('old', { content: 'old, revised' });
    await d.deleteEntity('gone');
    await d.diaryWrite('claude', 'Read the log.');
    const news = await d.memory.news(cursor);
    expect(news.text.split('\n')).toEqual([
      '## NEWS',
      '  + [agent_claude/record] Read the log.',
      '  ~ [work/notes] old, revised',
      '  + [work/notes] new lines  (b.md)',
      '  - 1 deleted',
    ]);
    expect(news).toMatchObject({ total: 3, gone: 1 });
    expect((await d.memory.news(news.cursor)).total).toBe(0);
    expect((await d.memory.news(cursor, { realm: 'Work' })).total).toBe(2);
    expect((await d.memory.news(cursor, { realm: '../x' })).total).toBe(0);
  });

  it('stay within their room, and say how many more there are', async () => {
    const d = await newKnowledge();
    const { cursor } = await d.wakeUp();
    const items = Array.from({ length: 60 }, (_, index) => ({
      ...{ realm: 'work', domain: 'notes', content: `${String(index)} ${'word '.repeat(60)}` },
    }));
    await d.batchAddEntities(items);
    const { text, news, total } = await d.memory.news(cursor);
    expect(text.length).toBeLessThan(3_300);
    expect(total).toBe(60);
    expect(text.endsWith(`  … and ${String(60 - news.length)} more`)).toBe(true);
  });

  it('are refused for what is no cursor', async () => {
    const d = await newKnowledge();
    const news = d.memory.news('yesterday');
    await expect(news).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
