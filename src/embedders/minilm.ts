/**
 * all-MiniLM-L6-v2 with int8 weights: the model that ships with the package and the default. The
 * names `sentence`, `minilm`, `bert` and `numpy_bert` all mean it, so they share one space.
 */
import { DEFAULT_WEIGHT } from './embedder.js';
import { verifyModelFiles } from './model-files.js';
import type { TransformerModel } from './transformer.js';

export const MINILM: TransformerModel = {
  title: 'all-MiniLM-L6-v2 (int8 weights), English',
  family: 'all-MiniLM-L6-v2',
  files: {
    folder: 'all-MiniLM-L6-v2',
    files: {
      'model_int8.onnx': {
        sizeBytes: 22_928_619,
        sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
      },
      'tokenizer.json': {
        sizeBytes: 466_247,
        sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      },
      'tokenizer_config.json': {
        sizeBytes: 350,
        sha256: 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
      },
    },
  },
  graph: 'model_int8.onnx',
  maxTokens: 256,
  prefixes: { document: '', query: '' },
  scripts: ['Latin'],
  weight: DEFAULT_WEIGHT,
  cosineFloor: 0,
};

/**
 * Compares the files of the bundled model with their published checksums. Throws UNAVAILABLE.
 *
 * @internal
 */
export async function verifyMiniLm(modelsFolder?: string): Promise<void> {
  await verifyModelFiles(MINILM.files, modelsFolder);
}
