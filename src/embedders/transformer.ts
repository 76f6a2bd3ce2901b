/**
 * An embedder that runs a sentence transformer: tokenizer, ONNX graph, mean over the pieces.
 *
 * Questions go before documents: between two batches of documents the event loop turns, and the
 * next batch waits until no question is left. Each batch still holds the thread while it runs, so a
 * server uses this inside a worker (in-worker.ts).
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as batches from './batches.js';
import * as base from './embedder.js';
import { findModel, type ModelFiles } from './model-files.js';
import { openOnnxSession, type OnnxRuntime, type OnnxSession } from './onnx-session.js';
import { openTokenizer, type Tokenize } from './tokenizer.js';

/** How long after a question the batches of documents stay small. */
const ASKED_RECENTLY_MS = 1000;

/** Texts tokenised and sorted at a time: bounds what is held and how long a batch plan is. */
const SLICE_TEXTS = 256;

/** A model as data: everything that tells it from another one. */
export interface TransformerModel {
  readonly title: string;
  readonly family: string;
  readonly files: ModelFiles;
  /** The name of the graph among the files. */
  readonly graph: string;
  readonly maxTokens: number;
  readonly prefixes: { readonly document: string; readonly query: string };
  readonly scripts: base.Scripts;
  readonly weight: number;
  readonly cosineFloor: number;
}

export interface TransformerOptions {
  readonly name: base.EmbedderName;
  /** Runtimes to try, the first that loads is used. */
  readonly runtimes: readonly [OnnxRuntime, ...OnnxRuntime[]];
  readonly modelsFolder?: string;
}

interface Loaded {
  readonly session: OnnxSession;
  readonly tokenize: Tokenize;
}

/** The id of a model's space; the runtime is no part of it. */
function transformerSpaceId(model: TransformerModel): string {
  return base.spaceIdOf({
    family: model.family,
    weights_sha256: model.files.files[model.graph]?.sha256 ?? '',
    tokenizer_sha256: model.files.files['tokenizer.json']?.sha256 ?? '',
    max_tokens: model.maxTokens,
    pooling: 'mean',
    prefix_doc: model.prefixes.document,
    prefix_query: model.prefixes.query,
    native_dim: base.DIMENSION,
    out_dim: base.DIMENSION,
    algo_version: 1,
  });
}

export class TransformerEmbedder implements base.Embedder {
  readonly name: base.EmbedderName;
  readonly dimension = base.DIMENSION;
  readonly spaceId: string;
  readonly scripts: base.Scripts;
  readonly weight: number;
  readonly cosineFloor: number;
  private loading: Promise<Loaded> | undefined;
  private usedRuntime: OnnxRuntime | undefined;
  private questions = 0;
  private askedRecently: NodeJS.Timeout | undefined;

  constructor(
    private readonly model: TransformerModel,
    private readonly options: TransformerOptions,
  ) {
    this.name = options.name;
    this.spaceId = transformerSpaceId(model);
    this.scripts = model.scripts;
    this.weight = model.weight;
    this.cosineFloor = model.cosineFloor;
  }

  get runtime(): base.Runtime {
    return this.usedRuntime ?? this.options.runtimes[0];
  }

  async load(): Promise<void> {
    await this.loaded();
  }

  async embedDocuments(
    texts: readonly string[],
    options: base.EmbedOptions = {},
  ): Promise<base.EmbedResult> {
    const vectors = new Float32Array(texts.length * base.DIMENSION);
    const empty = new Array<boolean>(texts.length).fill(false);
    for (let start = 0; start < texts.length; start += SLICE_TEXTS) {
      const rows = Math.min(SLICE_TEXTS, texts.length - start);
      const slice = vectors.subarray(start * base.DIMENSION, (start + rows) * base.DIMENSION);
      const flags = await this.embedSlice(texts.slice(start, start + rows), slice, {
        ...options,
        onProgress: (done) => options.onProgress?.(start + done, texts.length),
      });
      flags.forEach((flag, index) => (empty[start + index] = flag));
    }
    return { vectors, empty };
  }

