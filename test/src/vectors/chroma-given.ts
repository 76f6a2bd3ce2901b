/** Dimensions whose vectors a real Chroma server holds, and what a test asks of them. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ChromaClient, type Collection } from 'chromadb';
import { afterAll, beforeAll, expect } from 'vitest';
import { Dimension, type DimensionOptions } from '../../../src/index.js';
import { writeLocalChoices } from '../../../src/vectors/local-choices.js';
import { chromaObstacle, ChromaProcess } from '../../support/chroma-server.js';
import { open, useTemplate, type Opened } from '../../support/dimensions.js';
import { runs } from '../../support/level.js';

export const obstacle = chromaObstacle();
if (obstacle !== undefined) console.warn(`Tests of the chroma backend are skipped: ${obstacle}`);

export const COUNT = runs(300, 1_998);
const PLACES = ['harbour', 'orchard', 'workshop', 'kitchen', 'library', 'stable', 'mill'];
const THINGS = ['rope', 'pears', 'chisel', 'kettle', 'atlas', 'saddle', 'flour', 'lamp', 'oar'];
const DEEDS = ['is kept dry', 'was mended in May', 'belongs to Ana', 'must be sold', 'is too old'];
const MODES = ['hybrid', 'vector', 'keyword'];
const FILTERS = [{}, { realm: 'realm_1' }, { realm: 'realm_2', domain: 'domain_1' }];

export const idOf = (n: number): string => `thing-${String(n)}`;
export const textOf = (n: number): string => {
  const [place, thing, deed] = [PLACES[n % 7], THINGS[n % 9], DEEDS[n % 5]].map(String);
  return `The ${thing} number ${String(n)} in the ${place} ${deed}.`;
};
/** Of words that the embedder knows, as nothing else says them. */
export const FIRST = 'rope rope oar';
export const SECOND = 'kettle kettle mill';
const QUESTIONS = Array.from({ length: 30 }, (_, n) => {
  const [place, thing, deed] = [PLACES[(n * 3) % 7], THINGS[n % 9], DEEDS[n % 5]].map(String);
  return `which ${thing} of the ${place} ${deed}`;
});

export async function make(path: string): Promise<string> {
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
export async function answers(dimension: Dimension, questions = QUESTIONS): Promise<string[][]> {
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

export const first = async (dimension: Dimension, question: string, realm?: string) => {
  const [hit] = await dimension.search(question, { mode: 'vector', limit: 1, realm });
  return hit && (hit.distance ?? 1) < 0.001 ? [hit.id, hit.realm] : undefined;
};

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** For the top of a describe: a server for its tests, and a dimension that they copy. */
export function useChroma() {
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

  /** A server that failed is left alone for a second or so. */
  async function untilTold({ dimension }: Opened): Promise<void> {
    for (;;) {
      const { warnings } = await dimension.searchAnswer('rope', { mode: 'vector' });
      const { index_lag: lag } = await dimension.getBackend();
      if (warnings.length === 0 && lag === 0) return;
      await pause(100);
    }
  }

  return {
    template,
    openChroma,
    clientOf,
    stateOf,
    collectionOf,
    recordsOf,
    expectTold,
    expectSame,
    untilTold,
    url: () => server.url,
  };
}
