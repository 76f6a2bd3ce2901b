import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

const READ_COMMANDS = [
  ...[['get', 'x'], ['list'], ['realms'], ['rooms'], ['search', 'x'], ['check-dup', 'x']],
  ...[['kg-query'], ['log'], ['verify'], ['repair-status'], ['repair'], ['mine', '.', '--dry-run']],
  ...[['repair', '--mode', 'scan'], ['repair', '--mode', 'status'], ['rebuild'], ['rebuild-fts']],
  ...[['delete', 'x'], ['kg-stats'], ['kg-timeline', 'x']],
  ...[['tunnel'], ['tunnel', 'find'], ['tunnel', 'follow', 'a', 'b'], ['tunnel', 'traverse', 'a']],
  ...[
    ['tunnel', 'delete', 'a'],
    ['tunnel', 'create', 'a', 'b', 'c', 'd'],
  ],
  ...[['record-read', '-a', 'x'], ['agents'], ['wake-up'], ['wake-up', '--agent', 'x']],
  ...[
    ['wake-up', '--recall'],
    ['persona', 'list'],
    ['persona', 'show'],
  ],
  ['delete', 'x'],
  ['compress'],
  ...[['push'], ['pull'], ['merge', 'x'], ['remote', 'list'], ['remote', 'remove', 'x']],
  ['remote', 'add', 'x', 'y'],
  ...[['taxonomy'], ['history', 'x'], ['undelete', 'x'], ['dedup'], ['export']],
];
const COMMANDS = [
  ...['init', 'status', 'add', 'get', 'list', 'update', 'delete', 'realms', 'rooms', 'search'],
  ...['check-dup', 'kg-add', 'kg-query', 'kg-invalidate', 'kg-stats', 'kg-timeline', 'tunnel'],
  ...['mine', 'mcp', 'log', 'verify'],
  ...['record', 'record-read', 'agents', 'wake-up', 'persona'],
  ...['rebuild-fts', 'rebuild', 'rebuild-from-sqlite', 'domains', 'repair-status', 'repair'],
  ...['aaak', 'compress'],
  ...['taxonomy', 'history', 'undelete', 'dedup', 'export', 'import'],
  ...['clone', 'remote', 'push', 'pull', 'merge'],
];

describe('the program', () => {
  it.each([[['--version']], [['-V']], [['--json', '--version']]])(
    'prints its version: %j',
    async (args) => {
      const ran = await alt.bare(args);
      expect(ran).toEqual({ stdout: `alt-memory ${version}\n`, stderr: '', code: 0 });
    },
  );

  it('prints help when nothing is asked', async () => {
    const { stdout, stderr, code } = await alt.bare([]);
    expect([stdout.startsWith('Usage: alt '), stderr, code]).toEqual([true, '', 0]);
  });

  it('documents its exit codes', async () => {
    const { stdout, code } = await alt.bare(['help', 'exit-codes']);
    expect([stdout.includes('    4  busy'), code]).toEqual([true, 0]);
  });

  it('names the nearest command for an unknown one', async () => {
    const ran = await alt.bare(['serch', 'brakes']);
    expect(ran).toEqual({
      stdout: '',
      stderr: `error: unknown command 'serch'. [INVALID_ARGUMENT]\nhint: Did you mean search?\n`,
      code: 2,
    });
  });

  it('prints an error as one JSON line with --json', async () => {
    const { stdout, stderr, code } = await alt.bare(['list', '--json', '--limt', '3']);
    expect([stdout, code]).toEqual(['', 2]);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'INVALID_ARGUMENT',
        message: `unknown option '--limt'.`,
        hint: 'Did you mean --limit?',
      },
    });
  });

  it('shows what would steer a terminal, and never sends it, whatever it prints', async () => {
    const steering = 'a\u001b[31mb\u009b31mc\u007fd\u202ee';
    const nowhere = ['list', '--dimension', join(alt.home, steering)];
    const [text, json, quoted] = await Promise.all([
      alt.bare(nowhere),
      alt.bare([...nowhere, '--json']),
      alt.bare(['aaak', steering, '--output-format', 'json']),
    ]);
    const printed = [text, json, quoted].map(({ stdout, stderr }) => stdout + stderr);
    for (const out of printed) expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text.stderr).toContain('a\ufffd[31mb\ufffd31mc\ufffdd\ufffde');
    expect(json.stderr).toContain('a\\u001b[31mb\\u009b31mc\\u007fd');
    expect(quoted.stdout).toContain('\\u009b31mc\\u007fd');
  });

  it.each(COMMANDS)('explains %s with two examples and refuses unknown options', async (name) => {
    const [help, refused] = await Promise.all([
      alt.bare([name, '--help']),
      alt.bare([name, '--no-such-option', '--dimension', join(alt.home, 'none')]),
    ]);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout.split('Examples:\n')[1]?.trim()).toMatch(/^alt .*\n.*\balt /);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('[INVALID_ARGUMENT]');
  });
});

