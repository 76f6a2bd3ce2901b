/**
 * An embedder that runs a sentence transformer: tokenizer, ONNX graph, one vector for each text.
 *
 * Questions go before documents: between two batches of documents the event loop turns, and the
 * next batch waits until no question is left. Each batch still holds the thread while it runs, so a
 * server uses this inside a worker (in-worker.ts).
 */
import { setImmediate } from 'node:timers/promises';
import { AltError, isAltError } from '../../events/index.js';
import * as batches from './batches.js';
import { describeDevice, type DeviceChoice } from './devices.js';
import * as base from './embedder.js';
import { findCheckedModel } from './model-checks.js';
import {
  INSTALLED_ONLY,
  type LocatedModel,
  type ModelFiles,
  type ModelSearch,
} from './model-files.js';
import { importFirst, type ImportRuntime, type OnnxRuntimes } from './onnx-runtime.js';
import { openOnnxSession, type OnnxSession } from './onnx-session.js';
import { outputOf, poolRow, type PooledModel } from './pooling.js';
import { openPackedTokenizer, openTokenizer, type Tokenize } from './tokenizer.js';

/** How long after a question the batches of documents stay small. */
const ASKED_RECENTLY_MS = 1000;

/** Texts tokenised and sorted at a time: bounds what is held and how long a batch plan is. */
const SLICE_TEXTS = 256;

/** What a device is tried with. */
const SAMPLE = 'a';

export interface PackedTokenizer {
  /** Its name among the files. */
  readonly file: string;
  /** Checksum of the `tokenizer.json` it was made from: packing it otherwise is no other space. */
  readonly sourceSha256: string;
}

/** A model as data: everything that tells it from another one. */
export interface TransformerModel extends PooledModel {
  readonly title: string;
  readonly family: string;
  readonly files: ModelFiles;
  /** The name of the graph among the files. */
  readonly graph: string;
  /** The names of the files beside the graph that hold its weights. */
  readonly graphData?: readonly string[];
  /** Its tokenizer where that is packed for a quick start; `tokenizer.json` when absent. */
  readonly packedTokenizer?: PackedTokenizer;
  /** Fewer rows a batch than is quick, for a model whose vectors depend on their batch mates. */
  readonly maxBatchRows?: number;
  readonly maxTokens: number;
  readonly prefixes: { readonly document: string; readonly query: string };
  readonly scripts: base.Scripts;
  readonly weight: number;
  readonly usualLead?: number;
  readonly cosineFloor: number;
}

export interface TransformerOptions {
  readonly name: base.EmbedderName;
  /** Runtimes to try, the first that loads is used. */
  readonly runtimes: OnnxRuntimes;
  /** `auto` when absent. */
  readonly device?: DeviceChoice | undefined;
  /** Where to look for the model before what is installed. */
  readonly models?: ModelSearch | undefined;
  /** Loads a runtime's package: the real one, unless a test passes its own. */
  readonly importRuntime?: ImportRuntime;
}

interface Loaded {
  readonly session: OnnxSession;
  readonly tokenize: Tokenize;
}

/** The checksums of the graph and of what lies beside it. */
function weightsOf({ files, graph, graphData = [] }: TransformerModel): string {
  return [graph, ...graphData].map((name) => files.files[name]?.sha256 ?? '').join('+');
}

/** The checksum of what decides which pieces a text has. */
function tokenizerOf({ files, packedTokenizer }: TransformerModel): string {
  return packedTokenizer?.sourceSha256 ?? files.files['tokenizer.json']?.sha256 ?? '';
}

