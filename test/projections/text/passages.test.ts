import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPassages } from '../../../projections/text/passages.js';

const words = (count: number, word = 'word'): string =>
  Array.from({ length: count }, (_, index) => `${word}${String(index)}`).join(' ');

const slices = (text: string): string[] =>
  cutPassages(text).map(({ start, end }) => text.slice(start, end));

const wordCount = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

describe('cutPassages', () => {
  it('keeps a text of 100 words whole, white space included', () => {
    const text = `\n ${words(100)} \n`;
    expect(slices(text)).toEqual([text]);
    expect(cutPassages('')).toEqual([]);
    expect(cutPassages(' ')).toEqual([{ start: 0, end: 1 }]);
  });

  it('packs lines and opens the next passage with the last one', () => {
    const lines = [words(40, 'a'), words(40, 'b'), words(40, 'c'), words(50, 'd')];
    expect(slices(lines.join('\n\n'))).toEqual([
      `${words(40, 'a')}\n\n${words(40, 'b')}`,
      `${words(40, 'b')}\n\n${words(40, 'c')}`,
      `${words(40, 'c')}\n\n${words(50, 'd')}`,
    ]);
  });

  it('shares no line that would leave no room for the next', () => {
    const text = `${words(60, 'a')}\n${words(60, 'b')}`;
    expect(slices(text)).toEqual([words(60, 'a'), words(60, 'b')]);
  });

  it('cuts a line of more than 60 words at its sentences', () => {
    const first = `${words(50, 'a')} said "so."`;
    const text = `${first} ${words(30, 'b')}? ${words(30, 'c')}`;
    expect(slices(text)).toEqual([
      `${first} ${words(30, 'b')}?`,
      `${words(30, 'b')}? ${words(30, 'c')}`,
    ]);
  });

  it('cuts a long sentence into pieces of 100 words with 20 shared', () => {
    const all = words(250).split(' ');
    expect(slices(all.join(' '))).toEqual([
      all.slice(0, 100).join(' '),
      all.slice(80, 180).join(' '),
      all.slice(160, 250).join(' '),
    ]);
  });

  it('counts two characters of a script without spaces as a word', () => {
    expect(slices('漢'.repeat(200))).toHaveLength(1);
    expect(slices('漢'.repeat(360))).toEqual(['漢'.repeat(200), '漢'.repeat(200)]);
  });

  it('ends sentences at full-width marks and keeps closing quotes with them', () => {
    const sentence = `${'漢'.repeat(97)}。」`;
    expect(slices(sentence.repeat(3))).toEqual([sentence.repeat(2), sentence.repeat(2)]);
  });

  it('bounds a word without spaces at 64 units for each word counted', () => {
    const sizes = cutPassages('a'.repeat(20_000)).map(({ start, end }) => end - start);
    expect(Math.max(...sizes)).toBe(6400);
  });

  // In square time this would take minutes, and the test's own limit would end it.
  it('is linear: a million characters of anything are cut', { timeout: 60_000 }, () => {
    for (const unit of ['a', 'a ', '漢', '」', '。', '. ', 'a\n', '"', '😀', 'a. ']) {
      const text = unit.repeat(1_000_000 / unit.length);
      expect(cutPassages(text).at(-1)?.end).toBeGreaterThan(999_000);
    }
  });

  it('holds every word, in order, at most 100 a passage, splitting no pair', () => {
    const word = fc.string({ unit: 'binary', maxLength: 12 });
    const gap = fc.constantFrom(' ', '  ', '. ', '\n', '\r\n', '\u3000', '! "');
    const text = fc
      .array(fc.tuple(word, gap), { minLength: 50, maxLength: 500 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(text, (sample) => {
        let covered = 0;
        let lastStart = -1;
        for (const { start, end } of cutPassages(sample)) {
          expect(start).toBeGreaterThan(lastStart);
          expect(sample.slice(covered, Math.max(start, covered)).trim()).toBe('');
          expect(end).toBeGreaterThan(covered);
          const slice = sample.slice(start, end);
          expect(wordCount(slice)).toBeLessThanOrEqual(100);
          expect(slice.isWellFormed()).toBe(sample.isWellFormed());
          [covered, lastStart] = [end, start];
        }
        expect(sample.slice(covered).trim()).toBe('');
      }),
    );
  });
});
