/**
 * The embedder of word vectors: the mean of the vectors of a text's words. English only, no model
 * to run; its words come from an optional package.
 */
import * as base from './embedder.js';
import { embedInTurns, type Project } from './in-turns.js';
import type { ModelSearch } from './model-files.js';
import { openWordVectors, type WordVectorPackage } from './word-vector-file.js';

/**
 * Measured on SciFact and CoSQA: means of word vectors add little to words as such; with more
 * weight than this they make rankings worse.
 */
const WEIGHT = 0.2;

/** Half of all unrelated texts lie above .7, one in twenty below .5. */
const COSINE_FLOOR = 0.6;

const WORD = /\p{L}[\p{L}\p{N}'’-]*/gu;

interface Loaded {
  readonly project: Project;
  readonly warnings: readonly string[];
}

export class WordVectorEmbedder implements base.Embedder {
  readonly name = 'spacy';
  readonly dimension = base.DIMENSION;
  readonly spaceId: string;
  readonly runtime = 'none';
  readonly scripts = ['Latin'];
  readonly weight = WEIGHT;
  readonly cosineFloor = COSINE_FLOOR;
  private loading: Promise<Loaded> | undefined;
  private loaded: Loaded | undefined;

  constructor(
    private readonly source: WordVectorPackage,
    private readonly models?: ModelSearch,
  ) {
    this.spaceId = base.spaceIdOf({
      family: source.name,
      weights_sha256: source.sha256,
      tokenizer_sha256: '',
      max_tokens: 0,
      pooling: 'mean',
      prefix_doc: '',
      prefix_query: '',
      native_dim: source.dimensions,
      out_dim: base.DIMENSION,
      algo_version: 1,
    });
  }

  async load(): Promise<void> {
    await this.opened();
  }

  async embedDocuments(
    texts: readonly string[],
    options: base.EmbedOptions = {},
  ): Promise<base.EmbedResult> {
    const { project } = await this.opened();
    return await embedInTurns(texts, project, options);
  }

  async embedQuery(text: string): Promise<Float32Array> {
    const { vectors } = await this.embedDocuments([text]);
    return vectors;
  }

  describe(): base.EmbedderInfo {
    const { name, version } = this.source;
    const warnings = this.loaded?.warnings ?? [];
    return {
      name: this.name,
      model: `word vectors of ${name} ${version}, English only`,
      runtime: this.runtime,
      device: 'none',
      deviceDescription: 'word_vectors',
      state: this.loaded === undefined ? 'lazy' : 'ready',
      spaceId: this.spaceId,
      dimension: base.DIMENSION,
      scripts: this.scripts,
      ...(warnings.length > 0 && { warnings }),
    };
  }

  async dispose(): Promise<void> {
    const loading = this.loading;
    this.loading = undefined;
    await loading?.catch(() => undefined);
    this.loaded = undefined;
  }

  private opened(): Promise<Loaded> {
    this.loading ??= this.open().catch((error: unknown) => {
      // The next call tries again: the package may have come.
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async open(): Promise<Loaded> {
    const { words, numbers, warnings } = await openWordVectors(
      this.source,
      this.models?.folders ?? [],
    );
    const places = new Map(words.map((word, index) => [word, index]));
    const project = meanOfWords(places, numbers, this.source.dimensions);
    this.loaded = { project, warnings };
    return this.loaded;
  }
}

/**
 * Adds up the vectors of the known words of a text. The sum points where the mean does, and a
 * vector is scaled to length 1 afterwards.
 */
function meanOfWords(
  places: ReadonlyMap<string, number>,
  numbers: Float32Array,
  dimensions: number,
): Project {
  return (text, vector) => {
    for (const [word] of text.normalize('NFC').toLowerCase().matchAll(WORD)) {
      const place = places.get(word);
      if (place === undefined) continue;
      const start = place * dimensions;
      for (let index = 0; index < dimensions; index += 1) {
        vector[index] = (vector[index] ?? 0) + (numbers[start + index] ?? 0);
      }
    }
  };
}
