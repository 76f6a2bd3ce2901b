/** A backup and what is made of it again: at any point, whatever was damaged or erased since. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Log, nodeFiles, readDimensionFile, streamOf } from '../../../events/index.js';
import { digestOfAll, digestViews, catchUp, Store } from '../../../replay/index.js';
import { decodeCursor } from '../../../src/cursor.js';
import { restoreDimension, type Dimension } from '../../../src/index.js';
import { realSystem } from '../../../src/system.js';
import { contentsOf, expectVerified, open } from '../../support/dimensions.js';
import { newViews } from '../../support/replicas.js';
import { runs } from '../../support/level.js';
import '../../support/seed.js';
import { add, alter, idsOf, pairOfMachines, partsIn, snapshot } from '../../support/shipping.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** The digest of a fold of nothing but what is under a cursor. */
async function foldedUnder(path: string, cursor: string): Promise<string> {
  const db = newViews();
  try {
    await catchUp(db, new Log(nodeFiles, path), { until: decodeCursor(cursor) });
    return digestOfAll(digestViews(db));
  } finally {
    db.close();
  }
}

/** Erases all of a memory, as another release may have. */
async function erase(path: string, id: string): Promise<void> {
  const identity = readDimensionFile(nodeFiles, path);
  if (!identity) throw new Error('There is no dimension.');
  const options = { files: nodeFiles, system: realSystem, label: 'test' };
  const store = new Store(path, identity, options);
  const stream = streamOf(identity.key, 'entity', id);
  const data = { digests: [], whole_stream: true };
  const events = [{ type: 'Erased', stream, data }] as const;
  await store.change({
    actor: { kind: 'api' },
    source: 'user',
    operation: 'erase',
    decide: () => ({ events, result: undefined }),
  });
  await store.close();
}

const holds = (folder: string, text: string): boolean =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(seg|part|db|db-wal)$/.test(name))
    .some((name) => readFileSync(join(folder, name)).includes(text));

async function newOne(...ids: readonly string[]): Promise<{ base: string; dimension: Dimension }> {
  const base = temporaryFolder();
  const { dimension } = open(join(base, 'a'));
  await dimension.init();
  for (const id of ids) await add(dimension, id);
  return { base, dimension };
}

