/** What is remembered of compressions in aaak_cache.json, and when it is let go of. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const TEXT = 'Alice told Bob that the brakes of the van must not be trusted.';

async function newDimension(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'), { aaakCache: true });
  await dimension.init();
  return dimension;
}

const cacheOf = (dimension: Dimension): string => join(dimension.path, 'aaak_cache.json');
const cacheIn = (dimension: Dimension): string =>
  existsSync(cacheOf(dimension)) ? readFileSync(cacheOf(dimension), 'utf8') : '';

describe('the cache', () => {
  it('gives the original back in a later process', async () => {
    const dimension = await newDimension();
    const text = `${TEXT} \ud800`;
    const entry = await dimension.aaakCompress(text);
    await dimension.close();
    const { dimension: later } = open(dimension.path, { aaakCache: true });
    expect(await later.aaakExpand(entry)).toEqual({
      text,
      exact: true,
      source: 'cache',
      refs: [],
    });
  });

  it('has the shape of the contract', async () => {
    const dimension = await newDimension();
    const aaak = await dimension.aaakCompress('Eve told us.', { importance: 4 });
    await dimension.close();
    const file = JSON.parse(cacheIn(dimension)) as { entries: Record<string, unknown> };
    expect(file).toMatchObject({ version: 1, names: { Eve: 'EVE' } });
    const [[key, entry] = []] = Object.entries(file.entries);
    expect(key).toMatch(/^[0-9a-f]{64}:500:[0-9a-f]{8}:4$/);
    expect(entry).toEqual({
      aaak,
      original: 'Eve told us.',
      entity_id: null,
      used_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });

  it('tells apart texts that differ by a blank', async () => {
    const dimension = await newDimension();
    const entry = await dimension.aaakCompress('hello');
    expect(await dimension.aaakCompress('hello ')).toBe(entry);
    expect(await dimension.aaakExpand(entry)).toMatchObject({ exact: false, reason: 'ambiguous' });
  });

  it('holds no text of a memory, and follows its revision', async () => {
    const dimension = await newDimension();
    const id = await dimension.addEntity('work', 'a', TEXT);
    const entry = await dimension.aaakCompress(TEXT);
    expect(await dimension.aaakExpand(entry)).toMatchObject({ text: TEXT, source: 'cache' });
    await dimension.updateEntity(id, { content: 'Something else.' });
    expect(await dimension.aaakExpand(entry)).toMatchObject({ source: 'reading' });
    await dimension.close();
    expect(cacheIn(dimension)).toContain(id);
    expect(cacheIn(dimension)).not.toContain('brakes of the van');
  });

  it('lets go at once of what is deleted, also of the same text from before', async () => {
    const dimension = await newDimension();
    const entry = await dimension.aaakCompress(TEXT);
    const id = await dimension.addEntity('work', 'a', TEXT);
    await dimension.aaakMemory(id);
    await dimension.aaakCompress('Something else is kept.');
    await dimension.deleteEntity(id);
    expect(cacheIn(dimension)).not.toMatch(/brakes|ent_/);
    expect(cacheIn(dimension)).toContain('Something else is kept.');
    expect(await dimension.aaakExpand(entry)).toMatchObject({ exact: false });
  });

  it.each<[string, (dimension: Dimension) => Promise<unknown>]>([
    ['a realm', (dimension) => dimension.deleteRealm('work')],
    ['a domain', (dimension) => dimension.deleteDomain('work', 'a')],
    ['twins', (dimension) => dimension.dedup({ dryRun: false, minCount: 2 })],
  ])('lets go at once of what goes with %s', async (_, remove) => {
    const dimension = await newDimension();
    const source = { sourceFile: 'notes.md' };
    await dimension.addEntity('work', 'a', TEXT, source);
    const id = await dimension.addEntity('work', 'a', TEXT, source);
    await dimension.aaakMemory(id);
    await dimension.aaakCompress('Something else is kept.');
    await dimension.aaakCompress(TEXT);
    await remove(dimension);
    expect(cacheIn(dimension)).not.toContain(id);
    expect(cacheIn(dimension)).toContain('Something else is kept.');
  });

  it('lets go of what another handle deleted', async () => {
    const dimension = await newDimension();
    const id = await dimension.addEntity('work', 'a', 'Elsewhere.');
    await dimension.updateEntity(id, { content: TEXT });
    const entry = await dimension.aaakCompress(TEXT);
    const { dimension: other } = open(dimension.path, { aaakCache: false });
    await other.deleteEntity(id);
    expect(await dimension.aaakExpand(entry)).toMatchObject({ exact: false });
  });

  it.each([
    ['deleted', (path: string) => rmSync(path)],
    ['no JSON', (path: string) => writeFileSync(path, '{"version":1,"entr')],
    ['of another form', (path: string) => writeFileSync(path, '[1]')],
    [
      'full of other things',
      (path: string) =>
        writeFileSync(path, '{"version":1,"names":{"a":1},"seen":4,"entries":{"k":{"aaak":3}}}'),
    ],
  ])('may be %s', async (_, harm) => {
    const dimension = await newDimension();
    const entry = await dimension.aaakCompress(TEXT);
    await dimension.close();
    harm(cacheOf(dimension));
    const { dimension: later } = open(dimension.path, { aaakCache: true });
    expect(await later.aaakExpand(entry)).toMatchObject({ source: 'reading' });
    expect(await later.aaakCompress(TEXT)).toBe(entry);
    expect(await later.aaakDecompress(entry)).toBe(TEXT);
  });

  it('is no file when it is switched off', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'), { aaakCache: false });
    await dimension.init();
    const entry = await dimension.aaakCompress(TEXT);
    expect(await dimension.aaakDecompress(entry)).toBe(TEXT);
    await dimension.close();
    expect(existsSync(cacheOf(dimension))).toBe(false);
  });

  it('keeps the thousand entries used last', async () => {
    const dimension = await newDimension();
    for (let index = 0; index < 1_100; index += 1) {
      await dimension.aaakCompress(`note number ${String(index)}`);
    }
    await dimension.close();
    const { entries } = JSON.parse(cacheIn(dimension)) as { entries: Record<string, unknown> };
    expect(Object.keys(entries)).toHaveLength(1_000);
    expect(cacheIn(dimension)).not.toContain('"note number 99"');
    expect(cacheIn(dimension)).toContain('"note number 100"');
  });
});
