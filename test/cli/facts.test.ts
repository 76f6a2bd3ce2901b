import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const JOB = ['-s', 'Ana', '-p', 'works at', '-o', 'Volvo'];
const EMBEDDER = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };

describe('the knowledge graph', () => {
  it('begins with a dimension that kg-add makes', async () => {
    const { stdout, code } = await alt.run(
      ['kg-add', ...JOB, '--valid-from', '2024-03-01'],
      EMBEDDER,
    );
    expect([/^Added fact #fact_[0-9a-z]{26}\n$/.test(stdout), code]).toEqual([true, 0]);
    expect(await alt.json(['status'])).toMatchObject({ embedder: 'numpy', facts: 1 });
  });

  it('keeps one fact of what is said twice', async () => {
    expect(await alt.json(['kg-add', ...JOB, '--valid-from', '2024-03-01'])).toMatchObject({
      created: false,
    });
  });

  it('answers what is known about a name', async () => {
    const { stdout } = await alt.run(['kg-query', 'Ana']);
    expect(stdout).toBe('  Ana -- works_at -- Volvo [2024-03-01 -> now]\n');
    expect(await alt.json(['kg-query', '--all'])).toMatchObject([
      { subject: 'Ana', predicate: 'works_at', object: 'Volvo', current: true },
    ]);
    expect((await alt.run(['kg-query', 'Nobody'])).stdout).toBe('No facts found.\n');
  });

  it('ends a fact once', async () => {
    const args = ['kg-invalidate', ...JOB, '--ended', '2025-06-30'];
    const [early, ended] = [
      await alt.run(['kg-invalidate', ...JOB, '--ended', '2020-01-01']),
      await alt.run(args),
    ];
    expect([early.code, ended.stdout, ended.code]).toEqual([2, 'Invalidated 1 fact(s).\n', 0]);
    const again = await alt.run(args);
    expect([again.stdout, again.code]).toEqual(['Invalidated 0 fact(s).\n', 3]);
    const { stdout } = await alt.run(['kg-query', 'Volvo']);
    expect(stdout).toBe('  Ana -- works_at -- Volvo [2024-03-01 -> 2025-06-30]\n');
  });

  it.each([
    ['a date that is none', ['kg-add', ...JOB, '--valid-from', 'notadate']],
    ['a day that is none', ['kg-add', ...JOB, '--valid-to', '2025-02-30']],
    ['a blank subject', ['kg-add', '-s', ' ', '-p', 'likes', '-o', 'tea']],
    ['a missing object', ['kg-add', '-s', 'Ana', '-p', 'likes']],
    ['a confidence out of bounds', ['kg-add', ...JOB, '--confidence', '2']],
  ])('refuses %s', async (_, args) => {
    const { stdout, stderr, code } = await alt.run(args);
    expect([code, stdout, stderr.includes('[INVALID_ARGUMENT]')]).toEqual([2, '', true]);
  });
});
