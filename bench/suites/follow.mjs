/** A second process on the same dimension: how soon it sees what the first one wrote. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOf, importLibrary, temporaryFolder } from '../lib/library.mjs';
import { tagged } from '../lib/corpus.mjs';
import { summary } from '../lib/numbers.mjs';
import { prepared } from '../lib/prepared.mjs';
import { load, Sample } from '../lib/timing.mjs';

export const TITLE = 'Following another process';
const EVENTS = 1_000;

const itemsOf = (texts, tag) =>
  texts.map((text) => ({ realm: 'realm-3', domain: 'bench', content: `${text} ${tag}` }));

/** Two open handles share nothing but the files, as two processes do. */
async function seeEach(reader, writer, { texts, rounds }) {
  const sample = new Sample();
  for (let round = 0; round < rounds; round += 1) {
    const id = await writer.addEntity('realm-3', 'bench', `${texts[round]} [seen ${round}]`);
    const seen = await sample.take(() => reader.getEntity(id));
    if (!seen) throw new Error('The other handle does not see it.');
  }
  return sample;
}

/** Opening with that many events beyond the checkpoint: what a killed writer leaves behind. */
async function catchUpBehind(path, { Dimension, texts, rounds }) {
  const sample = new Sample();
  for (let round = 0; round < rounds; round += 1) {
    const before = join(temporaryFolder(), 'views');
    cpSync(join(path, 'views'), before, { recursive: true });
    const writer = new Dimension({ path });
    await writer.batchAddEntities(itemsOf(texts, `[behind ${round}]`));
    await writer.close();
    rmSync(join(path, 'views'), { recursive: true });
    cpSync(before, join(path, 'views'), { recursive: true });
    const reader = new Dimension({ path });
    await sample.take(() => reader.listEntities({ limit: 1 }));
    await reader.close();
  }
  return sample;
}

async function measureSize(options, size) {
  const path = copyOf(await prepared(options, size));
  const { Dimension } = await importLibrary();
  const reader = new Dimension({ path });
  const writer = new Dimension({ path });
  const rounds = options.quick ? 3 : 7;
  const texts = tagged(options.data, EVENTS);
  const each = await seeEach(reader, writer, { texts, rounds: 100 });
  const after = new Sample();
  for (let round = 0; round < rounds; round += 1) {
    await writer.batchAddEntities(itemsOf(texts, `[together ${round}]`));
    await after.take(() => reader.listEntities({ limit: 1 }));
  }
  await reader.close();
  await writer.close();
  const behind = await catchUpBehind(path, { Dimension, texts, rounds });
  return [
    { work: 'get in another handle after each add', size, ...summary(each), load: load() },
    { work: 'list in another handle after 1,000 adds', size, ...summary(after), load: load() },
    {
      work: 'open and fold 1,000 events that were not projected',
      size,
      ...summary(behind),
      load: load(),
    },
  ];
}

export async function run(options) {
  const rows = [];
  for (const size of options.sizes) rows.push(...(await measureSize(options, size)));
  return { rows };
}
