/** Finding and checking model files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findModel,
  verifyModelFiles,
  type ModelFiles,
} from '../../../src/embedders/model-files.js';

const MODEL: ModelFiles = {
  folder: 'toy',
  files: {
    'toy.onnx': {
      sizeBytes: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    },
  },
};

let models: string;

function put(content: string): string {
  const folder = join(models, 'toy');
  mkdirSync(folder);
  writeFileSync(join(folder, 'toy.onnx'), content);
  return folder;
}

describe('model files', () => {
  beforeEach(() => {
    models = mkdtempSync(join(tmpdir(), 'models-'));
  });

  afterEach(() => {
    rmSync(models, { recursive: true });
  });

  it('are taken from the folder that was named', async () => {
    const folder = put('hello');
    expect(findModel(MODEL, models)).toBe(folder);
    await expect(verifyModelFiles(MODEL, models)).resolves.toBeUndefined();
  });

  it('are refused by name when absent', () => {
    expect(() => findModel(MODEL, models)).toThrow(/toy\.onnx is missing/);
  });

  it('are refused when cut short', () => {
    put('hell');
    expect(() => findModel(MODEL, models)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE' }) as Error,
    );
  });

  it('are refused by their checksum when altered', async () => {
    put('jello');
    await expect(verifyModelFiles(MODEL, models)).rejects.toThrow(/Checksum mismatch for .*toy/);
  });
});
