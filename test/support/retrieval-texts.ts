/** Texts and questions of test/fixtures/retrieval, for tests that ask what people ask. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export interface RetrievalTexts {
  readonly documents: readonly { readonly id: string; readonly text: string }[];
  readonly questions: readonly string[];
}

function read(name: string): Buffer {
  const url = new URL(`../fixtures/retrieval/${name}`, import.meta.url);
  return readFileSync(fileURLToPath(url));
}

/** 30 notes of developers, 20 questions. */
export function developerNotes(): RetrievalTexts {
  const { memories, queries } = JSON.parse(
    read('devbench/devbench_dataset.json').toString('utf8'),
  ) as { memories: { id: string; content: string }[]; queries: { question: string }[] };
  const documents = memories.map(({ id, content }) => ({ id, text: content }));
  return { documents, questions: queries.map(({ question }) => question) };
}

/** 128 conversations of some 2,000 words, 74 questions: about 4,000 passages. */
export function conversations(): RetrievalTexts {
  const pool = JSON.parse(gunzipSync(read('longmemeval-pool.json.gz')).toString('utf8')) as {
    sessions: { session_id: string; turns: { content: string }[] }[];
    questions: { question: string }[];
  };
  const documents = pool.sessions.map(({ session_id: id, turns }) => {
    return { id, text: turns.map(({ content }) => content).join('\n') };
  });
  return { documents, questions: pool.questions.map(({ question }) => question) };
}
