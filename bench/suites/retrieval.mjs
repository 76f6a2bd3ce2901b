/**
 * How often the right memory is found, through the public interface and with default settings:
 * R@k (share of the right ones), any@k, nDCG@10 with the textbook ideal, MRR, in each mode.
 *
 * The fourth row, `words`, is hybrid's keyword half alone: its hits ordered by their BM25.
 */
import { mean } from '../lib/numbers.mjs';
import { load, timed } from '../lib/timing.mjs';
import { newDimension, sizeOf } from '../lib/library.mjs';
import { readSet, SET_NAMES } from '../lib/corpus.mjs';
import { writeRaw } from '../lib/results.mjs';

export const TITLE = 'Retrieval';
const MODES = ['hybrid', 'vector', 'keyword'];
const CUTS = [1, 5, 10];
const DEEP = 100;

/** Shares that the acceptance list asks of hybrid search. */
const FLOORS = {
  locomo: { 'R@10': 0.935, 'any@1': 0.735 },
  lme: { 'any@1': 0.79, 'any@5': 0.98 },
  cosqa: { 'nDCG@10': 0.81 },
  scifact: { 'nDCG@10': 0.72 },
  'xquad-en': { 'R@10': 0.995 },
  'xquad-zh': { 'R@10': 0.99 },
  'xquad-hi': { 'R@10': 0.98 },
};
/** How far hybrid may stay under its better half, by nDCG@10. */
const UNDER_BETTER_HALF_MAX = { cosqa: 0.04 };
const UNDER_BETTER_HALF = 0.01;

const gainAt = (gain, rank) => (2 ** gain - 1) / Math.log2(rank + 2);

/** The measures of one question, from its ranking. */
export function measure(ranking, gold) {
  const scores = {};
  for (const cut of CUTS) {
    const found = ranking.slice(0, cut).filter((id) => gold.has(id)).length;
    scores[`R@${cut}`] = found / gold.size;
    scores[`any@${cut}`] = Number(found > 0);
  }
  const ideal = [...gold.values()].sort((a, b) => b - a).slice(0, 10);
  const best = ideal.reduce((sum, gain, rank) => sum + gainAt(gain, rank), 0);
  const reached = ranking
    .slice(0, 10)
    .reduce((sum, id, rank) => sum + gainAt(gold.get(id) ?? 0, rank), 0);
  const first = ranking.findIndex((id) => gold.has(id));
  return { ...scores, 'nDCG@10': reached / best, MRR: first < 0 ? 0 : 1 / (first + 1) };
}

async function fill(dimension, documents, { bulk }) {
  if (bulk) {
    for (let at = 0; at < documents.length; at += 500) {
      const items = documents.slice(at, at + 500);
      await dimension.batchAddEntities(
        items.map(({ id, text }) => ({
          realm: 'bench',
          domain: 'set',
          content: text,
          entity_id: id,
        })),
      );
    }
  } else {
    for (const { id, text } of documents) {
      await dimension.addEntity('bench', 'set', text, { entityId: id });
    }
  }
}

const idsOf = (hits) => hits.map(({ id }) => id);

async function askAll(dimension, question) {
  const rankings = {};
  for (const mode of MODES) {
    rankings[mode] = idsOf(await dimension.search(question, { mode, limit: 10 }));
  }
  const deep = await dimension.search(question, { limit: DEEP, explain: true });
  deep.sort((a, b) => b.explanation.bm25 - a.explanation.bm25);
  rankings.words = idsOf(deep.slice(0, 10));
  return rankings;
}

async function runUnit(unit, options) {
  const dimension = await newDimension();
  const adding = await timed(() => fill(dimension, unit.documents, options));
  const embedding = await timed(() => dimension.embedPending());
  const answers = [];
  const asking = await timed(async () => {
    for (const { id, text, gold } of unit.questions) {
      const rankings = await askAll(dimension, text);
      answers.push({ id, gold: [...gold.keys()], rankings, scores: scoresOf(rankings, gold) });
    }
  });
  const { embedder, vectors } = await dimension.status();
  await dimension.close();
  const ms = { add: adding.ms, embed: embedding.ms, ask: asking.ms };
  return { answers, ms, embedder, vectors, sizeBytes: sizeOf(dimension.path) };
}

