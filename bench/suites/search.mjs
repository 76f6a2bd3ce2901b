/** Searching in three modes, the question's vector being known; and where the bytes lie. */
import Database from 'better-sqlite3';
import { filesUnder, importLibrary } from '../lib/library.mjs';
import { questions } from '../lib/corpus.mjs';
import { short, summary } from '../lib/numbers.mjs';
import { prepared, vectorsNote, viewsOf } from '../lib/prepared.mjs';
import { load, Sample, timed } from '../lib/timing.mjs';

export const TITLE = 'Search';
const MODES = ['hybrid', 'vector', 'keyword'];
const BUDGET_MS = { 10_000: 3, 100_000: 8 };
const FLOOR_WHAT = "FTS5's own OR of the question's words";

async function measureSize(options, size) {
  const path = await prepared(options, size);
  const { Dimension } = await importLibrary();
  const dimension = new Dimension({ path });
  const asked = questions(options.data);
  const opening = await timed(() => dimension.search(asked[0]));
  const floor = bareSearch(path);
  const samples = {};
  for (const name of [...MODES, 'filtered', 'floor']) samples[name] = new Sample();
  const rounds = options.quick ? 2 : 6;
  for (let round = -1; round < rounds; round += 1) {
    for (const question of asked) {
      const into = (name) => (round < 0 ? new Sample() : samples[name]);
      // Once unmeasured: the vector of the question is then at hand.
      await dimension.search(question);
      for (const mode of MODES) {
        await into(mode).take(() => dimension.search(question, { mode }));
      }
      await into('filtered').take(() => dimension.search(question, { realm: 'realm-7' }));
      await into('floor').take(() => floor.search(question));
    }
  }
  floor.close();
  await dimension.close();
  return rowsOf({ options, size, samples, opening, path });
}

function rowsOf({ options, size, samples, opening, path }) {
  const bare = summary(samples.floor);
  const floor = { what: FLOOR_WHAT, value: bare.p50, cpu: bare.cpu };
  const note = vectorsNote(options, size);
  const rows = MODES.map((mode) => {
    const own = summary(samples[mode]);
    const budgetMs = mode === 'hybrid' ? BUDGET_MS[size] : undefined;
    const budget = budgetMs && { text: `p50 <= ${budgetMs} ms`, met: own.p50 <= budgetMs };
    const ratio = own.p50 / floor.value;
    return { work: `search ${mode}`, size, ...own, floor, ratio, budget, load: load(), note };
  });
  rows.push({
    work: 'search hybrid in one realm of 20',
    size,
    ...summary(samples.filtered),
    load: load(),
  });
  rows.push({
    work: 'open and first search, model loaded in it',
    size,
    p50: opening.ms,
    load: load(),
  });
  return [...rows, ...diskRows(path, size)];
}

/** The same question as plain as FTS5 takes it, on the index of passages that the library made. */
function bareSearch(path) {
  const database = new Database(viewsOf(path), { readonly: true });
  const statement = database.prepare(
    'SELECT rowid FROM passage_terms WHERE passage_terms MATCH ? ORDER BY rank LIMIT 100',
  );
  return {
    search(question) {
      const words = question.toLowerCase().match(/[a-z]{4,}/g) ?? ['nothing'];
      return statement.all(words.map((word) => `"${word}"`).join(' OR '));
    },
    close: () => database.close(),
  };
}

const KINDS = [
  ['log', /^log\//],
  ['views, SQLite', /^views\/[^/]+\.db/],
  ['vector index', /^views\/vectors\//],
  ['embedding cache', /^cache\//],
];

function diskRows(path, size) {
  const files = Object.entries(filesUnder(path));
  const bytesOf = (pattern) =>
    files.filter(([name]) => pattern.test(name)).reduce((sum, [, bytes]) => sum + bytes, 0);
  const rows = KINDS.map(([kind, pattern]) => {
    return {
      work: `on disk, each memory: ${kind}`,
      size,
      p50: bytesOf(pattern) / size,
      unit: 'bytes',
    };
  });
  const passages = countPassages(path);
  const note = `${short(passages / size)} passages a memory`;
  return [
    ...rows,
    { work: 'on disk, each memory: all', size, p50: bytesOf(/./) / size, unit: 'bytes', note },
  ];
}

function countPassages(path) {
  const database = new Database(viewsOf(path), { readonly: true });
  const count = database.prepare('SELECT count(*) FROM passages').pluck().get();
  database.close();
  return count;
}

export async function run(options) {
  const rows = [];
  for (const size of options.sizes) rows.push(...(await measureSize(options, size)));
  return { rows };
}
