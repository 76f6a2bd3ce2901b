/** Which embedder and which vector store: of this dimension, and of those to come. */
import * as z from 'zod';
import { defaultEmbedder, setDefaultEmbedder as writeDefaultEmbedder } from '../config.js';
import { BACKEND_NAMES } from '../vectors/backend.js';
import { defineOperation, READS, WRITES_ONCE } from './operation.js';

const OPEN_WORLD = { ...WRITES_ONCE, openWorld: true };

const model = z
  .string()
  .describe(
    'sentence, numpy_bert, minilm, embeddinggemma, bert, spacy, numpy, multilingual or auto.',
  );
const reindex = z
  .boolean()
  .default(true)
  .describe('false: choose now, vectors follow in the background.');

export const setBackend = defineOperation({
  name: 'set_backend',
  title: 'Set the vector store',
  description:
    'Use to search vectors by hnsw (in this process) or by a chroma server. ' +
    'This machine only; the old one answers until the new one is complete.',
  annotations: OPEN_WORLD,
  input: z.strictObject({ backend: z.string().describe('hnsw or chroma.'), reindex }),
  output: z.object({
    backend: z.enum(BACKEND_NAMES),
    previous_backend: z.enum(BACKEND_NAMES),
    reindexed: z.int(),
    note: z.string().optional(),
  }),
  async handler(dimension, input, { signal, onProgress }) {
    const work = { reindex: input.reindex, signal, onProgress };
    return dimension.setBackend(input.backend, work);
  },
});

export const getBackend = defineOperation({
  name: 'get_backend',
  title: 'Get the vector store',
  description: 'Use to see what searches vectors here, how many there are, and what is missing.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({
    backend: z.enum(BACKEND_NAMES),
    available: z.array(z.enum(BACKEND_NAMES)),
    vectors: z.int(),
    index_lag: z.int(),
    degraded: z.string().optional(),
  }),
  async handler(dimension) {
    const state = await dimension.getBackend();
    return { ...state, available: [...state.available] };
  },
});

export const setEmbedder = defineOperation({
  name: 'set_embedder',
  title: 'Set the embedder',
  description:
    'Use to search this dimension by another embedder, on every machine that shares it. ' +
    'The old one answers until all is embedded anew.',
  annotations: OPEN_WORLD,
  input: z.strictObject({
    model,
    device: z.string().optional().describe('auto, cpu, cuda, coreml or dml, on this machine.'),
    reindex,
  }),
  output: z.object({
    model: z.string(),
    requested: z.string(),
    dimension: z.int(),
    device: z.string(),
    space_id: z.string(),
    previous: z.string(),
    reindexed: z.int(),
    empty: z.int(),
    seconds: z.number(),
    note: z.string().optional(),
    fallback: z.string().optional(),
    fallback_reason: z.string().optional(),
  }),
  async handler(dimension, input, { signal, onProgress }) {
    const { device } = input;
    return dimension.setEmbedder(input.model, {
      device,
      reindex: input.reindex,
      signal,
      onProgress,
    });
  },
});

const source = z.enum(['env', 'config', 'default']);

export const setDefaultEmbedder = defineOperation({
  name: 'set_default_embedder',
  title: 'Set the default embedder',
  description: 'Use to choose the embedder of dimensions made from now on. Existing ones stay.',
  annotations: WRITES_ONCE,
  input: z.strictObject({ model }),
  output: z.object({ default_embedder: z.string(), effective: z.string(), source }),
  async handler(_, input) {
    return writeDefaultEmbedder(input.model);
  },
});

export const getDefaultEmbedder = defineOperation({
  name: 'get_default_embedder',
  title: 'Get the default embedder',
  description: 'Use to see which embedder new dimensions get, and where that was said.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({ default_embedder: z.string(), source }),
  handler: () => Promise.resolve(defaultEmbedder()),
});
