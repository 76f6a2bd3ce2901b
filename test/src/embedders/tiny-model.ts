/** A toy transformer on disk: a tiny graph, a tokenizer of a dozen words, and the model as data. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFile, ModelSearch } from '../../../src/embedders/model-files.js';
import type { TransformerModel } from '../../../src/embedders/transformer.js';
import { tinyGraph, type TinyGraph } from '../../support/onnx-graph.js';

/** What stands in for a word that is none of these is `[UNK]`. */
export const WORDS = [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'cat', 'kitten', 'stocks', 'task', 'search', 'result'],
  ...['query', 'title', 'none', 'text', ':', '|'],
];

const GRAPH = 'onnx/model_quantized.onnx';
const DATA = 'onnx/model_quantized.onnx_data';

const special = (token: string): object => ({ SpecialToken: { id: token, type_id: 0 } });

const TOKENIZER = {
  version: '1.0',
  truncation: { max_length: 3, strategy: 'LongestFirst', stride: 0 },
  padding: null,
  added_tokens: WORDS.slice(0, 4).map((content, id) => ({
    ...{ id, content, special: true, single_word: false },
    ...{ lstrip: false, rstrip: false, normalized: false },
  })),
  normalizer: { type: 'BertNormalizer', lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [WORDS.indexOf(id)], tokens: [id] }]),
    ),
  },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
  },
};

/** A table in which row `id` is 1 at place `id`, and 2 at 384 + `id` where it is as long. */
export function unitTable(dimension: number): Float32Array {
  const table = new Float32Array(WORDS.length * dimension);
  WORDS.forEach((_, id) => {
    table[id * dimension + id] = 1;
    if (dimension > 384) table[id * dimension + 384 + id] = 2;
  });
  return table;
}

export interface TinyModel {
  readonly model: TransformerModel;
  readonly search: ModelSearch;
  /** Where a file of the model lies. */
  path(name: string): string;
}

/**
 * Writes a model shaped like `like` below `parent`. Its graph has what `graph` says, 768 numbers a
 * piece and its weights in a file beside it where that says nothing.
 */
export function writeTinyModel(
  parent: string,
  like: TransformerModel,
  graph: Partial<TinyGraph> = {},
): TinyModel {
  const dimension = graph.dimension ?? 768;
  const { model, data } = tinyGraph({
    table: unitTable(dimension),
    outputs: ['last_hidden_state', 'sentence_embedding'],
    dataFile: 'model_quantized.onnx_data',
    ...graph,
    dimension,
  });
  const contents: Record<string, Uint8Array> = {
    [GRAPH]: model,
    [DATA]: data,
    'tokenizer.json': Buffer.from(JSON.stringify(TOKENIZER)),
    'tokenizer_config.json': Buffer.from('{}'),
  };
  const path = (name: string): string => join(parent, 'tiny', name);
  for (const [name, bytes] of Object.entries(contents)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), bytes);
  }
  const files = Object.entries(contents).map<[string, ModelFile]>(([name, bytes]) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return [name, { sizeBytes: bytes.length, sha256 }];
  });
  return {
    model: {
      ...like,
      files: { folder: 'tiny', files: Object.fromEntries(files) },
      graph: GRAPH,
      graphData: [DATA],
      nativeDimension: dimension,
    },
    search: { folders: [parent], hubCaches: [] },
    path,
  };
}
