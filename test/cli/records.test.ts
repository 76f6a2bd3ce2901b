import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const EMBEDDER = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };

describe('a diary', () => {
  it('begins with a dimension that record makes', async () => {
    const args = ['record', '-a', 'Claude Code', '-e', 'Found the race.', '-t', 'debug'];
    const { stdout, code } = await alt.run(args, EMBEDDER);
    expect([stdout, code]).toEqual(['Record entry written to realm: agent_claude_code\n', 0]);
    const piped = ['record', '-a', 'claude-code', '-e', '-', '-w', 'Shared Notes'];
    const written = await alt.json(piped, { input: `SESSION: ${'long '.repeat(100)}` });
    expect(written).toMatchObject({
      ...{ id: expect.stringMatching(/^ent_/) as string, realm: 'shared_notes' },
      ...{ topic: 'general', layer: 'L1', agent: 'claude-code' },
    });
  });

  it('is read newest first, cut with a mark unless it is asked for whole', async () => {
    const { stdout, code } = await alt.run(['record-read', '-a', 'CLAUDE_CODE']);
    const lines = stdout.split('\n');
    expect(code).toBe(0);
    expect(lines[1]).toMatch(/^\[\d{4}-\d{2}-\d{2} [\d:]{8}\] topic=general$/);
    expect(lines[2]).toMatch(/^ {2}SESSION: .*\.\.\.$/);
    expect(lines[2]?.length).toBe(205);
    expect(lines[4]).toMatch(/topic=debug$/);
    expect(lines[5]).toBe('  Found the race.');
    const full = await alt.run(['record-read', '-a', 'claude_code', '--full', '--last-n', '1']);
    expect(full.stdout).toContain('long '.repeat(99));
    const debug = await alt.run(['record-read', '-a', 'claude_code', '-t', 'debug']);
    expect(debug.stdout).not.toContain('SESSION');
    const { stdout: none } = await alt.run(['record-read', '-a', 'claude_code', '-w', 'elsewhere']);
    expect(none).toBe('No record entries.\n');
  });

  it('is one of those that agents lists', async () => {
    const { stdout } = await alt.run(['agents']);
    expect(stdout).toMatch(/^ {2}claude_code +2 entries .* agent_claude_code, shared_notes\n$/);
    expect(await alt.json(['agents'])).toMatchObject([{ name: 'claude_code', entries: 2 }]);
  });

  it.each([
    ['no agent', ['record', '-e', 'x']],
    ['no entry', ['record', '-a', 'x']],
    ['a blank entry', ['record', '-a', 'x', '-e', ' ']],
    ['a bad name', ['record', '-a', 'x/y', '-e', 'z']],
    ['a long topic', ['record', '-a', 'x', '-e', 'z', '-t', 't'.repeat(129)]],
    ['no number', ['record-read', '-a', 'x', '--last-n', '0']],
  ])('refuses %s', async (_, args) => {
    const { stdout, code } = await alt.run(args);
    expect([stdout, code]).toEqual(['', 2]);
  });
});

