/** The chroma backend against a real server: it may be away, behind or tampered with, never wrong. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChromaClient, type Collection } from 'chromadb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Dimension, type DimensionOptions } from '../../../src/index.js';
import { writeLocalChoices } from '../../../src/vectors/local-choices.js';
import { ChromaProxy, type Conduct } from '../../support/chroma-proxy.js';
import { chromaObstacle, ChromaProcess } from '../../support/chroma-server.js';
import { copyOf, open, useTemplate, type Opened } from '../../support/dimensions.js';
import { runs } from '../../support/level.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const obstacle = chromaObstacle();
if (obstacle !== undefined) console.warn(`Tests of the chroma backend are skipped: ${obstacle}`);

const COUNT = runs(300, 2_000);
const PLACES = ['harbour', 'orchard', 'workshop', 'kitchen', 'library', 'stable', 'mill'];
const THINGS = ['rope', 'pears', 'chisel', 'kettle', 'atlas', 'saddle', 'flour', 'lamp', 'oar'];
const DEEDS = ['is kept dry', 'was mended in May', 'belongs to Ana', 'must be sold', 'is too old'];
const MODES = ['hybrid', 'vector', 'keyword'];
const FILTERS = [{}, { realm: 'realm_1' }, { realm: 'realm_2', domain: 'domain_1' }];

const idOf = (n: number): string => `thing-${String(n)}`;
const textOf = (n: number): string => {
  const [place, thing, deed] = [PLACES[n % 7], THINGS[n % 9], DEEDS[n % 5]].map(String);
  return `The ${thing} number ${String(n)} in the ${place} ${deed}.`;
};
/** Of words that the embedder knows, as nothing else says them. */
const FIRST = 'rope rope oar';
const SECOND = 'kettle kettle mill';
const QUESTIONS = Array.from({ length: 30 }, (_, n) => {
  return `which ${String(THINGS[n % 9])} of the ${String(PLACES[(n * 3) % 7])} ${String(DEEDS[n % 5])}`;
});

async function make(path: string): Promise<string> {
  const dimension = new Dimension({ path, embedder: 'numpy' });
  await dimension.init();
  for (let from = 0; from < COUNT; from += 500) {
    const items = Array.from({ length: Math.min(500, COUNT - from) }, (_, index) => ({
      realm: `realm_${String((from + index) % 3)}`,
      domain: `domain_${String((from + index) % 2)}`,
      content: textOf(from + index),
      entity_id: idOf(from + index),
      source_file: index % 2 === 0 ? `notes/${String(index)}.md` : undefined,
    }));
    await dimension.batchAddEntities(items);
  }
  await dimension.embedPending();
  await dimension.close();
  return path;
}

/** The first ten of every question, in every mode and place. */
async function answers(dimension: Dimension, questions = QUESTIONS): Promise<string[][]> {
  const found: string[][] = [];
  for (const mode of MODES) {
    for (const filter of FILTERS) {
      for (const question of questions) {
        const hits = await dimension.search(question, { mode, limit: 10, ...filter });
        found.push(hits.map(({ id, distance }) => `${id} ${(distance ?? 9).toFixed(6)}`));
      }
    }
  }
  return found;
}

const first = async (dimension: Dimension, question: string, realm?: string) => {
  const [hit] = await dimension.search(question, { mode: 'vector', limit: 1, realm });
  return hit && (hit.distance ?? 1) < 0.001 ? [hit.id, hit.realm] : undefined;
};

