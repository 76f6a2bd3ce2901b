import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitizeQuery } from '../../../src/search/sanitize-query.js';

const PROMPT = `You are a helpful assistant. ${'Follow the rules of the house. '.repeat(10)}`;
const found = (raw: string): [string, string] => {
  const { cleanQuery, method } = sanitizeQuery(raw);
  return [method, cleanQuery];
};

describe('sanitizeQuery', () => {
  it.each(['', '  ', ' short query ', 'x'.repeat(200), '😀'.repeat(200)])(
    'passes %j unchanged',
    (raw) => {
      expect(found(raw)).toEqual(['passthrough', raw]);
      expect(sanitizeQuery(raw).wasSanitized).toBe(false);
    },
  );

  it('counts lengths in code points', () => {
    expect(sanitizeQuery('😀'.repeat(3))).toEqual({
      cleanQuery: '😀😀😀',
      wasSanitized: false,
      originalLength: 3,
      cleanLength: 3,
      method: 'passthrough',
    });
  });

  it('takes the last line that is a question', () => {
    const raw = `${PROMPT}\nWhere is the key?\n"What is her name?"\nThanks.`;
    expect(found(raw)).toEqual(['question_extraction', '"What is her name?"']);
  });

  it('goes back to an earlier question when the last is too short', () => {
    expect(found(`${PROMPT}\nWhere is the key?\nWhy?`)).toEqual([
      'question_extraction',
      'Where is the key?',
    ]);
  });

  it('finds a question inside a line', () => {
    expect(found(`${PROMPT} Where is the key? Be brief.`)).toEqual([
      'question_extraction',
      'Where is the key?',
    ]);
    expect(found(`${PROMPT} 昨天我把钥匙放在哪里了呢？谢谢。`)).toEqual([
      'question_extraction',
      '昨天我把钥匙放在哪里了呢？',
    ]);
  });

  it('takes the last fragment of a question line that is too long', () => {
    expect(found(`${PROMPT}${PROMPT} where is the key?`)).toEqual([
      'question_extraction',
      'where is the key?',
    ]);
  });

  it('takes the last long enough line when nothing is asked', () => {
    expect(found(`${PROMPT}\nthe name of her cat\nthanks`)).toEqual([
      'tail_sentence',
      'the name of her cat',
    ]);
  });

  it('strips the quotes around a candidate that is too long', () => {
    const line = 'a'.repeat(249);
    expect(found(`x\n"'${line}'"`)).toEqual(['tail_sentence', line]);
  });

  it('cuts a line without sentences to its last 250 characters', () => {
    expect(found(`${'a'.repeat(100)}${'b'.repeat(250)}`)).toEqual([
      'tail_sentence',
      'b'.repeat(250),
    ]);
  });

  it('cuts short lines to their last 250 characters', () => {
    const [method, clean] = found('short\n'.repeat(60));
    expect([method, clean.length]).toEqual(['tail_truncation', 250]);
  });

  it('answers at once to a million quotes', () => {
    expect(sanitizeQuery('"'.repeat(1_000_000)).cleanLength).toBeLessThanOrEqual(250);
  });

  it('never gives more than 250 characters nor a lone surrogate of a long query', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('?', '？ ', '\n', '. ', '"'),
    );
    const raw = fc.array(piece, { minLength: 100 }).map((list) => list.join(''));
    fc.assert(
      fc.property(raw, (text) => {
        const { cleanQuery, cleanLength, wasSanitized } = sanitizeQuery(text);
        expect(cleanLength).toBe(Array.from(cleanQuery).length);
        if (!wasSanitized) return;
        expect(cleanLength).toBeLessThanOrEqual(250);
        expect(cleanQuery.isWellFormed()).toBe(true);
      }),
    );
  });
});
