/** Two machines under one replica id, and a clock that ran ahead: mended, and one everywhere. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contentsOf, expectVerified, filesIn, open } from '../../support/dimensions.js';
import {
  add,
  expectSame,
  fork,
  idsOf,
  only,
  pairOfMachines,
  snapshot,
} from '../../support/shipping.js';

const TEN_YEARS_MS = 10 * 365 * 86_400_000;
const BOTH = ['a-1', 'branch-1', 'branch-1-more', 'branch-2'];

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a replica that was continued on two machines', { timeout: 60_000 }, () => {
  it('is one memory again after a repair on one of them, for all who held either', async () => {
    const { a, b, base } = await pairOfMachines();
    const { dimension: forked, remote } = await fork(a, base);
    await forked.updateEntity('branch-2', { content: 'Revised on the branch.' });
    await forked.push({ remote: 'branch' });
    await b.pull();
    const { dimension: c } = open(join(base, 'c'));
    await c.clone(remote);
    expect(await idsOf(c)).toEqual(['a-1', 'branch-2']);
    expect(await forked.upkeep.mendFork({ dryRun: false })).toBeUndefined();
    await forked.pull({ remote: 'usb' });

    const before = snapshot(join(forked.path, 'log'));
    const damage = await forked.upkeep.mendFork({ dryRun: true });
    expect(damage).toMatchObject({ salvageableCommits: 2, salvageableEvents: 2, lost: [] });
    expect(snapshot(join(forked.path, 'log'))).toEqual(before);
    expect(await forked.upkeep.mendFork({ dryRun: false })).toEqual(damage);
    expect(await idsOf(forked)).toEqual(['a-1', 'branch-2']);
    expect(readdirSync(join(forked.path, 'quarantine'))).toHaveLength(1);

    expect(await only(forked.pull({ remote: 'usb' }))).toMatchObject({ refused: [], waiting: [] });
    expect(await idsOf(forked)).toEqual(BOTH);
    for (const report of await forked.push()) expect(report).toMatchObject({ refused: [] });
    expect(await only(b.pull())).toMatchObject({ refused: [], waiting: [] });
    // Who held the branch lets go of it under the old id.
    expect(await only(c.pull())).toMatchObject({ refused: [], waiting: [] });
    expect(filesIn(c.path, 'quarantine')).toHaveLength(1);
    await expectSame(forked, b, c);
    expect((await contentsOf(c))['branch-2']).toBe('Revised on the branch.');
    // Nobody takes the branch in under the old id again, and all go on.
    await add(c, 'c-1');
    await c.push();
    await forked.pull();
    await forked.push();
    await b.pull();
    for (const dimension of [forked, b, c]) {
      expect(await idsOf(dimension)).toEqual([...BOTH, 'c-1']);
      await dimension.rebuild();
    }
    await expectSame(forked, b, c);
    expect(await forked.upkeep.mendFork({ dryRun: false })).toBeUndefined();
  });

  it('keeps on each machine what was never moved to another id', async () => {
    const { a, base } = await pairOfMachines();
    const { dimension: forked } = await fork(a, base);
    await forked.close();
    const saved = join(base, 'saved');
    cpSync(forked.path, saved, { recursive: true });
    const { dimension: mending } = open(forked.path);
    await mending.pull({ remote: 'usb' });
    expect(await mending.upkeep.mendFork({ dryRun: false })).toBeDefined();
    await mending.pull({ remote: 'usb' });
    await mending.push();
    await mending.close();
    // In place, so that the third machine goes on under the same id by itself.
    for (const name of ['log', 'views', 'live.json', 'incoming', 'quarantine', 'cache']) {
      rmSync(join(forked.path, name), { recursive: true, force: true });
    }
    cpSync(join(saved, 'log'), join(forked.path, 'log'), { recursive: true });
    writeFileSync(join(forked.path, 'replica.json'), readFileSync(join(saved, 'replica.json')));
    const { dimension: third } = open(forked.path);
    await add(third, 'only-here');
    const report = await only(third.pull({ remote: 'usb' }));
    expect(report.refused.map(({ code }) => code)).toContain('fork');
    expect(await idsOf(third)).toEqual(expect.arrayContaining(['branch-2', 'only-here']));
    expect(await third.upkeep.mendFork({ dryRun: false })).toBeDefined();
    await third.pull({ remote: 'usb' });
    expect(await idsOf(third)).toEqual([...BOTH, 'only-here']);
    await expectVerified(third);
  });

  it('is one again after a repair that was cut short and is gone on with', async () => {
    const { a, b, base } = await pairOfMachines();
    const { dimension: forked } = await fork(a, base);
    await forked.pull({ remote: 'usb' });
    // Nothing can be set aside there.
    rmSync(join(forked.path, 'quarantine'), { recursive: true, force: true });
    writeFileSync(join(forked.path, 'quarantine'), '');
    await expect(forked.upkeep.mendFork({ dryRun: false })).rejects.toThrow();
    rmSync(join(forked.path, 'quarantine'));
    expect(await idsOf(forked)).toEqual(['a-1', 'branch-2']);
    expect(await only(forked.pull({ remote: 'usb' }))).toMatchObject({ refused: [] });
    expect(await idsOf(forked)).toEqual(BOTH);
    expect(readdirSync(join(forked.path, 'log'))).toHaveLength(2);
    await forked.push();
    await b.pull();
    await expectSame(forked, b);
  });
});

describe('what was written while a clock ran ahead', { timeout: 60_000 }, () => {
  it('waits everywhere else until it is given the time of now, and then arrives', async () => {
    const { a, b } = await pairOfMachines();
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + TEN_YEARS_MS);
    await add(a, 'a-2');
    await a.updateEntity('a-2', { content: 'Of a time to come.' });
    vi.restoreAllMocks();
    await add(a, 'a-3');
    await a.push();
    expect((await only(b.pull())).waiting).toMatchObject([{ code: 'future' }]);

    const damage = await a.upkeep.mendClock({ dryRun: true });
    expect(damage).toMatchObject({ salvageableCommits: 3, salvageableEvents: 3, lost: [] });
    expect(await a.upkeep.mendClock({ dryRun: false })).toEqual(damage);
    expect(await a.upkeep.mendClock({ dryRun: false })).toBeUndefined();
    expect((await contentsOf(a))['a-2']).toBe('Of a time to come.');
    const { events } = await a.history({ limit: 100 });
    expect(events.filter(({ at }) => Date.parse(at) > Date.now())).toEqual([]);
    expect(await only(a.push())).toMatchObject({ refused: [] });
    expect(await only(b.pull())).toMatchObject({ refused: [], waiting: [] });
    await expectSame(a, b);
    expect(await idsOf(b)).toEqual(['a-1', 'a-2', 'a-3']);
  });
});
