/** Copies, other releases, and who may read the files. */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { copyOf, expectWhole, filesIn, open, useTemplate } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const template = useTemplate();

const replicasOf = (path: string): string[] =>
  filesIn(path, 'log').filter((name) => /^[0-9a-f]{32}$/.test(name));

async function addTo(path: string, text: string): Promise<string> {
  const { dimension } = open(path);
  const entityId = text.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  await dimension.addEntity('work', 'notes', text, { entityId });
  await expectWhole(dimension, { [entityId]: text });
  await dimension.close();
  return entityId;
}

describe('a dimension folder that was copied', () => {
  it('is written to under a new id, the original under its own, and both verify', async () => {
    const original = copyOf(template());
    await addTo(original, 'First');
    const before = replicasOf(original);
    const copy = copyOf(original);
    const written = open(copy).dimension;
    await written.addEntity('work', 'notes', 'In the copy.', { entityId: 'in-the-copy' });
    await expectWhole(written, { first: 'First', 'in-the-copy': 'In the copy.' });
    expect(replicasOf(copy)).toHaveLength(before.length + 1);

    const source = open(original).dimension;
    await source.addEntity('work', 'notes', 'In the original.', { entityId: 'in-the-original' });
    await expectWhole(source, { first: 'First', 'in-the-original': 'In the original.' });
    expect(replicasOf(original)).toEqual(before);
  });

  it('that is only read is not written to', async () => {
    const copy = copyOf(template());
    const before = replicasOf(copy);
    const { dimension } = open(copy);
    await expectWhole(dimension);
    expect(replicasOf(copy)).toEqual(before);
  });
});

describe('a dimension whose replica.json', () => {
  it('was moved along with it goes on under its id', async () => {
    const path = copyOf(template());
    await addTo(path, 'Before');
    const before = replicasOf(path);
    const moved = join(temporaryFolder(), 'moved');
    renameSync(path, moved);
    const { dimension } = open(moved);
    await dimension.addEntity('work', 'notes', 'After the move.');
    expect(replicasOf(moved)).toEqual(before);
  });

  it.each(['restored from a backup', 'deleted', 'unreadable'])(
    'was %s gets a new id',
    async (what) => {
      const path = copyOf(template());
      await addTo(path, 'Before');
      const before = replicasOf(path);
      const file = join(path, 'replica.json');
      const text = readFileSync(file, 'utf8');
      rmSync(file);
      // Something else takes the inode that came free.
      writeFileSync(join(path, 'other.txt'), text);
      if (what === 'restored from a backup') writeFileSync(file, text);
      if (what === 'unreadable') writeFileSync(file, 'no json');
      const { dimension } = open(path);
      await dimension.addEntity('work', 'notes', 'After it.', { entityId: 'after' });
      await expectWhole(dimension, { before: 'Before', after: 'After it.' });
      const after = replicasOf(path);
      expect(after).toHaveLength(before.length + 1);
      expect(after).toEqual(expect.arrayContaining(before));
      await dimension.addEntity('work', 'notes', 'Once more.');
      expect(replicasOf(path)).toEqual(after);
    },
  );
});

describe('every file of a dimension', () => {
  it('is its owner’s alone', async () => {
    process.umask(0o022);
    const path = join(temporaryFolder(), 'dimension');
    const { dimension } = open(path);
    await dimension.init();
    for (let n = 0; n < 5; n += 1) await dimension.addEntity('work', 'notes', `Note ${String(n)}.`);
    await dimension.search('note');
    const looseNames = (): string[] => {
      return ['.', ...filesIn(path, '.')].filter((name) => {
        const stat = lstatSync(join(path, name));
        return (stat.mode & 0o777) !== (stat.isDirectory() ? 0o700 : 0o600);
      });
    };
    expect(looseNames()).toEqual([]);
    await dimension.rebuild();
    await dimension.addEntity('work', 'notes', 'After the rebuild.');
    expect(looseNames()).toEqual([]);
    await dimension.close();
    expect(looseNames()).toEqual([]);
  });
});

/** Changes what the views say of the release that wrote them. */
function changeVersions(path: string, change: (version: number) => number): string {
  const { generation } = JSON.parse(readFileSync(join(path, 'live.json'), 'utf8')) as {
    generation: string;
  };
  const file = join(path, 'views', `${generation}.db`);
  const db = new Database(file);
  const sql = "SELECT value FROM meta WHERE key = 'versions'";
  const versions = JSON.parse(db.prepare(sql).pluck().get() as string) as Record<string, number>;
  versions.entities = change(versions.entities ?? 0);
  db.prepare("UPDATE meta SET value = ? WHERE key = 'versions'").run(JSON.stringify(versions));
  db.close();
  return file;
}

describe('views', () => {
  it('of an older release are folded again', async () => {
    const path = copyOf(template());
    const old = changeVersions(path, (version) => version - 1);
    const { dimension, codes } = open(path);
    await expectWhole(dimension);
    expect(codes()).toEqual(['VIEWS_REBUILT']);
    expect(filesIn(path, 'views')).not.toContain(old.slice(path.length + 7));
    await addTo(path, 'After the upgrade');
  });

  it('of a newer release stop every call, and nothing is written', async () => {
    const path = copyOf(template());
    const file = changeVersions(path, (version) => version + 1);
    const before = [readFileSync(file), filesIn(path, 'log'), filesIn(path, 'views')];
    const sizes = (): number[] =>
      filesIn(path, 'log').map((name) => lstatSync(join(path, 'log', name)).size);
    const sizesBefore = sizes();
    const { dimension } = open(path);
    const upgrade = { code: 'UPGRADE_REQUIRED', hint: expect.any(String) as string };
    await expect(dimension.getEntity('memory-1')).rejects.toMatchObject(upgrade);
    await expect(dimension.addEntity('work', 'notes', 'No.')).rejects.toMatchObject(upgrade);
    await expect(dimension.search('memory')).rejects.toMatchObject(upgrade);
    await expect(dimension.rebuild()).rejects.toMatchObject(upgrade);
    await dimension.close();
    expect([readFileSync(file), filesIn(path, 'log'), filesIn(path, 'views')]).toEqual(before);
    expect(sizes()).toEqual(sizesBefore);
  });
});
