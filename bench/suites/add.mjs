/** Filing memories: one at a time and in batches, durable, beside one fdatasync and bare SQLite. */
import { BareStore } from '../lib/floors.mjs';
import { copyOf, importLibrary } from '../lib/library.mjs';
import { tagged } from '../lib/corpus.mjs';
import { short, summary } from '../lib/numbers.mjs';
import { prepared } from '../lib/prepared.mjs';
import { alternately, load } from '../lib/timing.mjs';

export const TITLE = 'Add';
const BATCH = 500;
const P50_BUDGET_MS = 1;
const RATIO_BUDGET = 3;
const WHAT = 'one fdatasync + one SQLite FTS insert';

async function measureSize(options, size) {
  const { Dimension } = await importLibrary();
  const path = copyOf(await prepared(options, size));
  const dimension = new Dimension({ path });
  const rounds = options.quick ? 100 : 400;
  const batches = options.quick ? 3 : 9;
  const texts = tagged(options.data, size + rounds * 2 + batches * BATCH + 100);
  const bare = new BareStore(texts.slice(0, size));
  const fresh = (round) => `${texts[(round * 7) % texts.length]} [added ${round}]`;
  const single = await alternately(
    {
      library: (round) => dimension.addEntity('realm-1', 'bench', fresh(round)),
      floor: (round) => bare.add([fresh(round)]),
    },
    { rounds, warmUp: 50 },
  );
  const batch = (round, tag) =>
    Array.from({ length: BATCH }, (_, index) => `${fresh(round * BATCH + index)} ${tag}`);
  const bulk = await alternately(
    {
      library: (round) =>
        dimension.batchAddEntities(
          batch(round, 'batch').map((content) => ({ realm: 'realm-1', domain: 'bench', content })),
        ),
      floor: (round) => bare.add(batch(round, 'batch')),
    },
    { rounds: batches, warmUp: 1 },
  );
  await dimension.close();
  bare.close();
  return [singleRow(size, single), bulkRow(size, bulk)];
}

function singleRow(size, times) {
  const own = summary(times.library);
  const floor = summary(times.floor);
  const ratio = own.p50 / floor.p50;
  const met = own.p50 <= P50_BUDGET_MS && ratio <= RATIO_BUDGET;
  return {
    work: 'add one, durable',
    size,
    ...own,
    floor: { what: WHAT, value: floor.p50, cpu: floor.cpu },
    ratio,
    budget: { text: 'p50 <= 1 ms, ratio <= 3', met },
    load: load(),
  };
}

function bulkRow(size, times) {
  const each = ({ ms, cpu }) => {
    const share = (values) => values.map((value) => value / BATCH);
    return summary({ ms: share(ms), cpu: share(cpu) });
  };
  const own = each(times.library);
  const floor = each(times.floor);
  return {
    work: `add in batches of ${BATCH}, each memory (${short(1000 / own.p50)}/s)`,
    size,
    ...own,
    floor: { what: WHAT, value: floor.p50, cpu: floor.cpu },
    ratio: own.p50 / floor.p50,
    load: load(),
  };
}

export async function run(options) {
  const rows = [];
  for (const size of options.sizes) rows.push(...(await measureSize(options, size)));
  return { rows };
}
