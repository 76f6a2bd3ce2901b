/** The chroma backend against a real server: finds what looking at each vector finds. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeLocalChoices } from '../../../src/vectors/local-choices.js';
import { ChromaProxy } from '../../support/chroma-proxy.js';
import { ChromaProcess } from '../../support/chroma-server.js';
import { copyOf, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import {
  answers,
  COUNT,
  FIRST,
  first,
  idOf,
  make,
  obstacle,
  SECOND,
  textOf,
  useChroma,
} from './chroma-given.js';

describe.skipIf(obstacle !== undefined)('the chroma backend', { timeout: 300_000 }, () => {
  const {
    clientOf,
    collectionOf,
    expectSame,
    expectTold,
    openChroma,
    recordsOf,
    stateOf,
    template,
    untilTold,
    url,
  } = useChroma();

  it('finds the first ten that looking at each vector finds', async () => {
    const exact = open(copyOf(template()));
    const expected = await answers(exact.dimension);
    const asked = openChroma(copyOf(template()));
    expect(await answers(asked.dimension)).toEqual(expected);
    const usual = openChroma(copyOf(template()), { exactVectorsMax: undefined });
    await expectSame(usual);
    await expectTold(asked);
    const { name, metadata, configuration } = await collectionOf(asked);
    expect(name).toMatch(/^alt_[0-9a-f]{12}_[0-9a-f]{8}(_[0-9a-f]{8})?$/);
    expect(metadata).toMatchObject({ alt_format: 1 });
    expect(configuration.hnsw).toMatchObject({ space: 'cosine', ef_construction: 200 });
    expect([...asked.warnings, ...usual.warnings]).toEqual([]);
  });

  it('asks the server, and nothing of it when nothing changed', async () => {
    const proxy = await ChromaProxy.before(url());
    const { dimension } = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    await dimension.embedPending();
    expect(proxy.count('upsert')).toBe(Math.ceil(COUNT / 500));
    proxy.asked.length = 0;
    await dimension.search('rope', { mode: 'vector' });
    expect(proxy.count('query')).toBe(1);
    proxy.asked.length = 0;
    await dimension.embedPending({ snapshot: true });
    expect(proxy.asked).toEqual([]);
  });

  it('finds n in a place where n are, with the server and without', async () => {
    const { dimension } = openChroma(copyOf(template()));
    for (const realm of ['realm_0', 'realm_1', 'realm_2']) {
      const found = await dimension.search('rope', { mode: 'vector', limit: COUNT / 3, realm });
      expect(found.length).toBe(COUNT / 3);
      expect(new Set(found.map((hit) => hit.realm))).toEqual(new Set([realm]));
    }
  });

  it('shows what was added, revised, moved, deleted and restored at the next search', async () => {
    const opened = openChroma(copyOf(template()));
    const { dimension } = opened;
    await dimension.embedPending();
    await dimension.addEntity('realm_9', 'd', FIRST, { entityId: 'zep' });
    expect(await first(dimension, FIRST)).toEqual(['zep', 'realm_9']);
    await dimension.updateEntity('zep', { content: SECOND });
    expect(await first(dimension, SECOND)).toEqual(['zep', 'realm_9']);
    expect(await first(dimension, FIRST)).toBeUndefined();
    await dimension.updateEntity('zep', { realm: 'realm_8' });
    expect(await first(dimension, SECOND, 'realm_8')).toEqual(['zep', 'realm_8']);
    expect(await first(dimension, SECOND, 'realm_9')).toBeUndefined();
    await expectTold(opened);
    await dimension.deleteEntity('zep');
    expect(await first(dimension, SECOND, 'realm_8')).toBeUndefined();
    await expectTold(opened);
    await dimension.restoreEntity('zep');
    expect(await first(dimension, SECOND, 'realm_8')).toEqual(['zep', 'realm_8']);
    await expectTold(opened);
  });

  it('knows at once what the server was not told yet', async () => {
    const opened = openChroma(copyOf(template()), { pendingBudgetMs: 0 });
    const { dimension } = opened;
    const [moved, gone] = [COUNT - 1, COUNT - 2];
    await dimension.updateEntity(idOf(moved), { content: FIRST });
    await dimension.updateEntity(idOf(gone), { content: SECOND });
    await expectTold(opened);
    // Into a realm in which the server finds enough without it.
    await dimension.updateEntity(idOf(moved), { realm: 'realm_1' });
    expect(await first(dimension, FIRST, 'realm_1')).toEqual([idOf(moved), 'realm_1']);
    expect(await first(dimension, FIRST, 'realm_2')).toBeUndefined();
    await dimension.deleteEntity(idOf(gone));
    expect(await first(dimension, SECOND)).toBeUndefined();
    await dimension.restoreEntity(idOf(gone));
    expect(await first(dimension, SECOND)).toEqual([idOf(gone), 'realm_1']);
    expect(await recordsOf(opened)).toMatchObject({ [`${idOf(moved)}#0`]: 'realm_2' });
    await expectTold(opened);
  });

  it('keeps a long memory by passages, and takes out what a shorter text leaves', async () => {
    const opened = openChroma(copyOf(template()));
    const { dimension } = opened;
    const long = Array.from({ length: 120 }, (_, n) => textOf(n * 7)).join(' ');
    await dimension.addEntity('realm_1', 'd', long, { entityId: 'long' });
    await dimension.embedPending();
    const passages = Object.keys(await recordsOf(opened)).filter((id) => id.startsWith('long#'));
    expect(passages.length).toBeGreaterThan(2);
    await dimension.updateEntity('long', { content: FIRST });
    await expectTold(opened);
  });

  it('follows what another process told the server', async () => {
    const path = copyOf(template());
    const one = openChroma(path);
    const two = openChroma(path);
    await one.dimension.embedPending();
    await expectSame(two);
    await two.dimension.addEntity('realm_1', 'd', FIRST, { entityId: 'zep' });
    expect(await first(two.dimension, FIRST)).toEqual(['zep', 'realm_1']);
    expect(await first(one.dimension, FIRST)).toEqual(['zep', 'realm_1']);
    await one.dimension.deleteEntity('zep');
    expect(await first(two.dimension, FIRST)).toBeUndefined();
    await expectTold(one);
  });

  it('shares no collection with another dimension or a copy of its own', async () => {
    const paths = [
      copyOf(template()),
      copyOf(template()),
      await make(join(temporaryFolder(), 'x')),
    ];
    const opened = paths.map((path) => openChroma(path));
    for (const { dimension } of opened) {
      await dimension.addEntity('realm_1', 'd', FIRST);
      await dimension.embedPending();
    }
    expect(new Set(opened.map((each) => stateOf(each).id)).size).toBe(3);
    for (const each of opened) await expectTold(each);
  });

  it('sends nothing again after the views were rebuilt', async () => {
    const proxy = await ChromaProxy.before(url());
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    await opened.dimension.embedPending();
    proxy.asked.length = 0;
    await opened.dimension.rebuild();
    await expectSame(opened);
    await expectTold(opened);
    expect([proxy.count('upsert'), proxy.count('delete')]).toEqual([0, 0]);
  });

  it('takes out what was deleted while nothing of the collection was known', async () => {
    const opened = openChroma(copyOf(template()));
    const { dimension } = opened;
    await dimension.embedPending();
    await dimension.deleteEntity(idOf(COUNT - 5));
    await dimension.updateEntity(idOf(COUNT - 6), { realm: 'realm_7' });
    rmSync(join(dimension.path, 'views'), { recursive: true });
    await dimension.reconnect();
    await expectTold(opened);
  });

  it('leaves no collection behind of a space that another one has replaced', async () => {
    const opened = openChroma(copyOf(template()));
    await expectTold(opened);
    const before = await collectionOf(opened);
    // The fitted embedder is another one when its first memories say something else.
    await opened.dimension.updateEntity(idOf(0), { content: FIRST });
    await expectTold(opened);
    await untilTold(opened);
    const names = (await clientOf().listCollections({ limit: 1_000 })).map(({ name }) => name);
    expect((await collectionOf(opened)).name).not.toBe(before.name);
    expect(names).not.toContain(before.name);
  });

  it('keeps texts on the server only as long as that is wanted', async () => {
    const path = copyOf(template());
    const chroma = { url: url(), storesDocuments: true };
    const opened = openChroma(path, { chroma });
    await expectTold(opened);
    const held = await (await collectionOf(opened)).get({ ids: [`${idOf(7)}#0`] });
    expect(held.documents).toEqual([textOf(7)]);
    await opened.dimension.close();
    const plain = openChroma(path);
    await expectTold(plain);
    const now = await (await collectionOf(plain)).get();
    expect(now.documents.filter((text) => text !== null)).toEqual([]);
  });

  it('is chosen when the server has all vectors, and not when there is none', async () => {
    const path = copyOf(template());
    const { dimension } = open(path, { exactVectorsMax: 0, chroma: { url: url() } });
    const progress: number[] = [];
    const onProgress = (done: number): number => progress.push(done);
    expect(await dimension.setBackend('chroma', { onProgress })).toEqual({
      backend: 'chroma',
      previous_backend: 'hnsw',
      reindexed: COUNT,
    });
    expect(progress.at(-1)).toBe(COUNT);
    const late = await ChromaProcess.prepare();
    const other = open(copyOf(template()), { chroma: { url: late.url } });
    await expect(other.dimension.setBackend('chroma')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `The Chroma server at ${late.url} cannot be reached.`,
      hint: 'Start it with "chroma run --path DIR", or name another in ALT_CHROMA_URL.',
    });
    const stopped = openChroma(copyOf(template()));
    const signal = AbortSignal.abort();
    writeLocalChoices(stopped.dimension.path, { backend: 'hnsw' });
    await expect(stopped.dimension.setBackend('chroma', { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
