/**
 * all-MiniLM-L6-v2, English, in two spaces: with the int8 weights that ship with the package, which
 * the names `sentence`, `minilm`, `bert` and `numpy_bert` all mean, and with the published float32
 * weights, which are downloaded.
 */
import { DEFAULT_WEIGHT } from './embedder.js';
import { PINS } from './model-catalogue.js';
import type { TransformerModel } from './transformer.js';

export const MINILM: TransformerModel = {
  title: 'all-MiniLM-L6-v2 (int8 weights), English',
  family: 'all-MiniLM-L6-v2',
  files: PINS.minilm,
  graph: 'model_int8.onnx',
  pooling: 'mean',
  nativeDimension: 384,
  maxTokens: 256,
  prefixes: { document: '', query: '' },
  scripts: ['Latin'],
  weight: DEFAULT_WEIGHT,
  usualLead: 0.2,
  cosineFloor: 0,
};

export const MINILM_FP32: TransformerModel = {
  ...MINILM,
  title: 'all-MiniLM-L6-v2 (float32 weights), English',
  files: { ...PINS['minilm@fp32'], name: 'minilm@fp32' },
  graph: 'onnx/model.onnx',
};
