import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const project = join(alt.home, 'Garden Book');

beforeAll(async () => {
  mkdirSync(join(project, 'docs'), { recursive: true });
  writeFileSync(
    join(project, 'docs', 'roses.md'),
    '# Roses\n\nRoses want sun for half of the day and are pruned in early spring, above an eye.\n',
  );
  writeFileSync(
    join(project, 'tools.txt'),
    'The spade hangs beside the door of the shed; the shears are sharpened every autumn.\n',
  );
  writeFileSync(join(project, '.gitignore'), 'secret.md\n');
  writeFileSync(
    join(project, 'secret.md'),
    '# Secret\n\nThe key of the shed lies under the third flower pot from the left side.\n',
  );
  await alt.run(['init', '--embedder', 'numpy']);
});

describe('mine', () => {
  it('says what it would do and writes nothing', async () => {
    const { stdout, code } = await alt.run(['mine', project, '--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Would mine 2 items from /);
    expect(await alt.json(['list'])).toMatchObject({ total: 0 });
  });

  it('files a folder, embeds it, and finds nothing to do the second time', async () => {
    const first = await alt.run(['mine', project]);
    expect([first.stdout.split('\n')[0], first.code]).toEqual([`Mined 2 items from ${project}`, 0]);
    expect(await alt.json(['status'])).toMatchObject({ entities: 2, pending: 0 });
    expect(await alt.json(['mine', project])).toMatchObject({
      mode: 'projects',
      realm: 'garden_book',
      files_seen: 2,
      files_unchanged: 2,
      entities_created: 0,
      files_failed: [],
      pending: 0,
    });
    const { stdout } = await alt.run(['search', 'when are roses pruned', '-l', '1', '--ndjson']);
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { added_by: 'alt-memory' } });
  });

  it('takes flags: what is ignored too, place, agent, limits, no waiting', async () => {
    const args = ['mine', project, '--no-gitignore', '-w', 'other', '-r', 'all', '--no-wait'];
    const report = await alt.json([...args, '--agent', 'gardener', '--file-limit', '2']);
    expect(report).toMatchObject({ realm: 'other', files_processed: 2, by_domain: { all: 2 } });
    const one = join(project, 'secret.md');
    const { stdout, code } = await alt.run(['mine', one, '-w', 'one', '-r', 'file']);
    expect([stdout.split('\n')[0], code]).toEqual([`Mined 1 items from ${one}`, 0]);
  });

  it('refuses what is not there, a bad name, a mode of later releases', async () => {
    const refused = await Promise.all([
      alt.run(['mine', join(project, 'nothing')]),
      alt.run(['mine', project, '-w', '../..']),
      alt.run(['mine', project, '--mode', 'convos']),
    ]);
    expect(refused.map(({ code, stdout }) => [code, stdout])).toEqual([
      [3, ''],
      [2, ''],
      [2, ''],
    ]);
  });

  it('files the rest when a file cannot be read, and says so', async (context) => {
    if (process.getuid?.() === 0) context.skip('the super-user may read anything');
    const folder = join(alt.home, 'locked');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'no.md'),
      '# No\n\nNobody may read this text, which is long enough.\n',
    );
    writeFileSync(
      join(folder, 'yes.md'),
      '# Yes\n\nEverybody may read this text, it is long enough.\n',
    );
    chmodSync(join(folder, 'no.md'), 0o000);
    const { stdout, stderr, code } = await alt.run(['mine', folder, '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      entities_created: 1,
      files_failed: [{ file: 'no.md' }],
    });
    expect(stderr).toContain('failed: no.md');
  });
});
