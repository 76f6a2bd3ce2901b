/** From what people write to an embedder: names and aliases, and what `auto` picks. */
import { AltError } from '../../events/index.js';
import { resolveDevice } from './devices.js';
import { EMBEDDER_NAMES, type Embedder, type EmbedderName } from './embedder.js';
import { GEMMA } from './gemma.js';
import { inWorker } from './in-worker.js';
import { MINILM, MINILM_FP32 } from './minilm.js';
import { findModel, type ModelSearch } from './model-files.js';
import { MULTILINGUAL } from './multilingual.js';
import { numpyEmbedder } from './numpy.js';
import type { NumpyBasis } from './numpy-fit.js';
import { importRuntime, type OnnxRuntime, type OnnxRuntimes } from './onnx-runtime.js';
import { TransformerEmbedder, type TransformerModel } from './transformer.js';
import { WINK } from './word-vector-file.js';
import { WordVectorEmbedder } from './word-vectors.js';
import type { WorkerRecipe } from './worker-protocol.js';

/** Other spellings, accepted wherever a name is. */
const ALIASES: Readonly<Record<string, EmbedderName | 'auto'>> = {
  '': 'auto',
  sentence_transformers: 'sentence',
  wasm: 'numpy_bert',
  portable: 'numpy_bert',
  onnx: 'minilm',
  gemma: 'embeddinggemma',
  spacy_glove: 'spacy',
  glove: 'spacy',
  numpy_tfidf_svd: 'numpy',
  tfidf: 'numpy',
};

const NATIVE_OR_WASM: OnnxRuntimes = ['onnx', 'wasm'];

interface Transformer {
  readonly model: TransformerModel;
  readonly runtimes: OnnxRuntimes;
}

/** The names that run a sentence transformer. */
const TRANSFORMERS: Readonly<Partial<Record<EmbedderName, Transformer>>> = {
  sentence: { model: MINILM, runtimes: NATIVE_OR_WASM },
  minilm: { model: MINILM, runtimes: NATIVE_OR_WASM },
  bert: { model: MINILM, runtimes: NATIVE_OR_WASM },
  numpy_bert: { model: MINILM, runtimes: ['wasm'] },
  'minilm@fp32': { model: MINILM_FP32, runtimes: NATIVE_OR_WASM },
  // In WASM a question would take seconds: only for those who ask for it.
  embeddinggemma: { model: GEMMA, runtimes: ['onnx'] },
  multilingual: { model: MULTILINGUAL, runtimes: NATIVE_OR_WASM },
};

export interface OpenEmbedderOptions {
  /** Where to look for models before what is installed. */
  readonly models?: ModelSearch;
  /** `auto` (when absent), `cpu`, `cuda`, `coreml` or `dml`; of use to the native runtime only. */
  readonly device?: string;
  /** Runs a model in this runtime only, whatever its name stands for. */
  readonly runtime?: OnnxRuntime;
  /** `worker` keeps the calling thread free; needs the built entry, else runs inline. */
  readonly thread?: 'inline' | 'worker';
  /** For `numpy`: the fitted space. Without one it hashes. */
  readonly numpyBasis?: NumpyBasis;
  /** Another place of the worker's built entry. */
  readonly workerEntry?: URL;
}

/** What `auto` picked, and why in a sentence. */
export interface AutoChoice {
  readonly name: 'sentence' | 'numpy_bert' | 'numpy';
  readonly reason: string;
}

/**
 * The name someone meant: trimmed, in any case, aliases included.
 * Throws INVALID_ARGUMENT listing the valid names.
 */
export function resolveEmbedderName(name: string): EmbedderName | 'auto' {
  const wanted = name.trim().toLowerCase();
  const known = [...EMBEDDER_NAMES, 'auto' as const].find((candidate) => candidate === wanted);
  const resolved = known ?? (Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined);
  if (resolved !== undefined) return resolved;
  const valid = EMBEDDER_NAMES.map((option) => `'${option}'`).join(', ');
  throw new AltError(
    'INVALID_ARGUMENT',
    `Unknown embedder model: '${name}'. Valid options: [${valid}].`,
  );
}

/**
 * Picks for `auto` by trying: the bundled model natively, in WASM, or no model at all. Loads the
 * runtime's package, not the model.
 */
export async function chooseEmbedder(models?: ModelSearch): Promise<AutoChoice> {
  try {
    findModel(MINILM.files, models);
    return await chooseRuntime();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name: 'numpy', reason: `${reason} Needs no model.` };
  }
}

async function chooseRuntime(): Promise<AutoChoice> {
  try {
    await importRuntime('onnx');
    return { name: 'sentence', reason: 'The bundled model runs natively.' };
  } catch (error) {
    await importRuntime('wasm');
    const reason = error instanceof Error ? error.message : String(error);
    return { name: 'numpy_bert', reason: `${reason} The bundled model runs in WASM.` };
  }
}

function openByName(name: EmbedderName, options: OpenEmbedderOptions): Embedder {
  const { models, runtime, device = 'auto' } = options;
  const settledDevice = resolveDevice(device);
  if (name === 'numpy') return numpyEmbedder(options.numpyBasis);
  if (name === 'spacy') return new WordVectorEmbedder(WINK, models);
  const transformer = TRANSFORMERS[name];
  if (transformer === undefined) {
    throw new AltError('UNAVAILABLE', `This release carries no model for the embedder '${name}'.`);
  }
  const { model, runtimes } = transformer;
  return new TransformerEmbedder(model, {
    name,
    runtimes: runtime ? [runtime] : runtimes,
    device: settledDevice,
    models,
  });
}

/**
 * Makes an embedder; loads nothing, so a missing package or file shows at its first use. `auto` is
 * settled here, which loads a runtime's package. `numpy` needs no worker and never has one.
 * Throws INVALID_ARGUMENT for an unknown name or device.
 */
export async function openEmbedder(
  name: string,
  options: OpenEmbedderOptions = {},
): Promise<Embedder> {
  const { models, device, runtime, workerEntry: entry } = options;
  const wanted = resolveEmbedderName(name);
  const settled = wanted === 'auto' ? (await chooseEmbedder(models)).name : wanted;
  const embedder = openByName(settled, options);
  if (options.thread !== 'worker' || settled === 'numpy') return embedder;
  const recipe: WorkerRecipe = {
    name: settled,
    ...(models && { models }),
    ...(device !== undefined && { device }),
    ...(runtime && { runtime }),
  };
  return inWorker(embedder, { recipe, ...(entry && { entry }) });
}
