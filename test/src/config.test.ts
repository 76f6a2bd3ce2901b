import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceptModel, modelSearch, readSettings, writeConfig } from '../../src/config.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function configured(content: string): { readonly ALT_MEMORY_HOME: string } {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'config.json'), content);
  return { ALT_MEMORY_HOME: folder };
}

describe('the settings', () => {
  it('have defaults where nothing is set', () => {
    const dimensionPath = join(homedir(), '.alt-memory');
    const cache = join(homedir(), '.cache', 'alt-memory');
    expect(
      readSettings({}, { ALT_MEMORY_HOME: temporaryFolder(), ALT_DIM_PATH: ' ' }),
    ).toMatchObject({
      dimensionPath,
      embedder: 'auto',
      device: 'auto',
      session: undefined,
      models: {
        search: {
          folders: [join(dimensionPath, 'models'), join(cache, 'models')],
          hubCaches: [join(homedir(), '.cache', 'huggingface', 'hub')],
          checksumsFile: join(cache, 'verified.json'),
        },
        folder: join(cache, 'models'),
        downloads: 'ask',
        endpoint: 'https://huggingface.co',
        accepted: [],
      },
      warnings: [],
    });
  });

  it('come from the environment before the file', () => {
    const file = configured('{"default_embedder": "numpy", "embedding_device": "cpu", "other": 1}');
    expect(readSettings({}, file)).toMatchObject({ embedder: 'numpy', device: 'cpu' });
    const env = { ...file, ALT_DEFAULT_EMBEDDER: 'sentence', ALT_EMBEDDING_DEVICE: 'cuda' };
    expect(readSettings({}, env)).toMatchObject({ embedder: 'sentence', device: 'cuda' });
    const aliases = { ALT_MEMORY_EMBEDDING_MODEL: 'minilm', ALT_MEMORY_EMBEDDING_DEVICE: 'dml' };
    expect(readSettings({}, { ...file, ...aliases })).toMatchObject({
      embedder: 'minilm',
      device: 'dml',
    });
  });

  it('say what they cannot use, and go on without it', () => {
    const broken = readSettings({}, configured('{"dim_path"'));
    expect(broken.warnings).toEqual([expect.stringContaining('cannot be read: ')]);
    expect(readSettings({}, configured('[1]')).warnings).toEqual([
      expect.stringContaining('is no JSON object'),
    ]);
    const mistyped = readSettings({}, configured('{"dim_path": 7, "embedding_device": "tpu"}'));
    expect(mistyped).toMatchObject({
      dimensionPath: join(homedir(), '.alt-memory'),
      device: 'auto',
      warnings: [
        'dim_path in config.json is no text and is ignored.',
        `Unknown embedding device 'tpu'; auto is used.`,
      ],
    });
  });

  it('say how many topics realms must share to be joined by them', () => {
    const countIn = (config: string, env: Record<string, string> = {}): unknown => {
      const { topicTunnelMinCount, warnings } = readSettings({}, { ...configured(config), ...env });
      return [topicTunnelMinCount, warnings.length];
    };
    expect(countIn('{}')).toEqual([1, 0]);
    expect(countIn('{"topic_tunnel_min_count": 3}')).toEqual([3, 0]);
    const variable = { ALT_TOPIC_TUNNEL_MIN_COUNT: '2' };
    expect(countIn('{"topic_tunnel_min_count": 3}', variable)).toEqual([2, 0]);
    expect(countIn('{"topic_tunnel_min_count": 0}')).toEqual([1, 1]);
    expect(countIn('{}', { ALT_TOPIC_TUNNEL_MIN_COUNT: 'many' })).toEqual([1, 1]);
  });

  it('name a session with at most 64 characters', () => {
    const env = { ALT_MEMORY_HOME: temporaryFolder(), ALT_SESSION: 's'.repeat(100) };
    expect(readSettings({}, env).session).toBe('s'.repeat(64));
  });
});

