import { beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const WAY = ['tunnel', 'create', 'Work', 'bugs', 'personal', 'learnings'];

interface Answer {
  readonly tunnel: { readonly id: string };
}

beforeAll(async () => {
  await alt.run(['init', '--embedder', 'numpy']);
  await alt.run(['add', '-w', 'work', '-r', 'bugs', '-c', 'The login fails in Safari.']);
  await alt.run(['add', '-w', 'personal', '-r', 'learnings', '-c', 'Look at the cookies first.']);
});

describe('tunnel', () => {
  it('lists nothing in the beginning', async () => {
    expect(await alt.run(['tunnel'])).toMatchObject({ stdout: 'No tunnels.\n', code: 0 });
    expect(await alt.json(['tunnel', 'list'])).toEqual([]);
    expect((await alt.run(['tunnel', 'follow', 'work', 'bugs'])).stdout).toBe('No tunnels.\n');
    expect((await alt.run(['tunnel', 'find'])).stdout).toBe('Nothing joins them.\n');
  });

  it('links two domains, and gives the link another label', async () => {
    const first = await alt.run([...WAY, '--label', 'same cause']);
    expect(first.stdout).toMatch(
      /^Created\n {2}[0-9a-f]{16} {2}explicit {2}work\/bugs <-> personal\/learnings - same cause\n$/,
    );
    const again = (await alt.json([...WAY, '--label', 'cookies'])) as Answer;
    expect(again).toMatchObject({ created: false, tunnel: { label: 'cookies' } });
    const { stdout } = await alt.run(['tunnel', 'list', '--realm', 'personal', '-k', 'explicit']);
    expect(stdout).toBe(
      `  ${again.tunnel.id}  explicit  work/bugs <-> personal/learnings - cookies\n`,
    );
  });

  it('shows what joins realms and where tunnels lead', async () => {
    const find = await alt.run(['tunnel', 'find', 'work', 'personal']);
    expect(find.stdout).toMatch(
      /^ {2}bugs +work, personal {2}2 entities {2}\(tunnel [0-9a-f]{16}\)/,
    );
    const follow = await alt.run(['tunnel', 'follow', 'personal', 'learnings']);
    expect(follow.stdout).toBe('  <- work/bugs - cookies\n');
    const traverse = await alt.run(['tunnel', 'traverse', 'bugs', '--hops', '1']);
    expect(traverse.stdout).toMatch(
      /^ {2}bugs \[work\] 1 entities\n {4}learnings \[personal\] 1 entities {2}via tunnel:[0-9a-f]{16}\n$/,
    );
    const rows = await alt.run(['tunnel', 'traverse', 'bugs', '--ndjson']);
    expect(rows.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('warns of a realm that is not there', async () => {
    const { stdout, stderr, code } = await alt.run(['tunnel', 'find', 'work', 'moon']);
    expect([stdout, stderr, code]).toEqual([
      'Nothing joins them.\n',
      "warning: There is no realm 'moon'.\n",
      0,
    ]);
  });

  it('unlinks two domains once', async () => {
    const { tunnel } = (await alt.json(WAY)) as Answer;
    const [first, second] = [
      await alt.run(['tunnel', 'delete', tunnel.id]),
      await alt.run(['tunnel', 'delete', tunnel.id]),
    ];
    expect([first.stdout, first.code]).toEqual(['Deleted.\n', 0]);
    expect([second.stdout, second.code]).toEqual(['Not found.\n', 3]);
  });

  it.each([
    ['a place linked to itself', ['create', 'work', 'bugs', 'work', 'bugs'], 2, 'INVALID_ARGUMENT'],
    ['a place that is not there', ['create', 'work', 'bugs', 'work', 'none'], 3, 'NOT_FOUND'],
    ['half a tunnel', ['create', 'work', 'bugs'], 2, 'INVALID_ARGUMENT'],
    ['an unknown kind', ['list', '--kind', 'odd'], 2, 'INVALID_ARGUMENT'],
    ['too many hops', ['traverse', 'bugs', '--hops', '11'], 2, 'INVALID_ARGUMENT'],
    ['an unknown start', ['traverse', 'bug'], 3, 'NOT_FOUND'],
  ])('refuses %s', async (_, args, exit, name) => {
    const { stdout, stderr, code } = await alt.run(['tunnel', ...args]);
    expect([code, stdout, stderr.includes(`[${name}]`)]).toEqual([exit, '', true]);
  });

  it('names domains that are like an unknown start', async () => {
    const { stderr } = await alt.run(['tunnel', 'traverse', 'bug']);
    expect(stderr).toContain('hint: There are: bugs.');
  });

  it.each(['list', 'create', 'delete', 'find', 'follow', 'traverse'])(
    'explains %s with two examples',
    async (name) => {
      const { stdout, code } = await alt.bare(['tunnel', name, '--help']);
      expect(code).toBe(0);
      expect(stdout.split('Examples:\n')[1]?.trim()).toMatch(/^alt .*\n.*\balt /);
    },
  );
});
