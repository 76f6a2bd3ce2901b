/**
 * One ONNX graph, opened in whichever runtime and on whichever device this machine has.
 *
 * Both runtimes hold the calling thread for as long as a run takes, although `run` returns a
 * promise.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { AltError, isAltError } from '../../events/index.js';
import { acceleratorsFor, fallbackWarning, type DeviceChoice } from './devices.js';
import type { Device } from './embedder.js';
import type { LoadedRuntime, OnnxRuntime, OrtModule } from './onnx-runtime.js';

/** Rows of piece ids, all padded with zeros to one length. */
export interface TokenBatch {
  readonly rows: readonly (readonly number[])[];
  /** The length of the longest row. */
  readonly length: number;
}

export interface OnnxGraph {
  readonly path: string;
  /** Files beside the graph that hold its weights. */
  readonly dataPaths: readonly string[];
  /** The output to read; the first one when absent. */
  readonly output?: string | undefined;
  /** The ids of a short text: what an accelerator is tried with. */
  readonly sample: readonly number[];
}

export interface OnnxSession {
  readonly runtime: OnnxRuntime;
  readonly device: Device;
  /** What went otherwise than asked. */
  readonly warnings: readonly string[];
  /**
   * The numbers of the graph's output, row-major: `rows * length * native size`, or
   * `rows * native size` where the graph pools. Throws EMBEDDING_FAILED.
   */
  run(batch: TokenBatch): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Without the arena and the memory pattern long batches take a fifth of the memory. */
const SESSION_OPTIONS = {
  graphOptimizationLevel: 'all',
  enableCpuMemArena: false,
  enableMemPattern: false,
};

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

/** How a session came about. */
interface Circumstances {
  readonly runtime: OnnxRuntime;
  readonly device: Device;
  readonly warnings: readonly string[];
}

class OrtSession implements OnnxSession {
  readonly runtime: OnnxRuntime;
  readonly device: Device;
  readonly warnings: readonly string[];
  private readonly output: string;

  constructor(
    private readonly ort: OrtModule,
    private readonly session: InferenceSession,
    how: Circumstances & { readonly output: string },
  ) {
    this.runtime = how.runtime;
    this.device = how.device;
    this.warnings = how.warnings;
    this.output = how.output;
  }

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
    const data = (await this.answer(feeds))[this.output]?.data;
    if (data instanceof Float32Array) return data;
    throw new AltError('EMBEDDING_FAILED', `The model's output '${this.output}' is no float32.`);
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async answer(feeds: Record<string, Tensor>): Promise<InferenceSession.ReturnType> {
    try {
      return await this.session.run(feeds);
    } catch (error) {
      throw failed('The model could not run', error);
    }
  }
}

function failed(what: string, error: unknown): AltError {
  const reason = error instanceof Error ? error.message : String(error);
  return new AltError('EMBEDDING_FAILED', `${what}: ${reason}`, {
    cause: error,
    hint: 'A damaged file is found by "alt models verify".',
  });
}

/** WASM has no file system; the native runtime reads the graph itself, and the data beside it. */
async function create(graph: OnnxGraph, ort: OrtModule, device: Device): Promise<InferenceSession> {
  if (device !== 'wasm') {
    const executionProviders = device === 'cpu' ? [device] : [device, 'cpu'];
    return ort.InferenceSession.create(graph.path, { ...SESSION_OPTIONS, executionProviders });
  }
  const externalData = [];
  for (const path of graph.dataPaths) {
    externalData.push({ path: basename(path), data: new Uint8Array(await readFile(path)) });
  }
  const bytes = new Uint8Array(await readFile(graph.path));
  const executionProviders = ['wasm'];
  return ort.InferenceSession.create(bytes, {
    ...SESSION_OPTIONS,
    executionProviders,
    externalData,
  });
}

async function open(graph: OnnxGraph, ort: OrtModule, how: Circumstances): Promise<OnnxSession> {
  const session = await create(graph, ort, how.device).catch((error: unknown) => {
    throw failed(`The model ${graph.path} could not be opened`, error);
  });
  const { outputNames } = session;
  const output = graph.output ?? outputNames[0] ?? '';
  if (outputNames.includes(output)) return new OrtSession(ort, session, { ...how, output });
  await session.release();
  throw new AltError(
    'EMBEDDING_FAILED',
    `The model ${graph.path} has no output '${output}', only '${outputNames.join("', '")}'.`,
  );
}

/** A session on an accelerator that answered a short text with finite numbers, or none. */
async function tryDevice(
  graph: OnnxGraph,
  ort: OrtModule,
  device: Device,
): Promise<OnnxSession | undefined> {
  let session: OnnxSession | undefined;
  try {
    session = await open(graph, ort, { runtime: 'onnx', device, warnings: [] });
    const numbers = await session.run({ rows: [graph.sample], length: graph.sample.length });
    if (numbers.every(Number.isFinite)) return session;
  } catch (error) {
    // Why an accelerator fails is between it and its drivers: the next device is tried.
    if (!isAltError(error)) throw error;
  }
  await session?.release();
  return undefined;
}

async function openOnDevice(
  graph: OnnxGraph,
  ort: OrtModule,
  choice: DeviceChoice,
): Promise<OnnxSession> {
  const wanted = acceleratorsFor(choice, ort.listSupportedBackends?.() ?? []);
  // The runtime would otherwise write to standard error about each library it lacks.
  if (wanted.length > 0) ort.env.logLevel = 'fatal';
  for (const device of wanted) {
    const session = await tryDevice(graph, ort, device);
    if (session !== undefined) return session;
  }
  const isExplicit = choice !== 'auto' && choice !== 'cpu';
  const warnings = isExplicit || wanted.length > 0 ? [fallbackWarning(choice, wanted)] : [];
  return open(graph, ort, { runtime: 'onnx', device: 'cpu', warnings });
}

/**
 * Opens a graph on the device asked for or, with a warning, on the processor; WASM knows no
 * devices. Throws EMBEDDING_FAILED when the graph cannot be opened.
 */
export async function openOnnxSession(
  graph: OnnxGraph,
  { runtime, ort }: LoadedRuntime,
  device: DeviceChoice,
): Promise<OnnxSession> {
  if (runtime === 'onnx') return openOnDevice(graph, ort, device);
  return open(graph, ort, { runtime, device: 'wasm', warnings: [] });
}
