/** Deleting a realm or a domain takes exactly what was seen in it. */
import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { copyOf, expectVerified, filesIn, open } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function filled(path = join(temporaryFolder(), 'dimension')): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  await dimension.getOrCreateRealm('work', 'What pays.');
  await dimension.getOrCreateDomain('work', 'empty', 'Nothing yet.');
  await dimension.batchAddEntities([
    ['work', 'bugs', 'Login freezes.', {}, '', 'bug-1'],
    ['work', 'bugs', 'Logout freezes.', {}, '', 'bug-2'],
    ['work', 'plans', 'Ship it.', {}, '', 'plan-1'],
    ['home', 'bugs', 'Ants in the kitchen.', {}, '', 'ant-1'],
  ]);
  return dimension;
}

const idsOf = async (dimension: Dimension): Promise<string[]> =>
  (await dimension.listEntities({ limit: 100 })).map(({ id }) => id).sort();

const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

/** What one machine wrote, brought to another as its bytes lie. */
function carry(from: string, to: string): void {
  for (const file of filesIn(from, 'log').filter((name) => name.endsWith('.seg'))) {
    const [source, target] = [join(from, 'log', file), join(to, 'log', file)];
    const held = existsSync(target) ? statSync(target).size : 0;
    if (statSync(source).size > held) cpSync(source, target);
  }
}

