/**
 * An embedder that lives in a worker thread: running a model holds its thread, and the thread that
 * serves people must never be held.
 *
 * The worker's entry is a built file. Where it does not exist (running from TypeScript sources) the
 * same class uses the embedder on the calling thread instead: same answers, no isolation.
 */
import { existsSync } from 'node:fs';
import { AltError } from '../../events/index.js';
import * as base from './embedder.js';
import { fitNumpy, type NumpyBasis } from './numpy-fit.js';
import { WorkerChannel } from './worker-channel.js';
import type { WorkerRecipe } from './worker-protocol.js';

/** The built entry, beside whichever built file this code ended up in. @internal */
export const WORKER_FILE = 'embedder-worker.js';

/** Texts sent in one message: copying more would hold this thread. */
const TEXTS_PER_MESSAGE = 256;

/** The entry of the worker, or undefined when running from sources. @internal */
export function findWorkerEntry(): URL | undefined {
  const entry = new URL(`./${WORKER_FILE}`, import.meta.url);
  return existsSync(entry) ? entry : undefined;
}

export interface InWorkerOptions {
  readonly recipe: WorkerRecipe;
  /** Another place of the built entry than {@link findWorkerEntry} finds. */
  readonly entry?: URL;
}

class WorkerEmbedder implements base.Embedder {
  readonly name: base.EmbedderName;
  readonly dimension = base.DIMENSION;
  readonly spaceId: string;
  readonly scripts: base.Scripts;
  readonly weight: number;
  readonly usualLead: number | undefined;
  readonly cosineFloor: number;
  private loading: Promise<base.EmbedderInfo> | undefined;
  private info: base.EmbedderInfo;

  constructor(
    private readonly inner: base.Embedder,
    private readonly channel: WorkerChannel,
  ) {
    this.name = inner.name;
    this.spaceId = inner.spaceId;
    this.scripts = inner.scripts;
    this.weight = inner.weight;
    this.usualLead = inner.usualLead;
    this.cosineFloor = inner.cosineFloor;
    this.info = inner.describe();
  }

  get runtime(): base.Runtime {
    return this.info.runtime;
  }

  async load(): Promise<void> {
    this.loading ??= this.channel.call<'load'>({ kind: 'load' }).finally(() => {
      this.loading = undefined;
    });
    this.info = await this.loading;
  }

  async embedDocuments(
    texts: readonly string[],
    options: base.EmbedOptions = {},
  ): Promise<base.EmbedResult> {
    const vectors = new Float32Array(texts.length * base.DIMENSION);
    const empty: boolean[] = [];
    if (texts.length > 0 && this.isUnasked) await this.load();
    for (let start = 0; start < texts.length; start += TEXTS_PER_MESSAGE) {
      base.throwIfCancelled(options.signal);
      const result = await this.channel.call<'documents'>(
        { kind: 'documents', texts: texts.slice(start, start + TEXTS_PER_MESSAGE) },
        {
          ...(options.signal && { signal: options.signal }),
          onProgress: (done) => options.onProgress?.(start + done, texts.length),
        },
      );
      vectors.set(result.vectors, start * base.DIMENSION);
      empty.push(...result.empty);
    }
    return { vectors, empty };
  }

  async embedQuery(text: string): Promise<Float32Array> {
    if (this.isUnasked) await this.load();
    return await this.channel.call<'query'>({ kind: 'query', text });
  }

  describe(): base.EmbedderInfo {
    return this.info;
  }

  async dispose(): Promise<void> {
    await this.channel.stop();
    this.info = this.inner.describe();
  }

  /** Device and warnings are known only to a worker that has loaded: it is asked for them once. */
  private get isUnasked(): boolean {
    return this.info.state === 'lazy';
  }
}

/**
 * Runs `inner` in a worker that makes its own copy from the recipe; `inner` itself is never loaded
 * then. Without a built entry returns `inner`.
 */
export function inWorker(inner: base.Embedder, options: InWorkerOptions): base.Embedder {
  const entry = options.entry ?? findWorkerEntry();
  if (entry === undefined) return inner;
  return new WorkerEmbedder(inner, new WorkerChannel(entry, options.recipe));
}

/** {@link fitNumpy} in a worker of its own, on this thread where there is no built entry. */
export async function fitNumpyInWorker(
  texts: readonly string[],
  options: { readonly entry?: URL; readonly signal?: AbortSignal } = {},
): Promise<NumpyBasis> {
  base.throwIfCancelled(options.signal);
  const entry = options.entry ?? findWorkerEntry();
  if (entry === undefined) return fitNumpy(texts);
  const channel = new WorkerChannel(entry, { name: 'numpy' });
  const stop = (): void => void channel.terminate();
  options.signal?.addEventListener('abort', stop);
  try {
    return await channel.call<'fit'>({ kind: 'fit', texts });
  } catch (error) {
    if (options.signal?.aborted) throw new AltError('CANCELLED', 'Fitting was cancelled.');
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await channel.terminate();
  }
}
