import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const SEED = 'Alice loves Jordan, they have two kids: Riley (18, into sports)';
const ENTRY = 'FAM: ALC→♡JOR | 2D(kids): RIL(18,sports) | ★★★★';
const EMBEDDER = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };

describe('alt aaak without a dimension', () => {
  it('prints what the documentation promises, and makes no dimension', async () => {
    const ran = await alt.run(['aaak', SEED]);
    expect(ran).toEqual({ stdout: `${ENTRY}\n`, stderr: '', code: 0 });
    expect(existsSync(alt.dimension)).toBe(false);
  });

  it.each([[['aaak']], [['aaak', '-']]])('reads standard input: %j', async (args) => {
    const { stdout } = await alt.run(args, { input: SEED });
    expect(stdout).toBe(`${ENTRY}\n`);
  });

  it('takes an entry apart as JSON with its signs as they are', async () => {
    const args = ['aaak', 'FAM: ALC→♡JOR', '--output-format', 'json'];
    const { stdout, code } = await alt.run(args);
    expect(stdout).toContain('\n  "raw": "FAM: ALC→♡JOR",\n');
    expect([JSON.parse(stdout), code]).toMatchObject([
      {
        kind: 'entry',
        entities: [{ code: 'ALC' }, { code: 'JOR' }],
        relationships: [{ source: 'ALC', target: 'JOR', label: 'loves' }],
        aaak: 'FAM: ALC→♡JOR',
        readable: 'Family: ALC loves JOR',
        exact: false,
      },
      0,
    ]);
    expect(await alt.json(['aaak', 'FAM: ALC→♡JOR'])).toEqual(JSON.parse(stdout));
  });

  it('takes plain text apart as the entry that it becomes', async () => {
    expect(await alt.json(['aaak', SEED])).toMatchObject({
      aaak: ENTRY,
      readable: SEED,
      exact: true,
      importance: 4,
      groups: [{ count: 2, kind: 'kids', members: ['RIL'] }],
      stats: { size_ratio: 1.6 },
    });
  });

  it('answers nothing with nothing', async () => {
    expect(await alt.run(['aaak'])).toMatchObject({ stdout: '\n', code: 0 });
    expect(await alt.json(['aaak', ''])).toMatchObject({ kind: 'empty', entities: [], aaak: '' });
  });

  it('expands, cuts, weighs, explains and indexes', async () => {
    const text = 'SESSION:2026-05-31|fixed.auth|★★★';
    const out = async (...args: string[]) => (await alt.run(['aaak', ...args])).stdout;
    expect(await out('--decompress', text)).toBe(
      'Session 2026-05-31: fixed auth [importance 3/5]\n',
    );
    expect(await out('--max-len', '20', 'The brakes of the van squeak loudly')).toBe(
      'brakes van… | ★★\n',
    );
    expect(await out('--importance', '5', '--legend', 'Alice told us')).toBe(
      'ALC told | ★★★★★\nK: ALC=Alice\n',
    );
    expect(await out('--zettel', 'Alice told us that the brakes squeak.')).toMatch(/^0:ALC\|/);
    expect(await out('--stats', 'hello')).toMatch(/^hello \| ★★\n# tokens .*lossy/);
    expect(await out('--spec')).toContain('FAM: ALC→♡JOR');
  });

  it('takes codes from a file', async () => {
    const file = join(alt.home, 'codes.json');
    writeFileSync(file, '{"entities": {"Alice": "AX", "bob": "B2"}, "skip_names": ["Gandalf"]}');
    const text = 'Alice told Gandalf, bob and Megan.';
    const { stdout } = await alt.run(['aaak', '--config', file, text]);
    expect(stdout).toBe('AX told Gandalf B2 and Megan | ★★\n'.replace(' and', ''));
    writeFileSync(file, '{"entities": {"Alice": "toolong"}}');
    expect((await alt.run(['aaak', '--config', file, text])).code).toBe(2);
    expect((await alt.run(['aaak', '--config', join(alt.home, 'none'), text])).code).toBe(3);
  });

  it.each([
    [['--max-len', '19', 'x']],
    [['--importance', '6', 'x']],
    [['--output-format', 'xml', 'x']],
  ])('refuses %j', async (args) => {
    const { stdout, code } = await alt.run(['aaak', ...args]);
    expect([stdout, code]).toEqual(['', 2]);
  });
});

describe('alt aaak in a dimension', () => {
  it('shows memories as entries, and expands them to the very text', async () => {
    await alt.run(['add', '-w', 'work', '-r', 'cars', '-c', SEED], EMBEDDER);
    const { stdout } = await alt.run(['compress', '--realm', 'work']);
    expect(stdout).toMatch(
      /^\[work\/cars\]\n {2}tokens \(estimated\) 14 -> \d+\n {2}FAM: .*DR:ent_/,
    );
    const [memory] = (await alt.json(['compress'])) as { id: string; aaak: string }[];
    const entry = (await alt.run(['aaak', '--entity', memory?.id ?? ''])).stdout.trim();
    expect(entry).toBe(memory?.aaak);
    expect((await alt.run(['aaak', '--decompress', entry])).stdout).toBe(`${SEED}\n`);
    expect((await alt.run(['aaak', '--decompress', 'FAM: ALC→♡JOR'])).stdout).toBe(
      'Family: Alice loves Jordan\n',
    );
  });

  it('remembers between runs what was compressed', async () => {
    const text = 'Kai told us to rent the hall.';
    const { stdout } = await alt.run(['aaak', text]);
    const again = await alt.json(['aaak', stdout.trim()]);
    expect(again).toMatchObject({ readable: text, exact: true });
  });

  it('says that a memory is missing', async () => {
    expect((await alt.run(['aaak', '--entity', 'none'])).code).toBe(3);
  });

  it('goes on without the codes of a dimension that cannot be read', async () => {
    const broken = join(alt.home, 'broken');
    await alt.bare(['init', '-D', broken], EMBEDDER);
    writeFileSync(join(broken, 'dimension.json'), '{');
    const { stdout, stderr, code } = await alt.bare(['aaak', SEED, '-D', broken]);
    expect([stdout, code]).toEqual([`${ENTRY}\n`, 0]);
    expect(stderr).toContain('Codes are made up here.');
  });
});
