import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function configured(content: string): Record<string, string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'config.json'), content);
  return { ALT_MEMORY_HOME: folder };
}

describe('the settings', () => {
  it('have defaults where nothing is set', () => {
    expect(readSettings({}, { ALT_MEMORY_HOME: temporaryFolder(), ALT_DIM_PATH: ' ' })).toEqual({
      dimensionPath: join(homedir(), '.alt-memory'),
      embedder: 'auto',
      device: 'auto',
      session: undefined,
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
    expect(broken.warnings).toEqual([expect.stringContaining('cannot be read and is ignored')]);
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

  it('name a session with at most 64 characters', () => {
    const env = { ALT_MEMORY_HOME: temporaryFolder(), ALT_SESSION: 's'.repeat(100) };
    expect(readSettings({}, env).session).toBe('s'.repeat(64));
  });
});
