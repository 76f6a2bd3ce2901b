/** Push, pull and merge over folders: what each machine holds afterwards, and what travels. */
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentsOf, open } from '../../support/dimensions.js';
import { flipped } from '../../support/shippers.js';
import {
  add,
  alter,
  expectSame,
  idsOf,
  notesOf,
  only,
  pairOfMachines,
  partsIn,
  snapshot,
} from '../../support/shipping.js';

describe('push and pull', () => {
  it('bring two machines to the same memory, whoever wrote what', async () => {
    const { a, b } = await pairOfMachines();
    await add(a, 'a-2');
    await add(b, 'b-1');
    await b.updateEntity('a-1', { content: 'Revised on b.' });
    await a.push();
    await b.pull();
    await b.push();
    await a.pull();
    expect(await idsOf(a)).toEqual(['a-1', 'a-2', 'b-1']);
    expect((await contentsOf(a))['a-1']).toBe('Revised on b.');
    await expectSame(a, b);
  });

  it('write one part a push, and never touch what was shipped', async () => {
    const { a, remote } = await pairOfMachines();
    const before = snapshot(remote);
    await add(a, 'a-2');
    await add(a, 'a-3');
    expect(await only(a.push())).toMatchObject({ parts: 1, events: 2, refused: [], error: null });
    expect(snapshot(remote)).toMatchObject(before);
    const [first = '', second = ''] = partsIn(remote);
    expect(partsIn(remote)).toHaveLength(2);
    // The second goes on where the first ends: together they leave no gap.
    expect(/\.(\d+)-/.exec(second)?.[1]).toBe(/-(\d+)\.part/.exec(first)?.[1]);
    expect(await only(a.push())).toMatchObject({ parts: 0, events: 0, bytes: 0 });
  });

  it('keep every byte: the log of another is what its writer wrote', async () => {
    const { a, b } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    await b.pull();
    const [replica = ''] = readdirSync(join(a.path, 'log'));
    const ours = snapshot(join(a.path, 'log', replica));
    expect(Object.keys(ours)).toHaveLength(1);
    expect(snapshot(join(b.path, 'log', replica))).toEqual(ours);
  });

  it('leave each machine the only writer of its own log', async () => {
    const { a, b } = await pairOfMachines();
    const before = snapshot(join(b.path, 'log'));
    await add(b, 'b-1');
    await a.push();
    await b.push();
    await b.pull();
    expect(snapshot(join(b.path, 'log'))).toMatchObject(before);
  });

  it('forward what other machines wrote', async () => {
    const { a, b, base } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    await b.pull();
    await b.addRemote('second', join(base, 'second'));
    await b.push({ remote: 'second' });
    const c = open(join(base, 'c')).dimension;
    await c.clone(join(base, 'second'));
    expect(await idsOf(c)).toEqual(['a-1', 'a-2']);
    await expectSame(a, b, c);
  });

  it('read nothing again that is known, and prove again what changed', async () => {
    const { a, b, remote } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    expect(await only(b.pull())).toMatchObject({ parts: 1, events: 1 });
    expect(await only(b.pull())).toMatchObject({ parts: 0, events: 0, waiting: [], refused: [] });
    // The same bytes again, as a syncer that starts over would bring them.
    const [first = ''] = partsIn(remote);
    cpSync(join(remote, first), join(remote, 'aside'));
    rmSync(join(remote, first));
    renameSync(join(remote, 'aside'), join(remote, first));
    expect(await only(b.pull())).toMatchObject({ parts: 0, events: 0, waiting: [], refused: [] });
  });

  it('ship across segments', async () => {
    const { a, b, remote } = await pairOfMachines();
    const content = 'x'.repeat(900_000);
    for (let n = 0; n < 12; n += 1) {
      await a.addEntity('work', 'notes', `${String(n)} ${content}`, {
        entityId: `long-${String(n)}`,
      });
    }
    expect(await only(a.push())).toMatchObject({ parts: 2, events: 12 });
    expect(new Set(partsIn(remote).map((name) => name.slice(33, 49))).size).toBe(2);
    expect(await only(b.pull())).toMatchObject({ parts: 2, events: 12, waiting: [], refused: [] });
    await expectSame(a, b);
  });

  it('go on with the other remotes when one is not there', async () => {
    const { a, base, remote } = await pairOfMachines();
    await a.addRemote('gone', join(base, 'gone'));
    rmSync(join(base, 'gone'), { recursive: true });
    await add(a, 'a-2');
    const [gone, usb] = await a.push();
    expect(gone).toMatchObject({ remote: 'gone', parts: 0, error: { code: 'UNAVAILABLE' } });
    expect(usb).toMatchObject({ remote: 'usb', parts: 1, error: null });
    await expect(a.push({ remote: 'gone' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // The mount point of a stick that is not plugged in is an empty folder.
    mkdirSync(join(base, 'gone'));
    await expect(a.push({ remote: 'gone' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(readdirSync(join(base, 'gone'))).toEqual([]);
    expect(partsIn(remote)).toHaveLength(2);
  });
});

describe('what arrives out of order', () => {
  it('waits in incoming, neither folded nor forwarded, and is tried again', async () => {
    const { a, b, remote, base } = await pairOfMachines();
    for (const id of ['a-2', 'a-3']) {
      await add(a, id);
      await a.push();
    }
    const [, second = '', third = ''] = partsIn(remote);
    renameSync(join(remote, second), join(base, 'later'));
    const report = await only(b.pull());
    expect(report).toMatchObject({ parts: 0, events: 0, refused: [] });
    expect(report.waiting).toEqual([
      { part: third, code: 'gap', reason: 'what comes before it is not here yet' },
    ]);
    expect(notesOf(b)).toEqual({ [third]: { code: 'gap', reason: expect.any(String) as string } });
    expect(await idsOf(b)).toEqual(['a-1']);
    await b.addRemote('second', join(base, 'second'));
    await b.push({ remote: 'second' });
    expect(partsIn(join(base, 'second'))).toHaveLength(1);
    expect((await b.listRemotes()).map(({ name, waiting }) => [name, waiting])).toEqual([
      ['second', 0],
      ['usb', 1],
    ]);

    // What was fetched once is taken from incoming/, also when it is no longer offered.
    renameSync(join(base, 'later'), join(remote, second));
    rmSync(join(remote, third));
    expect(await only(b.pull({ remote: 'usb' }))).toMatchObject({
      parts: 2,
      events: 2,
      waiting: [],
    });
    expect(notesOf(b)).toEqual({});
    expect(await idsOf(b)).toEqual(['a-1', 'a-2', 'a-3']);
    await expectSame(a, b);
  });

  it('is taken in whole when parts overlap, come twice, or were put together', async () => {
    const { a, b, base } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    await a.addRemote('second', join(base, 'second'));
    await add(a, 'a-3');
    await a.push();
    const [part = ''] = partsIn(join(base, 'second'));
    await b.addRemote('second', join(base, 'second'));
    expect(await only(b.pull({ remote: 'usb' }))).toMatchObject({ parts: 2, events: 2 });
    expect(await only(b.pull({ remote: 'second' }))).toMatchObject({ parts: 0, refused: [] });
    const c = open(join(base, 'c')).dimension;
    await c.clone(join(base, 'second'));
    await c.addRemote('usb', join(base, 'stick'));
    expect(await only(c.pull({ remote: 'usb' }))).toMatchObject({
      parts: 0,
      refused: [],
      waiting: [],
    });
    expect(readFileSync(join(base, 'second', part)).length).toBeGreaterThan(0);
    // One long part covers three short ones: none is sent again.
    expect(await only(c.push({ remote: 'usb' }))).toMatchObject({ parts: 0 });
    await expectSame(a, b, c);
  });
});

describe('merge', () => {
  it('takes in a dimension, its log or a remote folder, and is idempotent', async () => {
    const { a, b, base, remote } = await pairOfMachines();
    await add(a, 'a-2');
    await add(b, 'b-1');
    const before = snapshot(join(a.path, 'log'));
    expect(await b.merge(a.path)).toMatchObject({ parts: 1, events: 1, waiting: [], refused: [] });
    expect(await b.merge(a.path)).toMatchObject({ parts: 0, events: 0 });
    expect(snapshot(join(a.path, 'log'))).toEqual(before);
    expect(await a.merge(join(b.path, 'log'))).toMatchObject({ parts: 1, events: 1 });
    await expectSame(a, b);
    await add(b, 'b-2');
    await b.push();
    expect(await a.merge(remote)).toMatchObject({ events: 1 });
    expect(await a.merge(a.path)).toMatchObject({ parts: 0, events: 0, refused: [] });
    await expectSame(a, b);
    await expect(a.merge(join(base, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(a.merge(base)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is a set union: commutative and associative', async () => {
    const { a, b, base } = await pairOfMachines();
    const c = open(join(base, 'c')).dimension;
    await c.clone(join(base, 'stick'));
    await add(a, 'a-2');
    await a.updateEntity('a-1', { content: 'By a.' });
    await b.updateEntity('a-1', { content: 'By b.' });
    await c.deleteEntity('a-1');
    await Promise.all([a, b, c].map((dimension) => dimension.close()));
    const copy = (name: string, of: string): string => {
      cpSync(join(base, of), join(base, name), { recursive: true });
      return join(base, name);
    };
    const one = open(copy('one', 'a')).dimension;
    await one.merge(join(base, 'b'));
    await one.merge(join(base, 'c'));
    const inner = open(copy('inner', 'c')).dimension;
    await inner.merge(join(base, 'b'));
    const other = open(copy('other', 'b')).dimension;
    await other.merge(inner.path);
    await other.merge(join(base, 'a'));
    await expectSame(one, other);
  });
});

describe('a log that was put back to what it was before it was shipped', () => {
  const putBack = async (path: string, work: () => Promise<void>): Promise<void> => {
    const [replica = ''] = readdirSync(join(path, 'log'));
    const segment = join(path, 'log', replica, '0000000000000001.seg');
    const earlier = readFileSync(segment);
    await work();
    writeFileSync(segment, earlier);
    for (const name of ['views', 'live.json']) rmSync(join(path, name), { recursive: true });
  };

  it('goes on under a new replica id, so that nothing forks', async () => {
    const { a, b } = await pairOfMachines();
    await putBack(a.path, async () => {
      await add(a, 'a-2');
      await a.push();
      await b.pull();
      await a.close();
    });
    const { dimension, codes } = open(a.path);
    await add(dimension, 'a-3');
    expect(codes()).toContain('REPLICA_RENEWED');
    await dimension.push();
    expect(await only(b.pull())).toMatchObject({ events: 1, refused: [], waiting: [] });
    expect(await only(dimension.pull())).toMatchObject({ events: 1, refused: [], waiting: [] });
    expect(await idsOf(dimension)).toEqual(['a-1', 'a-2', 'a-3']);
    await expectSame(dimension, b);
  });

  it('gets its lost end back from a remote, and leaves that id alone', async () => {
    const { a, b } = await pairOfMachines();
    await putBack(a.path, async () => {
      await add(a, 'a-2');
      await a.push();
      await a.close();
    });
    const { dimension, codes } = open(a.path);
    expect(await only(dimension.pull())).toMatchObject({ parts: 1, events: 1 });
    expect(codes()).toContain('REPLICA_RENEWED');
    await add(dimension, 'a-3');
    expect(readdirSync(join(a.path, 'log'))).toHaveLength(2);
    await dimension.push();
    await b.pull();
    await expectSame(dimension, b);
  });
});

describe('a log of another machine that is damaged here', () => {
  it('is mended by the next pull, and loses nothing of what lies behind the damage', async () => {
    const { a, b, remote } = await pairOfMachines();
    for (const id of ['a-2', 'a-3']) {
      await add(a, id);
      await a.push();
    }
    await b.pull();
    // Of what follows the damage the remote has nothing any more.
    const last = partsIn(remote).at(-1) ?? '';
    rmSync(join(remote, last));
    const [replica = ''] = readdirSync(join(a.path, 'log'));
    await b.close();
    const segment = join(b.path, 'log', replica, '0000000000000001.seg');
    const whole = readFileSync(segment);
    const at = whole.indexOf('The words of a-2');
    alter(segment, (bytes) => flipped(bytes, at));
    for (const name of ['views', 'live.json']) rmSync(join(b.path, name), { recursive: true });

    const { dimension, codes } = open(b.path);
    expect(await idsOf(dimension)).toEqual(['a-1']);
    expect(codes()).toContain('LOG_DAMAGED');
    expect(await only(dimension.pull())).toMatchObject({ parts: 1, events: 1 });
    expect(readFileSync(segment)).toEqual(whole);
    expect(await idsOf(dimension)).toEqual(['a-1', 'a-2', 'a-3']);
    await expectSame(a, dimension);
  });
});
