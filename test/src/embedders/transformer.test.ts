/** Transformers of any shape, on tiny graphs that are made here, in both runtimes. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GEMMA } from '../../../src/embedders/gemma.js';
import { MINILM } from '../../../src/embedders/minilm.js';
import {
  importRuntime,
  type OnnxRuntime,
  type OrtModule,
} from '../../../src/embedders/onnx-runtime.js';
import { TransformerEmbedder, type TransformerModel } from '../../../src/embedders/transformer.js';
import type { TinyGraph } from '../../support/onnx-graph.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { unitTable, WORDS, writeTinyModel, type TinyModel } from './tiny-model.js';
import { cosine, length, rowOf } from './vectors.js';

function embedderOf({ model, search }: TinyModel, runtime: OnnxRuntime): TransformerEmbedder {
  return new TransformerEmbedder(model, {
    name: 'embeddinggemma',
    runtimes: [runtime],
    models: search,
  });
}

function tiny(
  like: TransformerModel,
  graph: Partial<TinyGraph> = {},
  runtime: OnnxRuntime = 'onnx',
): TransformerEmbedder {
  return embedderOf(writeTinyModel(temporaryFolder(), like, graph), runtime);
}

/** How often each of the words occurs: what the mean of unit rows shows. */
function countsIn(vector: Float32Array): Record<string, number> {
  const least = Math.min(...vector.filter((number) => number > 0));
  const counts = WORDS.map((word, id) => [word, Math.round((vector[id] ?? 0) / least)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

describe.each(['onnx', 'wasm'] as const)('a model that pools by itself, in %s', (runtime) => {
  it('is read by the name of its output, cut to 384 numbers and scaled again', async () => {
    const embedder = tiny(GEMMA, {}, runtime);
    const vector = await embedder.embedQuery('cat');
    expect(vector).toHaveLength(384);
    expect(length(vector)).toBeCloseTo(1, 6);
    expect(vector.subarray(WORDS.length).every((number) => number === 0)).toBe(true);
    expect(embedder.describe()).toMatchObject({ state: 'ready', runtime, maxTokens: 2048 });
    await embedder.dispose();
  });

  it('tells questions from documents by what comes before the text', async () => {
    const embedder = tiny(GEMMA, {}, runtime);
    expect(countsIn(await embedder.embedQuery('cat'))).toEqual({
      ...{ '[CLS]': 1, '[SEP]': 1, task: 1, search: 1, result: 1, query: 1 },
      ...{ ':': 2, '|': 1, cat: 1 },
    });
    expect(countsIn(rowOf(await embedder.embedDocuments(['cat kitten cat']), 0))).toEqual({
      ...{ '[CLS]': 1, '[SEP]': 1, title: 1, none: 1, text: 1 },
      ...{ ':': 2, '|': 1, cat: 2, kitten: 1 },
    });
    await embedder.dispose();
  });
});

type Session = Awaited<ReturnType<OrtModule['InferenceSession']['create']>>;

/** The native runtime, noting the shape of every batch. */
async function watched(batches: (readonly number[])[]): Promise<OrtModule> {
  const ort = await importRuntime('onnx');
  const create: OrtModule['InferenceSession']['create'] = async (model, options) => {
    const session = await ort.InferenceSession.create(model, options);
    const run = async (feeds: Parameters<Session['run']>[0]) => {
      batches.push(feeds['input_ids']?.dims ?? []);
      return await session.run(feeds);
    };
    return Object.create(session, { run: { value: run } }) as typeof session;
  };
  return { env: ort.env, Tensor: ort.Tensor, InferenceSession: { create } };
}

describe('a model whose vectors depend on their batch mates', () => {
  it('is given one text at a time', async () => {
    const { model, search } = writeTinyModel(temporaryFolder(), GEMMA);
    const batches: (readonly number[])[] = [];
    const embedder = new TransformerEmbedder(model, {
      name: 'embeddinggemma',
      runtimes: ['onnx'],
      models: search,
      importRuntime: async () => watched(batches),
    });
    const texts = ['cat', 'kitten cat', 'stocks', 'kitten'];
    const together = await embedder.embedDocuments(texts);
    expect(batches.map(([rows]) => rows)).toEqual([1, 1, 1, 1]);
    for (const [row, text] of texts.entries()) {
      const alone = rowOf(await embedder.embedDocuments([text]), 0);
      expect(rowOf(together, row)).toEqual(alone);
    }
    await embedder.dispose();
  });
});

describe('a model whose pieces are averaged here', () => {
  it('gives the same vector as one that pools by itself', async () => {
    const texts = ['cat', 'stocks stocks cat kitten', 'none'];
    const pooled = tiny(GEMMA);
    const averaged = tiny({ ...GEMMA, pooling: 'mean', maxBatchRows: 8 });
    const [left, right] = [
      await pooled.embedDocuments(texts),
      await averaged.embedDocuments(texts),
    ];
    texts.forEach((_, row) => {
      expect(cosine(rowOf(left, row), rowOf(right, row))).toBeCloseTo(1, 6);
    });
    expect(pooled.spaceId).not.toBe(averaged.spaceId);
  });

  it('is cut to its longest text with the last piece kept', async () => {
    const embedder = tiny({ ...MINILM, maxTokens: 4 }, { dimension: 384 });
    expect(countsIn(await embedder.embedQuery('cat cat kitten stocks'))).toEqual({
      ...{ '[CLS]': 1, '[SEP]': 1, cat: 2 },
    });
  });
});

describe('a model that answers with something else', () => {
  it('is refused when it lacks the output that is read', async () => {
    const embedder = tiny(GEMMA, { outputs: ['last_hidden_state'] });
    await expect(embedder.load()).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining(
        "has no output 'sentence_embedding', only 'last_hidden_state'",
      ) as string,
    });
  });

  it.each([NaN, Infinity])('is refused when a number is %d', async (odd) => {
    const table = unitTable(768);
    table[WORDS.indexOf('stocks') * 768] = odd;
    const embedder = tiny(GEMMA, { table });
    expect(await embedder.embedQuery('cat')).toHaveLength(384);
    const refused = {
      code: 'EMBEDDING_FAILED',
      message: 'The embedder answered with a number that is not finite.',
    };
    await expect(embedder.embedQuery('stocks')).rejects.toMatchObject(refused);
    await expect(embedder.embedDocuments(['cat', 'stocks'])).rejects.toMatchObject(refused);
  });

  it('gives an empty vector when all numbers are 0', async () => {
    const embedder = tiny(GEMMA, { table: new Float32Array(WORDS.length * 768) });
    const { empty, vectors } = await embedder.embedDocuments(['cat']);
    expect(empty).toEqual([true]);
    expect(vectors.every((number) => number === 0)).toBe(true);
  });

  it('is refused when the number of its numbers is another one', async () => {
    const written = writeTinyModel(temporaryFolder(), GEMMA, { dimension: 400 });
    const model = { ...written.model, nativeDimension: 768 };
    const embedder = embedderOf({ ...written, model }, 'onnx');
    await expect(embedder.embedQuery('cat')).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: 'The model answered with 400 numbers instead of 768.',
    });
  });

  it('is refused when it has no row for a piece', async () => {
    const embedder = tiny(GEMMA, { table: unitTable(768).subarray(0, 5 * 768) });
    await expect(embedder.embedQuery('cat')).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('The model could not run') as string,
    });
  });
});

