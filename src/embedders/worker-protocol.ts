/** What the two sides of the embedding worker say to each other. */
import { AltError, isAltError, type ErrorCode } from '../../events/index.js';
import type { EmbedderInfo, EmbedderName } from './embedder.js';
import type { ModelSearch } from './model-files.js';
import type { NumpyBasis } from './numpy-fit.js';
import type { OnnxRuntime } from './onnx-runtime.js';

/** What the worker makes its embedder from. */
export interface WorkerRecipe {
  readonly name: EmbedderName;
  readonly models?: ModelSearch;
  readonly device?: string;
  readonly runtime?: OnnxRuntime;
}

/** Calls, each answered once under its id; `cancel` (of a call) and `stop` have no answer. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: 'load' }
  | { readonly id: number; readonly kind: 'query'; readonly text: string }
  | { readonly id: number; readonly kind: 'documents'; readonly texts: readonly string[] }
  | { readonly id: number; readonly kind: 'fit'; readonly texts: readonly string[] }
  | { readonly id: number; readonly kind: 'cancel' }
  | { readonly kind: 'stop' };

export type WorkerCall = Exclude<WorkerRequest, { kind: 'cancel' | 'stop' }>;

/** What each kind of call is answered with. */
export interface WorkerResults {
  load: EmbedderInfo;
  query: Float32Array;
  documents: { readonly vectors: Float32Array; readonly empty: readonly boolean[] };
  fit: NumpyBasis;
}

/** An error as plain data: a class does not survive the way between threads. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

export type WorkerReply =
  | { readonly id: number; readonly kind: 'result'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'error'; readonly error: WireError }
  | { readonly id: number; readonly kind: 'progress'; readonly done: number };

export function toWire(error: unknown): WireError {
  if (!isAltError(error)) {
    return {
      code: 'EMBEDDING_FAILED',
      message: error instanceof Error ? error.message : String(error),
    };
  }
  const wire = { code: error.code, message: error.message };
  return error.hint === undefined ? wire : { ...wire, hint: error.hint };
}

export function fromWire({ code, message, hint }: WireError): AltError {
  return new AltError(code, message, hint === undefined ? {} : { hint });
}
