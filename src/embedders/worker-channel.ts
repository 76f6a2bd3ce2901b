/**
 * One worker thread and the calls under way in it. A worker that dies fails its calls and is
 * replaced at the next one. It keeps the process alive only while calls are under way.
 */
import { Worker } from 'node:worker_threads';
import { AltError } from '../../events/index.js';
import {
  fromWire,
  type WorkerCall,
  type WorkerRecipe,
  type WorkerReply,
  type WorkerRequest,
  type WorkerResults,
} from './worker-protocol.js';

/** Longer than a batch takes in the slowest runtime; a worker that needs more hangs. */
const STOP_PATIENCE_MS = 15_000;

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  progress(done: number): void;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/** A call without its id, which the channel gives. */
type CallBody<Kind extends WorkerCall['kind']> = Omit<Extract<WorkerCall, { kind: Kind }>, 'id'>;

export class WorkerChannel {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  constructor(
    private readonly entry: URL,
    private readonly recipe: WorkerRecipe,
  ) {}

  /**
   * Sends a call and waits for its answer. Rejects with the worker's error, with EMBEDDING_FAILED
   * when the worker dies first.
   */
  async call<Kind extends WorkerCall['kind']>(
    body: CallBody<Kind>,
    options: CallOptions = {},
  ): Promise<WorkerResults[Kind]> {
    const worker = this.started();
    const id = this.nextId;
    this.nextId += 1;
    const cancel = (): void => this.send(worker, { id, kind: 'cancel' });
    options.signal?.addEventListener('abort', cancel);
    try {
      const answered = new Promise<unknown>((resolve, reject) => {
        this.pending.set(id, { resolve, reject, progress: (done) => options.onProgress?.(done) });
      });
      this.send(worker, { ...body, id } as unknown as WorkerCall);
      worker.ref();
      return (await answered) as WorkerResults[Kind];
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      this.pending.delete(id);
      if (this.pending.size === 0) worker.unref();
    }
  }

  /** Ends the worker when its batch is done and its model freed; calls under way are rejected. */
  async stop(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    this.lost(worker, undefined);
    worker.ref();
    this.send(worker, { kind: 'stop' });
    const patience = setTimeout(() => void worker.terminate(), STOP_PATIENCE_MS);
    await exited;
    clearTimeout(patience);
  }

  /** Ends the worker in the midst of its work: not while a model runs in it. */
  async terminate(): Promise<void> {
    await this.worker?.terminate();
  }

  private send(worker: Worker, request: WorkerRequest): void {
    worker.postMessage(request);
  }

  private started(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(this.entry, { workerData: this.recipe, name: 'embedder' });
    worker.on('message', (reply: WorkerReply) => this.receive(reply));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', () => this.lost(worker, undefined));
    this.worker = worker;
    return worker;
  }

  private receive(reply: WorkerReply): void {
    const pending = this.pending.get(reply.id);
    if (reply.kind === 'progress') pending?.progress(reply.done);
    else if (reply.kind === 'error') pending?.reject(fromWire(reply.error));
    else pending?.resolve(reply.value);
  }

  private lost(worker: Worker, cause: unknown): void {
    // An error is followed by an exit, by when the next worker may be at work.
    if (this.worker !== worker) return;
    this.worker = undefined;
    const error = new AltError('EMBEDDING_FAILED', 'The embedding worker ended.', {
      cause,
      hint: 'Try again: a new worker is started.',
    });
    for (const pending of this.pending.values()) pending.reject(error);
  }
}
