/**
 * The texts that are measured with. They are read from a folder, because some of them may be used
 * but not passed on: `--data`, ALT_BENCH_DATA, or `../shared/data` beside the repository.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from './library.mjs';

export function dataFolder(given) {
  const folder = given ?? process.env.ALT_BENCH_DATA ?? join(ROOT, '..', 'shared', 'data');
  if (existsSync(folder)) return resolve(folder);
  throw new Error('No data: name its folder with --data or ALT_BENCH_DATA.');
}

function readPacked(...path) {
  return gunzipSync(readFileSync(join(...path))).toString('utf8');
}

const readLines = (text) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));

/** A tag stands after that many words, so that no passage of a text equals one of another. */
const WORDS_BETWEEN_TAGS = 50;

/**
 * `count` texts of the LongMemEval pool: its turns again and again, each with a tag of its own, so
 * that no two are equal. About 180 words each.
 */
export function tagged(data, count) {
  const { sessions } = JSON.parse(readPacked(data, 'longmemeval-pool.json.gz'));
  const turns = sessions.flatMap((session) => session.turns.map((turn) => turn.content));
  const texts = turns.filter((text) => text.trim() !== '');
  return Array.from({ length: count }, (_, index) => {
    return withTag(texts[index % texts.length], `[tag ${index.toString(36)}x]`);
  });
}

function withTag(text, tag) {
  let words = 0;
  const spread = text.replace(/\s+/g, (space) => {
    words += 1;
    return words % WORDS_BETWEEN_TAGS === 0 ? ` ${tag}${space}` : space;
  });
  return `${spread} ${tag}`;
}

/** Questions that people ask of that pool. */
export function questions(data) {
  const pool = JSON.parse(readPacked(data, 'longmemeval-pool.json.gz'));
  return pool.questions.map(({ question }) => question);
}

const SETS = {
  locomo: readLocomo,
  lme: readPool,
  cosqa: (data) => readBeir(data, 'cosqa'),
  scifact: (data) => readBeir(data, 'scifact'),
  'xquad-en': (data) => readXquad(data, 'en'),
  'xquad-zh': (data) => readXquad(data, 'zh'),
  'xquad-hi': (data) => readXquad(data, 'hi'),
};

export const SET_NAMES = Object.keys(SETS);

/**
 * A set as units, each a dimension of its own: `{ documents: [{ id, text }], questions: [{ id,
 * text, gold: Map(id -> gain) }], leftOut }`; `leftOut` counts questions without a gold document.
 */
export function readSet(data, name) {
  return SETS[name](data).map(({ documents, questions: asked }) => {
    const known = new Set(documents.map(({ id }) => id));
    const usable = asked
      .map(({ gold, ...rest }) => ({
        ...rest,
        gold: new Map([...gold].filter(([id]) => known.has(id))),
      }))
      .filter(({ gold }) => gold.size > 0);
    return { documents, questions: usable, leftOut: asked.length - usable.length };
  });
}

const equalGains = (ids) => new Map([...ids].map((id) => [id, 1]));

function readLocomo(data) {
  const conversations = JSON.parse(readPacked(data, 'locomo-dev.json.gz'));
  return conversations.map(({ sample_id: sample, conversation, qa }) => ({
    documents: Object.keys(conversation)
      .filter((key) => /^session_\d+$/.test(key))
      .map((key) => ({ id: key.slice(8), text: conversation[key].map(locomoTurn).join('\n') })),
    questions: qa.map(({ question, evidence = [] }, index) => {
      const sessions = String(evidence).matchAll(/D(\d+):\d+/g);
      const gold = equalGains([...sessions].map(([, session]) => session));
      return { id: `${sample}-${index}`, text: question, gold };
    }),
  }));
}

function locomoTurn({ speaker, text, blip_caption: caption }) {
  return `${speaker}: ${text}${caption ? ` [shares ${caption}]` : ''}`;
}

function readPool(data) {
  const pool = JSON.parse(readPacked(data, 'longmemeval-pool.json.gz'));
  const documents = pool.sessions.map(({ session_id: id, turns }) => {
    return { id, text: turns.map(({ content }) => content).join('\n') };
  });
  const asked = pool.questions.map((question) => ({
    id: question.question_id,
    text: question.question,
    gold: equalGains(question.answer_session_ids ?? []),
  }));
  return [{ documents, questions: asked }];
}

const titled = (title, text) => (title ? `${title}. ${text}` : text);

function readBeir(data, name) {
  const documents = readLines(readPacked(data, name, 'corpus.jsonl.gz')).map((row) => {
    return { id: row._id, text: titled(row.title, row.text) };
  });
  const gains = new Map();
  const judgements = readFileSync(join(data, name, 'qrels.tsv'), 'utf8')
    .trim()
    .split('\n');
  for (const line of judgements.slice(1)) {
    const [query, document, score] = line.split('\t');
    if (!gains.has(query)) gains.set(query, new Map());
    if (Number(score) > 0) gains.get(query).set(document, Number(score));
  }
  const asked = readLines(readFileSync(join(data, name, 'queries.jsonl'), 'utf8'))
    .filter((row) => gains.has(row._id))
    .map((row) => ({ id: row._id, text: row.text, gold: gains.get(row._id) }));
  return [{ documents, questions: asked }];
}

function readXquad(data, language) {
  const { data: articles } = JSON.parse(readPacked(data, 'xquad', `xquad.${language}.json.gz`));
  const documents = [];
  const asked = [];
  for (const { paragraphs } of articles) {
    for (const { context, qas } of paragraphs) {
      const id = `p${documents.length}`;
      documents.push({ id, text: context });
      for (const qa of qas) asked.push({ id: qa.id, text: qa.question, gold: equalGains([id]) });
    }
  }
  return [{ documents, questions: asked }];
}