describe('a backup', () => {
  it('is refused within the dimension itself', async () => {
    const { dimension } = open(join(temporaryFolder(), 'memory'));
    await dimension.init();
    await expect(dimension.backup(join(dimension.path, 'inside'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('leaves alone what was there beside the place to restore to', async () => {
    const { dimension } = open(join(temporaryFolder(), 'memory'));
    await dimension.init();
    const base = temporaryFolder();
    await dimension.backup(join(base, 'copy'));
    const precious = join(base, 'again.restoring', 'whole', 'precious');
    mkdirSync(join(base, 'again.restoring', 'whole'), { recursive: true });
    writeFileSync(precious, 'mine');
    const restored = restoreDimension({ from: join(base, 'copy'), into: join(base, 'again') });
    await expect(restored).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(readFileSync(precious, 'utf8')).toBe('mine');
  });

  it('copies only what is new, and touches nothing that lies there', async () => {
    const { base, dimension } = await newOne('a-1');
    const folder = join(base, 'backup');
    expect(await dimension.backup(folder)).toMatchObject({ parts: 1, events: 5, refused: [] });
    const before = snapshot(folder);
    expect(await dimension.backup(folder)).toMatchObject({ parts: 0, events: 0, bytes: 0 });
    await add(dimension, 'a-2');
    expect(await dimension.backup(folder)).toMatchObject({ parts: 1, events: 1, refused: [] });
    expect(snapshot(folder)).toMatchObject(before);
    expect(Object.keys(snapshot(folder))).toHaveLength(Object.keys(before).length + 1);
  });

  it('of a damaged log is refused before anything is copied', async () => {
    const { base, dimension } = await newOne('a-1', 'a-2');
    const folder = join(base, 'backup');
    await dimension.backup(folder);
    const before = snapshot(folder);
    const [segment = ''] = Object.keys(snapshot(join(dimension.path, 'log')));
    alter(join(dimension.path, 'log', segment), (bytes) => {
      const at = bytes.indexOf('The words of a-1');
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return bytes;
    });
    await expect(dimension.backup(folder)).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    await expect(dimension.backup(join(base, 'new'))).rejects.toMatchObject({
      code: 'LOG_DAMAGED',
    });
    expect(snapshot(folder)).toEqual(before);
    expect(existsSync(join(base, 'new'))).toBe(false);
  });

  it('that decayed is found out by the next, which puts sound pieces in its place', async () => {
    const { base, dimension } = await newOne('a-1');
    const folder = join(base, 'backup');
    await dimension.backup(folder);
    const before = snapshot(folder);
    const [part = ''] = partsIn(folder);
    alter(join(folder, part), (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(400) ^ 1, 400);
      return bytes;
    });
    const from = folder;
    const into = join(base, 'b');
    await expect(restoreDimension({ from, into })).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
    expect(readdirSync(base).sort()).toEqual(['a', 'backup']);
    const { refused } = await dimension.backup(folder);
    expect(refused).toMatchObject([{ part, code: 'damaged' }]);
    expect(snapshot(folder)).toEqual(before);
    expect(await dimension.backup(folder)).toMatchObject({ parts: 0, refused: [] });
  });

  it('goes to no folder of something else', async () => {
    const { base, dimension } = await newOne();
    mkdirSync(join(base, 'photos'));
    writeFileSync(join(base, 'photos', 'cat.jpg'), 'meow');
    for (const name of ['photos', 'a']) {
      await expect(dimension.backup(join(base, name))).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  it('holds what other machines wrote too', async () => {
    const { a, b, base } = await pairOfMachines();
    await add(b, 'b-1');
    await b.push();
    await a.pull();
    await a.backup(join(base, 'backup'));
    const into = join(base, 'c');
    await restoreDimension({ from: join(base, 'backup'), into });
    const { dimension } = open(into);
    expect(await expectVerified(dimension)).toBe(await expectVerified(a));
  });
});

type Act = (on: Dimension, given: { readonly index: number; readonly other: string }) => unknown;

const ACTS: Readonly<Record<string, Act>> = {
  add: (on, { index }) => add(on, `m-${String(index)}`),
  revise: (on, { index }) => on.updateEntity('a-1', { content: `Step ${String(index)}.` }),
  delete: async (on) => {
    const id = (await idsOf(on)).find((one) => one !== 'a-1');
    if (id !== undefined) await on.deleteEntity(id);
  },
  fact: (on, { index }) => on.kg.add('ana', 'lives in', `Town ${String(index)}`),
  undo: async (on, { index }) => {
    const [last] = (await on.history({ limit: 1 })).events;
    if (index > 0) await on.undo({ commit: last?.event }, { force: true }).catch(ignored);
  },
  merge: (on, { other }) => on.merge(other),
};

/** Two machines that go on for a while; everything is in `a` afterwards. */
async function played(steps: readonly (readonly [string, boolean])[]): Promise<{
  readonly a: Dimension;
  readonly base: string;
}> {
  const { a, b, base } = await pairOfMachines();
  for (const [index, [step, isOnB]] of steps.entries()) {
    const [on, other] = isOnB ? [b, a] : [a, b];
    await ACTS[step]?.(on, { index, other: other.path });
  }
  await a.merge(b.path);
  return { a, base };
}

/** What cannot be undone is not; that is not what is asked here. */
const ignored = (): void => undefined;

describe('a dimension that is restored', { timeout: 300_000 }, () => {
  it('to any point is what a fold of what was known then is', async () => {
    const history = fc.array(fc.tuple(fc.constantFrom('add', ...Object.keys(ACTS)), fc.boolean()), {
      minLength: 8,
      maxLength: 25,
    });
    const points = fc.array(fc.nat(), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(history, points, async (steps, picks) => {
        const { a, base } = await played(steps);
        await a.backup(join(base, 'backup'));
        const { events } = await a.history({ limit: 10_000 });
        for (const [index, pick] of picks.entries()) {
          const to = events[pick % events.length]?.event ?? '';
          const into = join(base, `restored-${String(index)}`);
          const done = await restoreDimension({ from: join(base, 'backup'), to, into });
          const past = await a.at(to);
          expect(done.known_at).toBe(past.knownAt);
          const { dimension } = open(into);
          expect(await expectVerified(dimension)).toBe(await foldedUnder(a.path, done.known_at));
          expect(await contentsOf(dimension)).toEqual(await contentsOf(past));
          await past.close();
          await dimension.close();
        }
      }),
      { numRuns: runs(10, 40) },
    );
  });

  it('writes under a replica id of its own, so that both can be one again', async () => {
    const { base, dimension: a } = await newOne('a-1', 'a-2');
    const [last] = (await a.history({ limit: 1 })).events;
    await add(a, 'a-3');
    await a.backup(join(base, 'backup'));
    const into = join(base, 'b');
    await restoreDimension({ from: join(base, 'backup'), to: last?.event, into });
    const { dimension: b } = open(into);
    await add(b, 'b-1');
    expect(await idsOf(b)).toEqual(['a-1', 'a-2', 'b-1']);
    expect(await a.merge(b.path)).toMatchObject({ refused: [] });
    expect(await b.merge(a.path)).toMatchObject({ refused: [] });
    expect(await idsOf(a)).toEqual(['a-1', 'a-2', 'a-3', 'b-1']);
    expect(await expectVerified(a)).toBe(await expectVerified(b));
  });

  it('holds nothing that was erased later, and takes it in from nowhere', async () => {
    const { base, dimension: a } = await newOne('a-1', 'a-2');
    const [last] = (await a.history({ limit: 1 })).events;
    const backup = join(base, 'backup');
    await a.backup(backup);
    cpSync(backup, join(base, 'old'), { recursive: true });
    expect(holds(backup, 'The words of a-1')).toBe(true);
    await a.close();
    await erase(a.path, 'a-1');
    await a.reconnect();
    await a.backup(backup);
    expect(holds(backup, 'The words of a-1')).toBe(false);
    const into = join(base, 'b');
    const done = await restoreDimension({ from: backup, to: last?.event, into });
    expect(done).toMatchObject({ erasures: 1 });
    const { dimension: b } = open(into);
    expect(await idsOf(b)).toEqual(['a-2']);
    await b.merge(join(base, 'old'));
    expect(await idsOf(b)).toEqual(['a-2']);
    await expectVerified(b);
    await b.close();
    expect(holds(into, 'The words of a-1')).toBe(false);
  });

  it('may come from a dimension itself, and goes to no place that is taken', async () => {
    const { base, dimension: a } = await newOne('a-1');
    const from = a.path;
    await expect(restoreDimension({ from, into: a.path })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    const into = join(base, 'b');
    await expect(restoreDimension({ from, into, to: '2001-01-01' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(restoreDimension({ from: base, into })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(existsSync(into)).toBe(false);
    await restoreDimension({ from, into, to: '2999-01-01' });
    const { dimension: b } = open(into);
    expect(await expectVerified(b)).toBe(await expectVerified(a));
  });
});
