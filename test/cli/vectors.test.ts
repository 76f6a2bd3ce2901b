import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openConsole } from '../support/cli.js';

const alt = openConsole();
const NUMPY = { env: { ALT_DEFAULT_EMBEDDER: 'numpy' } };

describe('embedder', () => {
  it('shows what answers, and changes it with one command', async () => {
    await alt.run(['add', '-w', 'home', '-r', 'car', '-c', 'Fixing the brakes of my car'], NUMPY);
    expect((await alt.run(['embedder'])).stdout).toBe('Embedder: numpy (ready)\n');
    const { stdout, code } = await alt.run(['embedder', 'sentence']);
    expect([stdout, code]).toEqual(['Embedder: numpy -> sentence (1 vectors)\n', 0]);
    expect(await alt.json(['embedder'])).toMatchObject({
      embedder: 'sentence',
      requested: 'sentence',
      stale: 0,
      pending: 0,
    });
    const found = await alt.run(['search', 'automobile repair', '--mode', 'vector']);
    expect(found.stdout).toContain('Fixing the brakes');
  });

  it('says that one is active already', async () => {
    const { stdout } = await alt.run(['embedder', 'sentence']);
    expect(stdout).toBe('Embedder: sentence (already active)\n');
  });

  it('with --no-reindex lets the vectors follow', async () => {
    const { stdout } = await alt.run(['embedder', 'tfidf', '--no-reindex']);
    expect(stdout).toBe(
      'Embedder: sentence -> numpy (0 vectors, embedding follows with the next searches)\n',
    );
    await alt.run(['search', 'brakes']);
    expect(await alt.json(['embedder'])).toMatchObject({ embedder: 'numpy', stale: 0 });
  });

  it.each([
    ['an unknown name', ['embedder', 'word2vec'], 2, 'INVALID_ARGUMENT'],
    ['an unknown device', ['embedder', 'sentence', '--device', 'tpu'], 2, 'INVALID_ARGUMENT'],
    ['a model that is not here', ['embedder', 'embeddinggemma'], 1, 'UNAVAILABLE'],
  ])('refuses %s and changes nothing', async (_, args, exit, error) => {
    const { stdout, stderr, code } = await alt.run(args);
    expect([stdout, code, stderr.includes(`[${error}]`)]).toEqual(['', exit, true]);
    expect(await alt.json(['embedder'])).toMatchObject({ requested: 'numpy' });
  });

  it('keeps the default of new dimensions in the configuration', async () => {
    expect((await alt.run(['embedder', '--default'])).stdout).toBe(
      'Default embedder: auto (default)\n',
    );
    const { stdout } = await alt.run(['embedder', 'tfidf', '--default']);
    expect(stdout).toBe('Default embedder: numpy (config)\n');
    const config = readFileSync(join(alt.home, '.alt-memory', 'config.json'), 'utf8');
    expect(JSON.parse(config)).toEqual({ default_embedder: 'numpy' });
    const other = await alt.run(['embedder', 'minilm', '--default'], NUMPY);
    expect(other.stdout).toBe('Default embedder: minilm (env, but numpy holds)\n');
  });
});

describe('backend', () => {
  it('shows what searches the vectors', async () => {
    expect((await alt.run(['backend'])).stdout).toBe('Backend: hnsw (1 vectors)\n');
    expect(await alt.json(['backend', 'faiss'])).toEqual({
      backend: 'hnsw',
      previous_backend: 'hnsw',
      reindexed: 0,
      note: 'already active',
    });
  });

  it('refuses an unknown one, and a server that is not there', async () => {
    const unknown = await alt.run(['backend', 'redis']);
    expect([unknown.code, unknown.stderr.includes('[INVALID_ARGUMENT]')]).toEqual([2, true]);
    const nowhere = { env: { ALT_CHROMA_URL: 'http://127.0.0.1:9' } };
    const away = await alt.run(['backend', 'chroma'], nowhere);
    expect([away.code, away.stderr.includes('[UNAVAILABLE]')]).toEqual([1, true]);
    expect(await alt.json(['backend'])).toMatchObject({ backend: 'hnsw' });
  });
});