describe('deleting a realm', () => {
  it('takes its memories and domains along, and leaves everything else', async () => {
    const dimension = await filled();
    await dimension.kg.add('bug-1', 'in', 'login');
    expect(await dimension.removeRealm('Work')).toEqual({
      deleted: true,
      name: 'work',
      domains: 3,
      entities: 3,
      tunnels: 0,
      dry_run: false,
    });
    expect(await idsOf(dimension)).toEqual(['ant-1']);
    expect((await dimension.listRealms()).map(({ name }) => name)).toEqual(['home']);
    expect(await dimension.listDomains('work')).toEqual([]);
    expect(await dimension.search('freezes', { mode: 'keyword' })).toEqual([]);
    expect(await dimension.kg.query('bug-1')).toHaveLength(1);
    await expectVerified(dimension);
  });

  it('is one commit that names every memory and domain', async () => {
    const dimension = await filled();
    const before = await dimension.history({ limit: 1 });
    await dimension.deleteRealm('work');
    const { events } = await dimension.history({ after: before.cursor, oldestFirst: true });
    const said = events.map(({ type, data }) => [type, data]);
    expect(said).toEqual([
      ...['bug-1', 'bug-2', 'plan-1'].map((entity_id) => {
        return ['EntityDeleted', { entity_id, reason: 'cascade' }];
      }),
      ...['bugs', 'empty', 'plans'].map((name) => ['DomainDeleted', { realm: 'work', name }]),
      ['RealmDeleted', { name: 'work' }],
    ]);
    expect(new Set(events.map(({ batch }) => batch)).size).toBe(1);
  });

  it('answers false for one that is not there, and appends nothing', async () => {
    const dimension = await filled();
    const before = await eventsOf(dimension);
    expect(await dimension.deleteRealm('nope')).toBe(false);
    expect(await dimension.deleteDomain('work', 'nope')).toBe(false);
    expect(await dimension.deleteDomain('nope', 'bugs')).toBe(false);
    expect(await eventsOf(dimension)).toBe(before);
    await dimension.deleteRealm('work');
    expect(await dimension.deleteRealm('work')).toBe(false);
  });

  it('refuses what can be no name', async () => {
    const dimension = await filled();
    await expect(dimension.deleteRealm('../x')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const domain = dimension.deleteDomain('work', '_');
    await expect(domain).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('only says what would go where that is asked', async () => {
    const dimension = await filled();
    const before = await eventsOf(dimension);
    expect(await dimension.removeRealm('work', { dryRun: true })).toMatchObject({
      deleted: true,
      domains: 3,
      entities: 3,
      dry_run: true,
    });
    expect(await dimension.removeDomain('work', 'bugs', { dryRun: true })).toMatchObject({
      deleted: true,
      entities: 2,
      dry_run: true,
    });
    expect([await eventsOf(dimension), (await idsOf(dimension)).length]).toEqual([before, 4]);
  });

  it('lets it be made anew, empty and with another description', async () => {
    const dimension = await filled();
    await dimension.deleteRealm('work');
    await dimension.getOrCreateRealm('work');
    expect(await dimension.listRealms()).toMatchObject([
      { name: 'home' },
      { name: 'work', description: '', entity_count: 0, domain_count: 0 },
    ]);
  });

  it('leaves its memories in the log: one brought back brings its place back', async () => {
    const dimension = await filled();
    await dimension.deleteRealm('work');
    expect(await dimension.restoreEntity('bug-1')).toBe(true);
    expect(await dimension.getEntity('bug-1')).toMatchObject({ realm: 'work', domain: 'bugs' });
    expect(await dimension.getTaxonomy()).toEqual({ home: { bugs: 1 }, work: { bugs: 1 } });
    await dimension.deleteEntity('bug-1');
    expect(await dimension.getTaxonomy()).toEqual({ home: { bugs: 1 }, work: { bugs: 0 } });
  });

  it('takes a realm that only its memories make', async () => {
    const dimension = await filled();
    await dimension.rebuild();
    await dimension.deleteRealm('home');
    expect(await idsOf(dimension)).toEqual(['bug-1', 'bug-2', 'plan-1']);
  });

  it('is seen by another handle at once, and is the same after a rebuild', async () => {
    const first = await filled();
    const { dimension: second } = open(first.path);
    expect(await second.getEntity('bug-1')).toBeDefined();
    await first.deleteRealm('work');
    expect(await second.getEntity('bug-1')).toBeUndefined();
    expect(await second.deleteRealm('work')).toBe(false);
    await second.rebuild();
    expect(await idsOf(second)).toEqual(['ant-1']);
    expect(await idsOf(first)).toEqual(['ant-1']);
  });
});

describe('deleting a domain', () => {
  it('takes its memories along; the realm and domains of that name elsewhere stay', async () => {
    const dimension = await filled();
    expect(await dimension.removeDomain('WORK', 'Bugs')).toEqual({
      deleted: true,
      realm: 'work',
      name: 'bugs',
      entities: 2,
      tunnels: 0,
      dry_run: false,
    });
    expect(await idsOf(dimension)).toEqual(['ant-1', 'plan-1']);
    expect(await dimension.listRealms()).toMatchObject([
      { name: 'home', entity_count: 1 },
      { name: 'work', description: 'What pays.', entity_count: 1, domain_count: 2 },
    ]);
  });

  it('leaves a realm that was there for it alone', async () => {
    const dimension = await filled();
    await dimension.deleteDomain('home', 'bugs');
    expect(await dimension.listRealms()).toMatchObject([
      { name: 'home', entity_count: 0, domain_count: 0 },
      { name: 'work' },
    ]);
  });
});

describe('on two machines', () => {
  it.each(['the deletion', 'the memory'])(
    'a memory filed elsewhere meanwhile stays, when %s arrives second',
    async (second) => {
      const one = await filled();
      const path = copyOf(one.path);
      const { dimension: two } = open(path);
      await two.addEntity('work', 'bugs', 'Unknown to the other.', { entityId: 'late' });
      await two.updateEntity('bug-2', { content: 'Logout freezes twice.' });
      await two.updateEntity('plan-1', { realm: 'home' });
      await one.deleteRealm('work');
      const to = second === 'the deletion' ? two : one;
      carry(second === 'the deletion' ? one.path : path, to.path);
      expect(await idsOf(to)).toEqual(['ant-1', 'late']);
      expect(await to.getTaxonomy()).toMatchObject({ work: { bugs: 1 } });
      expect(await to.getEntity('late')).toMatchObject({ realm: 'work', domain: 'bugs' });
      await expectVerified(to);
      carry(to.path, second === 'the deletion' ? one.path : path);
      const [digestOne, digestTwo] = [await expectVerified(one), await expectVerified(two)];
      expect(digestOne).toBe(digestTwo);
    },
  );
});
