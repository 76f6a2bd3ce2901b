/**
 * From what people write to an embedder: names and aliases, what `auto` picks, what this release
 * does not carry.
 */
import { AltError } from '../../events/index.js';
import { EMBEDDER_NAMES, type Embedder, type EmbedderName } from './embedder.js';
import { inWorker } from './in-worker.js';
import { MINILM } from './minilm.js';
import { findModel } from './model-files.js';
import { numpyEmbedder } from './numpy.js';
import type { NumpyBasis } from './numpy-fit.js';
import { importRuntime, type OnnxRuntime } from './onnx-session.js';
import { TransformerEmbedder } from './transformer.js';
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

/** The names of the bundled model, each with the runtimes it may use, best first. */
const MINILM_RUNTIMES: Partial<Record<EmbedderName, readonly [OnnxRuntime, ...OnnxRuntime[]]>> = {
  sentence: ['onnx', 'wasm'],
  minilm: ['onnx', 'wasm'],
  bert: ['onnx', 'wasm'],
  numpy_bert: ['wasm'],
};

/** What is missing for the embedders that this release names but does not carry. */
const NOT_CARRIED: Partial<Record<EmbedderName, string>> = {
  embeddinggemma: 'the model embeddinggemma-300m',
  spacy: 'word vectors',
  multilingual: 'the model multilingual-e5-small',
};

export interface OpenEmbedderOptions {
  /** A folder looked into before the bundled models. */
  readonly modelsFolder?: string;
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
export async function chooseEmbedder(modelsFolder?: string): Promise<AutoChoice> {
  try {
    findModel(MINILM.files, modelsFolder);
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
  if (name === 'numpy') return numpyEmbedder(options.numpyBasis);
  const runtimes = MINILM_RUNTIMES[name];
  if (runtimes === undefined) {
    throw new AltError(
      'UNAVAILABLE',
      `The embedder '${name}' needs ${NOT_CARRIED[name] ?? 'a model'}, which this release lacks.`,
      { hint: "Choose 'sentence' (English, by meaning) or 'numpy' (any script, by words)." },
    );
  }
  const { modelsFolder } = options;
  return new TransformerEmbedder(MINILM, {
    name,
    runtimes,
    ...(modelsFolder !== undefined && { modelsFolder }),
  });
}

/**
 * Makes an embedder; loads nothing, so a missing package or file shows at its first use. `auto` is
 * settled here, which loads a runtime's package. `numpy` needs no worker and never has one.
 * Throws INVALID_ARGUMENT for an unknown name, UNAVAILABLE for one this release does not carry.
 */
export async function openEmbedder(
  name: string,
  options: OpenEmbedderOptions = {},
): Promise<Embedder> {
  const { modelsFolder, workerEntry: entry } = options;
  const wanted = resolveEmbedderName(name);
  const settled = wanted === 'auto' ? (await chooseEmbedder(modelsFolder)).name : wanted;
  const embedder = openByName(settled, options);
  if (options.thread !== 'worker' || embedder.runtime === 'none') return embedder;
  const recipe: WorkerRecipe = {
    name: settled,
    ...(modelsFolder !== undefined && { modelsFolder }),
  };
  return inWorker(embedder, { recipe, ...(entry && { entry }) });
}
