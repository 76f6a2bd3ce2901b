/** kill -9 in the middle of a transfer: the next one goes on, and everything arrives. */
import { cpSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { restoreDimension } from '../../src/index.js';
import { Child, pause, useChildren } from '../support/child.js';
import { contentsOf, open } from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { expectSame, only, partsIn } from '../support/shipping.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const KILLS = runs(6, 60);
const PARTS = 15;
const upTo = (ms: number): number => Math.floor(Math.random() * ms);

useChildren();

/** A machine with memories in it, and a remote that holds them in many parts. */
async function machineAndRemote(): Promise<{ readonly base: string; readonly remote: string }> {
  const base = temporaryFolder();
  const remote = join(base, 'remote');
  const { dimension } = open(join(base, 'a'));
  await dimension.init();
  await dimension.addRemote('usb', remote);
  for (let n = 0; n < PARTS; n += 1) {
    const items = Array.from({ length: 40 }, (_, index) => {
      const content = `Memory ${String(n)}-${String(index)}. ${'Words of it. '.repeat(40)}`;
      return { realm: 'work', domain: 'notes', content };
    });
    await dimension.batchAddEntities(items);
    await dimension.push();
  }
  await dimension.close();
  return { base, remote };
}

/** Starts a transfer and kills it so long after it began. @returns whether it was done before. */
async function killed(
  folder: string,
  task: { readonly name: string; readonly file?: string; readonly afterMs: number },
): Promise<boolean> {
  const child = new Child('ship', folder, task);
  await child.line(({ ready }) => ready === true);
  await pause(task.afterMs);
  const lines = await child.kill();
  expect(lines.filter(({ error }) => error !== undefined)).toEqual([]);
  return lines.some(({ done }) => done === true);
}

describe('a transfer that is killed', { timeout: 120_000 }, () => {
  it('in the middle of a push is gone on with by the next, and leaves no half part', async () => {
    const { base, remote } = await machineAndRemote();
    const { dimension: b } = open(join(base, 'b'));
    await b.clone(remote);
    await b.addRemote('second', join(base, 'second'));
    await b.removeRemote('origin');
    // Long enough that a push takes its time.
    for (let n = 0; n < 4; n += 1) {
      const content = `${String(n)} ${'Long words of it. '.repeat(50_000)}`;
      await b.addEntity('work', 'notes', content.slice(0, 900_000));
    }
    await b.close();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killed(b.path, { name: 'push', afterMs: upTo(60) });
    }
    const again = open(b.path).dimension;
    expect(await only(again.push())).toMatchObject({ refused: [], error: null });
    expect(await only(again.push())).toMatchObject({ parts: 0 });
    const { dimension: c } = open(join(base, 'c'));
    expect(await c.clone(join(base, 'second'))).toMatchObject({ refused: [], waiting: [] });
    await expectSame(again, c);
    const files = readdirSync(join(base, 'second'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('in the middle of a pull loses nothing, and is gone on with by the next', async () => {
    const { base, remote } = await machineAndRemote();
    const { dimension: a } = open(join(base, 'a'));
    const expected = await contentsOf(a);
    // A copy that has the first part only, as of the first day.
    const early = join(base, 'early');
    cpSync(remote, early, { recursive: true });
    for (const part of partsIn(early).slice(1)) renameSync(join(early, part), join(base, 'aside'));
    const { dimension: b } = open(join(base, 'b'));
    await b.clone(early);
    await b.removeRemote('origin');
    await b.addRemote('usb', remote);
    await b.addEntity('work', 'notes', 'Written on b.', { entityId: 'b-1' });
    await b.close();
    let done = false;
    for (let kill = 0; kill < KILLS && !done; kill += 1) {
      done = await killed(b.path, { name: 'pull', afterMs: upTo(250) });
      const { dimension } = open(b.path);
      const contents = await contentsOf(dimension);
      expect(contents['b-1']).toBe('Written on b.');
      const others = Object.entries(contents).filter(([id]) => id !== 'b-1');
      expect(expected).toMatchObject(Object.fromEntries(others));
      expect((await dimension.verify()).ok).toBe(true);
      await dimension.close();
    }
    const { dimension } = open(b.path);
    expect(await only(dimension.pull())).toMatchObject({ refused: [], waiting: [] });
    await dimension.push();
    await a.pull();
    await expectSame(a, dimension);
  });

  it('in the middle of a clone leaves no dimension, and is gone on with by the next', async () => {
    const { base, remote } = await machineAndRemote();
    const path = join(base, 'clone');
    for (let kill = 0; kill < KILLS && !existsSync(path); kill += 1) {
      const done = await killed(path, { name: 'clone', file: remote, afterMs: upTo(300) });
      // Where it appears, it is whole.
      if (!done && existsSync(path)) expect(existsSync(join(path, 'dimension.json'))).toBe(true);
    }
    const { dimension } = open(path);
    if (!existsSync(path)) await dimension.clone(remote);
    const { dimension: a } = open(join(base, 'a'));
    await expectSame(a, dimension);
    expect(readdirSync(base).filter((name) => name.endsWith('.cloning'))).toEqual([]);
  });

  it('in the middle of a backup is gone on with, and leaves no half piece', async () => {
    const { base } = await machineAndRemote();
    const a = join(base, 'a');
    const backup = join(base, 'backup');
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killed(a, { name: 'backup', file: backup, afterMs: upTo(120) });
    }
    const { dimension } = open(a);
    expect(await dimension.backup(backup)).toMatchObject({ refused: [], waiting: [] });
    expect(await dimension.backup(backup)).toMatchObject({ parts: 0, refused: [] });
    const into = join(base, 'restored');
    await restoreDimension({ from: backup, into });
    await expectSame(dimension, open(into).dimension);
    const files = readdirSync(backup, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('in the middle of a restore leaves no dimension, and the next one makes it', async () => {
    const { base, remote } = await machineAndRemote();
    const into = join(base, 'restored');
    for (let kill = 0; kill < KILLS && !existsSync(into); kill += 1) {
      await killed(into, { name: 'restore', file: remote, afterMs: upTo(400) });
    }
    if (!existsSync(into)) await restoreDimension({ from: remote, into });
    await expectSame(open(join(base, 'a')).dimension, open(into).dimension);
    // Of one that was killed after the dimension was put in place, something may lie there still.
    await restoreDimension({ from: remote, into: join(base, 'again') });
    expect(existsSync(join(base, 'again.restoring'))).toBe(false);
  });
});
