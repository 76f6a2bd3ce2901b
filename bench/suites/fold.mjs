/**
 * Folding the whole log into new views, beside bare SQLite writing the same rows into the same
 * tables and indexes; and reading the log alone: bytes, checksums, digests, decoding.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { copyOf, importLibrary, ROOT, temporaryFolder } from '../lib/library.mjs';
import { short, summary } from '../lib/numbers.mjs';
import { prepared, viewsOf } from '../lib/prepared.mjs';
import { alternately, load } from '../lib/timing.mjs';

export const TITLE = 'Fold';
const SHARE_BUDGET = 0.5;
const SCAN_BUDGET = 200_000;
const ROWS_PER_TRANSACTION = 5_000;

/** Everything that bare SQLite will write, in memory. */
async function rowsOfViews(path, source) {
  const views = new Database(viewsOf(path), { readonly: true });
  const schema = views
    .prepare(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL
       AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'keywords_*'
       AND name NOT GLOB 'passage_terms_*' AND name NOT GLOB 'node_terms_*'`,
    )
    .all();
  const tables = schema
    .filter(({ type, sql }) => type === 'table' && !sql.startsWith('CREATE VIRTUAL'))
    .map(({ name }) => name);
  const rows = Object.fromEntries(
    tables.map((name) => [name, views.prepare(`SELECT * FROM ${name}`).raw().all()]),
  );
  const contents = views.prepare('SELECT num, content FROM entities').all();
  rows.keywords = contents.map(({ num, content }) => [num, source.keywordText(content)]);
  const texts = new Map(contents.map(({ num, content }) => [num, content]));
  const passages = views.prepare('SELECT label, entity, start, end FROM passages').all();
  rows.passage_terms = passages.map(({ label, entity, start, end }) => {
    return [label, source.terms(texts.get(entity).slice(start, end)).join(' ')];
  });
  views.close();
  return { schema: schema.map(({ sql }) => sql), rows };
}

const COLUMNS = { keywords: '(rowid, text)', passage_terms: '(rowid, terms)' };

/** Writes the rows as a fold would: tables side by side, a share of each in every transaction. */
function writeBare({ schema, rows }) {
  const database = new Database(join(temporaryFolder(), 'bare.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  for (const sql of schema) database.exec(sql);
  const tables = Object.entries(rows).filter(([, values]) => values.length > 0);
  const inserts = tables.map(([name, values]) => {
    const marks = values[0].map(() => '?').join(', ');
    return database.prepare(`INSERT INTO ${name} ${COLUMNS[name] ?? ''} VALUES (${marks})`);
  });
  const transactions = Math.ceil(rows.events.length / ROWS_PER_TRANSACTION);
  for (let part = 0; part < transactions; part += 1) {
    database.transaction(() => {
      for (const [index, [, values]] of tables.entries()) {
        const from = Math.floor((values.length * part) / transactions);
        const to = Math.floor((values.length * (part + 1)) / transactions);
        for (let at = from; at < to; at += 1) inserts[index].run(values[at]);
      }
    })();
  }
  database.close();
}

function scan(source, path) {
  const log = new source.Log(source.nodeFiles, path);
  let events = 0;
  for (const replica of log.replicas()) {
    const reader = log.read(replica);
    for (let commit = reader.next(); commit; commit = reader.next()) events += commit.events.length;
  }
  return events;
}

async function measureSize(options, size, source) {
  const path = copyOf(await prepared(options, size));
  const { Dimension } = await importLibrary();
  const dimension = new Dimension({ path });
  const { log } = await dimension.status();
  const bare = await rowsOfViews(path, source);
  const rounds = size >= 100_000 ? 2 : options.quick ? 2 : 5;
  const times = await alternately(
    {
      fold: () => dimension.rebuild(),
      floor: () => writeBare(bare),
      scan: () => scan(source, path),
    },
    { rounds, warmUp: size >= 100_000 ? 0 : 1 },
  );
  await dimension.close();
  return rowsOf({ size, events: log.events, times });
}

function rowsOf({ size, events, times }) {
  const rate = (name) => (events * 1000) / summary(times[name]).p50;
  const share = rate('fold') / rate('floor');
  const row = (name, work, extra) => {
    const { p50, cpu } = summary(times[name]);
    const each = { p50: (p50 * 1000) / events, cpu: (cpu * 1000) / events, unit: 'us an event' };
    return { work: `${work} (${short(rate(name))}/s)`, size, ...each, ...extra, load: load() };
  };
  const floor = row('floor', '');
  return [
    row('fold', 'fold without embedding', {
      floor: { what: 'the same rows in bare SQLite', value: floor.p50, cpu: floor.cpu },
      ratio: 1 / share,
      budget: { text: '>= 50 % of the rate of bare SQLite', met: share >= SHARE_BUDGET },
    }),
    row('scan', 'read, check and decode the log alone', {
      budget: { text: `>= ${short(SCAN_BUDGET)} events/s`, met: rate('scan') >= SCAN_BUDGET },
    }),
  ];
}

export async function run(options) {
  const { importSource } = await import(join(ROOT, 'test', 'tools', 'from-source.mjs'));
  const source = {
    ...(await importSource('projections/index.ts')),
    ...(await importSource('events/index.ts')),
  };
  const rows = [];
  for (const size of options.sizes) rows.push(...(await measureSize(options, size, source)));
  return { rows };
}