  async embedQuery(text: string): Promise<Float32Array> {
    this.questions += 1;
    clearTimeout(this.askedRecently);
    this.askedRecently = setTimeout(() => (this.askedRecently = undefined), ASKED_RECENTLY_MS);
    this.askedRecently.unref();
    try {
      const { session, tokenize } = await this.loaded();
      const ids = tokenize(this.model.prefixes.query + text);
      const vector = new Float32Array(base.DIMENSION);
      meanOfPieces(await session.run({ rows: [ids], length: ids.length }), [0, ids.length], vector);
      base.normalise(vector);
      return vector;
    } finally {
      this.questions -= 1;
    }
  }

  describe(): base.EmbedderInfo {
    return {
      name: this.name,
      model: this.model.title,
      runtime: this.runtime,
      state: this.usedRuntime === undefined ? 'lazy' : 'ready',
      spaceId: this.spaceId,
      dimension: base.DIMENSION,
      scripts: this.scripts,
      maxTokens: this.model.maxTokens,
    };
  }

  async dispose(): Promise<void> {
    const loading = this.loading;
    this.loading = undefined;
    this.usedRuntime = undefined;
    clearTimeout(this.askedRecently);
    this.askedRecently = undefined;
    await (await loading)?.session.release();
  }

  private loaded(): Promise<Loaded> {
    this.loading ??= this.open().catch((error: unknown) => {
      // The next call tries again: the missing package or file may have come.
      this.loading = undefined;
      throw error;
    });
    return this.loading;
  }

  private async open(): Promise<Loaded> {
    const folder = findModel(this.model.files, this.options.modelsFolder);
    const graph = join(folder, this.model.graph);
    const session = await openOnnxSession(graph, this.options.runtimes);
    const tokenize = await openTokenizer(folder, this.model.maxTokens);
    this.usedRuntime = session.runtime;
    return { session, tokenize };
  }

  /** Embeds up to {@link SLICE_TEXTS} texts into `vectors` and says which of them are empty. */
  private async embedSlice(
    texts: readonly string[],
    vectors: Float32Array,
    options: base.EmbedOptions,
  ): Promise<boolean[]> {
    const { session, tokenize } = await this.loaded();
    const pieces = texts.map((text) => tokenize(this.model.prefixes.document + text));
    const order = batches.orderByLength(pieces.map((ids) => ids.length));
    const rows = order.map((index) => pieces[index] ?? []);
    const lengths = rows.map((row) => row.length);
    const empty = new Array<boolean>(texts.length).fill(false);
    for (let start = 0, end = 0; start < rows.length; start = end) {
      await this.questionsFirst();
      base.throwIfCancelled(options.signal);
      end = batches.batchEnd(lengths, start, this.maxRows());
      const length = lengths[end - 1] ?? 0;
      const output = await session.run({ rows: rows.slice(start, end), length });
      order.slice(start, end).forEach((index, row) => {
        const span = [row * length, lengths[start + row] ?? 0] as const;
        const vector = vectors.subarray(index * base.DIMENSION, (index + 1) * base.DIMENSION);
        meanOfPieces(output, span, vector);
        empty[index] = !base.normalise(vector);
      });
      options.onProgress?.(end, texts.length);
    }
    return empty;
  }

  private maxRows(): number {
    return this.askedRecently ? batches.MAX_BATCH_ROWS_WHILE_ASKED : batches.MAX_BATCH_ROWS;
  }

  private async questionsFirst(): Promise<void> {
    do await setImmediate();
    while (this.questions > 0);
  }
}

/** Adds up the vectors of the pieces `[first, count]` of a graph's output and divides by count. */
function meanOfPieces(
  output: Float32Array,
  [first, count]: readonly [number, number],
  vector: Float32Array,
): void {
  for (let piece = first; piece < first + count; piece += 1) {
    const start = piece * base.DIMENSION;
    for (let index = 0; index < base.DIMENSION; index += 1) {
      vector[index] = (vector[index] ?? 0) + (output[start + index] ?? 0);
    }
  }
  for (let index = 0; index < base.DIMENSION; index += 1) {
    vector[index] = (vector[index] ?? 0) / count;
  }
}
