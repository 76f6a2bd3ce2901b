/** Backups, deletions of places and what was filed away, as a client meets them. */
import { describe, expect, it } from 'vitest';
import { connect, newPath, read } from './servers.js';

const memory = (id: string, more: object = {}): Record<string, unknown> => {
  return { realm: 'work', domain: 'cars', content: `Text of ${id}.`, entity_id: id, ...more };
};

describe('a backup over MCP', () => {
  it('has whole texts and full paths, and comes back as it was elsewhere', async () => {
    const [from, to] = [await connect(newPath()), await connect(newPath())];
    const source_file = '/home/me/a.md';
    const metadata = { source: '/home/me/b.md', n: 1 };
    await from.ask('add_entity', memory('one', { source_file, metadata }));
    const long = 'x'.repeat(600_000);
    await from.ask('batch_add_entities', {
      entities: [memory('two', { content: `${long}2` }), memory('three', { content: `${long}3` })],
    });
    const exported = await from.ask('export_collection');
    expect(exported).toMatchObject({
      count: 3,
      total: 3,
      has_more: false,
      filters: { realm: null, domain: null },
    });
    expect(exported.warnings).toBeUndefined();
    const [first] = exported.entities as object[];
    expect(first).toMatchObject({ id: 'one', source_file, metadata });
    expect(await to.ask('import_entities', { entities: exported.entities })).toEqual({
      imported: 3,
      overwritten: 0,
      skipped: [],
      count: 3,
    });
    expect((await to.ask('export_collection')).entities).toEqual(exported.entities);
  });

  it('is reported item by item, and replaces only when told to', async () => {
    const path = newPath();
    const { ask } = await connect(path);
    await ask('add_entity', memory('one', { content: 'Kept.' }));
    const entities = [
      memory('one'),
      memory('two'),
      { realm: 'work' },
      memory('three', { content: ' ' }),
    ];
    expect(await ask('import_entities', { entities })).toEqual({
      imported: 1,
      overwritten: 0,
      skipped: [
        { index: 0, id: 'one', reason: 'exists' },
        { index: 2, reason: 'invalid', error: 'domain must be a text.' },
        { index: 3, id: 'three', reason: 'blank', error: 'content is blank.' },
      ],
      count: 4,
    });
    expect(
      await ask('import_entities', {
        entities: JSON.stringify(entities.slice(0, 1)),
        overwrite: 'true',
      }),
    ).toMatchObject({ imported: 1, overwritten: 1 });
    const kept = await read(path, (dimension) => dimension.getEntity('one'));
    expect(kept?.content).toBe('Text of one.');
  });

  it('that does not fit into one answer says how to go on', async () => {
    const path = newPath();
    await read(path, async (dimension) => {
      await dimension.init();
      const items = Array.from({ length: 10_001 }, (_, n) => memory(`m${String(n)}`));
      await dimension.importEntities(items);
    });
    const { ask, refusal } = await connect(path);
    expect(await refusal('export_collection')).toMatchObject({
      code: 'too_large',
      hint: expect.stringContaining('limit and offset') as string,
    });
    const last = await ask('export_collection', { limit: 10_000, offset: 10_000 });
    expect(last).toMatchObject({ count: 1, total: 10_001, has_more: false });
  }, 60_000);
});

describe('deleting places over MCP', () => {
  it('says what would go, takes it, and answers false afterwards', async () => {
    const { ask } = await connect(newPath());
    await ask('add_entity', memory('one'));
    await ask('add_entity', memory('two', { domain: 'bikes' }));
    const counts = { name: 'work', domains: 2, entities: 2, tunnels: 0 };
    expect(await ask('delete_realm', { name: 'Work', dry_run: true })).toEqual({
      deleted: true,
      ...counts,
      dry_run: true,
    });
    expect(await ask('delete_domain', { realm: 'work', name: 'cars' })).toEqual({
      deleted: true,
      realm: 'work',
      name: 'cars',
      entities: 1,
      tunnels: 0,
      dry_run: false,
    });
    expect(await ask('delete_realm', { name: 'work' })).toMatchObject({
      deleted: true,
      domains: 1,
      entities: 1,
      dry_run: false,
    });
    expect(await ask('delete_realm', { name: 'work' })).toMatchObject({ deleted: false });
    expect(await ask('get_taxonomy')).toEqual({ taxonomy: {}, total_entities: 0 });
    expect(await ask('delete_entities', { entity_ids: ['one', 'x'], dry_run: true })).toEqual({
      deleted: 0,
      missing: ['one', 'x'],
      dry_run: true,
    });
  });
});

describe('what was filed away, over MCP', () => {
  it('is told with the checkpoint of a hook, null without one', async () => {
    const { ask } = await connect(newPath());
    await ask('add_entity', memory('one'));
    expect(await ask('memories_filed_away')).toMatchObject({
      total_entities: 1,
      last_content_preview: 'Text of one.',
      checkpoint: null,
    });
  });
});
