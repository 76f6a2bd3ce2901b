import { spawn } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALT, ended, openConsole } from '../support/cli.js';

const alt = openConsole();
const ADD = ['add', '-w', 'Home', '-r', 'Kitchen Notes'];

interface Page {
  readonly entities: { readonly id: string; readonly content: string }[];
  readonly total: number;
}

const countEvents = async (): Promise<number> => {
  const { events } = (await alt.json(['log', '--limit', '10000'])) as { events: unknown[] };
  return events.length;
};

beforeAll(async () => {
  const { stdout, code } = await alt.run(['init', '--embedder', 'numpy']);
  expect([stdout, code]).toEqual([`Dimension initialized at ${alt.dimension}\n`, 0]);
});

describe('init', () => {
  it('leaves a dimension that is there as it is', async () => {
    const again = await alt.run(['init']);
    expect(again.stdout).toBe(`Dimension already initialized at ${alt.dimension}\n`);
    expect(await alt.json(['init'])).toMatchObject({ created: false, path: alt.dimension });
  });

  it('refuses an embedder that it does not know', async () => {
    const { stderr, code } = await alt.bare([
      'init',
      '--embedder',
      'magic',
      '-D',
      `${alt.home}/new`,
    ]);
    expect([code, stderr.includes('[INVALID_ARGUMENT]')]).toEqual([2, true]);
  });
});

describe('add', () => {
  it('files a text under names in their one spelling', async () => {
    const { stdout, code } = await alt.run([...ADD, '-c', 'Bread needs salt.', '--id', 'bread']);
    expect([stdout, code]).toEqual(['Added entity: bread\n', 0]);
    expect(await alt.json([...ADD, '-c', 'Bread needs salt.', '--id', 'bread'])).toEqual({
      id: 'bread',
      realm: 'home',
      domain: 'kitchen_notes',
      created: false,
    });
  });

  it('reads the text from standard input, letter by letter', async () => {
    const text = 'Zwei Zeilen\n  und ein Ümläut 🍞\n';
    await alt.run([...ADD, '-c', '-', '--id', 'piped', '-s', 'a/b.md', '-m', '{"n": 1}'], {
      input: text,
    });
    expect(await alt.json(['get', 'piped'])).toMatchObject({
      id: 'piped',
      content: text,
      source_file: 'a/b.md',
      metadata: { n: 1, realm: 'home', domain: 'kitchen_notes', source_file: 'a/b.md' },
    });
  });

  it('keeps lone surrogates and broken bytes out', async () => {
    const [bytes] = await Promise.all([
      alt.run([...ADD, '-c', '-', '--id', 'bytes'], { input: Buffer.from([0x61, 0xff, 0x62]) }),
    ]);
    expect(bytes.code).toBe(0);
    await alt.run([...ADD, '-c', 'x', '--id', 'meta', '-m', String.raw`{"a": "\ud800"}`]);
    expect(await alt.json(['get', 'bytes'])).toMatchObject({ content: 'a\ufffdb' });
    expect(await alt.json(['get', 'meta'])).toMatchObject({ metadata: { a: '\ufffd' } });
  });

  it.each([
    ['a blank text', [...ADD, '-c', ' \n'], '', 'INVALID_ARGUMENT'],
    ['NUL', [...ADD, '-c', '-'], 'a\0b', 'INVALID_ARGUMENT'],
    ['two megabytes', [...ADD, '-c', '-'], 'x'.repeat(2_000_000), 'TOO_LARGE'],
    ['a realm that climbs', ['add', '-w', '..', '-r', 'b', '-c', 'x'], '', 'INVALID_ARGUMENT'],
    ['a domain with a path', ['add', '-w', 'a', '-r', '../b', '-c', 'x'], '', 'INVALID_ARGUMENT'],
    ['metadata that is no object', [...ADD, '-c', 'x', '-m', '[1]'], '', 'INVALID_ARGUMENT'],
    ['no content', ADD, '', 'INVALID_ARGUMENT'],
    ['an id with spaces', [...ADD, '-c', 'x', '--id', 'a b'], '', 'INVALID_ARGUMENT'],
  ])('refuses %s with a hint or reason and leaves no event', async (_, args, input, code) => {
    const before = await countEvents();
    const ran = await alt.run(args, { input });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain(`[${code}]\n`);
    expect(await countEvents()).toBe(before);
  });

  it('refuses another text under an id in use', async () => {
    const { stderr, code } = await alt.run([...ADD, '-c', 'Another text.', '--id', 'bread']);
    expect([code, stderr.includes('[ALREADY_EXISTS]')]).toEqual([1, true]);
  });
});

describe('get', () => {
  it('prints several as an array, and names those that are missing', async () => {
    const ran = await alt.run(['get', 'bread', 'nothing', '--json']);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject([{ id: 'bread' }]);
    expect(ran.stderr).toContain(`No memory has the id 'nothing'`);
  });

  it('reads ids from standard input and prints one a line', async () => {
    const { stdout } = await alt.run(['get', '-', '--ndjson'], { input: 'bread\n\npiped\n' });
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(['bread', 'piped']);
  });

  it('prints nothing but an error for an unknown id', async () => {
    const ran = await alt.run(['get', 'nothing']);
    expect([ran.stdout, ran.code]).toEqual(['', 3]);
    expect(ran.stderr).toContain('[NOT_FOUND]\nhint: ');
  });
});

