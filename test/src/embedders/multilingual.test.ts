/** The model of the package `@alt-memory/multilingual-e5-small`, in both runtimes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../src/embedders/choose.js';
import { type Embedder } from '../../../src/embedders/embedder.js';
import { findModel } from '../../../src/embedders/model-files.js';
import { verifyModel } from '../../../src/embedders/model-checks.js';
import { MULTILINGUAL } from '../../../src/embedders/multilingual.js';
import { cosine, length, rowOf } from './vectors.js';

const CAT = 'The cat sits on the mat.';
const CAT_ELSEWHERE = [
  '猫坐在垫子上。',
  'बिल्ली चटाई पर बैठी है।',
  'Die Katze sitzt auf der Matte.',
  'القطة تجلس على السجادة.',
];
const STOCKS = 'Stock prices fell sharply today.';
const TEXTS = [CAT, ...CAT_ELSEWHERE, STOCKS, 'const sum = a + b;', '😀', '?'];

let embedder: Embedder;

beforeAll(async () => {
  embedder = await openEmbedder('multilingual');
});

afterAll(async () => {
  await embedder.dispose();
});

describe('the multilingual model', () => {
  it('says what it is', async () => {
    await embedder.load();
    expect(embedder.describe()).toMatchObject({
      name: 'multilingual',
      state: 'ready',
      spaceId: '5806b92b16657200',
      maxTokens: 512,
      scripts: 'all',
    });
    expect([embedder.weight, embedder.cosineFloor]).toEqual([0.8, 0.7]);
  });

  it('has the published files', async () => {
    const { files } = MULTILINGUAL;
    await expect(verifyModel(files, findModel(files))).resolves.toBeUndefined();
  });

  it('computes its own numbers, other ones for a question than for a memory', async () => {
    const question = await embedder.embedQuery(CAT);
    const memory = rowOf(await embedder.embedDocuments([CAT]), 0);
    [0.0483, -0.0078, -0.0249, -0.0451].forEach((value, index) =>
      expect(question[index]).toBeCloseTo(value, 3),
    );
    [0.0439, 0.0136, -0.0048, -0.0714].forEach((value, index) =>
      expect(memory[index]).toBeCloseTo(value, 3),
    );
    expect(length(question)).toBeCloseTo(1, 5);
  });

  it('finds a sentence in other languages rather than another one in its own', async () => {
    const question = await embedder.embedQuery(CAT);
    const memories = await embedder.embedDocuments([STOCKS, ...CAT_ELSEWHERE]);
    const unrelated = cosine(question, rowOf(memories, 0));
    CAT_ELSEWHERE.forEach((_, index) => {
      expect(cosine(question, rowOf(memories, index + 1))).toBeGreaterThan(unrelated + 0.08);
    });
  });

  it('gives a text the vector it has alone, in the order asked', async () => {
    const together = await embedder.embedDocuments(TEXTS);
    expect(together.empty).toEqual(TEXTS.map(() => false));
    for (const [row, text] of TEXTS.entries()) {
      const alone = await embedder.embedDocuments([text]);
      expect(cosine(rowOf(together, row), rowOf(alone, 0))).toBeGreaterThan(0.99999);
    }
  });

  it('reads the first 512 pieces of a text', async () => {
    // Three pieces of the prefix and the two around a text leave room for 507.
    const full = 'word '.repeat(507);
    const [cut, whole] = [await embedder.embedQuery(`${full}猫`), await embedder.embedQuery(full)];
    expect(cosine(cut, whole)).toBeGreaterThan(0.999999);
    const seen = await embedder.embedQuery(`${'word '.repeat(506)}猫`);
    expect(cosine(seen, whole)).toBeLessThan(0.99998);
  });

  it('computes the same natively and in WASM', async () => {
    const wasm = await openEmbedder('multilingual', { runtime: 'wasm' });
    const texts = TEXTS.slice(0, 4);
    const [left, right] = [await embedder.embedDocuments(texts), await wasm.embedDocuments(texts)];
    expect([embedder.runtime, wasm.runtime]).toEqual(['onnx', 'wasm']);
    texts.forEach((_, row) => {
      expect(cosine(rowOf(left, row), rowOf(right, row))).toBeGreaterThan(0.9999);
    });
    expect(wasm.spaceId).toBe(embedder.spaceId);
    await wasm.dispose();
  });
});
