/** Changing embedder and backend: nothing is lost, and a half-made space never answers. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { copyOf, open, useTemplate } from '../../support/dimensions.js';
import { runs } from '../../support/level.js';
import { answers, choose, fill, QUESTIONS } from './things.js';

const COUNT = runs(200, 2_000);
const make = async (path: string): Promise<string> => fill(path, { count: COUNT });
const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

describe('set_embedder', { timeout: 300_000 }, () => {
  const template = useTemplate(make);

  it('answers afterwards as a dimension that was made with the new embedder', async () => {
    const { dimension } = open(copyOf(template()));
    const before = await answers(dimension);
    const switched = await dimension.setEmbedder('sentence');
    expect(switched).toMatchObject({
      model: 'sentence',
      requested: 'sentence',
      previous: 'numpy',
      dimension: 384,
      device: 'cpu',
      reindexed: COUNT,
      empty: 0,
    });
    const { dimension: fresh } = open(join(copyOf(template()), '..', 'fresh'), {
      embedder: 'sentence',
    });
    await fill(fresh.path, { embedder: 'sentence', count: COUNT });
    const after = await answers(dimension);
    expect(after).toEqual(await answers(fresh));
    expect(after).not.toEqual(before);
    await dimension.setEmbedder('numpy');
    expect(await answers(dimension)).toEqual(before);
    expect(await dimension.verify()).toMatchObject({ ok: true });
  });

  it('appends no event for the embedder that is in use', async () => {
    const { dimension } = open(copyOf(template()));
    await dimension.setEmbedder('sentence');
    const events = await eventsOf(dimension);
    expect(await dimension.setEmbedder('sentence')).toMatchObject({
      note: 'already active',
      reindexed: 0,
    });
    expect(await eventsOf(dimension)).toBe(events);
  });

  it('changes nothing for a name that is unknown or a model that is not here', async () => {
    const { dimension } = open(copyOf(template()));
    const [events, before] = [await eventsOf(dimension), await answers(dimension)];
    await expect(dimension.setEmbedder('word2vec')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining("Unknown embedder model: 'word2vec'") as string,
    });
    await expect(dimension.setEmbedder('sentence', { device: 'tpu' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(dimension.setEmbedder('embeddinggemma')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(await eventsOf(dimension)).toBe(events);
    expect(await answers(dimension)).toEqual(before);
  });

  it('keeps the old one when it is cancelled half-way, and goes on from there', async () => {
    const { dimension } = open(copyOf(template()));
    const before = await answers(dimension);
    const stop = new AbortController();
    const seen: number[] = [];
    const onProgress = (done: number): void => {
      seen.push(done);
      stop.abort();
    };
    const switching = dimension.setEmbedder('sentence', { signal: stop.signal, onProgress });
    await expect(switching).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await dimension.status()).toMatchObject({
      embedder: 'numpy',
      embedder_requested: 'numpy',
      stale: 0,
    });
    expect(await answers(dimension)).toEqual(before);
    expect(await dimension.setEmbedder('sentence')).toMatchObject({ reindexed: COUNT });
  });

  it('refuses a second switch while one runs', async () => {
    const { dimension } = open(copyOf(template()));
    const first = dimension.setEmbedder('sentence');
    await expect(dimension.setEmbedder('sentence')).rejects.toMatchObject({ code: 'BUSY' });
    await expect(dimension.setBackend('chroma')).rejects.toMatchObject({ code: 'BUSY' });
    await first;
  });

  it('without reindex answers by the old space until the new one is complete', async () => {
    const { dimension } = open(copyOf(template()));
    const before = await answers(dimension);
    const switched = await dimension.setEmbedder('sentence', { reindex: false });
    expect(switched).toMatchObject({ reindexed: 0, model: 'sentence' });
    expect(await dimension.status()).toMatchObject({
      embedder: 'numpy',
      embedder_requested: 'sentence',
      embedder_state: 'stale',
      stale: COUNT,
    });
    const options = { mode: 'hybrid', limit: 10, pendingBudgetMs: 0 };
    const [question = ''] = QUESTIONS;
    const hits = await dimension.search(question, options);
    expect(hits.map(({ id }) => id)).toEqual(before[0]);
    await dimension.embedPending();
    expect(await dimension.status()).toMatchObject({ embedder: 'sentence', stale: 0 });
  });

  it('finds what is added while it runs', async () => {
    const { dimension } = open(copyOf(template()));
    const switching = dimension.setEmbedder('sentence');
    const id = await dimension.addEntity('home', 'things', 'A telescope for watching comets.');
    await switching;
    const [hit] = await dimension.search('instrument to look at the stars', { mode: 'vector' });
    expect(hit?.id).toBe(id);
  });

  it('is followed by a process that was open all along, and by one that opens later', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    const { dimension: other } = open(path);
    await answers(other);
    await dimension.setEmbedder('sentence');
    const after = await answers(dimension);
    expect(await answers(other)).toEqual(after);
    const { dimension: later } = open(path);
    expect(await answers(later)).toEqual(after);
  });

  it('a chosen model that cannot be loaded here leaves the space of this machine', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    await dimension.setEmbedder('sentence');
    const before = await answers(dimension);
    await dimension.close();
    const { dimension: elsewhere } = open(path);
    // As it arrives from a machine that has the model.
    await choose(elsewhere, 'embeddinggemma');
    await elsewhere.close();
    const { dimension: again } = open(path);
    expect(await answers(again)).toEqual(before);
    await again.embedPending();
    expect(await again.status()).toMatchObject({
      embedder: 'sentence',
      embedder_requested: 'embeddinggemma',
      embedder_state: 'unavailable',
    });
    const id = await again.addEntity('home', 'things', 'A telescope for watching comets.');
    const [hit] = await again.search('instrument to look at the stars', { mode: 'vector' });
    expect(hit?.id).toBe(id);
  });

  it('a space that was half made and then lost is made again', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    await dimension.setEmbedder('sentence');
    const after = await answers(dimension);
    await dimension.close();
    rmSync(join(path, 'views', 'vectors'), { recursive: true });
    rmSync(join(path, 'cache'), { recursive: true });
    const { dimension: again } = open(path);
    await again.embedPending();
    expect(await answers(again)).toEqual(after);
  });
});

describe('set_backend', { timeout: 120_000 }, () => {
  const template = useTemplate(async (path) => fill(path, { count: 70 }));

  it('says what is in use and refuses unknown names', async () => {
    const { dimension } = open(copyOf(template()));
    expect(await dimension.getBackend()).toMatchObject({
      backend: 'hnsw',
      vectors: 70,
      index_lag: 0,
    });
    expect(await dimension.setBackend('FAISS')).toEqual({
      backend: 'hnsw',
      previous_backend: 'hnsw',
      reindexed: 0,
      note: 'already active',
    });
    await expect(dimension.setBackend('redis')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: "Unknown backend: 'redis'. Valid: ['chroma','hnsw'].",
    });
  });

  it('leaves the old one where no server answers', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    const before = await answers(dimension);
    for (const reindex of [true, false]) {
      await expect(dimension.setBackend('chroma', { reindex })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
    }
    expect(existsSync(join(path, 'local.json'))).toBe(false);
    expect(await answers(dimension)).toEqual(before);
  });

  it('an unreadable choice is none', async () => {
    const path = copyOf(template());
    writeFileSync(join(path, 'local.json'), '{"backend": "hnsw"');
    const { dimension } = open(path);
    expect(await dimension.getBackend()).toMatchObject({ backend: 'hnsw' });
    expect(readFileSync(join(path, 'local.json'), 'utf8')).toBe('{"backend": "hnsw"');
  });
});