describe('wake-up', () => {
  it('prints an estimate, a rule, who one is and the story', async () => {
    writeFileSync(join(alt.dimension, 'identity.txt'), 'I am Ada.\n');
    const { stdout, code } = await alt.run(['wake-up']);
    const [estimate, rule, ...text] = stdout.split('\n');
    expect(code).toBe(0);
    expect(estimate).toMatch(/^Wake-up text \(~\d+ tokens\):$/);
    expect(rule).toBe('='.repeat(50));
    expect(text.slice(0, 5)).toEqual([
      ...['I am Ada.', '', '## L1 — ESSENTIAL STORY', '', '[agent_claude_code/record]'],
    ]);
    const raw = await alt.run(['wake-up', '--raw']);
    const [last, news] = text.slice(-3);
    expect([last, news]).toEqual([
      rule,
      expect.stringMatching(/^News later: alt wake-up --since \S+$/),
    ]);
    expect(raw.stdout).toBe(`${text.slice(0, -3).join('\n')}\n`);
    expect(await alt.json(['wake-up', '-w', 'shared_notes'])).toMatchObject({
      ...{ l0: 'I am Ada.', l1: [{ realm: 'shared_notes', domain: 'record', importance: 3 }] },
      tokens_estimate: expect.any(Number) as number,
    });
  });

  it('tells the story in the compressed dialect', async () => {
    const { stdout, code } = await alt.run(['wake-up', '--aaak', '--raw']);
    expect(code).toBe(0);
    expect(stdout).toContain('\n## L1 — ESSENTIAL STORY (AAAK)\n');
    expect(stdout).toMatch(/ \| DR:\S+\n/);
  });

  it('warns of an identity that every session pays for', async () => {
    writeFileSync(join(alt.dimension, 'identity.txt'), 'x'.repeat(2_001));
    const { stdout, stderr } = await alt.run(['wake-up']);
    expect(stdout).toContain('x'.repeat(2_001));
    expect(stderr).toMatch(/^warning: The identity has 2001 characters/);
    writeFileSync(join(alt.dimension, 'identity.txt'), 'I am Ada.\n');
  });

  it('shows the layers of an agent', async () => {
    const { stdout, code } = await alt.run(['wake-up', '--agent', 'claude-code', '--last-n', '5']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\n--- L1 daily summaries \(1 entries\) ---\n {2}\[.*\] SESSION: /);
    expect(stdout).toMatch(/\n\n--- L0 immediate records \(1 entries\) ---\n.*Found the race\.\n$/);
    const unknown = await alt.run(['wake-up', '--agent', 'nobody']);
    expect([unknown.code, unknown.stderr.includes('claude_code')]).toEqual([3, true]);
  });

  it('recalls and searches', async () => {
    const recalled = await alt.run(['wake-up', '--recall', '-w', 'agent_claude_code', '-l', '3']);
    expect(recalled.stdout).toBe('## L2 — ON-DEMAND (1 entities)\n  [record] Found the race.\n');
    const found = await alt.run(['wake-up', '--search', 'race', '-l', '1']);
    expect(found.stdout).toMatch(
      /^## L3 — SEARCH RESULTS for "race"\n {2}\[1\] agent_claude_code\/record \(sim=\d\.\d{3}\)\n/,
    );
  });

  it.each([
    [['--agent', 'a', '--realm', 'b'], '--realm'],
    [['--last-n', '5'], '--last-n'],
    [['--all-layers'], '--all-layers'],
    [['--recall', '--last-n', '5'], '--last-n'],
    [['--search', 'x', '--recall'], '--recall'],
    [['-l', '5'], '--limit'],
  ])('refuses flags that mean nothing together: %j', async (args, stray) => {
    const { stderr, code } = await alt.run(['wake-up', ...args]);
    expect([code, stderr.startsWith(`error: ${stray} means nothing`)]).toEqual([2, true]);
  });
});

describe('personas', () => {
  it('are made, taken on, shown and listed', async () => {
    expect((await alt.run(['persona', 'list'])).stdout).toBe('No personas.\n');
    expect((await alt.run(['persona', 'show'])).code).toBe(3);
    const piped = ['persona', 'create', 'My Coder', '--prompt', '-', '--description', 'Writes'];
    expect((await alt.run(piped, { input: 'Be brief.' })).stdout).toBe('Created: my_coder\n');
    expect((await alt.run(['persona', 'create', 'my-coder'])).code).toBe(1);
    const used = await alt.run(['persona', 'use', 'MY CODER']);
    expect(used.stdout).toBe('Activated: my_coder\n');
    const made = await alt.run(['persona', 'use', 'architect', '-m', '{"a": 1}']);
    expect(made.stdout).toBe('Created and activated: architect\n');
    const { stdout } = await alt.run(['persona', 'list']);
    expect(stdout).toBe(`  ${'my_coder'.padEnd(20)}  Writes\n* architect\n`);
    expect((await alt.run(['persona', 'show', 'my_coder'])).stdout).toBe('Be brief.\n');
    expect(await alt.json(['persona', 'show'])).toMatchObject({
      ...{ name: 'architect', active: true, metadata: { a: 1 } },
    });
  });

  it('are deleted when that is confirmed; their memories stay', async () => {
    const args = ['persona', 'delete', 'My Coder'];
    expect((await alt.run(args)).code).toBe(2);
    const deleted = await alt.run([...args, '-y']);
    expect(deleted.stdout).toBe('Deleted. Its memories stay in persona_my_coder.\n');
    const again = await alt.run([...args, '-y']);
    expect([again.stdout, again.code]).toEqual(['Not found.\n', 3]);
    expect((await alt.run(['persona', 'show', 'my_coder'])).code).toBe(3);
  });

  it.each(['list', 'show', 'use', 'create', 'delete'])('explain %s', async (name) => {
    const [help, refused] = await Promise.all([
      alt.bare(['persona', name, '--help']),
      alt.run(['persona', name, 'x', '--no-such-option']),
    ]);
    expect(help.stdout.split('Examples:\n')[1]?.trim()).toMatch(/^alt .*\n.*\balt /);
    expect([help.code, refused.code]).toEqual([0, 2]);
  });
});