/** The id of a model's space; the runtime is no part of it. */
function transformerSpaceId(model: TransformerModel): string {
  return base.spaceIdOf({
    family: model.family,
    weights_sha256: weightsOf(model),
    tokenizer_sha256: tokenizerOf(model),
    max_tokens: model.maxTokens,
    pooling: outputOf(model.pooling) ?? 'mean',
    prefix_doc: model.prefixes.document,
    prefix_query: model.prefixes.query,
    native_dim: model.nativeDimension,
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
  readonly usualLead: number | undefined;
  readonly cosineFloor: number;
  private loading: Promise<Loaded> | undefined;
  private session: OnnxSession | undefined;
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
    this.usualLead = model.usualLead;
    this.cosineFloor = model.cosineFloor;
  }

  get runtime(): OnnxRuntimes[0] {
    return this.session?.runtime ?? this.options.runtimes[0];
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
      const batch = { rows: [ids], length: ids.length };
      const vector = new Float32Array(base.DIMENSION);
      poolRow(this.model, { output: await session.run(batch), batch, row: 0 }, vector);
      base.normalise(vector);
      return vector;
    } finally {
      this.questions -= 1;
    }
  }

  describe(): base.EmbedderInfo {
    const { runtime, session } = this;
    const device = session?.device ?? deviceTriedFirst(runtime, this.options.device);
    return {
      name: this.name,
      model: this.model.title,
      runtime,
      device,
      deviceDescription: describeDevice(runtime, device),
      state: session === undefined ? 'lazy' : 'ready',
      spaceId: this.spaceId,
      dimension: base.DIMENSION,
      scripts: this.scripts,
      maxTokens: this.model.maxTokens,
      ...(session && session.warnings.length > 0 && { warnings: session.warnings }),
    };
  }

  async dispose(): Promise<void> {
    const loading = this.loading;
    this.loading = undefined;
    this.session = undefined;
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
    const { model } = this;
    const { runtimes, device = 'auto', importRuntime, models = INSTALLED_ONLY } = this.options;
    const files = await findCheckedModel(model.files, models);
    const loaded = await importFirst(runtimes, importRuntime);
    const tokenize = await openTokenizerOf(model, files);
    const graph = {
      path: files.path(model.graph),
      dataPaths: (model.graphData ?? []).map((name) => files.path(name)),
      output: outputOf(model.pooling),
      sample: tokenize(model.prefixes.query + SAMPLE),
    };
    const session = await openOnnxSession(graph, loaded, device);
    this.session = session;
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
      const batch = { rows: rows.slice(start, end), length: lengths[end - 1] ?? 0 };
      const output = await session.run(batch);
      order.slice(start, end).forEach((index, row) => {
        const vector = vectors.subarray(index * base.DIMENSION, (index + 1) * base.DIMENSION);
        poolRow(this.model, { output, batch, row }, vector);
        empty[index] = !base.normalise(vector);
      });
      options.onProgress?.(end, texts.length);
    }
    return empty;
  }

  private maxRows(): number {
    if (this.askedRecently) return batches.MAX_BATCH_ROWS_WHILE_ASKED;
    return this.model.maxBatchRows ?? batches.MAX_BATCH_ROWS;
  }

  private async questionsFirst(): Promise<void> {
    do await setImmediate();
    while (this.questions > 0);
  }
}

/** The device of a session that is not open yet, as far as can be said. */
function deviceTriedFirst(runtime: OnnxRuntimes[0], device: DeviceChoice = 'auto'): base.Device {
  if (runtime === 'wasm') return 'wasm';
  return device === 'auto' ? 'cpu' : device;
}

async function openTokenizerOf(model: TransformerModel, files: LocatedModel): Promise<Tokenize> {
  const { packedTokenizer: packed, maxTokens } = model;
  try {
    if (packed) return await openPackedTokenizer(files.path(packed.file), maxTokens);
    return await openTokenizer(files, maxTokens);
  } catch (error) {
    if (isAltError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AltError(
      'EMBEDDING_FAILED',
      `The tokenizer of ${model.title} in ${files.folder} could not be opened: ${reason}`,
      { cause: error, hint: 'A damaged file is found by "alt models verify".' },
    );
  }
}