const GRAPH = 'onnx/model_quantized.onnx';

describe.each(['onnx', 'wasm'] as const)('damaged files, in %s', (runtime) => {
  it.each([GRAPH, `${GRAPH}_data`, 'tokenizer.json'])(
    '%s is named when it is missing',
    async (name) => {
      const written = writeTinyModel(temporaryFolder(), GEMMA);
      rmSync(written.path(name));
      await expect(embedderOf(written, runtime).embedQuery('cat')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('is missing or cut short') as string,
      });
    },
  );

  it.each([GRAPH, `${GRAPH}_data`])('%s is named when it is cut short', async (name) => {
    const written = writeTinyModel(temporaryFolder(), GEMMA);
    truncateSync(written.path(name), 100);
    await expect(embedderOf(written, runtime).embedQuery('cat')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('a graph that is garbage of the right size is refused, and works once replaced', async () => {
    const written = writeTinyModel(temporaryFolder(), GEMMA);
    const graph = readFileSync(written.path(GRAPH));
    writeFileSync(written.path(GRAPH), Buffer.alloc(graph.length, 'garbage'));
    const embedder = embedderOf(written, runtime);
    await expect(embedder.embedQuery('cat')).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
      message: expect.stringContaining('could not be opened') as string,
      hint: expect.stringContaining('alt models verify') as string,
    });
    expect(embedder.describe().state).toBe('lazy');
    writeFileSync(written.path(GRAPH), graph);
    expect(await embedder.embedQuery('cat')).toHaveLength(384);
  });

  it.each(['{"model":', '[]', '{}', '{"model":{"type":"Nothing"}}'])(
    'a tokenizer that says %s is refused',
    async (text) => {
      const written = writeTinyModel(temporaryFolder(), GEMMA);
      const size = written.model.files.files['tokenizer.json']?.sizeBytes ?? 0;
      writeFileSync(written.path('tokenizer.json'), text.padEnd(size));
      await expect(embedderOf(written, runtime).embedQuery('cat')).rejects.toMatchObject({
        code: 'EMBEDDING_FAILED',
        message: expect.stringContaining('The tokenizer of embeddinggemma-300m') as string,
      });
    },
  );
});
