/** Taking back what was done: the state is as if it had not happened, and nothing is lost. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { exchange, newKnowledge, secondMachine } from '../../support/knowledge.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const lastEvent = async (dimension: Dimension): Promise<string> =>
  (await dimension.history({ limit: 1 })).events[0]?.event ?? '';
const contents = async (dimension: Dimension): Promise<string[]> =>
  (await dimension.listEntities()).map(({ content }) => content).sort();

describe('undo of a commit', () => {
  it('takes an addition back, and redo brings it back as it was', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'keep');
    const id = await d.addEntity('home', 'plans', 'The ferry leaves at nine.');
    const added = await d.getEntity(id);
    const event = await lastEvent(d);
    expect(await d.undo({ commit: event })).toMatchObject({
      ...{ dry_run: false, undone: 3, redone: 0, streams: 3, built_on_total: 0, skipped: 0 },
      types: { EntityAdded: 1, RealmDescribed: 1, DomainDescribed: 1 },
    });
    expect(await d.getEntity(id)).toBeUndefined();
    expect(await d.search('ferry', { mode: 'keyword' })).toEqual([]);
    expect((await d.listRealms()).map(({ name }) => name)).toEqual(['work']);
    expect(await d.redo({ commit: event })).toMatchObject({ redone: 3, undone: 0 });
    expect(await d.getEntity(id)).toEqual(added);
    await expectVerified(d);
  });

  it('takes a revision, a move, a deletion back', async () => {
    const d = await newKnowledge();
    const id = await d.addEntity('work', 'notes', 'first');
    const before = await d.getEntity(id);
    for (const change of [
      () => d.updateEntity(id, { content: 'second', metadata: { a: 1 } }),
      () => d.updateEntity(id, { realm: 'home' }),
      () => d.deleteEntity(id),
    ]) {
      await change();
      expect(await d.getEntity(id)).not.toEqual(before);
      await d.undo({ commit: 'last' });
      expect(await d.getEntity(id)).toEqual(before);
    }
    expect(await contents(d)).toEqual(['first']);
  });

  it('of an undo counts what was undone again', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    await d.undo({ commit: 'last' });
    expect(await d.undo({ commit: 'last' })).toMatchObject({ redone: 3, undone: 0 });
    expect(await contents(d)).toEqual(['one']);
    expect(await d.undo({ commit: 'last' })).toMatchObject({ redone: 0, undone: 3 });
    expect(await contents(d)).toEqual([]);
  });

  it('is of facts, tunnels, personas, settings and diaries too', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'bugs', 'one');
    await d.addEntity('home', 'plans', 'two');
    const ends = { source_realm: 'work', source_domain: 'bugs', target_realm: 'home' };
    const deeds: [() => Promise<unknown>, () => Promise<unknown>][] = [
      [() => d.kg.add('Ana', 'likes', 'tea'), () => d.kg.query()],
      [() => d.createTunnel({ ...ends, target_domain: 'plans' }), () => d.listTunnels()],
      [() => d.setPersona('coder', { systemPrompt: 'x' }), () => d.listPersonas()],
      [() => d.setPeopleMap({ Bobby: 'Robert' }), () => d.getPeopleMap()],
      [() => d.diaryWrite('claude', 'entry'), () => d.listAgents()],
    ];
    for (const [act, ask] of deeds) {
      const before = await ask();
      await act();
      expect(await ask()).not.toEqual(before);
      await d.undo({ commit: 'last' });
      if (act !== deeds[3]?.[0]) expect(await ask()).toEqual(before);
    }
    await expectVerified(d);
  });

  it('leaves no persona and no identity that a readable copy would bring back', async () => {
    const d = await newKnowledge();
    await d.setPersona('coder', { systemPrompt: 'x' });
    await d.undo({ commit: 'last' });
    await d.setIdentity('I am Ada.');
    await d.undo({ commit: 'last' });
    expect(readFileSync(join(d.path, 'identity.txt'), 'utf8')).toBe('');
    await d.close();
    const { dimension: again } = open(d.path);
    await again.init();
    expect(await again.listPersonas()).toEqual([]);
    expect(await again.getIdentity()).toBe('');
    await again.redo({ since: '2020-01-01' });
    expect(await again.listPersonas()).toMatchObject([{ name: 'coder' }]);
    expect(readFileSync(join(d.path, 'identity.txt'), 'utf8')).toBe('I am Ada.\n');
  });
});

describe('undo of what was changed since', () => {
  it('asks first, shows what builds on it, and keeps that when forced', async () => {
    const d = await newKnowledge();
    const id = await d.addEntity('work', 'notes', 'first');
    await d.updateEntity(id, { content: 'second' });
    const revision = await lastEvent(d);
    await d.updateEntity(id, { metadata: { a: 1 } });
    const { events } = (await d.status()).log;
    await expect(d.undo({ commit: revision })).rejects.toMatchObject({
      ...{ code: 'CONFLICT', details: { built_on: [id] } },
    });
    expect(await d.undo({ commit: revision }, { dryRun: true })).toMatchObject({
      ...{ dry_run: true, undone: 1, built_on_total: 1 },
      built_on: [{ entity_id: id, later: [{ type: 'EntityRevised' }] }],
    });
    expect((await d.status()).log.events).toBe(events);
    await d.undo({ commit: revision }, { force: true });
    expect(await d.getEntity(id)).toMatchObject({ content: 'first', metadata: { a: 1 } });
  });
});

describe('undo of a part of the log', () => {
  it('of a mine run leaves exactly what was added by hand meanwhile', async () => {
    const folder = temporaryFolder();
    for (let file = 0; file < 30; file += 1) {
      mkdirSync(join(folder, `part${String(file % 3)}`), { recursive: true });
      const text = `# Note ${String(file)}\n\nAlice told Bob of lighthouse ${String(file)}.\n`;
      writeFileSync(join(folder, `part${String(file % 3)}`, `note${String(file)}.md`), text);
    }
    const [d, never] = [await newKnowledge(), await newKnowledge()];
    const byHand = async (dimension: Dimension, from: number): Promise<void> => {
      for (let index = from; index < from + 5; index += 1) {
        await dimension.addEntity('work', 'notes', `By hand ${String(index)}.`, {
          entityId: `hand-${String(index)}`,
        });
      }
    };
    await byHand(d, 0);
    const [mined] = await Promise.all([d.mine(folder, { realm: 'notes' }), byHand(d, 5)]);
    await byHand(d, 10);
    await byHand(never, 0);
    await byHand(never, 5);
    await byHand(never, 10);
    expect((await d.listEntities({ realm: 'notes', limit: 100 })).length).toBeGreaterThanOrEqual(
      30,
    );
    const report = await d.undo({ batch: mined.batch ?? '' });
    expect(report).toMatchObject({ built_on_total: 0, skipped: 0 });
    const state = async (of: Dimension): Promise<unknown> => [
      await contents(of),
      await of.getTaxonomy(),
      await of.listNodes(),
      await of.kg.query(),
      (await of.status()).entities,
    ];
    expect(await state(d)).toEqual(await state(never));
    const again = await d.mine(folder, { realm: 'notes' });
    expect(again.batch).not.toBeNull();
    await d.undo({ batch: again.batch ?? '' });
    await d.redo({ batch: mined.batch ?? '' });
    expect((await d.listEntities({ realm: 'notes', limit: 100 })).length).toBe(30);
    await expectVerified(d);
  });

  it('is by session, by actor, and by time, and all that is given must hold', async () => {
    const d = await newKnowledge();
    const tool = d.as({
      actor: { kind: 'mcp', tool: 'add_entity', name: 'claude', session: 's1' },
      source: 'model',
    });
    await d.addEntity('work', 'notes', 'mine');
    await tool.addEntity('work', 'notes', 'of the tool');
    for (const chosen of [
      { session: 's1' },
      { actor: 'mcp' },
      { actor: 'mcp:add_entity' },
      { actor: 'claude' },
      { actor: 'claude', session: 's1', since: '2020-01-01' },
    ]) {
      expect(await d.undo(chosen), JSON.stringify(chosen)).toMatchObject({ undone: 1 });
      expect(await contents(d)).toEqual(['mine']);
      await d.redo(chosen);
      expect(await contents(d)).toEqual(['mine', 'of the tool']);
    }
    for (const chosen of [{ session: 's2' }, { actor: 'mcp:search' }, { until: '2020-01-01' }]) {
      await expect(d.undo(chosen)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const today = new Date().toISOString().slice(0, 10);
    expect(await d.undo({ since: today, until: today }, { dryRun: true })).toMatchObject({
      dry_run: true,
      streams: 4,
    });
  });

  it('that holds an undo already is as if both had not happened', async () => {
    const d = await newKnowledge();
    const id = await d.addEntity('work', 'notes', 'one');
    await d.undo({ commit: 'last' });
    await d.addEntity('work', 'notes', 'two');
    await d.undo({ since: '2020-01-01' });
    expect(await contents(d)).toEqual([]);
    expect(await d.getEntity(id)).toBeUndefined();
  });

  it('never takes the dimension itself away', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    const report = await d.undo({ since: '2020-01-01' });
    expect(report.skipped).toBeGreaterThan(0);
    expect(await d.status()).toMatchObject({ entities: 0, embedder: 'numpy' });
    await d.addEntity('work', 'notes', 'two');
    await d.rebuild();
    expect(await contents(d)).toEqual(['two']);
  });

  it.each([
    ['nothing', {}],
    ['an event that is none', { commit: 'ent_01' }],
    ['a batch that is none', { batch: 'xyz' }],
    ['a time that is none', { since: 'May' }],
  ])('is refused for %s', async (_, chosen) => {
    const d = await newKnowledge();
    const { events } = (await d.status()).log;
    await expect(d.undo(chosen)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await d.status()).log.events).toBe(events);
  });
});

describe('on two machines', () => {
  it('an undo, a redo and what was written meanwhile agree in any order', async () => {
    const here = await newKnowledge();
    const id = await here.addEntity('work', 'notes', 'first');
    const event = await lastEvent(here);
    const there = await secondMachine(here);
    await here.undo({ commit: event });
    await there.updateEntity(id, { content: 'second' });
    exchange(here, there);
    for (const d of [here, there]) {
      // A revision of what is not there waits out of sight.
      expect(await d.getEntity(id)).toBeUndefined();
      await expectVerified(d);
    }
    await there.redo({ commit: event });
    exchange(here, there);
    for (const d of [here, there]) {
      expect(await d.getEntity(id)).toMatchObject({ content: 'second' });
      await expectVerified(d);
    }
  });
});
