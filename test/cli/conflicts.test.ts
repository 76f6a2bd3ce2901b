/** Conflicts and blame from the command line. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const first = openConsole();
const second = openConsole();
const EMBEDDER = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };

interface Told {
  readonly conflicts: readonly { readonly id: string }[];
  readonly total: number;
}

beforeAll(async () => {
  const stick = join(first.home, 'stick');
  const add = ['add', '-w', 'work', '-r', 'notes', '-c', 'Nine.\nBlue.', '--id', 'ferry'];
  await first.run(add, EMBEDDER);
  await first.run(['remote', 'add', 'usb', stick]);
  await first.run(['push']);
  await second.run(['clone', stick]);
  await first.run(['update', 'ferry', '-c', 'Ten.\nBlue.']);
  await second.run(['update', 'ferry', '-c', 'Eleven.\nBlue.']);
  await second.run(['push']);
  await first.run(['pull']);
});

describe('conflicts', () => {
  it('show both sides and why, and let the other one be taken', async () => {
    const { stdout, code } = await first.run(['conflicts']);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    const [id = ''] = lines[0]?.split('  ') ?? [];
    expect(lines[0]).toContain('entity ferry: content  (open; the later change counts)');
    expect(lines[1]).toMatch(/^ {2}counts {2}.* cli:update.* on [0-9a-f]{8} {2}Eleven\. Blue\.$/);
    expect(lines[2]).toMatch(/^ {2}lost {4}.* cli:update.* on [0-9a-f]{8} {2}Ten\. Blue\.$/);
    const told = (await first.json(['conflicts'])) as Told;
    expect(told).toMatchObject({ conflicts: [{ id, reason: 'later' }], total: 1 });
    const taken = await first.run(['conflicts', 'take', id]);
    expect([taken.stdout, taken.code]).toEqual(['ferry: content is Ten. Blue.\n', 0]);
    expect((await first.run(['conflicts'])).stdout).toBe('No conflicts.\n');
    expect((await first.run(['conflicts', '--all'])).stdout).toContain(`${id}  `);
    expect((await first.run(['conflicts', 'take', id])).code).toBe(3);
    expect((await first.run(['conflicts', 'take', 'nope'])).code).toBe(3);
  });
});

describe('blame', () => {
  it('shows of each line who wrote it, when and where', async () => {
    const { stdout, code } = await second.run(['blame', 'ferry']);
    expect(code).toBe(0);
    const [changed, kept] = stdout.trimEnd().split('\n');
    expect(changed).toMatch(/^[0-9a-f]{8}:\d+ {2}.* cli:update {2}1\) Eleven\.$/);
    expect(kept).toMatch(/^[0-9a-f]{8}:\d+ {2}.* cli:add {2}2\) Blue\.$/);
    expect(await second.json(['blame', 'ferry'])).toMatchObject({
      entity_id: 'ferry',
      lines: [
        { line: 1, type: 'EntityRevised' },
        { line: 2, type: 'EntityAdded' },
      ],
    });
    expect((await second.run(['blame', 'nope'])).code).toBe(3);
  });
});
