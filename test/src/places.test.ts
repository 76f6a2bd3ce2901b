/** Realms, domains and the memories in them: making, moving, changing, listing. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { expectVerified, open } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function fresh(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  return dimension;
}

const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

describe('a realm', () => {
  it('is made once, and its description replaced by another that is not blank', async () => {
    const dimension = await fresh();
    expect(await dimension.getOrCreateRealm(' My-Realm ', 'First.')).toBe('my_realm');
    const before = await eventsOf(dimension);
    expect(await dimension.getOrCreateRealm('my realm')).toBe('my_realm');
    expect(await dimension.getOrCreateRealm('MY_REALM', 'First.')).toBe('my_realm');
    expect(await eventsOf(dimension)).toBe(before);
    await dimension.getOrCreateRealm('my realm', 'Second.');
    expect(await dimension.listRealms()).toMatchObject([
      { name: 'my_realm', description: 'Second.', entity_count: 0, domain_count: 0 },
    ]);
  });

  it('is made with a domain, whose description is replaced alike', async () => {
    const dimension = await fresh();
    expect(await dimension.getOrCreateDomain('Work', 'Old Bugs', 'First.')).toBe('old_bugs');
    await dimension.getOrCreateDomain('work', 'old-bugs', 'Second.');
    await dimension.getOrCreateDomain('work', 'old_bugs');
    expect(await dimension.listDomains('WORK')).toMatchObject([
      { name: 'old_bugs', realm: 'work', description: 'Second.', entity_count: 0 },
    ]);
    expect(await dimension.getTaxonomy()).toEqual({ work: { old_bugs: 0 } });
  });

  it.each(['', ' ', '_', 'a/b', '..', 'x'.repeat(129), '.a', 'a\0'])(
    'is not made under the name %j, which finds nothing either',
    async (name) => {
      const dimension = await fresh();
      await dimension.addEntity('work', 'bugs', 'text');
      const bad = { code: 'INVALID_ARGUMENT' };
      await expect(dimension.getOrCreateRealm(name)).rejects.toMatchObject(bad);
      await expect(dimension.getOrCreateDomain('work', name)).rejects.toMatchObject(bad);
      // An empty filter is none.
      const found = name === '' ? 1 : 0;
      expect(await dimension.listEntities({ realm: name })).toHaveLength(found);
      expect(await dimension.listDomains(name)).toHaveLength(found);
    },
  );

  it('is found under every spelling, in any script', async () => {
    const dimension = await fresh();
    for (const name of ['My Realm', 'हिन्दी ज्ञान', 'Cafe\u0301', "l'été"]) {
      await dimension.addEntity(name, 'notes', `In ${name}.`);
      const other = name.toUpperCase().replace(' ', '-').normalize('NFC');
      expect(await dimension.listEntities({ realm: other }), name).toHaveLength(1);
    }
  });

  it('is counted whatever it is called', async () => {
    const dimension = await fresh();
    await dimension.addEntity('constructor', 'constructor', 'x');
    await dimension.addEntity('work', 'constructor', 'y');
    expect(Object.entries(await dimension.getTaxonomy())).toEqual([
      ['constructor', { constructor: 1 }],
      ['work', { constructor: 1 }],
    ]);
    expect(Object.hasOwn(Object, 'constructor')).toBe(false);
  });
});

describe('a batch', () => {
  it('takes tuples as well as objects, in one list', async () => {
    const dimension = await fresh();
    const ids = await dimension.batchAddEntities([
      ['work', 'bugs', 'One', { n: 1 }, 'a.md', null],
      ['work', 'bugs', 'Two'],
      ['work', 'bugs', 'Three', null, null, 'three'],
      { realm: 'work', domain: 'bugs', content: 'Four', entity_id: 'four' },
    ]);
    expect([ids.length, ids[2], ids[3]]).toEqual([4, 'three', 'four']);
    expect(await dimension.getEntity(ids[0] ?? '')).toMatchObject({
      content: 'One',
      source_file: 'a.md',
      metadata: { n: 1 },
    });
    expect(await dimension.batchAddEntities([])).toEqual([]);
  });

  it('with a bad item is refused whole, naming it', async () => {
    const dimension = await fresh();
    const before = await eventsOf(dimension);
    const bad = dimension.batchAddEntities([
      ['work', 'bugs', 'Fine'],
      ['work', 'bugs', ' \n'],
    ]);
    await expect(bad).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^entities\[1\]: .*blank/) as string,
      details: { index: 1 },
    });
    expect(await eventsOf(dimension)).toBe(before);
  });
});

describe('an update', () => {
  it('moves to a realm and domain that are made with it, in one commit', async () => {
    const dimension = await fresh();
    const id = await dimension.addEntity('work', 'bugs', 'Text');
    const { cursor } = await dimension.history({ limit: 1 });
    expect(await dimension.updateEntity(id, { realm: 'New Home', domain: 'plans' })).toBe(true);
    const { events } = await dimension.history({ after: cursor, oldestFirst: true });
    expect(events.map(({ type }) => type)).toEqual([
      'RealmDescribed',
      'DomainDescribed',
      'EntityMoved',
    ]);
    expect(await dimension.getEntity(id)).toMatchObject({ realm: 'new_home', domain: 'plans' });
    expect(await dimension.search('Text', { realm: 'new_home', mode: 'keyword' })).toHaveLength(1);
    expect(await dimension.search('Text', { realm: 'work', mode: 'keyword' })).toEqual([]);
    await expectVerified(dimension);
  });

  it('to a bad place changes nothing at all', async () => {
    const dimension = await fresh();
    const id = await dimension.addEntity('work', 'bugs', 'Text');
    const before = [await eventsOf(dimension), await dimension.getEntity(id)];
    const bad = dimension.updateEntity(id, { content: 'New', realm: 'ok', domain: '../x' });
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const blank = dimension.updateEntity(id, { content: ' ', realm: 'ok' });
    await expect(blank).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect([await eventsOf(dimension), await dimension.getEntity(id)]).toEqual(before);
  });

  it('merges metadata, takes away what is null, and moves nothing by it', async () => {
    const dimension = await fresh();
    const metadata = { a: 1, b: { x: 1 }, c: 3 };
    const id = await dimension.addEntity('work', 'bugs', 'Text', { metadata, sourceFile: 's.md' });
    const patch = { a: null, b: { y: 2 }, realm: 'home', domain: 'x', source_file: 'other.md' };
    expect(await dimension.updateEntity(id, { metadata: patch })).toBe(true);
    expect(await dimension.getEntity(id)).toMatchObject({
      realm: 'work',
      source_file: 's.md',
      metadata: { b: { y: 2 }, c: 3, realm: 'work', domain: 'bugs', source_file: 's.md' },
    });
    expect((await dimension.getEntity(id))?.metadata).not.toHaveProperty('a');
  });

  it('lets metadata grow to 64 KiB in all, so that an import takes what was exported', async () => {
    const dimension = await fresh();
    const id = await dimension.addEntity('work', 'bugs', 'Text', {
      metadata: { a: 'x'.repeat(40_000) },
    });
    const more = { b: 'y'.repeat(40_000) };
    const tooMuch = dimension.updateEntity(id, { metadata: more });
    await expect(tooMuch).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await dimension.updateEntity(id, { metadata: { ...more, a: null } })).toBe(true);
    expect(await (await fresh()).importEntities(await dimension.exportCollection())).toBe(1);
  });

  it('answers false for a memory that is not there, true when nothing differs', async () => {
    const dimension = await fresh();
    const id = await dimension.addEntity('work', 'bugs', 'Text', { metadata: { a: 1 } });
    const before = await eventsOf(dimension);
    expect(await dimension.updateEntity('nope', { content: 'x' })).toBe(false);
    const same = { content: 'Text', metadata: { a: 1, gone: null }, realm: 'WORK', domain: 'bugs' };
    expect(await dimension.updateEntity(id, same)).toBe(true);
    expect(await dimension.changeEntity(id, {})).toMatchObject({ updated: false, changed: [] });
    await expect(dimension.changeEntity('nope', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await eventsOf(dimension)).toBe(before);
  });

  it('counts as one: created stays, updated moves on', async () => {
    const dimension = await fresh();
    const id = await dimension.addEntity('work', 'bugs', 'Text');
    const before = await dimension.getEntity(id);
    expect(before?.updated_at).toBe(before?.created_at);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await dimension.updateEntity(id, { content: 'Other' });
    const after = await dimension.getEntity(id);
    expect(after?.created_at).toBe(before?.created_at);
    expect(after?.updated_at.localeCompare(before?.updated_at ?? '')).toBe(1);
  });
});

describe('a deletion', () => {
  it('counts what existed, each id once, in a list of any size', async () => {
    const dimension = await fresh();
    await dimension.batchAddEntities([
      ['work', 'bugs', 'A', {}, '', 'a'],
      ['work', 'bugs', 'B', {}, '', 'b'],
    ]);
    expect(await dimension.deleteEntities(['nope'])).toBe(0);
    expect(await dimension.deleteEntities([])).toBe(0);
    expect(await dimension.removeEntities(['a', 'x'], { dryRun: true })).toEqual({
      deleted: 1,
      missing: ['x'],
    });
    const many = Array.from({ length: 2_000 }, (_, n) => `none${String(n)}`);
    expect(await dimension.deleteEntities(['a', 'a', ...many, 'b'])).toBe(2);
    expect(await dimension.deleteEntity('a')).toBe(false);
  });
});

describe('a list', () => {
  it('is newest first or oldest first, of one source or of all', async () => {
    const dimension = await fresh();
    const items = Array.from({ length: 30 }, (_, n) => ({
      realm: 'work',
      domain: 'bugs',
      content: `Text ${String(n)}`,
      source_file: n % 3 === 0 ? '/notes/a.md' : '',
      entity_id: `e${String(n)}`,
    }));
    await dimension.batchAddEntities(items);
    const ids = items.map(({ entity_id }) => entity_id);
    const listed = async (options: object): Promise<string[]> =>
      (await dimension.listEntities({ limit: 100, ...options })).map(({ id }) => id);
    expect(await listed({})).toEqual(ids.toReversed());
    expect(await listed({ order: 'asc' })).toEqual(ids);
    const ofSource = ids.filter((_, n) => n % 3 === 0);
    expect(await listed({ order: 'asc', sourceFile: '/notes/a.md' })).toEqual(ofSource);
    const page = await dimension.pageEntities({ sourceFile: '/notes/a.md', limit: 3, offset: 3 });
    expect(page).toMatchObject({ total: 10, limit: 3, offset: 3 });
    expect(page.entities.map(({ id }) => id)).toEqual(ofSource.toReversed().slice(3, 6));
    expect(await listed({ sourceFile: 'a.md' })).toEqual([]);
    expect(await listed({ sourceFile: '' })).toHaveLength(30);
    expect(await dimension.listEntities()).toHaveLength(20);
  });

  it.each([
    { limit: -1 },
    { limit: NaN },
    { limit: 1.5 },
    { limit: 10_001 },
    { offset: -1 },
    { order: 'up' },
    { sourceFile: 'a\0b' },
    { realm: 7 },
  ])('is refused with %j', async (options) => {
    const dimension = await fresh();
    const bad = dimension.listEntities(options as object);
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('two handles on one dimension', () => {
  it('that add in turns lose nothing, and both find everything by meaning', async () => {
    const one = await fresh();
    const { dimension: two } = open(one.path);
    for (let n = 0; n < 40; n += 1) {
      const by = n % 2 === 0 ? one : two;
      await by.addEntity('work', 'bugs', `Memory ${String(n)} of topic${String(n)}.`);
    }
    for (const dimension of [one, two]) {
      expect((await dimension.status()).entities).toBe(40);
      expect(await dimension.embedPending()).toBe(0);
      const found = await dimension.search('topic7', { mode: 'vector', limit: 40 });
      expect(found).toHaveLength(40);
      expect(await dimension.status()).toMatchObject({ vectors: 40, pending: 0, unembedded: 0 });
    }
  });
});
