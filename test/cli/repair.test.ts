import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const NONE = {
  missing_vector: 0,
  orphan_vector: 0,
  missing_row: 0,
  orphan_row: 0,
  missing_fts: 0,
  content_mismatch: 0,
};

interface Scan {
  readonly counts: Record<string, number>;
  readonly differences: Record<string, string[]>;
}

/** Runs SQL on the live views, or on the cache, behind the back of the product. */
function spoil(sql: string, file?: string): void {
  const live = JSON.parse(readFileSync(join(alt.dimension, 'live.json'), 'utf8')) as {
    generation: string;
  };
  const database = new Database(join(alt.dimension, file ?? `views/${live.generation}.db`));
  database.exec(sql);
  database.close();
}

beforeAll(async () => {
  await alt.run(['init', '--embedder', 'numpy']);
  for (const id of ['one', 'two', 'three', 'four']) {
    await alt.run(['add', '-w', 'a', '-r', 'b', '-c', `The text of number ${id}.`, '--id', id]);
  }
  await alt.run(['search', 'text']);
});

describe('a healthy dimension', () => {
  it('is told so by every check', async () => {
    const [status, plain, integrity, mode, scan] = await Promise.all([
      alt.run(['repair-status']),
      alt.run(['repair']),
      alt.run(['repair', '--integrity']),
      alt.json(['repair', '--mode', 'status']),
      alt.json(['repair', '--mode', 'scan']),
    ]);
    expect(status.stdout.split('\n')).toEqual([
      `Dimension: ${alt.dimension}`,
      ...['Entities: 4', 'Events: 8', 'Vectors: 4', 'Log: PASS', 'Integrity: PASS', ''],
    ]);
    expect(plain.stdout).toBe('No repair needed — dimension is healthy.\n');
    expect(integrity.stdout).toBe('Integrity check passed.\n');
    expect(mode).toMatchObject({ ok: true, message: 'Healthy', entities_sqlite: 4, log_ok: true });
    expect(scan).toMatchObject({ counts: NONE, damage: null });
  });
});

describe('the steps of repair', () => {
  it('want a yes where nobody can be asked', async () => {
    const refused = await Promise.all([
      alt.run(['repair', '--vacuum']),
      alt.run(['repair', '--rebuild-fts']),
    ]);
    expect(refused.map(({ code, stdout }) => [code, stdout])).toEqual([
      [2, ''],
      [2, ''],
    ]);
  });

  it('run in their order', async () => {
    const args = ['repair', '--rebuild-fts', '--vacuum', '--integrity', '-y'];
    const { stdout, code } = await alt.run(args);
    expect([stdout, code]).toEqual([
      'Integrity check passed.\nVACUUM complete.\nFTS5 index rebuilt.\n',
      0,
    ]);
    expect(await alt.json(args)).toMatchObject({ integrity_errors: [], rebuild_fts: { rows: 4 } });
  });

  it('refuse a mode they do not know', async () => {
    expect((await alt.run(['repair', '--mode', 'magic'])).code).toBe(2);
  });
});

describe('what is wrong', () => {
  it('is found by its class and mended from the log', async () => {
    await alt.run(['search', 'text']);
    spoil(`DELETE FROM keywords WHERE rowid = (SELECT num FROM entities WHERE id = 'one')`);
    spoil(`UPDATE entities SET content = 'altered' WHERE id = 'two'`);
    spoil(`UPDATE entities SET living = 0 WHERE id = 'three'`);
    spoil('DELETE FROM vectors', 'cache/embeddings.db');
    const scan = await alt.run(['repair', '--mode', 'scan', '--json']);
    expect(scan.code).toBe(5);
    expect(JSON.parse(scan.stdout)).toMatchObject({
      differences: {
        missing_fts: ['one'],
        content_mismatch: ['two'],
        missing_row: ['three'],
        orphan_row: [],
      },
    });
    const { differences } = JSON.parse(scan.stdout) as Scan;
    expect(differences.missing_vector?.includes('four')).toBe(true);
    const preview = await alt.run(['repair', '--mode', 'prune']);
    expect([preview.code, preview.stderr.includes('Add --yes')]).toEqual([0, true]);
    const mended = await alt.run(['repair', '--mode', 'prune', '--yes']);
    expect([mended.code, mended.stdout.includes('Mended from the log.')]).toEqual([0, true]);
    const after = await alt.json(['repair', '--mode', 'scan']);
    expect(after).toMatchObject({ ok: true, counts: NONE });
    expect((await alt.run(['verify'])).code).toBe(0);
  });

  it('is healed on opening where SQLite cannot read the views, and said', async () => {
    for (const name of readdirSync(join(alt.dimension, 'views'))) {
      if (name.endsWith('.db')) writeFileSync(join(alt.dimension, 'views', name), 'no database');
    }
    const { stdout, stderr, code } = await alt.run(['list', '--ndjson']);
    expect([stdout.trim().split('\n').length, code]).toEqual([4, 0]);
    expect(stderr).toMatch(/^warning: The views were damaged/);
  });
});

describe('rebuild', () => {
  it('folds everything again, under both its names', async () => {
    rmSync(join(alt.dimension, 'views'), { recursive: true });
    rmSync(join(alt.dimension, 'cache'), { recursive: true });
    const { stdout, code } = await alt.run(['rebuild-from-sqlite', '-q']);
    expect([stdout, code]).toEqual(['Rebuilt 4 vectors and all views from 8 events.\n', 0]);
    expect(await alt.json(['rebuild'])).toEqual({ events: 8, vectors: 4, pending: 0 });
  });

  it('fills the keyword index alone', async () => {
    expect((await alt.run(['rebuild-fts'])).stdout).toBe('FTS index rebuilt.\n');
    expect(await alt.json(['rebuild-fts'])).toEqual({ rebuilt: true, rows: 4 });
  });
});
