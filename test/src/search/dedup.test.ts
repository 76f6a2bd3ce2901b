/** Memories of one source that say the same. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { ALT } from '../../support/cli.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const FOX = 'The quick brown fox jumps over the lazy dog near the river bank.';
const OTHERS = [
  'Database migrations run every night at three.',
  'The kitchen needs new tiles and a tap.',
  'Tulips and daffodils bloom in April.',
  'Ravens remember human faces for years.',
];

/** One source with a text twice and one nearly so; the same again without a source. */
async function filled(embedder = 'numpy'): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'), { embedder });
  await dimension.init();
  const texts = [FOX, ...OTHERS, FOX, `${FOX} Yes.`];
  const filed = (realm: string, source: string, prefix: string): object[] =>
    texts.map((content, n) => ({
      ...{ realm, domain: 'd', content, source_file: source },
      ...{ id: `${prefix}${String(n)}`, created_at: `2026-01-0${String(n + 1)}` },
    }));
  await dimension.importEntities([
    ...filed('work', '/Notes/A.md', 'a'),
    ...filed('home', '/notes/b.md', 'b'),
    ...filed('work', '', 'none'),
    { realm: 'work', domain: 'd', content: FOX, source_file: 'few.md', id: 'few1' },
    { realm: 'work', domain: 'd', content: FOX, source_file: 'few.md', id: 'few2' },
  ]);
  return dimension;
}

describe('deduplication', () => {
  it('tells which later memories of a source say the same, and deletes nothing', async () => {
    const dimension = await filled();
    const found = await dimension.dedup();
    expect(found).toMatchObject({ sources: 2, dry_run: true, warnings: [] });
    expect(found.deleted).toEqual(['a5', 'a6', 'b5', 'b6']);
    expect(found.kept).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'b0', 'b1', 'b2', 'b3', 'b4']);
    expect((await dimension.status()).entities).toBe(23);
  });

  it('deletes them where that is asked, naming why', async () => {
    const dimension = await filled();
    const found = await dimension.dedup({ dryRun: false, realm: 'Work' });
    expect(found).toMatchObject({ sources: 1, dry_run: false, deleted: ['a5', 'a6'] });
    expect(await dimension.getEntity('a5')).toBeUndefined();
    expect(await dimension.getEntity('b5')).toBeDefined();
    expect(await dimension.getEntity('none5')).toBeDefined();
    const { events } = await dimension.history({ type: 'EntityDeleted' });
    expect(events.map(({ data }) => data)).toEqual([
      { entity_id: 'a6', reason: 'dedup' },
      { entity_id: 'a5', reason: 'dedup' },
    ]);
    expect((await dimension.dedup({ dryRun: false, realm: 'work' })).deleted).toEqual([]);
    await expectVerified(dimension);
  });

  it('leaves a later memory where the older one is gone by then', async () => {
    const dimension = await filled();
    const found = await dimension.dedup({
      dryRun: false,
      realm: 'Work',
      signal: {
        get aborted() {
          // Somebody else, while the memories are compared.
          spawnSync(process.execPath, [ALT, 'delete', 'a0', '--yes', '-D', dimension.path]);
          return false;
        },
      } as AbortSignal,
    });
    expect(found.deleted).toEqual([]);
    expect(await dimension.getEntity('a0')).toBeUndefined();
    expect(await dimension.getEntity('a5')).toMatchObject({ content: FOX });
  });

  it('is as strict as the threshold, and looks only at the sources that are meant', async () => {
    const dimension = await filled();
    expect((await dimension.dedup({ threshold: 1, source: 'a.MD' })).deleted).toEqual(['a5']);
    const all = await dimension.dedup({ threshold: 0, source: 'a.md' });
    expect(all.kept).toEqual(['a0']);
    expect((await dimension.dedup({ source: 'nowhere' })).sources).toBe(0);
    expect((await dimension.dedup({ minCount: 2, source: 'few' })).deleted).toEqual(['few2']);
    expect((await dimension.dedup({ minCount: 8 })).sources).toBe(0);
    expect((await dimension.dedup({ realm: '../' })).sources).toBe(0);
  });

  it('without an embedder goes by equal texts, and says so', async () => {
    const dimension = await filled('embeddinggemma');
    const found = await dimension.dedup({ source: 'b.md' });
    expect(found).toMatchObject({ deleted: ['b5'], vector_disabled: true });
    expect(found.warnings[0]).toMatch(/^Only equal texts were looked for: ./);
  });

  it.each([
    { threshold: 1.1 },
    { threshold: NaN },
    { threshold: -0.1 },
    { minCount: 0 },
    { minCount: 1.5 },
  ])('refuses %j', async (options) => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    await expect(dimension.dedup(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('stops when asked', async () => {
    const dimension = await filled();
    const stopped = dimension.dedup({ signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
