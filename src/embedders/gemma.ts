/**
 * embeddinggemma-300m with 8-bit weights: about 100 languages, 2,048 pieces a text, downloaded
 * after its terms are accepted.
 *
 * Its 768 numbers are trained to be cut short; 384 is none of the trained lengths but lies between
 * two of them. What flows between its layers is quantised by the range of the whole batch: with one
 * text a batch a vector does not depend on its batch mates.
 */
import { DEFAULT_WEIGHT } from './embedder.js';
import { PINS } from './model-catalogue.js';
import type { TransformerModel } from './transformer.js';

export const GEMMA: TransformerModel = {
  title: 'embeddinggemma-300m (8-bit weights), 100 languages',
  family: 'embeddinggemma-300m',
  files: { ...PINS.embeddinggemma, name: 'embeddinggemma' },
  graph: 'onnx/model_quantized.onnx',
  graphData: ['onnx/model_quantized.onnx_data'],
  pooling: { output: 'sentence_embedding' },
  nativeDimension: 768,
  maxBatchRows: 1,
  maxTokens: 2048,
  prefixes: { document: 'title: none | text: ', query: 'task: search result | query: ' },
  scripts: 'all',
  weight: DEFAULT_WEIGHT,
  // Published examples of unrelated texts lie at .2 to .3. The lower end is taken: a floor too low
  // only flattens a ranking, one too high makes distant texts equal.
  cosineFloor: 0.2,
};
