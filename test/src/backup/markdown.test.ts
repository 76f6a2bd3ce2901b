/** A dimension as a folder of Markdown. */
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { exportDimension } from '../../../src/index.js';
import { FileNames } from '../../../src/backup/file-names.js';
import { filesIn, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function filled(): Promise<{ dimension: Dimension; out: string }> {
  const folder = temporaryFolder();
  const { dimension } = open(join(folder, 'dimension'));
  await dimension.init();
  await dimension.importEntities([
    {
      id: 'one',
      realm: 'work',
      domain: 'bugs',
      content: '# Login\n\nfreezes | often',
      source_file: 'src/a|b\nc.py',
      metadata: { added_by: 'claude' },
      created_at: '2026-05-31T12:34:56.789Z',
    },
    { id: 'two', realm: 'work', domain: 'bugs', content: 'Later.', created_at: '2026-06-01' },
    { id: 'three', realm: 'work', domain: 'plans', content: 'Ship.', created_at: '2020-01-01' },
    { id: 'four', realm: 'index.md', domain: "d'or", content: 'Gold.', created_at: '2026-06-02' },
  ]);
  return { dimension, out: join(folder, 'deep', 'out') };
}

describe('the Markdown export', () => {
  it('is a file per domain and an index', async () => {
    const { dimension, out } = await filled();
    expect(await dimension.exportMarkdown(out)).toEqual({ realms: 2, domains: 3, entities: 4 });
    expect(filesIn(out, '.')).toEqual([
      'index.md',
      'index.md-2',
      join('index.md-2', "d'or.md"),
      'work',
      join('work', 'bugs.md'),
      join('work', 'plans.md'),
    ]);
    const index = readFileSync(join(out, 'index.md'), 'utf8');
    expect(index.replace(/\d{4}-\d{2}-\d{2}/, 'DATE')).toBe(
      '# Memories, exported DATE\n\n' +
        '| Realm | Domains | Entities |\n| --- | --- | --- |\n' +
        '| [index.md](index.md-2/) | 1 | 1 |\n| [work](work/) | 2 | 3 |\n',
    );
    expect(readFileSync(join(out, 'work', 'bugs.md'), 'utf8')).toBe(
      [
        '# work / bugs',
        '',
        '## one',
        '',
        '> # Login',
        '>',
        '> freezes | often',
        '',
        '| Field | Value |',
        '| --- | --- |',
        '| Source | src/a\\|b c.py |',
        '| Filed | 2026-05-31T12:34:56.789Z |',
        '| Added by | claude |',
        '',
        '---',
        '',
        '## two',
        '',
        '> Later.',
        '',
        '| Field | Value |',
        '| --- | --- |',
        '| Source | unknown |',
        '| Filed | 2026-06-01T00:00:00.000Z |',
        '| Added by | unknown |',
        '',
        '---',
        '',
      ].join('\n'),
    );
  });

  it.skipIf(process.platform === 'win32')('is for the owner alone', async () => {
    const { dimension, out } = await filled();
    await dimension.exportMarkdown(out);
    const modes = filesIn(out, '.').map((name) => statSync(join(out, name)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o600, 0o700]));
    expect(statSync(out).mode & 0o777).toBe(0o700);
  });

  it('may be made again, of the dimension or of its path, and of a part', async () => {
    const { dimension, out } = await filled();
    const counts = await exportDimension(dimension, out);
    expect(await exportDimension(dimension.path, out, 'markdown')).toEqual(counts);
    const text = readFileSync(join(out, 'work', 'bugs.md'), 'utf8');
    expect(text.match(/^## /gm)).toHaveLength(2);
    const part = join(out, 'part');
    expect(await dimension.exportMarkdown(part, { realm: 'Work', domain: 'plans' })).toEqual({
      realms: 1,
      domains: 1,
      entities: 1,
    });
    const wrong = exportDimension(dimension, out, 'pdf' as 'markdown');
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('of no memories writes nothing', async () => {
    const { dimension, out } = await filled();
    const none = { realms: 0, domains: 0, entities: 0 };
    expect(await dimension.exportMarkdown(out, { realm: 'nope' })).toEqual(none);
    expect(await dimension.exportMarkdown(out, { realm: '../' })).toEqual(none);
    expect(existsSync(out)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('writes through no link', async () => {
    const { dimension, out } = await filled();
    const [elsewhere, victim] = [temporaryFolder(), join(temporaryFolder(), 'victim')];
    writeFileSync(victim, 'untouched');
    const refused = { code: 'PATH_DENIED' };
    const link = join(temporaryFolder(), 'link');
    symlinkSync(elsewhere, link);
    await expect(dimension.exportMarkdown(link)).rejects.toMatchObject(refused);
    mkdirSync(out, { recursive: true });
    symlinkSync(elsewhere, join(out, 'work'));
    await expect(dimension.exportMarkdown(out)).rejects.toMatchObject(refused);
    const other = join(out, 'other');
    mkdirSync(join(other, 'work'), { recursive: true });
    symlinkSync(victim, join(other, 'work', 'bugs.md'));
    await expect(dimension.exportMarkdown(other)).rejects.toMatchObject(refused);
    const last = join(out, 'last');
    mkdirSync(last);
    symlinkSync(victim, join(last, 'index.md'));
    await expect(dimension.exportMarkdown(last)).rejects.toMatchObject(refused);
    expect(filesIn(elsewhere, '.')).toEqual([]);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });

  it('gives every place a file name of its own that every system takes', () => {
    const names = new FileNames();
    const given = ['a/b', 'a:b', 'A_B', '..', '. .', 'con', 'Con.txt', 'ü'.repeat(128), 'x\u0000'];
    expect(given.map((name) => names.take(name))).toEqual([
      'a_b',
      'a_b-2',
      'A_B-3',
      'unknown',
      'unknown-2',
      '_con',
      '_Con.txt',
      'ü'.repeat(100),
      'x_',
    ]);
  });
});
