/** What the dialect promises for every text there is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aaakDecompress, aaakExpand, aaakParseEntry, aaakValidate } from '../../../src/index.js';
import { Codebook } from '../../../src/aaak/codebook.js';
import { compress } from '../../../src/aaak/compress.js';
import { lengthOf } from '../../../src/aaak/length.js';
import { aaakCompress } from '../../../src/aaak/library.js';
import { normalizeText } from '../../../src/aaak/text.js';
import { runs } from '../../support/level.js';

const NAMES = ['Alice', 'Bob', "O'Brien", 'Zoë', 'Jean-Luc', '王伟', 'Łukasz', 'Max'];
const PIECES = [
  ...['loves', 'told', 'manages', 'is a senior engineer', 'has two kids:', '(18, into sports)'],
  ...['never', 'not', 'decided', 'deadline', '2026-05-31', '|', '→', '♡', '★', '★★★', '…+3'],
  ...['DR:x', 'FAM: ', 'SESSION:2026-01-01', '*joy*', 'CORE', '--', '\n', '; ', '. ', '! ', '?'],
  ...['K: ALC=Alice', '0:ALC|x', 'ARC:', 'T:a<->b|c', '2D(kids)', '$person:Eve', 'MOOD:★', '¦'],
  ...['日本語の文。', 'مرحبا', '👩‍👩‍👧', '\u0301', '\ud800', '\udc00', '\0', '\u200d', '"', '(', ')'],
];
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom(...PIECES), fc.string()), {
      maxLength: 40,
    })
    .chain((words) => fc.constantFrom(' ', '').map((gap) => words.join(gap))),
);
const anyMax = fc.oneof(fc.integer({ min: 20, max: 120 }), fc.integer({ min: 20, max: 100_000 }));
const settings = { numRuns: runs(1_000, 20_000) };

describe('for every text', () => {
  it('an entry is never longer than was allowed', () => {
    const property = fc.property(anyText, anyMax, fc.boolean(), (text, maxLen, legend) => {
      expect(lengthOf(compress(text, { maxLen, legend }).aaak)).toBeLessThanOrEqual(maxLen);
    });
    fc.assert(property, settings);
  });

  it('compressing what was compressed changes nothing', () => {
    const property = fc.property(anyText, anyMax, (text, maxLen) => {
      const { aaak, isPassThrough } = compress(text, { maxLen });
      // An entry written by hand that is cut may be none any more.
      fc.pre(!isPassThrough || lengthOf(normalizeText(text)) <= maxLen);
      expect(compress(aaak, { maxLen }).aaak).toBe(aaak);
    });
    fc.assert(property, settings);
  });

  it('the same text gives the same entry, and its normal form gives it too', () => {
    const property = fc.property(anyText, anyMax, (text, maxLen) => {
      const { aaak } = compress(text, { maxLen });
      expect(compress(text, { maxLen }).aaak).toBe(aaak);
      expect(compress(normalizeText(text), { maxLen }).aaak).toBe(aaak);
    });
    fc.assert(property, settings);
  });

  it('an entry is AAAK, blank for blank', () => {
    const property = fc.property(anyText, anyMax, (text, maxLen) => {
      const { aaak, isPassThrough } = compress(text, { maxLen });
      expect(aaak === '').toBe(normalizeText(text) === '');
      if (!isPassThrough) expect(aaakValidate(aaak)).toBe(true);
    });
    fc.assert(property, settings);
  });

  it('parsing and expanding never fail, on the text and on its entry', () => {
    const keys = Object.keys(aaakParseEntry('')).sort();
    const property = fc.property(anyText, (text) => {
      for (const given of [text, compress(text).aaak]) {
        const parsed = aaakParseEntry(given, { codebook: new Codebook({ persons: NAMES }) });
        expect(Object.keys(parsed).sort()).toEqual(keys);
        expect(parsed.raw).toBe(given);
        expect(typeof aaakExpand(given).text).toBe('string');
      }
    });
    fc.assert(property, settings);
  });

  it('a process expands what it compressed to the very text', () => {
    let count = 0;
    const property = fc.property(anyText, (text) => {
      // Two texts may give one entry; a number of its own keeps each apart.
      const own = `${text} nr${String((count += 1))}`;
      const aaak = aaakCompress(own, 100_000);
      if (compress(own).isPassThrough) return;
      expect(aaakDecompress(aaak)).toBe(own);
    });
    fc.assert(property, settings);
  });
});

describe('for every list of names', () => {
  const anyName = fc.oneof(
    fc.constantFrom(...NAMES, 'Alicia', 'Alina', 'Max Power', 'Maxine', 'Ånd', 'The', 'Andy', ''),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );

  it('no two names share a code, and every code leads back to its name', () => {
    const property = fc.property(fc.array(anyName, { maxLength: 60 }), (names) => {
      const codebook = new Codebook({ persons: names });
      const entries = codebook.entries();
      expect(new Set(entries.map(([, code]) => code)).size).toBe(entries.length);
      for (const [name, code] of entries) {
        expect([codebook.codeOf(name), codebook.nameOf(code)]).toEqual([code, name]);
        expect(['FAM', 'ARC', 'DR', 'NOT', 'NO', 'THE', 'AND']).not.toContain(code);
      }
    });
    fc.assert(property, settings);
  });

  it('runs out of codes for no number of names that begin alike', () => {
    const names = Array.from({ length: 3_000 }, (_, index) => {
      const letters = [...String(index)].map((digit) => 'abcdefghij'[Number(digit)]);
      return `Bob${letters.join('')}`;
    });
    expect(new Codebook({ persons: names }).entries()).toHaveLength(3_000);
  });
});
