/** Names of embedders and what they open. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import {
  chooseEmbedder,
  openEmbedder,
  resolveEmbedderName,
} from '../../../src/embedders/choose.js';
import { EMBEDDERS } from './built.js';

const MODELS = fileURLToPath(new URL('../../../models', import.meta.url));

describe('names', () => {
  it.each([
    ['sentence', 'sentence'],
    [' Sentence_Transformers ', 'sentence'],
    ['WASM', 'numpy_bert'],
    ['portable', 'numpy_bert'],
    ['onnx', 'minilm'],
    ['bert', 'bert'],
    ['gemma', 'embeddinggemma'],
    ['spacy_glove', 'spacy'],
    ['glove', 'spacy'],
    ['tfidf', 'numpy'],
    ['numpy_tfidf_svd', 'numpy'],
    ['multilingual', 'multilingual'],
    ['', 'auto'],
    ['auto', 'auto'],
  ])('%j means %s', (written, name) => {
    expect(resolveEmbedderName(written)).toBe(name);
  });

  it.each(['x', 'toString', '__proto__'])('refuses %j, listing the valid ones', (name) => {
    expect(() => resolveEmbedderName(name)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message:
          `Unknown embedder model: '${name}'. Valid options: ['sentence', 'numpy_bert', ` +
          `'minilm', 'embeddinggemma', 'bert', 'spacy', 'numpy', 'multilingual'].`,
      }) as Error,
    );
  });

  it.each(['embeddinggemma', 'spacy', 'multilingual'])(
    'says that %s is not carried by this release',
    async (name) => {
      await expect(openEmbedder(name)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('which this release lacks') as string,
      });
    },
  );
});

describe('auto', () => {
  it('is the bundled model, natively where that runs', async () => {
    const choice = await chooseEmbedder();
    expect(['sentence', 'numpy_bert']).toContain(choice.name);
    expect((await openEmbedder('auto')).name).toBe(choice.name);
    expect((await openEmbedder('auto')).spaceId).toBe('e79985b664c22618');
  });

  it('needs no model where no runtime is installed, and an explicit name says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-packages-'));
    writeFileSync(join(folder, 'package.json'), '{"name":"alt-memory","type":"module"}');
    symlinkSync(MODELS, join(folder, 'models'), 'dir');
    await build({
      stdin: {
        contents: `
          import { chooseEmbedder, openEmbedder } from './choose.js';
          const auto = await openEmbedder('auto');
          const named = await openEmbedder('minilm');
          const error = await named.embedQuery('x').catch((reason) => reason);
          const { name, reason } = await chooseEmbedder();
          const { code, hint } = error;
          process.stdout.write(JSON.stringify({ auto: auto.name, name, reason, code, hint }));
        `,
        resolveDir: EMBEDDERS,
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['onnxruntime-*', '@huggingface/*', 'better-sqlite3'],
      plugins: [
        {
          // The log is not under test here, and its packages are not in that folder.
          name: 'errors-only',
          setup: (bundle) => {
            bundle.onResolve({ filter: /events\/index\.js$/ }, () => ({
              path: join(EMBEDDERS, '../../events/errors.ts'),
            }));
          },
        },
      ],
      outfile: join(folder, 'main.js'),
      logLevel: 'error',
    });
    const output = execFileSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(JSON.parse(output)).toEqual({
      auto: 'numpy',
      name: 'numpy',
      reason: 'The package onnxruntime-web does not load on this machine. Needs no model.',
      code: 'UNAVAILABLE',
      hint: 'npm install onnxruntime-web, or choose the embedder numpy, which needs no package.',
    });
  });
});
