/**
 * One ONNX graph opened in whichever runtime this machine has: onnxruntime-node (native, fast, an
 * optional package) or onnxruntime-web (WASM, any platform). Both compute the same numbers.
 *
 * Both hold the calling thread for as long as a run takes, although `run` returns a promise.
 */
import { readFile } from 'node:fs/promises';
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { AltError } from '../../events/index.js';
import type { Runtime } from './embedder.js';

export type OnnxRuntime = Exclude<Runtime, 'none'>;

/** Rows of piece ids, all padded with zeros to one length. */
export interface TokenBatch {
  readonly rows: readonly (readonly number[])[];
  /** The length of the longest row. */
  readonly length: number;
}

export interface OnnxSession {
  readonly runtime: OnnxRuntime;
  /** The numbers of the graph's first output: `rows * length * native size`, row-major. */
  run(batch: TokenBatch): Promise<Float32Array>;
  release(): Promise<void>;
}

/** The part of the two packages that is used; they agree on it. */
interface OrtModule {
  readonly InferenceSession: {
    create(model: string | Uint8Array, options: object): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => Tensor;
}

/** Without the arena and the memory pattern long batches take a fifth of the memory. */
const SESSION_OPTIONS = {
  graphOptimizationLevel: 'all',
  enableCpuMemArena: false,
  enableMemPattern: false,
};

const INSTALL_HINTS: Readonly<Record<OnnxRuntime, string>> = {
  onnx: 'npm install onnxruntime-node, or choose the embedder numpy_bert, which runs anywhere.',
  wasm: 'npm install onnxruntime-web, or choose the embedder numpy, which needs no package.',
};

async function importNative(): Promise<OrtModule> {
  return (await import('onnxruntime-node')).default;
}

async function importWasm(): Promise<OrtModule> {
  const module = await import('onnxruntime-web/wasm');
  // More threads than one hang or fail under Node.
  module.env.wasm.numThreads = 1;
  return module;
}

/** Loads the package of a runtime. Throws UNAVAILABLE when it is absent or cannot run here. */
export async function importRuntime(runtime: OnnxRuntime): Promise<OrtModule> {
  try {
    return runtime === 'onnx' ? await importNative() : await importWasm();
  } catch (error) {
    const name = runtime === 'onnx' ? 'onnxruntime-node' : 'onnxruntime-web';
    throw new AltError('UNAVAILABLE', `The package ${name} does not load on this machine.`, {
      cause: error,
      hint: INSTALL_HINTS[runtime],
    });
  }
}

/** The first runtime of the list that loads. Throws the UNAVAILABLE of the last one. */
async function importFirst(
  runtimes: readonly OnnxRuntime[],
): Promise<{ runtime: OnnxRuntime; ort: OrtModule }> {
  let failure: unknown;
  for (const runtime of runtimes) {
    try {
      return { runtime, ort: await importRuntime(runtime) };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Ids and mask as the graph wants them: 64-bit integers. */
function fillInputs(batch: TokenBatch): { ids: BigInt64Array; mask: BigInt64Array } {
  const ids = new BigInt64Array(batch.rows.length * batch.length);
  const mask = new BigInt64Array(ids.length);
  // Every platform of both runtimes is little-endian, so the low half of a 64-bit integer comes
  // first; writing halves makes no BigInt for each piece.
  const idHalves = new Int32Array(ids.buffer);
  const maskHalves = new Int32Array(mask.buffer);
  batch.rows.forEach((row, rowIndex) => {
    const start = rowIndex * batch.length;
    for (let index = 0; index < row.length; index += 1) {
      idHalves[2 * (start + index)] = row[index] ?? 0;
      maskHalves[2 * (start + index)] = 1;
    }
  });
  return { ids, mask };
}

class OrtSession implements OnnxSession {
  constructor(
    readonly runtime: OnnxRuntime,
    private readonly ort: OrtModule,
    private readonly session: InferenceSession,
  ) {}

  async run(batch: TokenBatch): Promise<Float32Array> {
    const { ids, mask } = fillInputs(batch);
    const dims = [batch.rows.length, batch.length];
    const feeds: Record<string, Tensor> = {
      input_ids: new this.ort.Tensor('int64', ids, dims),
      attention_mask: new this.ort.Tensor('int64', mask, dims),
    };
    if (this.session.inputNames.includes('token_type_ids')) {
      feeds['token_type_ids'] = new this.ort.Tensor('int64', new BigInt64Array(ids.length), dims);
    }
    const outputs = await this.session.run(feeds);
    const data = outputs[this.session.outputNames[0] ?? '']?.data;
    if (!(data instanceof Float32Array)) {
      throw new AltError(
        'EMBEDDING_FAILED',
        'The model answered with something that is no float32.',
      );
    }
    return data;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/**
 * Opens a graph in the first of the runtimes that loads.
 * Throws UNAVAILABLE when none does, EMBEDDING_FAILED when the graph cannot be opened.
 */
export async function openOnnxSession(
  modelPath: string,
  runtimes: readonly OnnxRuntime[],
): Promise<OnnxSession> {
  const { runtime, ort } = await importFirst(runtimes);
  try {
    // WASM has no file system; the native runtime reads the file itself, and data beside it.
    const model = runtime === 'wasm' ? new Uint8Array(await readFile(modelPath)) : modelPath;
    const providers = { executionProviders: [runtime === 'wasm' ? 'wasm' : 'cpu'] };
    const session = await ort.InferenceSession.create(model, { ...SESSION_OPTIONS, ...providers });
    return new OrtSession(runtime, ort, session);
  } catch (error) {
    throw new AltError('EMBEDDING_FAILED', `The model ${modelPath} could not be opened.`, {
      cause: error,
    });
  }
}
