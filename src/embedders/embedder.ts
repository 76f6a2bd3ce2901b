/**
 * What every embedder is: a way from texts to unit vectors of 384 numbers, and the id of the space
 * those vectors live in. Vectors of two spaces are never compared.
 *
 * Making an embedder loads nothing and never fails for a missing package; the first use does.
 */
import { createHash } from 'node:crypto';
import { AltError } from '../../events/index.js';

/** Length of every vector of every embedder. Shorter native vectors are padded with zeros. */
export const DIMENSION = 384;

/** The share of the vector half in a fused score for an embedder that knows the script. */
export const DEFAULT_WEIGHT = 0.6;

export const EMBEDDER_NAMES = [
  'sentence',
  'numpy_bert',
  'minilm',
  'embeddinggemma',
  'bert',
  'spacy',
  'numpy',
  'multilingual',
  'minilm@fp32',
] as const;

export type EmbedderName = (typeof EMBEDDER_NAMES)[number];

/** What runs the model: onnxruntime-node, onnxruntime-web, or our own code. */
export type Runtime = 'onnx' | 'wasm' | 'none';

/** What the numbers are computed on: a device of the native runtime, WASM, or our own code. */
export type Device = 'cpu' | 'cuda' | 'coreml' | 'dml' | 'wasm' | 'none';

/** Unicode script names an embedder was made for, as in `\p{Script=Latin}`. */
export type Scripts = readonly string[] | 'all';

export interface EmbedOptions {
  /** Stops between two batches with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Called after each batch with the texts done so far and the texts asked for. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface EmbedResult {
  /** `texts.length * 384` numbers, row-major, in the order of the texts; each row has length 1. */
  readonly vectors: Float32Array;
  /** True where a text has no vector: its row is all zeros and must not be indexed. */
  readonly empty: readonly boolean[];
}

/** What a status page says about an embedder. */
export interface EmbedderInfo {
  readonly name: EmbedderName;
  /** The model in words. */
  readonly model: string;
  readonly runtime: Runtime;
  /** The device in use; while `lazy` the one tried first. It is no part of the space. */
  readonly device: Device;
  /** Runtime and device in one word: `onnx_cpu`, `onnx_cuda`, `wasm`, `word_vectors`. */
  readonly deviceDescription: string;
  readonly state: 'lazy' | 'ready';
  readonly spaceId: string;
  readonly dimension: typeof DIMENSION;
  readonly scripts: Scripts;
  /** Word pieces a text is cut to, where there is such a limit. */
  readonly maxTokens?: number;
  /** What went otherwise than asked when it was loaded, each in a sentence. */
  readonly warnings?: readonly string[];
}

export interface Embedder {
  readonly name: EmbedderName;
  /** 16 hex digits: equal for embedders that compute the same numbers. */
  readonly spaceId: string;
  readonly dimension: typeof DIMENSION;
  /** The runtime in use; before {@link Embedder.load} the one that will be tried first. */
  readonly runtime: Runtime;
  readonly scripts: Scripts;
  /** Weight of the vector half, in [0, 1], for text in the scripts it knows. */
  readonly weight: number;
  /**
   * How far the best scaled cosine lies above those of other near passages where that weight is
   * right: a greater lead gives meaning more, a smaller one less. The same always when absent.
   */
  readonly usualLead?: number | undefined;
  /** The cosine of unrelated texts: rankings use `(cosine - floor) / (1 - floor)`. */
  readonly cosineFloor: number;
  /** Loads the model; any number of calls load it once. Throws UNAVAILABLE. */
  load(): Promise<void>;
  /** Embeds memories. Throws UNAVAILABLE, EMBEDDING_FAILED, CANCELLED. */
  embedDocuments(texts: readonly string[], options?: EmbedOptions): Promise<EmbedResult>;
  /** Embeds a question: 384 numbers, all zeros when it holds nothing the model knows. */
  embedQuery(text: string): Promise<Float32Array>;
  describe(): EmbedderInfo;
  /** Frees the model. A later call loads it again. */
  dispose(): Promise<void>;
}

/** Everything that decides the numbers of a space. Changing any of it is another space. */
export interface SpaceParameters {
  readonly family: string;
  readonly weights_sha256: string;
  readonly tokenizer_sha256: string;
  readonly max_tokens: number;
  readonly pooling: string;
  readonly prefix_doc: string;
  readonly prefix_query: string;
  readonly native_dim: number;
  readonly out_dim: number;
  readonly algo_version: number;
}

/** The id of a space: the first 16 hex digits of sha256 over its parameters as canonical JSON. */
export function spaceIdOf(parameters: SpaceParameters): string {
  const sorted = Object.entries(parameters).sort(([left], [right]) => (left < right ? -1 : 1));
  const json = JSON.stringify(Object.fromEntries(sorted));
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}

/**
 * Scales a vector to length 1 in place. Returns false when it is all zeros.
 * Throws EMBEDDING_FAILED when a number is not finite.
 */
export function normalise(vector: Float32Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (!Number.isFinite(squares)) {
    throw new AltError(
      'EMBEDDING_FAILED',
      'The embedder answered with a number that is not finite.',
    );
  }
  if (squares === 0) return false;
  const scale = 1 / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index += 1) {
    vector[index] = (vector[index] ?? 0) * scale;
  }
  return true;
}

/** Throws CANCELLED once the caller has given up. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AltError('CANCELLED', 'Embedding was cancelled.');
}
