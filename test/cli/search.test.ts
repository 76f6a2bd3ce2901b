import { beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const add = (id: string, domain: string, content: string): Promise<unknown> =>
  alt.run(['add', '-w', 'personal', '-r', domain, '-c', content, '--id', id]);

interface Answer {
  readonly results: { readonly id: string; readonly distance: number | null }[];
}

const ids = (answer: unknown): string[] => (answer as Answer).results.map(({ id }) => id);

beforeAll(async () => {
  await add('brakes', 'cars', `fixing my car's brakes`);
  await add('soup', 'kitchen', 'Grandmother cooks lentil soup on Sundays.');
  await add('steer', 'kitchen', 'red \u001b[31m alert\u0007');
});

describe('search', () => {
  it('finds by meaning what shares no word, in an empty home', async () => {
    const { stdout, stderr, code } = await alt.run(['search', 'automobile repair', '-l', '1']);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(
      /^\n--- Result 1 \(distance: 0\.\d{4}\) --- \d{4}-\d\d-\d\d\n {2}ID: {3}brakes\n {2}Realm: personal \/ Domain: cars\n {2}Text: fixing my car's brakes\n$/,
    );
  });

  it('finds in the next process what one has added', async () => {
    await add('tyres', 'cars', 'Winter tyres are stored in the cellar.');
    const answer = await alt.json(['search', 'where', 'are', 'the', 'winter', 'tyres', '-l', '1']);
    expect(ids(answer)).toEqual(['tyres']);
  });

  it('answers in JSON with filters, mode and numbers', async () => {
    const args = ['search', 'soup', '--mode', 'keyword', '-w', 'Personal', '-r', 'kitchen'];
    const answer = await alt.json(args);
    expect(answer).toMatchObject({
      query: 'soup',
      mode: 'keyword',
      filters: { realm: 'personal', domain: 'kitchen' },
      results: [{ id: 'soup', text: 'Grandmother cooks lentil soup on Sundays.' }],
      count: 1,
    });
  });

  it('shows the numbers behind a rank, cuts texts, and leaves terminals alone', async () => {
    const [explained, cut, steered] = await Promise.all([
      alt.run(['search', 'brakes', '--explain', '-l', '1']),
      alt.run(['search', 'lentil soup', '--max-chars', '11', '--mode', 'keyword']),
      alt.run(['search', 'alert', '--mode', 'keyword', '--full']),
    ]);
    expect(explained.stdout).toMatch(/ {2}Why: {2}score=[\d.]+ cosine=[\d.]+ bm25=[\d.]+/);
    expect(cut.stdout).toMatch(/ {2}Text: (\.\.\.)?Grandmother\.\.\.\n$/);
    expect(steered.stdout).toContain('Text: red \ufffd[31m alert\ufffd\n');
  });

  it('reads the question from standard input', async () => {
    const [dash, nothing] = await Promise.all([
      alt.run(['search', '-', '--ndjson', '--mode', 'keyword'], { input: 'lentil soup\n' }),
      alt.run(['search', '--ndjson', '--mode', 'keyword'], { input: 'lentil soup\n' }),
    ]);
    expect([dash, nothing].map(({ stdout }) => (JSON.parse(stdout) as { id: string }).id)).toEqual([
      'soup',
      'soup',
    ]);
  });

  it('refuses a blank question, an unknown mode and a limit out of bounds', async () => {
    const refused = await Promise.all([
      alt.run(['search', ' ']),
      alt.run(['search'], { input: '' }),
      alt.run(['search', 'x', '--mode', 'magic']),
      alt.run(['search', 'x', '-l', '0']),
    ]);
    expect(refused.map(({ code, stdout }) => [code, stdout])).toEqual(Array(4).fill([2, '']));
  });

  it('says so when nothing is found', async () => {
    const { stdout, code } = await alt.run(['search', 'zeppelin', '--mode', 'keyword']);
    expect([stdout, code]).toEqual(['No results found.\n', 0]);
    expect(ids(await alt.json(['search', 'soup', '-w', 'nowhere']))).toEqual([]);
  });
});

describe('check-dup', () => {
  it('finds the same text, and the same said otherwise', async () => {
    const same = await alt.run(['check-dup', `fixing my car's brakes`]);
    expect(same.stdout.split('\n')).toEqual([
      'Similar content found (similarity=1.0000):',
      '  ID:   brakes',
      `  Text: fixing my car's brakes`,
      '',
    ]);
    const near = await alt.json(['check-dup', '-', '--threshold', '0.6'], {
      input: `repairing my car's brakes`,
    });
    expect(near).toMatchObject({ duplicate: true, id: 'brakes', threshold: 0.6 });
  });

  it('says so when there is none', async () => {
    const text = 'The tax office wants the form by May.';
    const [plain, json] = await Promise.all([
      alt.run(['check-dup', text]),
      alt.json(['check-dup', text]),
    ]);
    expect(plain.stdout).toBe('No duplicate found.\n');
    expect(json).toMatchObject({ duplicate: false, id: null });
  });

  it('refuses blank text and a threshold out of bounds', async () => {
    const refused = await Promise.all([
      alt.run(['check-dup', ' ']),
      alt.run(['check-dup', 'x', '--threshold', '1.1']),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([2, 2]);
  });
});
