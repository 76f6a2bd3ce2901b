/**
 * Several machines and the past: a thousand events that come late into many, a clone beside a plain
 * fold of the same log, a search of what was known beside a plain one. Memories are short and have
 * no vectors: searches are by keywords.
 */
import { join } from 'node:path';
import { importLibrary, temporaryFolder } from '../lib/library.mjs';
import { summary } from '../lib/numbers.mjs';
import { load, Sample, timed } from '../lib/timing.mjs';

export const TITLE = 'Machines and the past';
const BATCH = 1_000;
const LATE = 1_000;
/** Of the late ones so many change what the other machine changed as well. */
const SHARED = 500;
const LATE_BUDGET_MS = 2_000;
const WORDS = 'lighthouse keeper harbour garden engine violin lantern market bridge novel'.split(
  ' ',
);
const ROUNDS = 20;

const memory = (index) => ({
  realm: `realm_${index % 20}`,
  domain: `domain_${index % 7}`,
  content: `${WORDS[index % 10]} ${WORDS[Math.floor(index / 10) % 10]} number ${index}`,
  entity_id: `memory-${index}`,
});

async function fill(dimension, from, to) {
  for (let first = from; first < to; first += BATCH) {
    const length = Math.min(BATCH, to - first);
    await dimension.batchAddEntities(Array.from({ length }, (_, index) => memory(first + index)));
  }
}

async function update(dimension, who) {
  for (let index = 0; index < SHARED; index += 1) {
    const content = `${who} says otherwise of number ${index}`;
    await dimension.updateEntity(`memory-${index}`, { content });
  }
}

/** Two machines that parted after the first thousand memories: one wrote little, one much. */
async function parted(Dimension, size) {
  const folder = temporaryFolder();
  const remote = join(folder, 'remote');
  const here = new Dimension({ path: join(folder, 'here') });
  await here.init();
  await fill(here, 0, BATCH);
  await here.addRemote('shared', remote);
  await here.push();
  const there = new Dimension({ path: join(folder, 'there') });
  await there.clone(remote);
  await update(there, 'The other');
  await fill(there, size, size + LATE - SHARED);
  await update(here, 'This one');
  await fill(here, BATCH, size / 2);
  const { cursor } = await here.history({ limit: 1 });
  await fill(here, size / 2, size);
  await there.push();
  return { here, there, remote, folder, cursor };
}

async function measureSize(size) {
  const { Dimension } = await importLibrary();
  const { here, there, remote, folder, cursor } = await parted(Dimension, size);
  const late = await timed(() => here.pull());
  const [report] = late.result;
  await here.push();
  await there.close();
  const clone = new Dimension({ path: join(folder, 'clone') });
  const cloned = await timed(() => clone.clone(remote));
  const folded = await timed(() => clone.rebuild());
  await clone.close();
  const past = await measurePast(here, { size, cursor });
  await here.close();
  return [
    {
      work: `${report.events} late events pulled into many`,
      size,
      p50: late.ms,
      cpu: late.cpu,
      budget: { text: '<= 2,000 ms', met: late.ms <= LATE_BUDGET_MS },
      load: load(),
    },
    {
      work: 'clone from a folder: copied, proved and folded',
      size,
      p50: cloned.ms,
      cpu: cloned.cpu,
      floor: { what: 'folding the same log', value: folded.ms, cpu: folded.cpu },
      ratio: cloned.ms / folded.ms,
      load: load(),
    },
    ...past,
  ];
}

async function measurePast(dimension, { size, cursor }) {
  const search = (of) => of.search('keeper harbour', { mode: 'keyword', limit: 10 });
  const past = await dimension.at(cursor);
  const cold = await timed(() => search(past));
  const [warm, plain] = [new Sample(), new Sample()];
  for (let round = 0; round < ROUNDS; round += 1) {
    await warm.take(() => search(past));
    await plain.take(() => search(dimension));
  }
  const bare = summary(plain);
  const floor = { what: 'the same search of the present', value: bare.p50, cpu: bare.cpu };
  const warmed = summary(warm);
  return [
    { work: 'search of what was known, first', size, p50: cold.ms, cpu: cold.cpu, load: load() },
    {
      work: 'search of what was known, again',
      size,
      ...warmed,
      floor,
      ratio: warmed.p50 / bare.p50,
      load: load(),
    },
  ];
}

export async function run({ sizes }) {
  const rows = [];
  for (const size of sizes) rows.push(...(await measureSize(size)));
  return { rows };
}
