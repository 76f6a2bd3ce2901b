/** What the operations add to the library: cleaned queries, defaults, shapes. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, type Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function filled(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  const texts = {
    key: 'The key of the shed hangs behind the clock.',
    shed: 'The shed needs new paint.',
    cat: 'Her cat is called Biscuit.',
  };
  for (const [entityId, text] of Object.entries(texts)) {
    const metadata = { kind: 'note' };
    await dimension.addEntity('home', 'things', text, { entityId, metadata });
  }
  return dimension;
}

interface Answer {
  readonly query: string;
  readonly results: readonly Record<string, unknown>[];
  readonly sanitized?: Record<string, unknown>;
}

async function ask(dimension: Dimension, input: Record<string, unknown>): Promise<Answer> {
  const { search } = OPERATIONS;
  const output = await search.run(dimension, input);
  const parsed = search.output.strict().safeParse(output);
  expect(parsed.error?.issues ?? []).toEqual([]);
  return output as unknown as Answer;
}

const PROMPT = `You are a helpful assistant. ${'Follow the rules of the house. '.repeat(10)}`;

describe('the operation search', () => {
  it('looks for the question in a prompt, and says what it made of it', async () => {
    const dimension = await filled();
    const query = `${PROMPT}\nWhere is the key of the shed?\n`;
    for (const mode of ['hybrid', 'vector', 'keyword']) {
      const answer = await ask(dimension, { query, mode });
      expect(answer, mode).toMatchObject({
        query: 'Where is the key of the shed?',
        sanitized: {
          method: 'question_extraction',
          original_length: query.length,
          clean_length: 29,
          clean_query: 'Where is the key of the shed?',
        },
      });
      if (mode !== 'keyword') expect(answer.results[0]).toMatchObject({ id: 'key' });
    }
  });

  it('leaves a long query alone that is written in the language of keyword mode', async () => {
    const dimension = await filled();
    const long = 'paint '.repeat(40).trim();
    const kept = [
      `${long} OR biscuit`,
      `${long} NOT zebra`,
      `${long} AND shed`,
      `NEAR(new paint) ${long}`,
      `"new paint" ${long}`,
    ];
    for (const query of kept) {
      const answer = await ask(dimension, { query, mode: 'keyword' });
      expect([answer.query, answer.sanitized]).toEqual([query, undefined]);
      expect(await ask(dimension, { query })).toHaveProperty('sanitized');
    }
    for (const query of [`${long} or biscuit`, `${long} ANDES`, `${long} NEARBY`]) {
      expect(await ask(dimension, { query, mode: 'keyword' })).toHaveProperty('sanitized');
    }
  });

  it('passes a query of 200 characters unchanged, and cleans one of 201', async () => {
    const dimension = await filled();
    const query = 'k'.repeat(200);
    expect(await ask(dimension, { query })).toMatchObject({ query });
    expect(await ask(dimension, { query })).not.toHaveProperty('sanitized');
    expect(await ask(dimension, { query: `${query}k` })).toMatchObject({
      query: `${query}k`,
      sanitized: { method: 'tail_sentence', original_length: 201, clean_length: 201 },
    });
  });

  it('answers with the filters, counts and one shape of hits in every mode', async () => {
    const dimension = await filled();
    for (const mode of ['hybrid', 'vector', 'keyword']) {
      const answer = await ask(dimension, { query: 'shed', mode, n_results: 1, realm: 'Home' });
      expect(answer).toMatchObject({
        query: 'shed',
        mode,
        filters: { realm: 'home', domain: null },
        count: 1,
        pending: 0,
        warnings: [],
      });
      expect(Object.keys(answer.results[0] ?? {})).toEqual(
        expect.arrayContaining(['bm25_score', 'matched_via', 'node_boost', 'similarity', 'text']),
      );
      expect(answer.results[0]).not.toHaveProperty('content');
    }
    const explained = await ask(dimension, { query: 'shed', explain: true });
    expect(explained.results[0]?.explanation).toMatchObject({ terms: { shed: 2 } });
  });

  it('takes a maximum distance and a strategy, within their bounds', async () => {
    const defaults = { max_distance: 0, candidate_strategy: 'union', n_results: 10 };
    expect(OPERATIONS.search.input.parse({ query: 'key' })).toMatchObject(defaults);
    const dimension = await filled();
    const [near] = (await ask(dimension, { query: 'key of the shed' })).results;
    const max_distance = near?.distance;
    for (const candidate_strategy of ['vector', 'union']) {
      const input = { query: 'key of the shed', max_distance, candidate_strategy };
      expect((await ask(dimension, input)).results).toMatchObject([{ id: 'key' }]);
    }
    for (const input of [
      { max_distance: -1 },
      { max_distance: 2.5 },
      { candidate_strategy: 'all' },
    ]) {
      const asked = OPERATIONS.search.run(dimension, { query: 'key', ...input });
      await expect(asked).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe('the operation check_duplicate', () => {
  it('answers in one shape, found or not, with metadata and without whole texts', async () => {
    const dimension = await filled();
    const { check_duplicate: operation } = OPERATIONS;
    const content = 'The shed needs new paint.';
    const output = await operation.run(dimension, { content });
    expect(operation.output.strict().safeParse(output).error?.issues ?? []).toEqual([]);
    expect(output).toEqual({
      duplicate: true,
      threshold: 0.9,
      matches: [
        {
          id: 'shed',
          realm: 'home',
          domain: 'things',
          metadata: { kind: 'note', realm: 'home', domain: 'things' },
          similarity: 1,
          exact: true,
          preview: content,
        },
      ],
      warnings: [],
    });
    expect(await operation.run(dimension, { content: 'Trains run on rails.' })).toEqual({
      duplicate: false,
      threshold: 0.9,
      matches: [],
      warnings: [],
    });
  });
});
