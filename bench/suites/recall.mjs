/** How much of the exact answer is found where signs propose: the same question asked of both. */
import { importLibrary } from '../lib/library.mjs';
import { questions } from '../lib/corpus.mjs';
import { mean } from '../lib/numbers.mjs';
import { prepared, vectorsNote } from '../lib/prepared.mjs';
import { load } from '../lib/timing.mjs';

export const TITLE = 'Recall of vector search';
const WANTED = 10;
const RECALL_MIN = 0.99;
/** More than there ever are: every vector is looked at. */
const EXACT = 1e9;

async function answers(path, asked, exactVectorsMax) {
  const { Dimension } = await importLibrary();
  const dimension = new Dimension({ path, ...(exactVectorsMax && { exactVectorsMax }) });
  // Views that an older release folded are folded anew; their vectors are at hand.
  await dimension.embedPending({ snapshot: true });
  const found = [];
  for (const question of asked) {
    const hits = await dimension.search(question, { mode: 'vector', limit: WANTED });
    found.push(hits.map(({ id }) => id));
  }
  await dimension.close();
  return found;
}

async function measureSize(options, size) {
  const path = await prepared(options, size);
  const asked = questions(options.data);
  const exact = await answers(path, asked, EXACT);
  const indexed = await answers(path, asked);
  const recalls = exact.map((ids, at) => {
    return ids.filter((id) => indexed[at].includes(id)).length / ids.length;
  });
  const recall = mean(recalls);
  return {
    work: `recall@${WANTED} against looking at every vector, ${asked.length} questions`,
    size,
    p50: recall,
    unit: 'share',
    budget: { text: `>= ${RECALL_MIN}`, met: recall >= RECALL_MIN },
    note: vectorsNote(options, size),
    load: load(),
  };
}

export async function run(options) {
  const rows = [];
  for (const size of options.sizes) rows.push(await measureSize(options, size));
  return { rows };
}
