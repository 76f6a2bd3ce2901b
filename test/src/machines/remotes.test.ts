/** Remotes by name, what is unshipped, and clones. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAltError } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { add, expectSame, idsOf, only, pairOfMachines, partsIn } from '../../support/shipping.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('a remote', () => {
  it('is a folder that is empty, does not exist yet, or is one of this dimension', async () => {
    const base = temporaryFolder();
    const { dimension } = open(join(base, 'dimension'));
    await dimension.init();
    await dimension.addRemote('usb', join(base, 'made'));
    expect(readdirSync(join(base, 'made'))).toEqual(['dimension.json']);
    await dimension.addRemote('again', join(base, 'made'));
    mkdirSync(join(base, 'synced'));
    // What a syncer keeps in its folder is not in the way.
    writeFileSync(join(base, 'synced', '.stignore'), '');
    await dimension.addRemote('synced', join(base, 'synced'));
    const names = (await dimension.listRemotes()).map(({ name }) => name);
    expect(names).toEqual(['again', 'synced', 'usb']);
    await dimension.removeRemote('again');
    expect((await dimension.listRemotes()).map(({ name }) => name)).toEqual(['synced', 'usb']);
    expect(readdirSync(join(base, 'made'))).toEqual(['dimension.json']);
  });

  it('is nothing else', async () => {
    const base = temporaryFolder();
    const { dimension } = open(join(base, 'dimension'));
    await dimension.init();
    writeFileSync(join(base, 'file'), '');
    const refused = async (name: string, folder: string): Promise<unknown> => {
      const error = await dimension.addRemote(name, folder).catch((reason: unknown) => reason);
      return isAltError(error) ? error.code : error;
    };
    expect(await refused('usb', base)).toBe('INVALID_ARGUMENT');
    expect(await refused('usb', dimension.path)).toBe('INVALID_ARGUMENT');
    expect(await refused('usb', join(base, 'not', 'there'))).toBe('UNAVAILABLE');
    expect(await refused('usb', join(base, 'file'))).toBe('IO_FAILED');
    for (const name of ['', '../up', '.hidden', 'a b', 'x'.repeat(65)]) {
      expect(await refused(name, join(base, 'made'))).toBe('INVALID_ARGUMENT');
    }
    await dimension.addRemote('usb', join(base, 'made'));
    expect(await refused('usb', join(base, 'other'))).toBe('ALREADY_EXISTS');
    await expect(dimension.removeRemote('nope')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(dimension.push({ remote: 'nope' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is needed to push and pull', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    const refusal = { code: 'NOT_FOUND', hint: expect.stringContaining('remote add') as string };
    await expect(dimension.push()).rejects.toMatchObject(refusal);
    await expect(dimension.pull()).rejects.toMatchObject(refusal);
  });
});

describe('what is not shipped yet', () => {
  it('is counted for each remote without asking it', async () => {
    const { a, b, base, remote } = await pairOfMachines();
    await b.pull();
    const unshipped = async (): Promise<unknown> => {
      const { remotes } = await a.status();
      return remotes.map(({ name, unshipped: events }) => [name, events]);
    };
    expect(await unshipped()).toEqual([['usb', 0]]);
    await a.addRemote('second', join(base, 'second'));
    const { events } = await a.status();
    expect(await unshipped()).toEqual([
      ['second', events],
      ['usb', 0],
    ]);
    const before = Date.now() - 1;
    await add(a, 'a-2');
    rmSync(remote, { recursive: true });
    const [, usb] = await a.listRemotes();
    expect(usb).toMatchObject({ name: 'usb', unshipped: 1 });
    expect(Date.parse(usb?.unshipped_since ?? '')).toBeGreaterThan(before);
    expect(usb?.last_push).not.toBeNull();
    await a.push({ remote: 'second' });
    expect(await unshipped()).toEqual([
      ['second', 0],
      ['usb', 1],
    ]);
    // What came from a remote lies there already.
    await b.addRemote('second', join(base, 'second'));
    await b.pull({ remote: 'second' });
    const [second, stick] = await b.listRemotes();
    expect([second?.unshipped, stick?.unshipped]).toEqual([0, 1]);
  });
});

describe('a clone', () => {
  it('is the same dimension under another replica id, with the remote as its origin', async () => {
    const { a, base, remote } = await pairOfMachines();
    const c = open(join(base, 'c')).dimension;
    expect(await c.clone(remote)).toMatchObject({ remote: 'origin', parts: 1, error: null });
    const identity = (path: string): string => readFileSync(join(path, 'dimension.json'), 'utf8');
    expect(identity(c.path)).toBe(identity(a.path));
    expect(readdirSync(join(c.path, 'log'))).toEqual(readdirSync(join(a.path, 'log')));
    await add(c, 'c-1');
    expect(readdirSync(join(c.path, 'log'))).toHaveLength(2);
    expect(await only(c.push())).toMatchObject({ remote: 'origin', events: 1 });
    await a.pull();
    await expectSame(a, c);
  });

  it('refuses a folder that is not empty, and takes an empty one', async () => {
    const { base, remote } = await pairOfMachines();
    mkdirSync(join(base, 'c'));
    writeFileSync(join(base, 'c', 'something'), '');
    const refusal = { code: 'ALREADY_EXISTS' };
    await expect(open(join(base, 'c')).dimension.clone(remote)).rejects.toMatchObject(refusal);
    await expect(open(join(base, 'a')).dimension.clone(remote)).rejects.toMatchObject(refusal);
    expect(readdirSync(join(base, 'c'))).toEqual(['something']);
    rmSync(join(base, 'c', 'something'));
    const c = open(join(base, 'c')).dimension;
    await c.clone(remote);
    expect(await idsOf(c)).toEqual(['a-1']);
  });

  it('leaves nothing behind when there is nothing to be had', async () => {
    const { base, remote } = await pairOfMachines();
    const names = (): string[] => readdirSync(base).sort();
    const before = names();
    const clone = (from: string) => open(join(base, 'c')).dimension.clone(from);
    await expect(clone(join(base, 'nowhere'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(clone(join(base, 'a', 'log'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const part of partsIn(remote)) rmSync(join(remote, part));
    await expect(clone(remote)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(names()).toEqual(before);
  });

  it('leaves alone what lies beside the place and is no clone', async () => {
    const { base, remote } = await pairOfMachines();
    mkdirSync(join(base, 'c.cloning'));
    writeFileSync(join(base, 'c.cloning', 'precious'), 'mine');
    const { dimension } = open(join(base, 'c'));
    await expect(dimension.clone(remote)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(readdirSync(join(base, 'c.cloning'))).toEqual(['precious']);
  });

  it('goes on from one that was killed, and never from one of another dimension', async () => {
    const { a, base, remote } = await pairOfMachines();
    // What a killed clone left: begun here, with a part of the log.
    const begun = open(join(base, 'begun')).dimension;
    await begun.clone(remote);
    await begun.close();
    renameSync(join(base, 'begun'), join(base, 'c.cloning'));
    await add(a, 'a-2');
    await a.push();
    const c = open(join(base, 'c')).dimension;
    expect(await c.clone(remote)).toMatchObject({ parts: 1, events: 1 });
    await expectSame(a, c);

    const other = open(join(base, 'd.cloning')).dimension;
    await other.init();
    await add(other, 'other-1');
    await other.close();
    const d = open(join(base, 'd')).dimension;
    await d.clone(remote);
    await expectSame(a, d);
    expect(readdirSync(base).filter((name) => name.endsWith('.cloning'))).toEqual([]);
  });
});
