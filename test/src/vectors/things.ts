/** Dimensions full of things, and what is asked of them. */
import { nodeFiles, readDimensionFile, streamOf } from '../../../events/index.js';
import { Store } from '../../../replay/index.js';
import { Dimension } from '../../../src/index.js';
import { realSystem } from '../../../src/system.js';

const PLACES = ['harbour', 'orchard', 'workshop', 'kitchen', 'library', 'stable', 'mill'];
const THINGS = ['rope', 'pears', 'chisel', 'kettle', 'atlas', 'saddle', 'flour', 'lamp', 'oar'];
const DEEDS = ['is kept dry', 'was mended in May', 'belongs to Ana', 'must be sold', 'is too old'];

const textOf = (n: number): string => {
  const [place, thing, deed] = [PLACES[n % 7], THINGS[n % 9], DEEDS[n % 5]].map(String);
  return `The ${thing} number ${String(n)} in the ${place} ${deed}.`;
};

export const QUESTIONS = [
  'which rope must be sold',
  'what belongs to Ana in the library',
  'the old saddle of the mill',
  'pears kept dry number 64',
];

/** A closed dimension with so many things in it, all embedded. @returns its path. */
export async function fill(
  path: string,
  { embedder = 'numpy', count }: { readonly embedder?: string; readonly count: number },
): Promise<string> {
  const dimension = new Dimension({ path, embedder });
  await dimension.init();
  for (let from = 0; from < count; from += 500) {
    const items = Array.from({ length: Math.min(500, count - from) }, (_, index) => ({
      realm: 'home',
      domain: 'things',
      content: textOf(from + index),
      entity_id: `thing-${String(from + index)}`,
    }));
    await dimension.batchAddEntities(items);
  }
  await dimension.embedPending();
  await dimension.close();
  return path;
}

/** The first ten of every question by meaning and by both halves. */
export async function answers(dimension: Dimension): Promise<string[][]> {
  const found: string[][] = [];
  for (const mode of ['hybrid', 'vector']) {
    for (const question of QUESTIONS) {
      const hits = await dimension.search(question, { mode, limit: 10 });
      found.push(hits.map(({ id }) => id));
    }
  }
  return found;
}

/** Writes the choice into the log as another machine would have. */
export async function choose(dimension: Dimension, name: string): Promise<void> {
  await dimension.status();
  const identity = readDimensionFile(nodeFiles, dimension.path);
  if (!identity) throw new Error('There is no dimension.');
  const store = new Store(dimension.path, identity, {
    files: nodeFiles,
    system: realSystem,
    label: 'test',
  });
  await store.change({
    actor: { kind: 'api' },
    source: 'user',
    operation: 'set_embedder',
    decide: () => ({
      events: [
        {
          type: 'EmbedderChosen',
          stream: streamOf(identity.key, 'setting', 'embedder'),
          data: { requested: name, name, space: '0123456789abcdef' },
        },
      ],
      result: undefined,
    }),
  });
  await store.close();
}
