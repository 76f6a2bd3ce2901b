/** What was exported comes back as it was; what cannot be read is said item by item. */
import fc from 'fast-check';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { type Entity } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../../support/holds.js';
import { runs } from '../../support/level.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function fresh(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  return dimension;
}

const item = (id: string, more: object = {}): Record<string, unknown> => {
  return { id, realm: 'work', domain: 'bugs', content: `Text of ${id}.`, ...more };
};

const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

describe('an export', () => {
  it('is every memory, oldest first, with the keys of a memory', async () => {
    const dimension = await fresh();
    await dimension.addEntity('work', 'bugs', 'One', { entityId: '1', metadata: { n: 1 } });
    await dimension.addEntity('home', 'plans', 'Two', { entityId: '2', sourceFile: '/a/b.md' });
    await dimension.addEntity('work', 'plans', 'Three', { entityId: '3' });
    const all = await dimension.exportCollection();
    expect(all.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(all[1]).toEqual(await dimension.getEntity('2'));
    const filtered = await dimension.exportCollection({ realm: 'Work', domain: 'PLANS' });
    expect(filtered.map(({ id }) => id)).toEqual(['3']);
    expect(await dimension.exportCollection({ realm: 'no/name' })).toEqual([]);
    expect(await dimension.exportCollection({ realm: '' })).toEqual(all);
  });

  it('is of one moment, whatever happens while it is read', async () => {
    const dimension = await fresh();
    const ids = Array.from({ length: 1_200 }, (_, n) => `m${String(n)}`);
    await dimension.importEntities(ids.map((id) => item(id)));
    const before = await dimension.exportCollection();
    const read: Entity[] = [];
    for await (const entity of dimension.exportEntities()) {
      read.push(entity);
      if (read.length !== 10) continue;
      await dimension.deleteEntities(['m1', 'm900', 'm1100']);
      await dimension.updateEntity('m1000', { content: 'Changed meanwhile.' });
      await dimension.addEntity('work', 'bugs', 'New meanwhile.', { entityId: 'new' });
      await dimension.rebuild();
    }
    expect(read).toEqual(before);
    expect(await dimension.exportCollection()).toHaveLength(1_198);
  });

  it('can be left half-way, and the dimension closed', async () => {
    const dimension = await fresh();
    await dimension.importEntities(Array.from({ length: 600 }, (_, n) => item(String(n))));
    for await (const { id } of dimension.exportEntities()) {
      expect(id).toBe('0');
      break;
    }
    await dimension.close();
    const { dimension: again } = open(dimension.path);
    expect(await again.exportCollection()).toHaveLength(600);
  });

  it('goes page by page where one message must hold it', async () => {
    const dimension = await fresh();
    await dimension.importEntities(Array.from({ length: 5 }, (_, n) => item(String(n))));
    const page = await dimension.exportPage({ limit: 2, offset: 3 });
    expect(page).toMatchObject({ count: 2, total: 5, has_more: false });
    expect(page.entities.map(({ id }) => id)).toEqual(['3', '4']);
    expect(await dimension.exportPage({ limit: 2 })).toMatchObject({ has_more: true });
    const big = Array.from({ length: 17 }, (_, n) => {
      return item(`big${String(n)}`, {
        realm: 'big',
        content: `${String(n)}${'x'.repeat(999_990)}`,
      });
    });
    await dimension.importEntities(big);
    const whole = dimension.exportPage({ realm: 'big' });
    await expect(whole).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await dimension.exportPage({ realm: 'big', limit: 2 })).count).toBe(2);
    for (const options of [{ limit: 0 }, { limit: 10_001 }, { offset: -1 }, { limit: 1.5 }]) {
      const bad = dimension.exportPage(options);
      await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

const text = fc.string({ unit: 'binary', maxLength: 40 });
const visible = text.filter((value) => value.trim() !== '' && !value.includes('\0'));
/** No memory has such a key anywhere in its metadata. */
const FORBIDDEN_KEY = /"(?:__proto__|constructor|prototype)":/;
const exported = fc.record({
  realm: fc.constantFrom('My Realm', 'work', 'Ünïcode', "d'or"),
  domain: fc.constantFrom('bugs', 'Old Plans'),
  content: visible,
  metadata: fc.dictionary(
    fc.constantFrom('a', 'b', 'realm', 'source_file'),
    fc.jsonValue({ maxDepth: 3 }).filter((value) => !FORBIDDEN_KEY.test(JSON.stringify(value))),
  ),
  source_file: fc.constantFrom('', '/a/b.md', 'C:\\x.txt'),
  created: fc.integer({ min: -1e12, max: 4e12 }),
  age: fc.nat({ max: 1e9 }),
});

describe('a round trip', { timeout: PROPERTY_TIMEOUT_MS }, () => {
  it('gives the very same memories, times included', async () => {
    const [one, two] = [await fresh(), await fresh()];
    let run = 0;
    const property = fc.asyncProperty(
      fc.array(exported, { minLength: 1, maxLength: 6 }),
      async (items) => {
        run += 1;
        const realm = `r${String(run)}`;
        const list = items.map(({ created, age, ...rest }, n) => ({
          ...rest,
          realm: `${realm} ${rest.realm}`,
          entity_id: `${realm}-${String(n)}`,
          created_at: new Date(created).toISOString(),
          updated_at: new Date(created + age).toISOString(),
        }));
        expect(await one.importEntities(list)).toBe(list.length);
        const names = [...new Set(list.map(({ entity_id }) => entity_id))];
        const out = (await one.exportCollection()).filter(({ id }) => names.includes(id));
        expect(await two.importEntities(JSON.parse(JSON.stringify(out)) as unknown[])).toBe(
          list.length,
        );
        const back = (await two.exportCollection()).filter(({ id }) => names.includes(id));
        expect(back).toEqual(out);
        for (const { entity_id, created_at, updated_at } of list) {
          expect(await two.getEntity(entity_id)).toMatchObject({ created_at, updated_at });
        }
      },
    );
    await holds(property, runs(15, 200));
    await expectVerified(two);
    await two.rebuild();
    expect(await two.exportCollection()).toEqual(await one.exportCollection());
  });

  it('keeps the order of memories of one millisecond', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const at = '2026-05-31T12:34:56.789Z';
    const ids = Array.from({ length: 40 }, (_, n) => `x${String((n * 7) % 40)}`);
    await one.importEntities(ids.map((id) => item(id, { created_at: at })));
    await two.importEntities(await one.exportCollection());
    const order = async (dimension: Dimension): Promise<string[]> =>
      (await dimension.listEntities({ limit: 40, order: 'asc' })).map(({ id }) => id);
    expect(await order(one)).toEqual(ids);
    expect(await order(two)).toEqual(ids);
  });
});

describe('times', () => {
  it.each([
    ['2026-05-31T12:34:56.789Z', '2026-05-31T12:34:56.789Z'],
    ['2026-05-31 12:34:56', '2026-05-31T12:34:56.000Z'],
    ['2026-05-31T12:34:56.789123+02:00', '2026-05-31T10:34:56.789Z'],
    ['2026-05-31T12:34:56', '2026-05-31T12:34:56.000Z'],
    ['2026-05-31', '2026-05-31T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is kept', async (given, kept) => {
    const dimension = await fresh();
    await dimension.importEntities([item('x', { created_at: given })]);
    expect(await dimension.getEntity('x')).toMatchObject({ created_at: kept, updated_at: kept });
  });

  it.each(['yesterday', '2026-02-30', '2026-05-31T25:00:00Z', 1_748_000_000, {}, '2026-5-1'])(
    '%j is refused, not replaced by another',
    async (given) => {
      const dimension = await fresh();
      const report = await dimension.importEntitiesReport([item('x', { created_at: given })]);
      expect(report).toMatchObject({ imported: 0, skipped: [{ id: 'x', reason: 'invalid' }] });
      expect(report.skipped_invalid[0]?.error).toContain('created_at');
    },
  );

  it('are now where none are given', async () => {
    const dimension = await fresh();
    const before = Date.now();
    await dimension.importEntities([item('x', { created_at: '', updated_at: null })]);
    const { created_at = '' } = (await dimension.getEntity('x')) ?? {};
    expect(Date.parse(created_at)).toBeGreaterThanOrEqual(before);
  });
});

describe('an import', () => {
  it('skips what it cannot read and says which and why', async () => {
    const dimension = await fresh();
    const report = await dimension.importEntitiesReport([
      item('good'),
      { id: 'no-realm', domain: 'bugs', content: 'x' },
      item('blank', { content: ' \n' }),
      null,
      'text',
      [item('list')],
      item('name', { realm: '../up' }),
      item('nul', { content: 'a\0b' }),
      item('meta', { metadata: [1] }),
      item('id with space'),
      item('long', { content: 'x'.repeat(1_000_001) }),
      item('last'),
    ]);
    expect(report).toMatchObject({ count: 12, imported: 2, overwritten: 0, skipped_existing: 0 });
    expect(report.skipped.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'invalid'],
      [2, 'blank'],
      ...[3, 4, 5, 6, 7, 8, 9, 10].map((index) => [index, 'invalid']),
    ]);
    expect(report.skipped_invalid[0]).toEqual({ index: 1, error: 'realm must be a text.' });
    expect((await dimension.listEntities()).map(({ id }) => id).sort()).toEqual(['good', 'last']);
  });

  it('leaves out ids in use, in the dimension and earlier in the list', async () => {
    const dimension = await fresh();
    await dimension.addEntity('work', 'bugs', 'Kept.', { entityId: 'a' });
    const list = [item('a'), item('b'), item('b', { content: 'Second b.' }), item('c')];
    const before = await eventsOf(dimension);
    const preview = await dimension.importEntitiesReport(list, { dryRun: true });
    expect(await eventsOf(dimension)).toBe(before);
    const report = await dimension.importEntitiesReport(list);
    expect(report).toMatchObject({ imported: 2, skipped_existing: 2, skipped_invalid: [] });
    expect(preview).toEqual(report);
    expect(await dimension.getEntity('a')).toMatchObject({ content: 'Kept.' });
    expect(await dimension.getEntity('b')).toMatchObject({ content: 'Text of b.' });
    expect(await dimension.importEntities(list)).toBe(0);
  });

  it('replaces them whole where that is asked; when they were created stays', async () => {
    const dimension = await fresh();
    const first = { created_at: '2020-01-01T00:00:00.000Z', metadata: { old: 1 } };
    await dimension.importEntities([item('a', first), item('b', first), item('c', first)]);
    const list = [
      item('a', { content: 'Other.', metadata: { new: 2 }, created_at: '2024-01-01' }),
      item('b', { realm: 'home', source_file: 'x.md', updated_at: '2021-02-03T04:05:06.007Z' }),
      item('c', first),
      item('d'),
      item('d', { content: 'Second d.' }),
    ];
    const preview = await dimension.importEntitiesReport(list, { dryRun: true, overwrite: true });
    const report = await dimension.importEntitiesReport(list, { overwrite: true });
    expect(report).toMatchObject({ imported: 5, overwritten: 4, skipped: [] });
    expect(preview).toEqual(report);
    expect(await dimension.getEntity('a')).toMatchObject({
      content: 'Other.',
      metadata: { new: 2, realm: 'work', domain: 'bugs' },
      created_at: '2020-01-01T00:00:00.000Z',
    });
    expect(await dimension.getEntity('b')).toEqual({
      id: 'b',
      realm: 'home',
      domain: 'bugs',
      content: 'Text of b.',
      metadata: { realm: 'home', domain: 'bugs', source_file: 'x.md' },
      source_file: 'x.md',
      created_at: '2020-01-01T00:00:00.000Z',
      updated_at: '2021-02-03T04:05:06.007Z',
    });
    expect(await dimension.getEntity('d')).toMatchObject({ content: 'Second d.' });
    const settled = await dimension.exportCollection();
    const before = await eventsOf(dimension);
    expect(await dimension.importEntities(settled, { overwrite: true })).toBe(4);
    expect(await eventsOf(dimension)).toBe(before);
    await dimension.embedPending();
    const hits = await dimension.search('Other.', { mode: 'vector' });
    expect(hits.filter(({ id }) => id === 'a')).toHaveLength(1);
    await expectVerified(dimension);
  });

  it('brings a deleted memory back', async () => {
    const dimension = await fresh();
    await dimension.importEntities([item('a', { created_at: '2020-01-01' })]);
    await dimension.deleteEntity('a');
    expect(await dimension.importEntities([item('a', { content: 'New.' })])).toBe(1);
    expect(await dimension.getEntity('a')).toMatchObject({
      content: 'New.',
      created_at: '2020-01-01T00:00:00.000Z',
    });
  });

  it('reads the names that older products use, and makes ids where there are none', async () => {
    const dimension = await fresh();
    const old = { wing: 'Work', room: 'bugs', text: 'Old words.', source: 's.md' };
    const two = { realm: 'work', domain: 'bugs', document: 'Other.', entity_id: '', id: null };
    expect(await dimension.importEntities([old, two])).toBe(2);
    const [first, second] = await dimension.exportCollection();
    expect(first).toMatchObject({ realm: 'work', content: 'Old words.', source_file: 's.md' });
    expect(second?.id).toMatch(/^ent_/);
    const both = [{ ...item('loses'), entity_id: 'wins' }];
    await dimension.importEntities(both);
    expect(await dimension.getEntity('wins')).toBeDefined();
  });

  it('takes whatever yields items, and goes commit by commit', async () => {
    const dimension = await fresh();
    const done: number[] = [];
    async function* many(): AsyncGenerator<unknown> {
      for (let n = 0; n < 1_100; n += 1) yield await Promise.resolve(item(`n${String(n)}`));
    }
    const count = await dimension.importEntities(many(), { onProgress: (at) => done.push(at) });
    expect([count, done]).toEqual([1_100, [500, 1_000, 1_100]]);
    const { events } = await dimension.history({ type: 'EntityAdded', limit: 2_000 });
    expect(new Set(events.map(({ batch }) => batch)).size).toBe(1);
  });

  it('that is stopped keeps what it has, and goes on when made again', async () => {
    const dimension = await fresh();
    const stop = new AbortController();
    const list = Array.from({ length: 1_500 }, (_, n) => item(`n${String(n)}`));
    const stopped = dimension.importEntities(list, {
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await dimension.status()).entities).toBe(500);
    expect(await dimension.importEntities(list)).toBe(1_000);
  });

  it.each([
    ['a text', 'abc'],
    ['nothing', undefined],
    ['an object', {}],
    ['a number', 3],
  ])('refuses %s instead of a list', async (_, items) => {
    const dimension = await fresh();
    const bad = dimension.importEntities(items as unknown as []);
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('through two handles at once adds each id once', async () => {
    const one = await fresh();
    const { dimension: two } = open(one.path);
    const list = Array.from({ length: 700 }, (_, n) => item(`n${String(n)}`));
    const counts = await Promise.all([one.importEntities(list), two.importEntities(list)]);
    expect(counts[0] + counts[1]).toBe(700);
    expect((await two.status()).entities).toBe(700);
  });
});
