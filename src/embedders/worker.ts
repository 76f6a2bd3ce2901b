/**
 * The entry of the embedding worker: runs one embedder, away from the thread that serves people.
 *
 * Built into dist as its own file, `embedder-worker.js`. Documents and questions arrive as messages
 * while others are under way; the embedder itself lets questions go first.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openEmbedder } from './choose.js';
import type { Embedder } from './embedder.js';
import { fitNumpy } from './numpy-fit.js';
import {
  toWire,
  type WorkerCall,
  type WorkerRecipe,
  type WorkerReply,
  type WorkerRequest,
  type WorkerResults,
} from './worker-protocol.js';

const recipe = workerData as WorkerRecipe;
const cancellers = new Map<number, AbortController>();
const running = new Set<Promise<void>>();
let opening: Promise<Embedder> | undefined;

function embedder(): Promise<Embedder> {
  opening ??= openEmbedder(recipe.name, { ...recipe, thread: 'inline' });
  return opening;
}

function reply(message: WorkerReply, transferred: Float32Array[] = []): void {
  const buffers = transferred.map((array) => array.buffer as ArrayBuffer);
  parentPort?.postMessage(message, buffers);
}

async function embedDocuments(
  id: number,
  texts: readonly string[],
): Promise<WorkerResults['documents']> {
  const canceller = new AbortController();
  cancellers.set(id, canceller);
  try {
    return await (
      await embedder()
    ).embedDocuments(texts, {
      signal: canceller.signal,
      onProgress: (done) => reply({ id, kind: 'progress', done }),
    });
  } finally {
    cancellers.delete(id);
  }
}

async function answer(call: WorkerCall): Promise<void> {
  const { id } = call;
  switch (call.kind) {
    case 'load': {
      const loaded = await embedder();
      await loaded.load();
      return reply({ id, kind: 'result', value: loaded.describe() });
    }
    case 'query': {
      const vector = await (await embedder()).embedQuery(call.text);
      return reply({ id, kind: 'result', value: vector }, [vector]);
    }
    case 'documents': {
      const value = await embedDocuments(id, call.texts);
      return reply({ id, kind: 'result', value }, [value.vectors]);
    }
    case 'fit': {
      const value = fitNumpy(call.texts);
      return reply({ id, kind: 'result', value }, [value.idf, value.components]);
    }
  }
}

/** Ends this thread once nothing runs: a native run whose thread is taken away ends the process. */
async function stop(): Promise<void> {
  for (const canceller of cancellers.values()) canceller.abort();
  await Promise.all(running);
  const opened = await Promise.resolve(opening).catch(() => undefined);
  await opened?.dispose();
  parentPort?.close();
}

function receive(request: WorkerRequest): void {
  if (request.kind === 'stop') {
    void stop();
    return;
  }
  if (request.kind === 'cancel') {
    cancellers.get(request.id)?.abort();
    return;
  }
  const answered = answer(request)
    .catch((error: unknown) => reply({ id: request.id, kind: 'error', error: toWire(error) }))
    .finally(() => running.delete(answered));
  running.add(answered);
}

parentPort?.on('message', receive);
