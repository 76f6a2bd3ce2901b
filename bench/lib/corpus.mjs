/**
 * The texts that are measured with. They are read from a folder, because some of them may be used
 * but not passed on: `--data`, ALT_BENCH_DATA, `../shared/data` beside the repository, or else what
 * the repository carries.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from './library.mjs';

const LOCOMO = 'locomo-dev.json.gz';
const POOL = 'longmemeval-pool.json.gz';
const CARRIED = join(ROOT, 'test', 'fixtures', 'retrieval');

export function dataFolder(given) {
  const named = given ?? process.env.ALT_BENCH_DATA;
  const beside = join(ROOT, '..', 'shared', 'data');
  const folder = named ?? (existsSync(beside) ? beside : CARRIED);
  if (existsSync(folder)) return resolve(folder);
  throw new Error(`No data in ${folder}.`);
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
  const { sessions } = JSON.parse(readPacked(data, POOL));
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
  const pool = JSON.parse(readPacked(data, POOL));
  return pool.questions.map(({ question }) => question);
}

/** How each set is read, and the file by which one sees whether it is there. */
const SETS = {
  locomo: { read: readLocomo, file: LOCOMO },
  lme: { read: readPool, file: POOL },
  cosqa: { read: (data) => readBeir(data, 'cosqa'), file: 'cosqa' },
  scifact: { read: (data) => readBeir(data, 'scifact'), file: 'scifact' },
  'xquad-en': { read: (data) => readXquad(data, 'en'), file: 'xquad' },
  'xquad-zh': { read: (data) => readXquad(data, 'zh'), file: 'xquad' },
  'xquad-hi': { read: (data) => readXquad(data, 'hi'), file: 'xquad' },
  devbench: { read: readDevbench, file: 'devbench' },
};

/** The sets that the folder holds. */
export function setNames(data) {
  return Object.keys(SETS).filter((name) => existsSync(join(data, SETS[name].file)));
}

/**
 * A set as units, each a dimension of its own: `{ documents: [{ id, text }], questions: [{ id,
 * text, gold: Map(id -> gain) }], leftOut }`; `leftOut` counts questions without a gold document.
 */
export function readSet(data, name) {
  return SETS[name].read(data).map(({ documents, questions: asked }) => {
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
  const conversations = JSON.parse(readPacked(data, LOCOMO));
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
  const pool = JSON.parse(readPacked(data, POOL));
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

function readDevbench(data) {
  const path = join(data, 'devbench', 'devbench_dataset.json');
  const { memories, queries } = JSON.parse(readFileSync(path, 'utf8'));
  const documents = memories.map(({ id, content }) => ({ id, text: content }));
  const asked = queries.map(({ id, question, expected_tags: tags }) => {
    const isRight = (memory) => memory.tags.some((tag) => tags.includes(tag));
    return { id, text: question, gold: equalGains(memories.filter(isRight).map(({ id }) => id)) };
  });
  return [{ documents, questions: asked }];
}