function scoresOf(rankings, gold) {
  const entries = Object.entries(rankings).map(([mode, ids]) => [mode, measure(ids, gold)]);
  return Object.fromEntries(entries);
}

const total = (units, value) => units.reduce((sum, unit) => sum + value(unit), 0);

async function runSet(name, options) {
  const read = readSet(options.data, name);
  const units = [];
  for (const unit of read) units.push(await runUnit(unit, options));
  const answers = units.flatMap((unit) => unit.answers);
  const means = {};
  for (const mode of [...MODES, 'words']) {
    const measures = Object.keys(answers[0].scores[mode]);
    means[mode] = Object.fromEntries(
      measures.map((key) => [key, mean(answers.map(({ scores }) => scores[mode][key]))]),
    );
  }
  const set = {
    name,
    n: answers.length,
    leftOut: total(read, (unit) => unit.leftOut),
    documents: total(read, (unit) => unit.documents.length),
    passages: total(units, (unit) => unit.vectors),
    embedder: units[0].embedder,
    sizeBytes: total(units, (unit) => unit.sizeBytes),
    addMs: total(units, (unit) => unit.ms.add),
    embedMs: total(units, (unit) => unit.ms.embed),
    askMs: total(units, (unit) => unit.ms.ask),
    load: load(),
    means,
  };
  writeRaw(`retrieval-${name}${options.bulk ? '-bulk' : ''}`, { ...set, answers });
  return set;
}

/** What a set falls short of, as sentences. */
export function shortfalls({ name, means }) {
  const problems = [];
  for (const [key, floor] of Object.entries(FLOORS[name] ?? {})) {
    const reached = means.hybrid[key];
    if (reached < floor)
      problems.push(`${name}: ${key} is ${percent(reached)}, ${percent(floor)} asked`);
  }
  const better = Math.max(means.vector['nDCG@10'], means.words['nDCG@10']);
  const allowed = UNDER_BETTER_HALF_MAX[name] ?? UNDER_BETTER_HALF;
  if (means.hybrid['nDCG@10'] < better - allowed) {
    const reached = percent(means.hybrid['nDCG@10']);
    problems.push(`${name}: hybrid nDCG@10 ${reached}, its better half ${percent(better)}`);
  }
  return problems;
}

const percent = (share) => (100 * share).toFixed(1);

function table(sets) {
  const measures = Object.keys(sets[0].means.hybrid);
  const lines = [
    `| set | mode | ${measures.join(' | ')} |`,
    `|---|---|${measures.map(() => '--:').join('|')}|`,
  ];
  for (const { name, means } of sets) {
    for (const [mode, scores] of Object.entries(means)) {
      const cells = measures.map((key) => percent(scores[key]));
      lines.push(`| ${name} | ${mode} | ${cells.join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

function setsTable(sets) {
  const lines = [
    '| set | questions | left out | memories | passages | embedder | MiB | add s | embed s | ' +
      'ask s | load |',
    '|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|',
  ];
  const seconds = (ms) => (ms / 1000).toFixed(1);
  for (const set of sets) {
    const cells = [set.name, set.n, set.leftOut, set.documents, set.passages, set.embedder];
    cells.push((set.sizeBytes / 2 ** 20).toFixed(1));
    cells.push(seconds(set.addMs), seconds(set.embedMs), seconds(set.askMs), set.load);
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

const ABOUT = `Through \`Dimension\`, default settings, memories added one at a time unless said
otherwise; ten results. R@k is the share of the right memories among the first k, any@k whether one
is; nDCG against the textbook ideal; in per cent. \`words\` is the keyword half of hybrid search
alone; \`keyword\` is the query language of that mode, in which all words must occur.`;

export async function run(options) {
  const names = options.set?.split(',') ?? (options.quick ? ['locomo', 'lme'] : SET_NAMES);
  const sets = [];
  for (const name of names) {
    sets.push(await runSet(name, options));
    process.stderr.write(`${table(sets.slice(-1))}\n${setsTable(sets.slice(-1))}\n`);
  }
  const how = options.bulk ? 'Added in bulk.' : 'Added one at a time.';
  const markdown = `${ABOUT} ${how}\n\n${table(sets)}\n\n${setsTable(sets)}`;
  return { rows: [], markdown, failures: options.check ? sets.flatMap(shortfalls) : [] };
}
