/**
 * How often the right memory is found, through the public interface and with default settings, in
 * each mode; with `--peers` beside the Python original, asked the same in the same run.
 *
 * The fourth row, `words`, is hybrid's keyword half alone: its hits ordered by their BM25.
 */
import { load, timed } from '../lib/timing.mjs';
import { newDimension, sizeOf } from '../lib/library.mjs';
import { readSet, setNames } from '../lib/corpus.mjs';
import { keepVectors, lendVectors } from '../lib/kept-vectors.mjs';
import { measure, meansOf, percent, shortfalls } from '../lib/measures.mjs';
import { writeRaw } from '../lib/results.mjs';
import { Original, PEER_WAYS } from '../peers/original.mjs';

export const TITLE = 'Retrieval';
const MODES = ['hybrid', 'vector', 'keyword'];
const DEEP = 100;
const BATCH = 500;
const PEER_SETS = ['locomo', 'lme', 'cosqa'];

async function fill(dimension, documents, { bulk }) {
  for (let at = 0; bulk && at < documents.length; at += BATCH) {
    const items = documents.slice(at, at + BATCH).map(({ id, text }) => {
      return { realm: 'bench', domain: 'set', content: text, entity_id: id };
    });
    await dimension.batchAddEntities(items);
  }
  for (const { id, text } of bulk ? [] : documents) {
    await dimension.addEntity('bench', 'set', text, { entityId: id });
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

const scoresOf = (rankings, gold) =>
  Object.fromEntries(Object.entries(rankings).map(([mode, ids]) => [mode, measure(ids, gold)]));

async function openFor(name, options) {
  const { embedder } = options;
  const dimension = await newDimension(embedder ? { embedder } : {});
  await dimension.close();
  lendVectors(options.kept, name, dimension.path);
  await dimension.reconnect();
  return dimension;
}

async function runUnit(unit, name, options) {
  const dimension = await openFor(name, options);
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
  keepVectors(options.kept, name, dimension.path);
  const ms = { add: adding.ms, embed: embedding.ms, ask: asking.ms };
  return { answers, ms, embedder, vectors, sizeBytes: sizeOf(dimension.path) };
}

const total = (units, value) => units.reduce((sum, unit) => sum + value(unit), 0);

async function runSet(name, read, options) {
  const units = [];
  for (const [at, unit] of read.entries()) {
    units.push(await runUnit(unit, `${name}-${at}`, options));
  }
  const answers = units.flatMap((unit) => unit.answers);
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
    means: meansOf(answers),
  };
  const how = [options.embedder, options.bulk && 'bulk'].filter(Boolean);
  writeRaw(['retrieval', name, ...how].join('-'), { ...set, answers });
  return set;
}

/** The same documents and questions, through the Python original's own interface. */
function runPeer(peer, set, { name: way, way: adding }) {
  const answers = [];
  const ms = { add: 0, ask: 0 };
  for (const { documents, questions } of set.read) {
    const { rankings, addMs, askMs } = peer.run({ way: adding, documents, questions });
    ms.add += addMs;
    ms.ask += askMs;
    for (const [at, { id, gold }] of questions.entries()) {
      const scores = { [way]: measure(rankings[at], gold) };
      answers.push({ id, gold: [...gold.keys()], ranking: rankings[at], scores });
    }
  }
  writeRaw(`retrieval-${set.name}-original-${adding}`, { answers });
  return { way, ms, means: meansOf(answers) };
}

/** The peer in all its ways; what keeps it from running stands in the report instead. */
function runPeers(set) {
  try {
    const peer = new Original();
    return { runs: PEER_WAYS.map((way) => runPeer(peer, set, way)) };
  } catch (error) {
    return { obstacle: error.message };
  }
}

function rowsOf({ name, means, peers }) {
  const rows = Object.entries(means).map(([mode, scores]) => [name, mode, scores]);
  for (const { way, means: theirs } of peers?.runs ?? []) rows.push([name, way, theirs[way]]);
  return rows;
}

function table(sets) {
  const measures = Object.keys(sets[0].means.hybrid);
  const lines = [
    `| set | mode | ${measures.join(' | ')} |`,
    `|---|---|${measures.map(() => '--:').join('|')}|`,
  ];
  for (const [name, mode, scores] of sets.flatMap(rowsOf)) {
    const cells = measures.map((key) => percent(scores[key]));
    lines.push(`| ${name} | ${mode} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

const seconds = (ms) => (ms / 1000).toFixed(1);

function setsTable(sets) {
  const lines = [
    '| set | questions | left out | memories | passages | embedder | MiB | add s | embed s | ' +
      'ask s | load |',
    '|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|',
  ];
  for (const set of sets) {
    const { name, n, leftOut, documents, passages, embedder, peers } = set;
    const mebibytes = (set.sizeBytes / 2 ** 20).toFixed(1);
    const cells = [name, n, leftOut, documents, passages, embedder, mebibytes];
    cells.push(seconds(set.addMs), seconds(set.embedMs), seconds(set.askMs), set.load);
    lines.push(`| ${cells.join(' | ')} |`);
    for (const { way, ms } of peers?.runs ?? []) {
      const theirs = [
        name,
        n,
        leftOut,
        documents,
        '',
        way,
        '',
        seconds(ms.add),
        '',
        seconds(ms.ask),
      ];
      lines.push(`| ${[...theirs, ''].join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

const ABOUT = `Through \`Dimension\`, default settings, memories added one at a time unless said
otherwise; ten results. R@k is the share of the right memories among the first k, any@k whether one
is; nDCG against the textbook ideal; in per cent. \`words\` is the keyword half of hybrid search
alone; \`keyword\` is the query language of that mode, in which all words must occur. \`ask s\` is
the time of all modes together.`;

const ABOUT_PEERS = `The Python original, alt-memory 4.5.2, was asked the same in the same run
through its own \`Dimension\`, in its default mode: a dimension that was opened a second time, as
every use after the first finds it, filled in one batch or one memory at a time. The model that it
downloads, and uses only in the process that makes a dimension, was not measured.`;

function report(sets, options) {
  const how = options.bulk ? 'Added in bulk.' : 'Added one at a time.';
  const obstacle = sets.find(({ peers }) => peers?.obstacle)?.peers.obstacle;
  const aboutPeers = obstacle ? `The Python original was not measured: ${obstacle}` : ABOUT_PEERS;
  const kept = options.kept ? ' Vectors were kept from an earlier run where there was one.' : '';
  const about = [`${ABOUT} ${how}${kept}`, ...(options.peers ? [aboutPeers] : [])];
  return `${about.join('\n\n')}\n\n${table(sets)}\n\n${setsTable(sets)}`;
}

function namesOf({ set, quick, peers, data }) {
  if (set) return set.split(',');
  if (peers) return PEER_SETS;
  return quick ? ['lme'] : setNames(data);
}

export async function run(options) {
  const sets = [];
  for (const name of namesOf(options)) {
    const read = readSet(options.data, name);
    const set = await runSet(name, read, options);
    if (options.peers) set.peers = runPeers({ name, read });
    sets.push(set);
    process.stderr.write(`${table([set])}\n${setsTable([set])}\n`);
  }
  const failures = options.check ? sets.flatMap(shortfalls) : [];
  return { ...placeOf(options), rows: [], markdown: report(sets, options), failures };
}

/** The section of the page; none for a run of some sets. */
function placeOf({ set, peers, embedder }) {
  if (peers) return { section: 'peers', title: `${TITLE} beside the Python original` };
  if (set) return { section: null };
  return embedder ? { section: `retrieval-${embedder}`, title: `${TITLE} by ${embedder}` } : {};
}
