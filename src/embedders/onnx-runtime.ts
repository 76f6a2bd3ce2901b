/**
 * The two packages that run ONNX graphs: onnxruntime-node (native, fast, optional) and
 * onnxruntime-web (WASM, any platform). Both compute the same numbers.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { AltError } from '../../events/index.js';
import type { Backend } from './devices.js';
import type { Runtime } from './embedder.js';

export type OnnxRuntime = Exclude<Runtime, 'none'>;

/** The runtimes of an embedder, best first. */
export type OnnxRuntimes = readonly [OnnxRuntime, ...OnnxRuntime[]];

/** The part of the two packages that is used; they agree on it. */
export interface OrtModule {
  readonly env: { logLevel?: 'verbose' | 'info' | 'warning' | 'error' | 'fatal' };
  readonly InferenceSession: {
    create(model: string | Uint8Array, options: object): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => Tensor;
  /** The devices that the native package knows; WASM knows none. */
  listSupportedBackends?(): readonly Backend[];
}

/** A runtime and its package. */
export interface LoadedRuntime {
  readonly runtime: OnnxRuntime;
  readonly ort: OrtModule;
}

export type ImportRuntime = (runtime: OnnxRuntime) => Promise<OrtModule>;

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

/** Loads the first of the runtimes that can be. Throws the UNAVAILABLE of the last one. */
export async function importFirst(
  runtimes: OnnxRuntimes,
  load: ImportRuntime = importRuntime,
): Promise<LoadedRuntime> {
  const [runtime, next, ...others] = runtimes;
  try {
    return { runtime, ort: await load(runtime) };
  } catch (error) {
    if (next === undefined) throw error;
    return importFirst([next, ...others], load);
  }
}
