/** Looking back and taking back, from the command line. */
import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const EMBEDDER = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };

interface Logged {
  readonly events: readonly { readonly event: string; readonly type: string }[];
  readonly cursor: string;
}

const add = async (content: string): Promise<string> => {
  const added = await alt.json(['add', '-w', 'work', '-r', 'notes', '-c', content], EMBEDDER);
  return (added as { readonly id: string }).id;
};
const log = async (...args: string[]): Promise<Logged> =>
  (await alt.json(['log', ...args])) as Logged;

describe('undo and redo', () => {
  it('take the last commit back, show their reach, and say when there is nothing', async () => {
    await add('The ferry leaves at nine.');
    const id = await add('A mistake.');
    const dry = await alt.run(['undo', 'last', '--dry-run']);
    expect(dry.stdout).toMatch(/^Would undo 1 and redo 0 event\(s\) of 1 thing\(s\)\.\n/);
    const { stdout, code } = await alt.run(['undo', 'last']);
    expect([stdout.split('\n')[0], code]).toEqual([
      'Undid 1 and redo 0 event(s) of 1 thing(s).',
      0,
    ]);
    expect((await alt.run(['get', id])).code).toBe(3);
    const [added] = (await log('--type', 'EntityAdded', '-l', '1')).events;
    expect(await alt.json(['redo', added?.event ?? ''])).toMatchObject({ redone: 1 });
    expect((await alt.run(['get', id])).code).toBe(0);
    const nothing = await alt.run(['undo', '--session', 'nobody']);
    expect([nothing.code, nothing.stderr]).toEqual([3, expect.stringContaining('No event')]);
    expect((await alt.run(['undo'])).code).toBe(2);
  });

  it('ask where later changes build on it', async () => {
    const id = await add('First words.');
    const [added] = (await log('--entity', id)).events;
    await alt.run(['update', id, '-c', 'Second words.']);
    const asked = await alt.run(['undo', added?.event ?? '']);
    expect(asked.code).not.toBe(0);
    expect(asked.stderr).toContain(`- ${id}: EntityRevised`);
    expect((await alt.run(['get', id])).code).toBe(0);
    expect((await alt.run(['undo', added?.event ?? '', '--force'])).code).toBe(0);
    expect((await alt.run(['get', id])).code).toBe(3);
  });
});

describe('--known-at', () => {
  it('shows what was known then, and says what that was', async () => {
    const { cursor } = await log('-l', '1');
    const id = await add('Filed afterwards.');
    const then = await alt.run(['search', 'Filed', '--mode', 'keyword', '--known-at', cursor]);
    expect(then.stdout).not.toContain('afterwards');
    expect(then.stderr).toContain(`As known at ${cursor}`);
    expect((await alt.run(['get', id, '--known-at', cursor])).code).toBe(3);
    expect((await alt.run(['get', id])).code).toBe(0);
    const tool = await alt.json(['list', '--known-at', '2020-01-01']);
    expect(tool).toMatchObject({ total: 0, entities: [] });
    expect((await alt.run(['list', '--known-at', 'yesterday'])).code).toBe(2);
  });
});

describe('diff and news', () => {
  it('show what changed since a cursor', async () => {
    const woken = (await alt.json(['wake-up'])) as { readonly cursor: string };
    const id = await add('The news of today.');
    const diff = await alt.run(['diff', woken.cursor]);
    expect(diff.stdout).toContain(`+ ${id}  work / notes  The news of today.`);
    const news = await alt.run(['wake-up', '--since', woken.cursor, '--raw']);
    expect(news.stdout).toBe('## NEWS\n  + [work/notes] The news of today.\n');
    expect((await alt.run(['diff', '..'])).code).toBe(2);
  });
});

describe('log', () => {
  it('is filtered by who, when, where and in which run', async () => {
    const all = await log('--actor', 'cli:add', '--realm', 'work', '--since', '2020-01-01');
    expect(new Set(all.events.map(({ type }) => type))).toContain('EntityAdded');
    expect((await log('--actor', 'mcp')).events).toEqual([]);
    expect((await log('--until', '2020-01-01')).events).toEqual([]);
    expect((await log('--realm', 'nowhere')).events).toEqual([]);
    expect((await alt.run(['log', '--batch', 'x'])).code).toBe(2);
  });
});
