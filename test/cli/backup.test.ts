/** `export`, `import`, `history`, `undelete`, `dedup`, `taxonomy`, as people run them. */
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const place = (name: string): string => join(alt.home, name);
/** Runs in another dimension of the same home. */
const inside = (name: string, ...args: string[]) => alt.bare([...args, '-D', place(name)]);

const MEMORIES = [
  {
    id: 'one',
    realm: 'work',
    domain: 'bugs',
    content: 'Zwei\nZeilen "🍞" {]',
    metadata: { n: 1, realm: 'work', domain: 'bugs', source_file: '/a/b.md' },
    source_file: '/a/b.md',
    created_at: '2020-01-02T03:04:05.678Z',
    updated_at: '2021-01-02T03:04:05.678Z',
  },
  {
    id: 'two',
    realm: 'home',
    domain: 'plans',
    content: 'Paint the fence.',
    metadata: { realm: 'home', domain: 'plans' },
    source_file: '',
    created_at: '2022-01-01T00:00:00.000Z',
    updated_at: '2022-01-01T00:00:00.000Z',
  },
];
const LINES = MEMORIES.map((memory) => `${JSON.stringify(memory)}\n`).join('');

beforeAll(async () => {
  await alt.run(['init', '--embedder', 'numpy']);
  const { stdout, code } = await alt.run(['import', '-'], { input: LINES });
  expect([stdout, code]).toEqual(['Imported 2 of 2.\n', 0]);
});

