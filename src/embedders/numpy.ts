/**
 * The embedder without a model: always there, in every script, lexical.
 *
 * Without a basis (fewer than 64 memories) it hashes words, pairs of words and three-letter pieces,
 * so it forgives typing errors. With a basis it projects TF-IDF weights onto the fitted subspace.
 * It never fits by itself: a question must not change the space.
 */
import * as base from './embedder.js';
import { embedInTurns, type Project } from './in-turns.js';
import type { NumpyBasis } from './numpy-fit.js';
import { countWords, wordsOf } from './words.js';

/** Below this many living memories there is too little to fit, and words are hashed. */
const MIN_FITTED_DOCUMENTS = 64;

/** A piece of a word says less than the word. */
const PIECE_WEIGHT = 0.5;

/**
 * How many of the first living memories the basis is fitted to, out of `living`: the largest
 * 64 * 2^k that is not above it; 0 while there are too few.
 */
export function numpyFitSize(living: number): number {
  if (living < MIN_FITTED_DOCUMENTS) return 0;
  let size = MIN_FITTED_DOCUMENTS;
  while (size * 2 <= living) size *= 2;
  return size;
}

/** FNV-1a over the code units of a feature, each as two bytes. */
function hashOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < feature.length; index += 1) {
    const unit = feature.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

function addFeatures(features: readonly string[], weight: number, vector: Float32Array): void {
  for (const [feature, count] of countWords(features)) {
    const hash = hashOf(feature);
    const index = hash % base.DIMENSION;
    // The place uses the remainder, the sign the quotient: the two are then independent.
    const sign = Math.floor(hash / base.DIMENSION) & 1 ? -1 : 1;
    vector[index] = (vector[index] ?? 0) + sign * weight * (1 + Math.log(count));
  }
}

function piecesOf(word: string): string[] {
  const characters = [...`^${word}$`];
  return characters.slice(2).map((_, index) => `#${characters.slice(index, index + 3).join('')}`);
}

function projectByHashing(text: string, vector: Float32Array): void {
  const words = wordsOf(text);
  addFeatures(words, 1, vector);
  addFeatures(
    words.slice(1).map((word, index) => `${words[index] ?? ''} ${word}`),
    1,
    vector,
  );
  addFeatures(words.flatMap(piecesOf), PIECE_WEIGHT, vector);
}

function projectOnto(basis: NumpyBasis): Project {
  const termIndex = new Map(basis.terms.map((term, index) => [term, index]));
  return (text, vector) => {
    for (const [word, count] of countWords(wordsOf(text))) {
      const term = termIndex.get(word);
      if (term === undefined) continue;
      // The length of the text, the other half of TF, goes when the vector is scaled.
      const weight = count * (basis.idf[term] ?? 0);
      const start = term * base.DIMENSION;
      for (let index = 0; index < base.DIMENSION; index += 1) {
        vector[index] = (vector[index] ?? 0) + weight * (basis.components[start + index] ?? 0);
      }
    }
  };
}

class NumpyEmbedder implements base.Embedder {
  readonly name = 'numpy';
  readonly dimension = base.DIMENSION;
  readonly runtime = 'none';
  readonly scripts = 'all';
  readonly weight = base.DEFAULT_WEIGHT;
  readonly cosineFloor = 0;

  constructor(
    readonly spaceId: string,
    private readonly model: string,
    private readonly project: Project,
  ) {}

  async load(): Promise<void> {
    // Nothing to load: the basis is given.
  }

  async embedDocuments(
    texts: readonly string[],
    options: base.EmbedOptions = {},
  ): Promise<base.EmbedResult> {
    return await embedInTurns(texts, this.project, options);
  }

  async embedQuery(text: string): Promise<Float32Array> {
    const { vectors } = await this.embedDocuments([text]);
    return vectors;
  }

  describe(): base.EmbedderInfo {
    return {
      name: this.name,
      model: this.model,
      runtime: this.runtime,
      device: 'none',
      deviceDescription: 'tfidf_svd',
      state: 'ready',
      spaceId: this.spaceId,
      dimension: base.DIMENSION,
      scripts: this.scripts,
    };
  }

  async dispose(): Promise<void> {
    // Nothing is held.
  }
}

function numpySpaceId(stage: string, fitId: string): string {
  return base.spaceIdOf({
    family: `numpy-${stage}`,
    weights_sha256: fitId,
    tokenizer_sha256: '',
    max_tokens: 0,
    pooling: 'sum',
    prefix_doc: '',
    prefix_query: '',
    native_dim: base.DIMENSION,
    out_dim: base.DIMENSION,
    algo_version: 1,
  });
}

/** The embedder over a fitted basis; over none, or one without terms, the one that hashes. */
export function numpyEmbedder(basis?: NumpyBasis): base.Embedder {
  if (basis === undefined || basis.terms.length === 0) {
    const model = 'hashed words and letters (nothing fitted yet)';
    return new NumpyEmbedder(numpySpaceId('hashing', ''), model, projectByHashing);
  }
  const model = `TF-IDF and SVD over ${basis.terms.length} terms of these memories`;
  return new NumpyEmbedder(numpySpaceId('fitted', basis.fitId), model, projectOnto(basis));
}
