/** Downloading a model: what must be allowed, what is fetched, what two at once do. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelSettings } from '../../../src/config.js';
import type { ModelCatalogue } from '../../../src/embedders/model-catalogue.js';
import {
  downloadModel,
  type DownloadOptions,
  type DownloadPlan,
} from '../../../src/embedders/model-download.js';
import { serveFiles, stallAfter, type FileServer } from '../../support/file-server.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const GRAPH = Buffer.from('graph'.repeat(1_000));
const TOKENS = Buffer.from('{"tokens": []}');

const fileOf = (content: Buffer) => ({
  sizeBytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});
const TOY = {
  title: 'A toy',
  license: 'MIT',
  folder: 'toy',
  hub: { repo: 'owner/toy', revision: 'abc123' },
  files: { 'onnx/toy.onnx': fileOf(GRAPH), 'tokenizer.json': fileOf(TOKENS) },
};
const CATALOGUE: ModelCatalogue = {
  toy: { ...TOY, aliases: ['plaything'] },
  bound: { ...TOY, terms: 'https://terms.example' },
  packed: { title: 'A packed toy', license: 'MIT', folder: 'packed', files: TOY.files },
};

interface Setting {
  readonly server: FileServer;
  /** Where the toy is put. */
  readonly folder: string;
  readonly models: string;
  readonly options: DownloadOptions;
}

async function setting(changed: Partial<ModelSettings> = {}): Promise<Setting> {
  const server = await serveFiles({
    'owner/toy/resolve/abc123/onnx/toy.onnx': GRAPH,
    'owner/toy/resolve/abc123/tokenizer.json': TOKENS,
  });
  const models = join(temporaryFolder(), 'models');
  const settings: ModelSettings = {
    search: { folders: [models], hubCaches: [] },
    folder: models,
    downloads: 'yes',
    endpoint: server.url,
    accepted: [],
    ...changed,
  };
  const options = { settings, catalogue: CATALOGUE, pace: { retryPauseMs: 1 } };
  return { server, models, folder: join(models, 'owner--toy'), options };
}

