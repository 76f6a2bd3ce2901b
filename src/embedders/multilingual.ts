/**
 * multilingual-e5-small with 4-bit weights: about 100 languages, 512 pieces a text. It comes in a
 * package of its own, three times as large as everything else together.
 *
 * It was trained to be told what is asked and what is answered, and gives unrelated texts cosines
 * of about .7; weight and floor are those that ranked best on conversations and encyclopedias.
 */
import { PINS } from './model-catalogue.js';
import type { TransformerModel } from './transformer.js';

export const MULTILINGUAL: TransformerModel = {
  title: 'multilingual-e5-small (4-bit weights), 100 languages',
  family: 'multilingual-e5-small',
  files: { ...PINS.multilingual, name: 'multilingual' },
  graph: 'model_q4.onnx',
  packedTokenizer: {
    file: 'tokenizer.bin',
    sourceSha256: 'e42a1984ec2d4f04ebd06e1954354dafe7d89fe7f3648d42d62d9f0e115378aa',
  },
  pooling: 'mean',
  nativeDimension: 384,
  maxTokens: 512,
  prefixes: { document: 'passage: ', query: 'query: ' },
  scripts: 'all',
  weight: 0.8,
  cosineFloor: 0.7,
};