describe.skipIf(obstacle !== undefined)('the chroma backend', { timeout: 300_000 }, () => {
  const template = useTemplate(make);
  let folder = '';
  let server: ChromaProcess;

  beforeAll(async () => {
    folder = join(template(), '..', 'chroma');
    server = await ChromaProcess.prepare(folder);
    await server.start();
  });
  afterAll(async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a dimension that asks the server, also where looking at each vector would do. */
  function openChroma(path: string, options: DimensionOptions = {}): Opened {
    writeLocalChoices(path, { backend: 'chroma' });
    return open(path, { exactVectorsMax: 0, chroma: { url: server.url }, ...options });
  }

  const clientOf = (url = server.url): ChromaClient => {
    const { hostname: host, port } = new URL(url);
    return new ChromaClient({ host, port: Number(port) });
  };

  /** What the dimension remembers of its collection. */
  function stateOf({ dimension }: Opened): { readonly id: string; readonly count: number } {
    const vectors = join(dimension.path, 'views', 'vectors');
    const files = readdirSync(vectors, { recursive: true, encoding: 'utf8' });
    const paths = files
      .filter((name) => name.endsWith('chroma.json'))
      .map((name) => join(vectors, name));
    // A space that was replaced leaves its file behind.
    const [newest = ''] = paths.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    return JSON.parse(readFileSync(newest, 'utf8')) as { id: string; count: number };
  }

  async function collectionOf(opened: Opened): Promise<Collection> {
    const { id } = stateOf(opened);
    const all = await clientOf().listCollections({ limit: 1_000 });
    const own = all.find((collection) => collection.id === id);
    if (!own) throw new Error('There is no such collection.');
    return own;
  }

  async function recordsOf(opened: Opened): Promise<Record<string, unknown>> {
    const collection = await collectionOf(opened);
    const { ids, metadatas } = await collection.get({ include: ['metadatas'] });
    return Object.fromEntries(ids.map((id, at) => [id, metadatas[at]?.realm]));
  }

  /** Every memory here is one record there, in its realm, and there is nothing else. */
  async function expectTold(opened: Opened): Promise<void> {
    const { dimension } = opened;
    await dimension.embedPending();
    const memories = await dimension.listEntities({ limit: 10_000 });
    const wanted = memories.map(({ id, realm }) => [`${id}#0`, realm] as const);
    expect(await recordsOf(opened)).toEqual(Object.fromEntries(wanted));
    expect(await dimension.getBackend()).toMatchObject({ backend: 'chroma', index_lag: 0 });
  }

  const expectSame = async (opened: Opened, path = template()): Promise<void> => {
    const { dimension: exact } = open(path);
    const some = QUESTIONS.slice(0, runs(4, 30));
    expect(await answers(opened.dimension, some)).toEqual(await answers(exact, some));
  };

  it('finds the first ten that looking at each vector finds', async () => {
    const exact = open(copyOf(template()));
    const expected = await answers(exact.dimension);
    const asked = openChroma(copyOf(template()));
    expect(await answers(asked.dimension)).toEqual(expected);
    const usual = openChroma(copyOf(template()), { exactVectorsMax: undefined });
    expect(await answers(usual.dimension)).toEqual(expected);
    await expectTold(asked);
    const { name, metadata, configuration } = await collectionOf(asked);
    expect(name).toMatch(/^alt_[0-9a-f]{12}_[0-9a-f]{8}(_[0-9a-f]{8})?$/);
    expect(metadata).toMatchObject({ alt_format: 1 });
    expect(configuration.hnsw).toMatchObject({ space: 'cosine', ef_construction: 200 });
    expect([...asked.warnings, ...usual.warnings]).toEqual([]);
  });

  it('asks the server, and nothing of it when nothing changed', async () => {
    const proxy = await ChromaProxy.before(server.url);
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

  it('keeps long memories by passages, and takes out those that a shorter text leaves', async () => {
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

  it('shares no collection with another dimension or with a copy of its own', async () => {
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
    const proxy = await ChromaProxy.before(server.url);
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

  it('loses nothing when the server is killed in the middle of a push', async () => {
    const mortal = await ChromaProcess.prepare();
    await mortal.start();
    onTestFinished(() => mortal.kill());
    const proxy = await ChromaProxy.before(mortal.url);
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    const { dimension } = opened;
    await dimension.embedPending();
    for (const fatal of ['upsert', 'delete', 'get', 'count']) {
      for (let n = 0; n < 20; n += 1) {
        const id = idOf(COUNT - 1 - n);
        await dimension.updateEntity(id, { content: `${textOf(n)} ${fatal}` });
      }
      await dimension.deleteEntity(idOf(COUNT - 20 - fatal.length));
      let isDead = false;
      proxy.conduct = async (what): Promise<Conduct> => {
        if (what === fatal && !isDead) {
          isDead = true;
          await mortal.kill();
        }
        return 'pass';
      };
      await dimension.embedPending();
      console.log(fatal, proxy.asked.join(' '));
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

  /** A server that failed is left alone for a second or so. */
  async function untilTold({ dimension }: Opened): Promise<void> {
    for (;;) {
      const { warnings } = await dimension.searchAnswer('rope', { mode: 'vector' });
      const { index_lag: lag } = await dimension.getBackend();
      if (warnings.length === 0 && lag === 0) return;
      await pause(100);
    }
  }

  it('answers rightly while there is no server, and tells it everything once there is', async () => {
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
    const proxy = await ChromaProxy.before(server.url);
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    const { dimension } = opened;
    const { dimension: exact } = open(template());
    const told = await exact.search('rope in the orchard', { mode: 'vector' });
    for (const conduct of [500, 429, 404, 'drop'] as const) {
      proxy.conduct = () => conduct;
      const { results } = await dimension.searchAnswer('rope in the orchard', { mode: 'vector' });
      expect(results).toEqual(told);
      proxy.conduct = () => 'pass';
      await untilTold(opened);
      proxy.conduct = (what) => (what === 'query' ? conduct : 'pass');
      const again = await dimension.searchAnswer('rope in the orchard', { mode: 'vector' });
      expect(again.results).toEqual(told);
      proxy.conduct = () => 'pass';
      await untilTold(opened);
    }
    proxy.conduct = async (): Promise<Conduct> => {
      await pause(300);
      return 'pass';
    };
    expect(await dimension.search('rope in the orchard', { mode: 'vector' })).toEqual(told);
  });

  it('waits for a silent server no longer than it is open', async () => {
    const proxy = await ChromaProxy.before(server.url);
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
    const proxy = await ChromaProxy.before(server.url);
    const opened = openChroma(copyOf(template()), { chroma: { url: proxy.url } });
    proxy.conduct = () => 'hang';
    const start = performance.now();
    await expectSame(opened);
    expect(performance.now() - start).toBeLessThan(25_000);
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
    const chroma = { url: server.url, storesDocuments: true };
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
    const { dimension } = open(path, { exactVectorsMax: 0, chroma: { url: server.url } });
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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