describe('list', () => {
  it('prints pages, newest first', async () => {
    const page = (await alt.json(['list', '-l', '2'])) as Page;
    expect(page).toMatchObject({ limit: 2, offset: 0, total: 4 });
    const rest = (await alt.json(['list', '-l', '10', '-o', '2'])) as Page;
    const ids = [...page.entities, ...rest.entities].map(({ id }) => id);
    expect(ids).toEqual(['meta', 'bytes', 'piped', 'bread']);
  });

  it('prints people a line for the place and the text below', async () => {
    const { stdout } = await alt.run(['list', '-w', 'HOME', '-r', 'kitchen-notes', '-o', '3']);
    expect(stdout).toMatch(
      /^ {2}bread {16}\| home {12}\/ kitchen_notes {8}\| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n {2}Bread needs salt\.\n/,
    );
  });

  it('says so when there is nothing', async () => {
    const { stdout, code } = await alt.run(['list', '-w', 'nowhere']);
    expect([stdout, code]).toEqual(['No entities found.\n', 0]);
    expect(await alt.json(['list', '-w', '../..'])).toMatchObject({ entities: [], total: 0 });
  });

  it('refuses a limit out of bounds', async () => {
    const { stderr, code } = await alt.run(['list', '--limit', '10001']);
    expect([code, stderr.includes('from 0 to 10,000')]).toEqual([2, true]);
  });

  it('ends quietly when the reader goes away', async () => {
    await alt.run([...ADD, '-c', '-', '--id', 'long'], { input: 'y'.repeat(500_000) });
    const command = `"$0" "$1" list --dimension "$2"; echo "code $?" >&2`;
    const piped = spawn(
      'sh',
      ['-c', `(${command}) | head -c 1`, process.execPath, ALT, alt.dimension],
      {
        env: alt.env(),
      },
    );
    expect(await ended(piped)).toEqual({ stdout: ' ', stderr: 'code 0\n', code: 0 });
    await alt.run(['delete', 'long']);
  });
});

describe('realms and rooms', () => {
  it('count what is in them', async () => {
    const [realms, rooms, domains] = await Promise.all([
      alt.run(['realms']),
      alt.json(['rooms', '-w', 'Home']),
      alt.run(['domains', '-w', 'nowhere']),
    ]);
    expect(realms.stdout).toBe('  home                  4 entities\n');
    expect(rooms).toMatchObject([{ name: 'kitchen_notes', realm: 'home', entity_count: 4 }]);
    expect(domains.stdout).toBe('No domains.\n');
  });
});

describe('update', () => {
  it('changes text and place, and says when nothing is to be done', async () => {
    const args = ['update', 'meta', '-c', 'New text.', '-r', 'pantry', '-m', '{"a": null}'];
    expect((await alt.run(args)).stdout).toBe('Updated: content, metadata, domain\n');
    expect((await alt.run(args)).stdout).toBe('Already so.\n');
    expect(await alt.json(['get', 'meta'])).toMatchObject({
      content: 'New text.',
      domain: 'pantry',
      metadata: { realm: 'home', domain: 'pantry' },
    });
  });

  it('refuses an unknown id, and to change nothing', async () => {
    const [unknown, nothing] = await Promise.all([
      alt.run(['update', 'nothing', '-c', 'x']),
      alt.run(['update', 'meta']),
    ]);
    expect([unknown.code, nothing.code]).toEqual([3, 2]);
  });
});

describe('delete', () => {
  it('takes one away and says when it is not there', async () => {
    expect((await alt.run(['delete', 'meta'])).stdout).toBe('Deleted.\n');
    const again = await alt.run(['delete', 'meta']);
    expect([again.stdout, again.code]).toEqual(['Not found.\n', 3]);
    const json = await alt.run(['delete', 'meta', '--json']);
    expect([JSON.parse(json.stdout), json.code]).toEqual([{ deleted: false, id: 'meta' }, 3]);
  });

  it('wants a yes for several where nobody can be asked', async () => {
    const refused = await alt.run(['delete', 'bytes', 'piped']);
    expect([refused.code, refused.stderr.includes('hint: Add --yes')]).toEqual([2, true]);
    const done = await alt.run(['delete', '-', '-y'], { input: 'bytes\npiped\n' });
    expect([done.stdout, done.code]).toEqual(['Deleted 2.\n', 0]);
  });
});

describe('status', () => {
  it('counts what the dimension holds', async () => {
    expect(await alt.json(['status'])).toMatchObject({
      initialized: true,
      path: alt.dimension,
      entities: 1,
      realms: 1,
      embedder: 'numpy',
      warnings: [],
    });
  });
});
