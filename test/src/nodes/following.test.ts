/** Cross-references quote memories: whatever takes a memory away takes its quotation with it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dimension, Entity } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Longer than one part. */
const FILLER = 'Nothing much happens in this sentence. '.repeat(15);
const TEXT = `# Roses\n\n${FILLER}\n\n# Tulips\n\n${FILLER}\n`;

let dimension: Dimension;
let parts: Entity[];

beforeEach(async () => {
  const folder = join(temporaryFolder(), 'project');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'garden.md'), TEXT);
  ({ dimension } = open(join(temporaryFolder(), 'dimension')));
  await dimension.init();
  await dimension.mine(folder, { realm: 'work', domain: 'docs' });
  parts = await dimension.listEntities({ order: 'asc' });
  expect(parts).toHaveLength(2);
  expect(await quoted()).toMatch(/roses[^]*tulips/);
});

async function quoted(): Promise<string> {
  return (await dimension.listNodes()).map(({ content }) => content).join('\n');
}

/** Files the part about tulips elsewhere. */
const moveTulips = async (): Promise<boolean> =>
  dimension.updateEntity(tulips().id, { realm: 'zoo' });

const tulips = (): Entity => parts.find(({ content }) => content.includes('Tulips')) as Entity;
const roses = (): Entity => parts.find(({ content }) => content.includes('Roses')) as Entity;

describe('what is quoted of a memory', () => {
  it('goes with the place that the memory was in, and stays of what is elsewhere', async () => {
    await moveTulips();
    expect(await quoted()).toContain('roses');
    expect(await dimension.deleteRealm('work')).toBe(true);
    expect(await quoted()).not.toContain('roses');
    expect(await quoted()).toContain('tulips');
    await expectVerified(dimension);
  });

  it('goes with the last part of its source', async () => {
    expect(await dimension.deleteDomain('work', 'docs')).toBe(true);
    expect(await dimension.listNodes()).toEqual([]);
    await expectVerified(dimension);
  });

  it('goes when an import replaces the text', async () => {
    const item = { ...tulips(), content: '# Daisies\n\nDaisies are no tulip.' };
    expect(await dimension.importEntities([item], { overwrite: true })).toBe(1);
    expect(await quoted()).not.toContain('tulips');
    expect(await quoted()).toContain('daisies');
    await expectVerified(dimension);
  });

  it('goes when the memory is a twin that deduplication takes', async () => {
    await dimension.updateEntity(tulips().id, { content: roses().content });
    await dimension.dedup({ dryRun: false, minCount: 2 });
    const [kept, ...others] = await dimension.listEntities({});
    expect(others).toEqual([]);
    const pointers = (await quoted()).split('\n').map((line) => line.split('→').at(-1));
    expect(new Set(pointers)).toEqual(new Set([kept?.id]));
  });

  it('is out of the copy in nodes/ with the next writing', async () => {
    await dimension.writeSideFiles();
    const folder = join(dimension.path, 'nodes');
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{2}\.msgpack$/)]);
    await dimension.deleteRealm('work');
    await dimension.writeSideFiles();
    expect(readdirSync(folder)).toEqual([]);
  });
});
