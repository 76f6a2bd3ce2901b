/** The bundled model, in both runtimes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../src/embedders/choose.js';
import { type Embedder } from '../../../src/embedders/embedder.js';
import { MINILM } from '../../../src/embedders/minilm.js';
import { verifyModel } from '../../../src/embedders/model-checks.js';
import { findModel } from '../../../src/embedders/model-files.js';
import { cosine, length, rowOf } from './vectors.js';

const TEXTS = [
  'This is an example sentence',
  'a cat sits on the mat',
  'stock prices fell sharply today',
  'We moved the release of the mobile app to Thursday because the store review took longer.',
  'const total = items.reduce((sum, item) => sum + item.price, 0);',
  'Ünïcödé and naïve café, déjà vu',
  '数据库索引',
  '😀 🎉',
  '?',
  'The quick brown fox jumps over the lazy dog. '.repeat(12),
  'a kitten rests',
  'Where did my sister put the keys of the boat house?',
];

let native: Embedder;
let wasm: Embedder;

beforeAll(async () => {
  native = await openEmbedder('sentence');
  wasm = await openEmbedder('numpy_bert');
});

afterAll(async () => {
  await native.dispose();
  await wasm.dispose();
});

describe('the bundled model', () => {
  it('is one space under its four names', async () => {
    const names = ['sentence', 'minilm', 'bert', 'numpy_bert'];
    const opened = await Promise.all(names.map(async (name) => await openEmbedder(name)));
    expect(opened.map((embedder) => embedder.spaceId)).toEqual(names.map(() => 'e79985b664c22618'));
    expect(opened.map((embedder) => embedder.name)).toEqual(names);
  });

  it('says what it is before and after it is loaded', async () => {
    const embedder = await openEmbedder('sentence');
    expect(embedder.describe()).toMatchObject({ state: 'lazy', maxTokens: 256, dimension: 384 });
    await Promise.all([embedder.load(), embedder.load()]);
    expect(embedder.describe()).toMatchObject({ state: 'ready', scripts: ['Latin'] });
    await embedder.dispose();
    expect(embedder.describe().state).toBe('lazy');
  });

  it('computes its own numbers, near those of the card of the float32 model', async () => {
    const first = [...(await native.embedQuery('This is an example sentence'))].slice(0, 5);
    const own = [0.0668, 0.0612, 0.0509, 0.079, 0.0384];
    const card = [0.0677, 0.0635, 0.0487, 0.0793, 0.0375];
    first.forEach((value, index) => {
      expect(Math.abs(value - (own[index] ?? 0))).toBeLessThan(0.0002);
      // Weights in 8 bits move a number by up to this much; cosines stay above 0.999.
      expect(Math.abs(value - (card[index] ?? 0))).toBeLessThan(0.003);
    });
  });

  it('computes the same natively and in WASM', async () => {
    const [left, right] = [await native.embedDocuments(TEXTS), await wasm.embedDocuments(TEXTS)];
    expect(wasm.runtime).toBe('wasm');
    TEXTS.forEach((_, row) => {
      expect(cosine(rowOf(left, row), rowOf(right, row))).toBeGreaterThan(0.9999);
    });
  });

  it('gives a text the vector it has alone, in the order asked', async () => {
    const together = await native.embedDocuments(TEXTS);
    expect(together.empty).toEqual(TEXTS.map(() => false));
    for (const [row, text] of TEXTS.entries()) {
      const alone = await native.embedQuery(text);
      expect(cosine(rowOf(together, row), alone)).toBeGreaterThan(0.99999);
      expect(length(alone)).toBeCloseTo(1, 5);
    }
  });

  it('puts like meaning together', async () => {
    const [cat, kitten, stocks] = await Promise.all(
      ['a cat sits', 'a kitten rests', 'stock prices fell'].map(
        async (text) => await native.embedQuery(text),
      ),
    );
    if (!cat || !kitten || !stocks) throw new Error('three vectors');
    expect(cosine(cat, kitten)).toBeGreaterThan(cosine(cat, stocks) + 0.3);
  });

  it('reads the first 256 pieces of a text and stays quick on a huge one', async () => {
    const words = 'word '.repeat(254);
    const cut = await native.embedQuery(`${words}elephant`);
    expect(cosine(cut, await native.embedQuery(words))).toBeCloseTo(1, 5);
    expect(cosine(cut, await native.embedQuery('word '.repeat(200_000)))).toBeCloseTo(1, 5);
  });

  it('answers questions while documents are under way, before the documents are done', async () => {
    const finished: string[] = [];
    const documents = native
      .embedDocuments(Array.from({ length: 40 }, (_, index) => `note ${index} about the boat`))
      .then(() => finished.push('documents'));
    await native.embedQuery('boat').then(() => finished.push('question'));
    await documents;
    expect(finished).toEqual(['question', 'documents']);
  });

  it('reports progress and stops when told to', async () => {
    const stop = new AbortController();
    const seen: [number, number][] = [];
    const work = native.embedDocuments(TEXTS, {
      signal: stop.signal,
      onProgress: (done, total) => {
        seen.push([done, total]);
        stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.[1]).toBe(12);
  });

  it('embeds no texts into no vectors', async () => {
    expect(await native.embedDocuments([])).toEqual({ vectors: new Float32Array(0), empty: [] });
  });

  it('has the published files', async () => {
    await expect(verifyModel(MINILM.files, findModel(MINILM.files))).resolves.toBeUndefined();
  });
});