describe('export', () => {
  it('prints one memory a line, oldest first, and nothing else', async () => {
    expect(await alt.run(['export'])).toEqual({ stdout: LINES, stderr: '', code: 0 });
    const work = await alt.run(['export', '-w', 'Work']);
    expect(work.stdout).toBe(LINES.split('\n')[0] + '\n');
    const list = await alt.run(['export', '--format', 'json', '-r', 'plans']);
    expect(JSON.parse(list.stdout)).toEqual([MEMORIES[1]]);
    const none = await alt.run(['export', '--format', 'json', '-w', 'nowhere']);
    expect(JSON.parse(none.stdout)).toEqual([]);
  });

  it('writes a file in whole, for the owner alone and through no link', async () => {
    const file = place('out.jsonl');
    expect(await alt.run(['export', '-o', file])).toEqual({ stdout: '', stderr: '', code: 0 });
    expect(readFileSync(file, 'utf8')).toBe(LINES);
    if (process.platform === 'win32') return;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    symlinkSync(file, place('link.jsonl'));
    const { code, stderr } = await alt.run(['export', '-w', 'home', '-o', place('link.jsonl')]);
    expect([code, stderr.includes('[PATH_DENIED]')]).toEqual([1, true]);
    expect(readFileSync(file, 'utf8')).toBe(LINES);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('writes a folder of Markdown', async () => {
    const out = place('markdown');
    const { stdout } = await alt.run(['export', '--format', 'markdown', '-o', out]);
    expect(stdout).toBe('Exported 2 memories of 2 domain(s) in 2 realm(s).\n');
    expect(readFileSync(join(out, 'home', 'plans.md'), 'utf8')).toContain('> Paint the fence.');
    const folder = ['export', '--format', 'markdown'];
    expect(await alt.json([...folder, '-w', 'work', '-o', place('part')])).toEqual({
      realms: 1,
      domains: 1,
      entities: 1,
    });
    const none = await alt.run([...folder, '-w', 'nowhere', '-o', place('nothing')]);
    expect(none.stdout).toBe('No memories: nothing was written.\n');
    expect(existsSync(place('nothing'))).toBe(false);
    expect((await alt.run(folder)).code).toBe(2);
  });

  it('prints every event, whole and in order', async () => {
    const { stdout } = await alt.run(['export', '--format', 'events']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events[0]?.type).toBe('DimensionCreated');
    expect(events.filter(({ type }) => type === 'EntityAdded')).toHaveLength(2);
    const filtered = await alt.run(['export', '--format', 'events', '-w', 'work']);
    expect([filtered.code, filtered.stdout]).toEqual([2, '']);
    expect((await alt.run(['export', '--format', 'pdf'])).code).toBe(2);
  });
});

describe('import', () => {
  it('gives the very same memories to another dimension, from a file or a pipe', async () => {
    const file = place('in.json');
    writeFileSync(file, JSON.stringify(MEMORIES, undefined, 2));
    const { stdout, code } = await inside('second', 'import', file);
    expect([stdout, code]).toEqual(['Imported 2 of 2.\n', 0]);
    expect((await inside('second', 'export')).stdout).toBe(LINES);
  });

  it('leaves out ids in use, or replaces them', async () => {
    const input = JSON.stringify([{ ...MEMORIES[1], content: 'Paint the wall.' }]);
    const again = await alt.run(['import', '-'], { input });
    expect(again.stdout).toBe('Imported 0 of 1, 1 left out: their ids are in use.\n');
    const preview = await alt.run(['import', '-', '--overwrite', '--dry-run'], { input });
    expect(preview.stdout).toBe('Would import 1 of 1, 1 replaced.\n');
    expect((await alt.run(['export'])).stdout).toBe(LINES);
    const report = await alt.json(['import', '-', '--overwrite'], { input });
    expect(report).toMatchObject({ imported: 1, overwritten: 1, count: 1, skipped: [] });
    expect(await alt.json(['get', 'two'])).toMatchObject({
      content: 'Paint the wall.',
      created_at: '2022-01-01T00:00:00.000Z',
    });
  });

  it('names every item that it cannot read, and takes the others', async () => {
    const input = '{"realm": "a", "domain": "b", "content": "Fine."}\n{"id": "bad\\u0007"}\n';
    const ran = await alt.run(['import', '-'], { input });
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(/^Imported 1 of 2\.\n {2}- item 1 \(bad.\): entity_id must be /);
    expect(ran.stdout).not.toContain('\u0007');
  });

  it.each([
    ['a file that is not there', ['import', place('none.json')], '', 3, 'NOT_FOUND'],
    ['a folder', ['import', alt.home], '', 1, 'IO_FAILED'],
    ['what is no list', ['import', '-'], 'hello', 2, 'INVALID_ARGUMENT'],
    ['a list that was cut off', ['import', '-'], '[{"realm": "a"},', 2, 'INVALID_ARGUMENT'],
    ['bytes', ['import', '-'], '\u0001\u0002', 2, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_, args, input, code, name) => {
    const ran = await alt.run(args, { input });
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toContain(`[${name}]\n`);
  });

  it('creates no dimension when it only looks', async () => {
    const file = place('look.jsonl');
    writeFileSync(file, LINES);
    expect((await inside('unmade', 'import', file, '--dry-run')).code).toBe(3);
    expect(existsSync(place('unmade'))).toBe(false);
  });
});

describe('history and undelete', () => {
  it('show what a memory was, and bring it back', async () => {
    await alt.run(['add', '-w', 'old', '-r', 'x', '-c', 'First words.', '--id', 'lived']);
    await alt.run(['update', 'lived', '-c', 'Second words.']);
    await alt.run(['delete', 'lived']);
    const { stdout, code } = await alt.run(['history', 'lived']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.slice(21))).toEqual([
      'EntityAdded     old / x  First words.',
      'EntityRevised   old / x  Second words.',
      'EntityDeleted   old / x  (deleted)',
      '',
    ]);
    expect(await alt.json(['history', 'lived'])).toMatchObject([{}, {}, { deleted: true }]);
    expect(await alt.run(['undelete', 'lived'])).toMatchObject({ stdout: 'Restored.\n', code: 0 });
    expect(await alt.json(['get', 'lived'])).toMatchObject({ content: 'Second words.' });
    const none = await Promise.all([alt.run(['history', 'no']), alt.run(['undelete', 'no'])]);
    expect(none.map(({ code: exit }) => exit)).toEqual([3, 3]);
    await alt.run(['delete', 'lived']);
  });
});

describe('taxonomy', () => {
  it('is a tree of counts', async () => {
    const { stdout } = await inside('second', 'taxonomy');
    expect(stdout).toBe(
      'home\n  plans                 1 entities\nwork\n  bugs                  1 entities\n',
    );
    const json = await inside('second', 'taxonomy', '--json');
    expect(JSON.parse(json.stdout)).toEqual({ home: { plans: 1 }, work: { bugs: 1 } });
  });
});

describe('list', () => {
  it('shows one source, oldest first when asked', async () => {
    const list = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await inside('second', 'list', ...args, '--ndjson');
      const lines = stdout.split('\n').filter((line) => line !== '');
      return lines.map((line) => (JSON.parse(line) as { id: string }).id);
    };
    expect(await list()).toEqual(['two', 'one']);
    expect(await list('--oldest-first')).toEqual(['one', 'two']);
    expect(await list('--source', '/a/b.md')).toEqual(['one']);
  });
});

describe('dedup', () => {
  it('lists what says the same, and deletes it only when told to', async () => {
    const other = ['Ravens remember human faces.', 'Tulips bloom in April.'];
    const items = Array.from({ length: 5 }, (_, n) => ({
      ...{ id: `d${String(n)}`, realm: 'a', domain: 'b', source_file: 'x.md' },
      content: n % 2 === 0 ? 'The very same words.' : other[(n - 1) / 2],
    }));
    await alt.bare(['init', '--embedder', 'numpy', '-D', place('third')]);
    await alt.bare(['import', '-', '-D', place('third')], { input: JSON.stringify(items) });
    const args = ['dedup', '--threshold', '1'];
    const listed = await inside('third', ...args);
    expect(listed).toMatchObject({
      stdout: 'Would delete 2 of 5 memories of 1 source(s).\n  - d2\n  - d4\n',
      code: 0,
    });
    expect((await inside('third', ...args, '--apply')).code).toBe(2);
    const done = await inside('third', ...args, '--apply', '--yes', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ deleted: ['d2', 'd4'], dry_run: false });
    const left = await inside('third', 'export');
    expect(left.stdout.trimEnd().split('\n')).toHaveLength(3);
  });
});