describe('a failure', () => {
  it('shows a stack trace with --debug only', async () => {
    const args = ['list', '-D', join(alt.home, 'none')];
    const [plain, debug] = await Promise.all([alt.bare(args), alt.bare([...args, '--debug'])]);
    expect([plain, debug].map(({ stderr }) => /\n\s+at /.test(stderr))).toEqual([false, true]);
    expect([plain.code, debug.code]).toEqual([3, 3]);
  });
});

describe('a missing dimension', () => {
  it.each(READ_COMMANDS)('is not created by %s %s', async (...args) => {
    const missing = join(alt.home, 'missing');
    const ran = await alt.bare([...args, '--dimension', missing]);
    expect(ran).toEqual({
      stdout: '',
      stderr:
        `error: There is no dimension at ${missing}. [DIMENSION_NOT_FOUND]\n` +
        'hint: Create one with "alt init", or name another with --dimension.\n',
      code: 3,
    });
  });

  it('is told by status without an error', async () => {
    const path = join(alt.home, 'missing');
    const { stdout, code } = await alt.bare(['status', '-D', path]);
    expect([JSON.parse(stdout), code]).toEqual([
      { initialized: false, path, version, warnings: [] },
      0,
    ]);
  });

  it('is one in a folder that holds only configuration', async () => {
    const folder = join(alt.home, 'only-config');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), '{}');
    const { stdout } = await alt.bare(['status', '-D', folder]);
    expect(JSON.parse(stdout)).toMatchObject({ initialized: false });
  });
});

describe('the dimension in use', () => {
  const place = (name: string): string => join(alt.home, name);
  const inUse = async (
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<unknown> => {
    const { stdout } = await alt.bare(['status', ...args], { env });
    return (JSON.parse(stdout) as { path: string }).path;
  };

  it('is the flag, then the two variables, then config.json, then the home', async () => {
    const folder = place('config');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ dim_path: place('d') }));
    const config = { ALT_MEMORY_HOME: folder };
    const alias = { ...config, ALT_MEMORY_PATH: place('c') };
    const both = { ...alias, ALT_DIM_PATH: place('b') };
    const used = await Promise.all([
      inUse(['--dimension', place('a')], both),
      inUse([], both),
      inUse([], alias),
      inUse([], config),
      inUse([]),
      inUse(['-D', '~/tilde']),
    ]);
    const expected = ['a', 'b', 'c', 'd', '.alt-memory', 'tilde'].map(place);
    expect(used).toEqual(expected);
  });

  it('is named before or after the command', async () => {
    const used = await Promise.all([
      alt.bare(['-D', place('a'), '--json', 'status']),
      alt.bare(['status', `--dimension=${place('a')}`, '--json']),
    ]);
    expect(used.map(({ stdout }) => (JSON.parse(stdout) as { path: string }).path)).toEqual([
      place('a'),
      place('a'),
    ]);
  });

  it('survives a corrupt config.json, which is said and left as it is', async () => {
    const folder = place('corrupt');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), '{"dim_path": ');
    const env = { ALT_MEMORY_HOME: folder };
    const [loud, quiet] = await Promise.all([
      alt.bare(['status'], { env }),
      alt.bare(['status', '-q'], { env }),
    ]);
    expect([loud.code, quiet.code, quiet.stderr]).toEqual([0, 0, '']);
    expect(loud.stderr).toMatch(/^warning: .*config\.json cannot be read: .*; it is ignored/);
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe('{"dim_path": ');
  });
});

describe('a place where no dimension can be', () => {
  it('may be a file, which is left as it is', async () => {
    const file = join(alt.home, 'a-file');
    writeFileSync(file, 'mine');
    const [status, list, init, add] = await Promise.all([
      alt.bare(['status', '-D', file]),
      alt.bare(['list', '-D', file]),
      alt.bare(['init', '-D', file]),
      alt.bare(['add', '-w', 'a', '-r', 'b', '-c', 'text', '-D', file]),
    ]);
    expect([status.code, list.code, init.code, add.code]).toEqual([0, 3, 1, 1]);
    expect(init.stderr).toMatch(/^error: .*\[(IO_FAILED|READ_ONLY)\]\n/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('may be read-only', async (context) => {
    if (process.getuid?.() === 0) context.skip('the super-user may write anywhere');
    const folder = join(alt.home, 'read-only');
    mkdirSync(folder, { mode: 0o500 });
    const { stderr, code } = await alt.bare(['init', '-D', join(folder, 'dimension')]);
    expect([code, stderr.includes('[READ_ONLY]')]).toEqual([1, true]);
  });
});
