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

  it('answers what held at a time, on one side, by one relationship', async () => {
    const line = '  Ana -- works_at -- Volvo [2024-03-01 -> now]\n';
    const none = 'No facts found.\n';
    const asked: [string[], string][] = [
      [['Ana', '--as-of', '2024-02-29'], none],
      [['Ana', '--as-of', '2024-03-01T00:00:00Z'], line],
      [['ana', '--direction', 'incoming'], none],
      [['volvo', '--direction', 'incoming'], line],
      [['Ana', '--predicate', 'Works At'], line],
      [['Ana', '--predicate', 'likes'], none],
      [['Nobody', '--direction', 'incoming', '--predicate', 'x', '--all'], line],
      [['--all', '--as-of', '2024-01-01'], none],
      [['Ana', '--current', '--limit', '1'], line],
      [['Ana', '--source', 'a letter'], none],
    ];
    const ran = await Promise.all(asked.map(([args]) => alt.run(['kg-query', ...args])));
    expect(ran.map(({ stdout }) => stdout)).toEqual(asked.map(([, stdout]) => stdout));
  });

  it('counts what is known, and tells it in order', async () => {
    await alt.run([
      'kg-add',
      '-s',
      'Ana',
      '-p',
      'studied at',
      '-o',
      'KTH',
      '--valid-to',
      '2020-06-01',
    ]);
    await alt.run([
      'kg-add',
      '-s',
      'Ana',
      '-p',
      'born in',
      '-o',
      'Oslo',
      '--valid-from',
      '1990-01-01',
    ]);
    const stats = {
      ...{ total_facts: 3, unique_subjects: 1, unique_predicates: 3, entities: 4 },
      ...{ current_facts: 2, expired_facts: 1 },
      relationship_types: ['born_in', 'studied_at', 'works_at'],
    };
    const { stdout } = await alt.run(['kg-stats']);
    expect([JSON.parse(stdout), await alt.json(['kg-stats'])]).toEqual([stats, stats]);
    expect((await alt.run(['kg-timeline', 'Ana'])).stdout).toBe(
      '  Ana -- born_in -- Oslo [1990-01-01 -> now]\n' +
        '  Ana -- works_at -- Volvo [2024-03-01 -> now]\n' +
        '  Ana -- studied_at -- KTH [always -> 2020-06-01]\n',
    );
    expect(await alt.json(['kg-timeline', '--limit', '1', '--offset', '1'])).toMatchObject([
      { object: 'Volvo' },
    ]);
    expect((await alt.run(['kg-timeline', 'Nobody'])).stdout).toBe('No facts found.\n');
  });

  it('replaces what else was said', async () => {
    await alt.run(['kg-add', '-s', 'Eve', '-p', 'lives in', '-o', 'Oslo']);
    const moved = ['-s', 'Eve', '-p', 'lives in', '-o', 'Rome', '--valid-from', '2025-01-01'];
    expect(await alt.json(['kg-add', ...moved, '--replace'])).toMatchObject({ created: true });
    expect((await alt.run(['kg-query', 'Eve', '--as-of', '2026-01-01'])).stdout).toBe(
      '  Eve -- lives_in -- Rome [2025-01-01 -> now]\n',
    );
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
    [
      'an end before the start',
      ['kg-add', ...JOB, '--valid-from', '2999-01-01', '--valid-to', '2998-01-01'],
    ],
    ['an unknown side', ['kg-query', 'Ana', '--direction', 'sideways']],
    ['a time that is none', ['kg-query', 'Ana', '--as-of', 'March 2026']],
    ['a confidence out of bounds', ['kg-add', ...JOB, '--confidence', '2']],
  ])('refuses %s', async (_, args) => {
    const { stdout, stderr, code } = await alt.run(args);
    expect([code, stdout, stderr.includes('[INVALID_ARGUMENT]')]).toEqual([2, '', true]);
  });
});
