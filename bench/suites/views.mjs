/**
 * Everything that is asked of a dimension beside searching it, and what it writes beside memories:
 * each beside the same rows read, or written, by bare SQLite; and the reads again when the log has
 * grown by revisions of a few memories, which no view's cost may follow.
 */
import Database from 'better-sqlite3';
import { copyOf, importLibrary } from '../lib/library.mjs';
import { summary } from '../lib/numbers.mjs';
import { filledPalace } from '../lib/palace.mjs';
import { viewsOf } from '../lib/prepared.mjs';
import { alternately, load, Sample } from '../lib/timing.mjs';
import { BUDGET_MS, graphReads, viewReads } from '../lib/view-reads.mjs';
import { measureWrites } from '../lib/view-writes.mjs';

export const TITLE = 'Views';
const GROWTH = 20_000;
const REVISED = 20;

const roundsOf = ({ isLong }, { quick }) => (quick ? 5 : isLong ? 15 : 100);

/** The statements of a floor, prepared: each reads all of its rows. */
function floorOf(views, statements) {
  const prepared = statements.map((sql) => views.prepare(sql));
  return () => {
    for (const statement of prepared) statement.all();
  };
}

async function measureReads(reads, views, options) {
  const measured = [];
  for (const read of reads) {
    const works = { library: read.run, floor: floorOf(views, read.floor) };
    const rounds = roundsOf(read, options);
    measured.push({ read, times: await alternately(works, { rounds, warmUp: 3 }) });
  }
  return measured;
}

/** Reads the first time after something was filed. */
async function measureAfterWrites(reads, views, { dimension, options }) {
  const measured = [];
  for (const read of reads) {
    const floor = floorOf(views, read.floor);
    const times = { library: new Sample(), floor: new Sample() };
    for (let round = 0; round < (options.quick ? 3 : 20); round += 1) {
      await dimension.addEntity('realm_1', 'domain_1', `${read.work} ${round}`);
      await times.library.take(read.run);
      await times.floor.take(floor);
    }
    measured.push({ read: { ...read, work: `${read.work}, after a write` }, times });
  }
  return measured;
}

function toRow({ read, times }, size) {
  const { work, isBudgeted = false, floor: statements } = read;
  const own = summary(times.library);
  const bare = summary(times.floor);
  const hasFloor = statements.length > 0;
  return {
    work,
    size,
    ...own,
    ...(hasFloor && {
      floor: { what: 'the same rows', value: bare.p50, cpu: bare.cpu },
      ratio: own.p50 / bare.p50,
    }),
    ...(isBudgeted && {
      budget: { text: `p50 <= ${BUDGET_MS} ms`, met: own.p50 <= BUDGET_MS },
    }),
    load: load(),
  };
}

/** Beside the same read before: the ratio is what has become of its cost. */
function grownRow({ read, times }, before, size) {
  const own = summary(times.library);
  const { p50: value, cpu } = summary(before.times.library);
  return {
    work: `${read.work}, the log longer by ${GROWTH.toLocaleString('en')} revisions`,
    size,
    ...own,
    floor: { what: 'before', value, cpu },
    ratio: own.cpu / cpu,
    load: load(),
  };
}

async function growLog(dimension) {
  for (let index = 0; index < GROWTH; index += 1) {
    // Odd ones have no source, so that no nodes are built of them.
    const id = `memory-${(index % REVISED) * 2 + 1}`;
    await dimension.updateEntity(id, { metadata: { revision: index } });
  }
}

async function measureSize(options, size) {
  const path = copyOf(await filledPalace(options, size));
  const { Dimension } = await importLibrary();
  const dimension = new Dimension({ path });
  await dimension.embedPending();
  const views = new Database(viewsOf(path), { readonly: true });
  const reads = [...viewReads(dimension, size), ...graphReads(dimension)];
  const first = await measureReads(reads, views, options);
  const context = { dimension, options };
  const written = await measureAfterWrites(graphReads(dimension), views, context);
  const writes = await measureWrites({ dimension, path, views, options, size });
  const before = await measureReads(reads, views, options);
  await growLog(dimension);
  const after = await measureReads(reads, views, options);
  const afterGrown = await measureAfterWrites(graphReads(dimension), views, context);
  views.close();
  await dimension.close();
  const grown = [
    ...after.map((read, index) => grownRow(read, before[index], size)),
    ...afterGrown.map((read, index) => grownRow(read, written[index], size)),
  ];
  return [...[...first, ...written].map((read) => toRow(read, size)), ...writes, ...grown];
}

export async function run(options) {
  const rows = [];
  for (const size of options.sizes) rows.push(...(await measureSize(options, size)));
  return { rows };
}
