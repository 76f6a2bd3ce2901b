/** A Chroma server that is away, killed, tampered with or slow: answers stay right. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChromaProxy, type Conduct } from '../../support/chroma-proxy.js';
import { ChromaProcess } from '../../support/chroma-server.js';
import { copyOf, open } from '../../support/dimensions.js';
import { runs } from '../../support/level.js';
import { COUNT, FIRST, idOf, obstacle, pause, textOf, useChroma } from './chroma-given.js';

describe.skipIf(obstacle !== undefined)('a Chroma server in trouble', { timeout: 300_000 }, () => {
  const {
    clientOf,
    collectionOf,
    expectSame,
    expectTold,
    openChroma,
    stateOf,
    template,
    untilTold,
    url,
  } = useChroma();

  it('loses nothing when the server is killed in the middle of a push', async () => {
    const mortal = await ChromaProcess.prepare();
    await mortal.start();
    onTestFinished(() => mortal.kill());
    const proxy = await ChromaProxy.before(mortal.url);
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    const { dimension } = opened;
    await dimension.embedPending();
    for (const [round, fatal] of ['upsert', 'delete', 'get', 'count'].entries()) {
      for (let n = 0; n < 20; n += 1) {
        const id = idOf(COUNT - 1 - n);
        await dimension.updateEntity(id, { content: `${textOf(n)} ${fatal}` });
      }
      await dimension.deleteEntity(idOf(COUNT - 30 - round));
      let isDead = false;
      proxy.conduct = async (what): Promise<Conduct> => {
        if (what === fatal && !isDead) {
          isDead = true;
          await mortal.kill();
        }
        return 'pass';
      };
      await dimension.embedPending();
      expect([fatal, isDead]).toEqual([fatal, true]);
      const { results, warnings } = await dimension.searchAnswer('rope', { mode: 'vector' });
      expect([results.length, warnings]).toEqual([10, ['chroma unreachable']]);
      proxy.conduct = () => 'pass';
      await mortal.start();
      await untilTold(opened);
    }
    const memories = await dimension.listEntities({ limit: 10_000 });
    const { ids } = await clientOf(mortal.url).collection(stateOf(opened).id).get();
    expect(ids.sort()).toEqual(memories.map(({ id }) => `${id}#0`).sort());
    expect(opened.codes()).toContain('CHROMA_UNREACHABLE');
  });

  it('answers rightly without a server, and tells it everything once there is one', async () => {
    const late = await ChromaProcess.prepare();
    onTestFinished(() => late.kill());
    const opened = openChroma(copyOf(template()), { chroma: { url: late.url } });
    const { dimension } = opened;
    await dimension.addEntity('realm_9', 'd', FIRST, { entityId: 'zep' });
    const { results, warnings } = await dimension.searchAnswer(FIRST, { mode: 'vector' });
    expect([results[0]?.id, warnings]).toEqual(['zep', ['chroma unreachable']]);
    await dimension.deleteEntity('zep');
    await expectSame(opened);
    expect(opened.codes()).toEqual(['CHROMA_UNREACHABLE']);
    expect(await dimension.getBackend()).toMatchObject({
      index_lag: COUNT,
      degraded: 'chroma unreachable',
    });
    await late.start();
    await untilTold(opened);
    const { ids } = await clientOf(late.url).collection(stateOf(opened).id).get();
    expect(ids.length).toBe(COUNT);
  });

  it('leaves a collection of that name alone that is not its own', async () => {
    const known = openChroma(copyOf(template()));
    await known.dimension.embedPending();
    const { name, metadata } = await collectionOf(known);
    const base = name.split('_').slice(0, 3).join('_');
    for (const marks of [{ alt_space: 'other' }, { somebody: 'else' }, metadata ?? {}]) {
      await clientOf().deleteCollection({ name: base });
      const other = await clientOf().createCollection({
        name: base,
        embeddingFunction: null,
        metadata: marks,
      });
      await other.add({ ids: ['a'], embeddings: [[1, 2, 3]] });
      const opened = openChroma(copyOf(template()));
      await expectSame(opened);
      await expectTold(opened);
      expect((await collectionOf(opened)).name).toMatch(new RegExp(`^${base}_[0-9a-f]{8}$`));
      expect(await other.count()).toBe(1);
      await opened.dimension.close();
    }
    await clientOf().deleteCollection({ name: base });
  });

  it('begins again when the collection was deleted, emptied or filled with rubbish', async () => {
    const opened = openChroma(copyOf(template()));
    const { dimension } = opened;
    await dimension.embedPending();
    const collection = await collectionOf(opened);
    await clientOf().deleteCollection({ name: collection.name });
    await expectSame(opened);
    await untilTold(opened);
    await expectTold(opened);

    const again = await collectionOf(opened);
    await again.delete({ ids: Array.from({ length: COUNT / 2 }, (_, n) => `${idOf(n * 2)}#0`) });
    await expectSame(opened);
    await untilTold(opened);
    await expectTold(opened);

    const { embeddings, metadatas } = await again.get({ include: ['embeddings', 'metadatas'] });
    const vectors = embeddings.map((vector) => [...(vector ?? [])]);
    const ids = vectors.map((_, n) => `rubbish-${String(n)}`);
    await again.upsert({
      ids,
      embeddings: vectors,
      metadatas: vectors.map(() => ({ realm: 'x' })),
    });
    const copies = metadatas.map((metadata) => ({ ...metadata, text_hash: 'zz', start: 1 }));
    const more = ids.map((id) => `${id}#0`);
    await again.upsert({ ids: more, embeddings: vectors, metadatas: copies });
    await again.update({ ids: [`${idOf(3)}#0`], metadatas: [{ stream: 'nobody', realm: 'y' }] });
    await expectSame(opened);
    await untilTold(opened);
    await expectTold(opened);
  });

  it('stays right when the server answers with errors, late or not at all', async () => {
    const proxy = await ChromaProxy.before(url());
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    const { dimension } = opened;
    const { dimension: exact } = open(template());
    const told = await exact.search('rope in the orchard', { mode: 'vector' });
    for (const conduct of [500, 429, 404, 'drop'] as const) {
      const whats = conduct === 500 ? ['', 'query'] : ['query'];
      for (const failing of whats) {
        proxy.conduct = (what) => (what.endsWith(failing) ? conduct : 'pass');
        const { results } = await dimension.searchAnswer('rope in the orchard', { mode: 'vector' });
        expect(results).toEqual(told);
        proxy.conduct = () => 'pass';
        await untilTold(opened);
      }
    }
    proxy.conduct = async (): Promise<Conduct> => {
      await pause(300);
      return 'pass';
    };
    expect(await dimension.search('rope in the orchard', { mode: 'vector' })).toEqual(told);
  });

  it('waits for a silent server no longer than it is open', async () => {
    const proxy = await ChromaProxy.before(url());
    const { dimension } = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    proxy.conduct = () => 'hang';
    const searching = dimension.search('rope', { mode: 'vector' }).catch((error: unknown) => error);
    await pause(200);
    const start = performance.now();
    await dimension.close();
    await searching;
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it.runIf(runs(0, 1) === 1)('gives a silent server ten seconds once', async () => {
    const proxy = await ChromaProxy.before(url());
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    proxy.conduct = () => 'hang';
    const start = performance.now();
    await expectSame(opened);
    expect(performance.now() - start).toBeLessThan(25_000);
  });
});