describe('the settings of models', () => {
  it('look in the named folders, the dimension, the cache, and the caches of the hub', () => {
    const env = {
      ...configured('{"models_dir": "/configured"}'),
      ALT_MODELS_DIR: '/named',
      XDG_CACHE_HOME: '/cache',
      HF_HUB_CACHE: '/hub',
      HF_HOME: '/hf',
    };
    expect(readSettings({ dimension: '/dimension' }, env).models).toMatchObject({
      search: {
        folders: ['/named', '/configured', '/dimension/models', '/cache/alt-memory/models'],
        hubCaches: ['/hub', '/hf/hub', '/cache/huggingface/hub'],
        checksumsFile: '/cache/alt-memory/verified.json',
      },
      folder: '/named',
    });
    expect(modelSearch('/dimension', '/first', env).folders.slice(0, 2)).toEqual([
      '/first',
      '/named',
    ]);
    const { models } = readSettings({}, configured('{"models_dir": "/configured"}'));
    expect(models.folder).toBe('/configured');
  });

  it('allow downloads as the environment says, then as the file says', () => {
    const allowed = (env: Record<string, string>): string => readSettings({}, env).models.downloads;
    const file = configured('{"allow_downloads": "yes"}');
    expect(allowed(file)).toBe('yes');
    expect(allowed({ ...file, ALT_ALLOW_DOWNLOADS: 'NO' })).toBe('no');
    expect(allowed({ ...file, HF_HUB_OFFLINE: '1' })).toBe('no');
    expect(allowed({ ...file, HF_HUB_OFFLINE: '0' })).toBe('yes');
  });

  it('allow none where they cannot be understood, and say so', () => {
    const settings = readSettings({}, { ...configured('{}'), ALT_ALLOW_DOWNLOADS: 'maybe' });
    expect(settings.models.downloads).toBe('no');
    expect(settings.warnings).toEqual([
      `allow_downloads must be ask, yes or no, not 'maybe'; no is used.`,
    ]);
  });

  it('take another hub, and the accepted terms of either kind', async () => {
    const env = { ...configured('{}'), HF_ENDPOINT: 'http://127.0.0.1:8/mirror/' };
    expect(readSettings({}, env).models).toMatchObject({
      endpoint: 'http://127.0.0.1:8/mirror',
      accepted: [],
    });
    const gemma = { ...env, ALT_ACCEPT_GEMMA: '1' };
    expect(readSettings({}, gemma).models.accepted).toEqual(['embeddinggemma']);
    await acceptModel('other', env);
    await acceptModel('other', env);
    expect(readSettings({}, env).models.accepted).toEqual(['other']);
  });
});

describe('writing a setting', () => {
  it('keeps all others, unknown ones too, for the owner alone', async () => {
    const env = configured('{"other": [1], "dim_path": "/d"}');
    await writeConfig('default_embedder', 'numpy', env);
    const path = join(env.ALT_MEMORY_HOME, 'config.json');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      other: [1],
      dim_path: '/d',
      default_embedder: 'numpy',
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await writeConfig('dim_path', undefined, env);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      other: [1],
      default_embedder: 'numpy',
    });
  });

  it('makes the file and its folder', async () => {
    const env = { ALT_MEMORY_HOME: join(temporaryFolder(), 'new', 'home') };
    await writeConfig('default_embedder', 'numpy', env);
    expect(readSettings({}, env).embedder).toBe('numpy');
  });

  it.each(['{"default_embedder": ', '[1]', '"text"'])('leaves %j as it is', async (content) => {
    const env = configured(content);
    const path = join(env.ALT_MEMORY_HOME, 'config.json');
    await expect(writeConfig('default_embedder', 'numpy', env)).rejects.toMatchObject({
      code: 'CONFIG_DAMAGED',
      message: expect.stringContaining('it was left as it is.') as string,
      hint: `Mend ${path} or move it away, then run the command again.`,
    });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('goes to the file that a link stands for', async () => {
    const elsewhere = join(temporaryFolder(), 'settings.json');
    writeFileSync(elsewhere, '{"other": 1}');
    const env = { ALT_MEMORY_HOME: temporaryFolder() };
    symlinkSync(elsewhere, join(env.ALT_MEMORY_HOME, 'config.json'));
    await writeConfig('default_embedder', 'numpy', env);
    expect(JSON.parse(readFileSync(elsewhere, 'utf8'))).toEqual({
      other: 1,
      default_embedder: 'numpy',
    });
  });

  it('loses none of many at once', async () => {
    const env = configured('{}');
    const keys = Array.from({ length: 20 }, (_, index) => `key${index}`);
    await Promise.all(keys.map((key) => writeConfig(key, key, env)));
    const written = readFileSync(join(env.ALT_MEMORY_HOME, 'config.json'), 'utf8');
    expect(Object.keys(JSON.parse(written) as object).sort()).toEqual(keys.sort());
  });
});