function put(path: string, content: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

describe('a download', () => {
  it('fetches every file at its pinned revision and tells how far it is', async () => {
    const { options, folder, server } = await setting();
    const told: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void told.push([done, total]);
    const result = await downloadModel('Plaything', { ...options, onProgress });
    const fetched = ['onnx/toy.onnx', 'tokenizer.json'];
    expect(result).toEqual({ name: 'toy', folder, fetched });
    expect(readFileSync(join(folder, 'onnx/toy.onnx'))).toEqual(GRAPH);
    expect(readFileSync(join(folder, 'tokenizer.json'))).toEqual(TOKENS);
    expect(told.at(-1)).toEqual([5_014, 5_014]);
    expect(server.asked.map((line) => line.split(' ')[0])).toEqual([
      'owner/toy/resolve/abc123/onnx/toy.onnx',
      'owner/toy/resolve/abc123/tokenizer.json',
    ]);
  });

  it('fetches nothing when all is there, wherever that is', async () => {
    const { options, models, server } = await setting({ downloads: 'no' });
    put(join(models, 'toy.onnx'), GRAPH);
    put(join(models, 'tokenizer.json'), TOKENS);
    const result = await downloadModel('toy', options);
    expect(result).toEqual({ name: 'toy', folder: models, fetched: [] });
    expect(server.asked).toEqual([]);
  });

  it('fetches only what is absent or altered', async () => {
    const { options, folder } = await setting();
    put(join(folder, 'onnx/toy.onnx'), GRAPH);
    expect(await downloadModel('toy', options)).toMatchObject({ fetched: ['tokenizer.json'] });
    put(join(folder, 'onnx/toy.onnx'), Buffer.alloc(GRAPH.length));
    expect(await downloadModel('toy', options)).toMatchObject({ fetched: ['onnx/toy.onnx'] });
    expect(readFileSync(join(folder, 'onnx/toy.onnx'))).toEqual(GRAPH);
  });

  it('is refused while altered files lie where they are looked for first', async () => {
    const { options, models } = await setting();
    const first = temporaryFolder();
    put(join(first, 'toy.onnx'), Buffer.alloc(GRAPH.length));
    put(join(first, 'tokenizer.json'), TOKENS);
    const search = { folders: [first, models], hubCaches: [] };
    const settings = { ...options.settings, search };
    await expect(downloadModel('toy', { ...options, settings })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `Checksum mismatch for ${join(first, 'toy.onnx')}.`,
    });
  });

  it('leaves no file behind whose checksum is wrong', async () => {
    const { options, folder, server } = await setting();
    server.answers.push((_request, response) => {
      response.end(Buffer.alloc(GRAPH.length));
    });
    await expect(downloadModel('toy', options)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`checksum mismatch for ${folder}/onnx/toy.onnx`) as string,
    });
    expect(readdirSync(join(folder, 'onnx'))).toEqual([]);
  });

  it('of a model that is on no hub is refused', async () => {
    const { options } = await setting();
    await expect(downloadModel('packed', options)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The model packed is not on this machine.',
    });
  });

  it('needs a folder that may be written', async () => {
    const { options, models } = await setting();
    writeFileSync(models, 'no folder');
    await expect(downloadModel('toy', options)).rejects.toMatchObject({
      code: 'READ_ONLY',
      hint: expect.stringContaining('ALT_MODELS_DIR') as string,
    });
  });

  it('that is stopped goes on when it is asked for again', async () => {
    const { options, folder, server } = await setting();
    server.answers.push(stallAfter(2_000));
    const stopping = new AbortController();
    const onProgress = (): void => stopping.abort();
    await expect(
      downloadModel('toy', { ...options, signal: stopping.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    await downloadModel('toy', options);
    expect(server.asked[1]).toBe('owner/toy/resolve/abc123/onnx/toy.onnx bytes=2000-');
    expect(existsSync(join(folder, 'onnx/toy.onnx'))).toBe(true);
  });
});

describe('two downloads at once', () => {
  it('fetch each file once; the second waits and finds it there', async () => {
    const { options, folder, server } = await setting();
    let waits = 0;
    const onWait = (): void => void (waits += 1);
    const results = await Promise.all([
      downloadModel('toy', { ...options, onWait }),
      downloadModel('toy', { ...options, onWait }),
    ]);
    expect(results.map((result) => result?.fetched.length).sort()).toEqual([0, 2]);
    expect([server.asked.length, waits]).toEqual([2, 1]);
    expect(readdirSync(folder).sort()).toEqual(['onnx', 'tokenizer.json']);
  });

  it('let the one that waits be stopped', async () => {
    const { options, server } = await setting();
    server.answers.push(stallAfter(10));
    const [first, second] = [new AbortController(), new AbortController()];
    const downloading = downloadModel('toy', { ...options, signal: first.signal });
    const waiting = downloadModel('toy', {
      ...options,
      signal: second.signal,
      onWait: () => second.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    first.abort();
    await expect(downloading).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('downloads are allowed', () => {
  it('never with no', async () => {
    const { options, folder, server } = await setting({ downloads: 'no' });
    const confirm = () => Promise.resolve(true);
    await expect(downloadModel('toy', { ...options, confirm })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'Downloads are switched off; toy was not fetched.',
      hint: expect.stringContaining(`or put the files into ${folder}.`) as string,
    });
    expect(server.asked).toEqual([]);
  });

  it('with ask only by somebody who was asked', async () => {
    const { options, folder, server, models } = await setting({ downloads: 'ask' });
    await expect(downloadModel('toy', options)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const plans: DownloadPlan[] = [];
    const answering = (answer: boolean) => ({
      ...options,
      confirm: (plan: DownloadPlan) => {
        plans.push(plan);
        return Promise.resolve(answer);
      },
    });
    expect(await downloadModel('toy', answering(false))).toBeUndefined();
    expect([server.asked, existsSync(models)]).toEqual([[], false]);
    expect(await downloadModel('toy', answering(true))).toMatchObject({ name: 'toy' });
    const plan = { name: 'toy', title: 'A toy', license: 'MIT', sizeBytes: 5_014 };
    expect(plans[0]).toEqual({ ...plan, from: server.url, to: folder });
  });

  it('of a model with terms only once they are accepted', async () => {
    const { options, server } = await setting();
    await expect(downloadModel('bound', options)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The terms of bound were not accepted: https://terms.example',
      hint: 'Read them, then run "alt models accept bound".',
    });
    expect(server.asked).toEqual([]);
    const settings = { ...options.settings, accepted: ['bound'] };
    expect(await downloadModel('bound', { ...options, settings })).toMatchObject({ name: 'bound' });
  });
});
