/** Who answers while spaces change, in this process and the next. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, open, useTemplate } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { answers, choose, fill, QUESTIONS } from './things.js';

const COUNT = 150;
const QUESTION = QUESTIONS[0] ?? '';
/** What is pending stays so: nothing is embedded on the way. */
const AS_IT_IS = { mode: 'vector', pendingBudgetMs: 0 };

describe('the space that answers', { timeout: 120_000 }, () => {
  const template = useTemplate(async (path) => fill(path, { count: COUNT }));

  it('stays the old one over a rebuild of the views, and in the next process', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    await dimension.setEmbedder('sentence', { reindex: false });
    await dimension.rebuild();
    await dimension.search(QUESTION, AS_IT_IS);
    expect(await dimension.status()).toMatchObject({
      embedder: 'numpy',
      embedder_requested: 'sentence',
      stale: COUNT,
    });
    await dimension.close();
    const { dimension: later } = open(path);
    expect(await later.search(QUESTION, { mode: 'vector' })).toHaveLength(10);
    await later.embedPending();
    expect(await later.status()).toMatchObject({ embedder: 'sentence', stale: 0 });
  });

  it('stays the old one when a device is chosen with the new one', async () => {
    const { dimension } = open(copyOf(template()));
    await dimension.setEmbedder('sentence', { reindex: false, device: 'cpu' });
    expect(await dimension.search(QUESTION, AS_IT_IS)).toHaveLength(10);
    expect(await dimension.status()).toMatchObject({ embedder: 'numpy' });
  });

  it('changes after a switch that works, whatever did not load before', async () => {
    const { dimension } = open(copyOf(template()));
    await dimension.search(QUESTION);
    await choose(dimension, 'embeddinggemma');
    await dimension.embedPending();
    expect(await dimension.status()).toMatchObject({ embedder_state: 'unavailable' });
    await dimension.setEmbedder('sentence');
    expect(await dimension.status()).toMatchObject({
      embedder: 'sentence',
      embedder_requested: 'sentence',
      stale: 0,
    });
  });

  it.each(['here', 'not here'])(
    'is no matter of an embedder of a newer release (old space %s)',
    async (where) => {
      const path = copyOf(template());
      const { dimension } = open(path);
      await choose(dimension, 'e5-of-tomorrow');
      await dimension.close();
      if (where === 'not here') rmSync(join(path, 'views', 'vectors', 'serving.json'));
      const { dimension: later } = open(path);
      const answer = await later.searchAnswer('rope that must be sold');
      expect(answer.results).toHaveLength(10);
      expect(answer.fallback).toBe(where === 'here' ? undefined : 'keyword_only');
      expect(await later.status()).toMatchObject({ embedder_state: 'unavailable' });
      expect(await later.setEmbedder('numpy')).toMatchObject({ model: 'numpy' });
      expect(await later.search(QUESTION, { mode: 'vector' })).toHaveLength(10);
    },
  );

  it('does not mind a device that nobody knows in local.json', async () => {
    const path = copyOf(template());
    writeFileSync(join(path, 'local.json'), '{"backend":"hnsw","device":"rocm"}');
    const { dimension } = open(path);
    expect(await dimension.search(QUESTION, { mode: 'vector' })).toHaveLength(10);
    expect(await dimension.setEmbedder('sentence')).toMatchObject({ device: 'cpu' });
  });

  it('heals a damaged cache under many calls at once', async () => {
    const path = copyOf(template());
    const { dimension: before } = open(path);
    const expected = await answers(before);
    await before.close();
    const cache = join(path, 'cache', 'embeddings.db');
    writeFileSync(cache, readFileSync(cache).fill(0xa5, 4096));
    rmSync(join(path, 'views', 'vectors'), { recursive: true });
    const { dimension } = open(path);
    const calls = Array.from({ length: 8 }, () => dimension.search(QUESTION, { mode: 'vector' }));
    // One call embeds anew, the others answer from what there is by then.
    for (const hits of await Promise.all(calls)) expect(hits.length).toBeGreaterThan(0);
    await dimension.embedPending();
    expect(await answers(dimension)).toEqual(expected);
  });

  it('follows a cache that was taken away while it was open', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    const expected = await answers(dimension);
    for (const name of readdirSync(join(path, 'cache'))) rmSync(join(path, 'cache', name));
    await dimension.search(QUESTION);
    await dimension.embedPending();
    const { dimension: other } = open(path);
    expect(await other.status()).toMatchObject({ pending: 0 });
    expect(await answers(other)).toEqual(expected);
  });

  it('leaves nothing behind that would make a removed folder come back', async () => {
    const path = copyOf(template());
    const { dimension } = open(path);
    const asked = dimension.status().catch(() => undefined);
    await dimension.close();
    rmSync(path, { recursive: true });
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(() => readdirSync(path)).toThrow('ENOENT');
  });
});

describe('ranks', () => {
  it('of equals by meaning are newest first, as in every mode', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    for (const realm of ['a', 'b', 'c']) {
      await dimension.addEntity(realm, 'notes', 'The ferry leaves at noon.', { entityId: realm });
    }
    for (const mode of ['vector', 'keyword', 'hybrid']) {
      const hits = await dimension.search('ferry at noon', { mode });
      expect([mode, ...hits.map(({ id }) => id)]).toEqual([mode, 'c', 'b', 'a']);
    }
  });

  it('by words alone are not crowded out by one long memory', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    const long = Array.from({ length: 150 }, (_, at) => {
      return `A zebra came by on day ${String(at)}. ${'It looked around and went on. '.repeat(12)}`;
    });
    await dimension.addEntity('zoo', 'diary', long.join('\n'));
    for (let n = 0; n < 20; n += 1) {
      const text = `Note ${String(n)} on the zebra at the gate. ${'More of that day. '.repeat(30)}`;
      await dimension.addEntity('zoo', 'notes', text);
    }
    const { results } = await dimension.searchMemories('zebra', {
      limit: 10,
      vectorDisabled: true,
    });
    expect(results).toHaveLength(10);
  });
});
