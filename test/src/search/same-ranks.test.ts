/**
 * What is found depends on what was added, not on how: in bulk, one by one in another order, by two
 * machines whose logs were merged, or folded from the log with every view and vector thrown away.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Dimension } from '../../../src/index.js';
import { runs } from '../../support/level.js';
import {
  conversations,
  developerNotes,
  type RetrievalTexts,
} from '../../support/retrieval-texts.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

type Documents = RetrievalTexts['documents'];

/** The large set's 4,000 passages are embedded twice. */
const TIMEOUT_MS = 60 * 60_000;
/** Steps through the texts in another order, so that their vectors come in other company. */
const STRIDE = 7;

async function withDimension(path: string, work: (dimension: Dimension) => Promise<void>) {
  const dimension = new Dimension({ path, embedder: 'minilm' });
  await dimension.init();
  try {
    await work(dimension);
    await dimension.embedPending();
  } finally {
    await dimension.close();
  }
  return path;
}

const newPath = (): string => join(temporaryFolder(), 'dimension');

const addInBulk = (documents: Documents, path = newPath()): Promise<string> =>
  withDimension(path, async (dimension) => {
    await dimension.batchAddEntities(
      documents.map(({ id, text }) => {
        return { realm: 'work', domain: 'notes', content: text, entity_id: id };
      }),
    );
  });

const addOneByOne = (documents: Documents, path = newPath()): Promise<string> =>
  withDimension(path, async (dimension) => {
    for (let start = 0; start < STRIDE; start += 1) {
      for (let at = documents.length - 1 - start; at >= 0; at -= STRIDE) {
        const document = documents[at];
        if (!document) continue;
        await dimension.addEntity('work', 'notes', document.text, { entityId: document.id });
        if (at % 3 === 0) await dimension.embedPending();
      }
    }
  });

/** Only the log is left of it, and folded again; `cache` may stay too. */
async function rebuild(path: string, caches: readonly string[]): Promise<string> {
  const kept = new Set(['dimension.json', 'replica.json', 'log', ...caches]);
  for (const name of readdirSync(path)) {
    if (!kept.has(name)) rmSync(join(path, name), { recursive: true });
  }
  return withDimension(path, () => Promise.resolve());
}

/** Two machines write a half each; then one gets the other's part of the log. */
async function addOnTwoMachines(documents: Documents, cache?: string): Promise<string> {
  const middle = documents.length >> 1;
  const first = await addInBulk([]);
  if (cache !== undefined) cpSync(cache, join(first, 'cache'), { recursive: true });
  const second = newPath();
  mkdirSync(second);
  for (const name of ['dimension.json', 'log']) {
    cpSync(join(first, name), join(second, name), { recursive: true });
  }
  if (cache !== undefined) cpSync(cache, join(second, 'cache'), { recursive: true });
  await addInBulk(documents.slice(middle), second);
  await addOneByOne(documents.slice(0, middle), first);
  const own = new Set(readdirSync(join(first, 'log')));
  for (const replica of readdirSync(join(second, 'log'))) {
    if (own.has(replica)) continue;
    cpSync(join(second, 'log', replica), join(first, 'log', replica), { recursive: true });
  }
  return withDimension(first, () => Promise.resolve());
}

async function ranksIn(path: string, questions: readonly string[]): Promise<string[][]> {
  const ranks: string[][] = [];
  await withDimension(path, async (dimension) => {
    for (const question of questions) {
      for (const mode of ['hybrid', 'vector']) {
        const hits = await dimension.search(question, { mode, limit: 10 });
        ranks.push(hits.map(({ id }) => id));
      }
    }
  });
  return ranks;
}

/** @param isLarge embeds twice only: the other ways go by the vectors of the second */
async function expectSameRanks(
  { documents, questions }: RetrievalTexts,
  isLarge: boolean,
): Promise<void> {
  const bulk = await ranksIn(await addInBulk(documents), questions);
  expect(bulk.every((ids) => ids.length === 10)).toBe(true);
  const single = await addOneByOne(documents);
  expect(await ranksIn(single, questions)).toEqual(bulk);
  const rebuilt = await rebuild(single, isLarge ? ['cache'] : []);
  expect(await ranksIn(rebuilt, questions)).toEqual(bulk);
  const cache = isLarge ? join(single, 'cache') : undefined;
  expect(await ranksIn(await addOnTwoMachines(documents, cache), questions)).toEqual(bulk);
}

it(
  'ranks notes alike however they came in',
  async () => {
    await expectSameRanks(developerNotes(), false);
  },
  TIMEOUT_MS,
);

it.runIf(runs(0, 1))(
  'ranks 4,000 passages of conversations alike however they came in',
  async () => {
    await expectSameRanks(conversations(), true);
  },
  TIMEOUT_MS,
);
