/** The embedder without a model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitNumpyInWorker } from '../../../src/embedders/in-worker.js';
import { numpyEmbedder, numpyFitSize } from '../../../src/embedders/numpy.js';
import { fitNumpy } from '../../../src/embedders/numpy-fit.js';
import { orthonormalise } from '../../../src/embedders/linear-algebra.js';
import { wordsOf } from '../../../src/embedders/words.js';
import { cosine, length, rowOf } from './vectors.js';

const SUBJECTS = ['boat', 'garden', 'piano', 'server'];
const DETAILS = [
  ['harbour', 'sail', 'anchor', 'wind'],
  ['roses', 'soil', 'water', 'seeds'],
  ['chord', 'sonata', 'practice', 'pedal'],
  ['deploy', 'restart', 'latency', 'cluster'],
];

/** 64 notes on four subjects, each with two of the subject's details. */
const NOTES = Array.from({ length: 64 }, (_, index) => {
  const details = DETAILS[index % 4] ?? [];
  const first = details[(index >> 2) % 4] ?? '';
  const second = details[(index >> 4) % 4] ?? '';
  return `${SUBJECTS[index % 4] ?? ''} ${first} ${second} number${index}`;
});

describe('words', () => {
  it.each([
    ["Don't PANIC, it's 42 of 7!", ["don't", 'panic', "it's", '42', 'of']],
    ['हिन्दी में', ['हिन्दी', 'में']],
    ['用数据库v2', ['用', '数', '据', '库', '用数', '数据', '据库', 'v2']],
    ['ﬁle Ⅷ', ['file', 'viii']],
    ['…!?', []],
  ])('of %j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('hashing', () => {
  const embedder = numpyEmbedder();

  it('has one space', () => {
    expect(embedder.spaceId).toBe('c61fde807e63b73c');
    expect(embedder.scripts).toBe('all');
  });

  it('works from the first text, forgiving a typing error', async () => {
    const text = await embedder.embedQuery('the anchor of the boat');
    const mistyped = await embedder.embedQuery('the ancor of the baot');
    const other = await embedder.embedQuery('restart a server');
    expect(length(text)).toBeCloseTo(1, 5);
    expect(cosine(text, mistyped)).toBeGreaterThan(0.4);
    expect(Math.abs(cosine(text, other))).toBeLessThan(0.2);
  });

  it('flags a text without words as empty', async () => {
    const result = await embedder.embedDocuments(['…', 'boat']);
    expect(result.empty).toEqual([true, false]);
    expect(length(rowOf(result, 0))).toBe(0);
  });
});

describe('fitting', () => {
  const basis = fitNumpy(NOTES);

  it('gives the same basis for the same texts, pinned', () => {
    expect(basis.fitId).toBe(fitNumpy([...NOTES]).fitId);
    expect(basis.fitId).toBe('24014eb9f9866daf66cfdd0341b02ed48ec96052dbf56b66999a2071378b110d');
    expect(basis.terms).toHaveLength(20);
    expect(fitNumpy([...NOTES].reverse()).fitId).not.toBe(basis.fitId);
  });

  it('puts words that go together near each other', async () => {
    const embedder = numpyEmbedder(basis);
    const [anchor, sail, sonata] = await Promise.all(
      ['anchor boat', 'sail boat', 'sonata piano'].map(
        async (text) => await embedder.embedQuery(text),
      ),
    );
    if (!anchor || !sail || !sonata) throw new Error('three vectors');
    expect(cosine(anchor, sail)).toBeGreaterThan(cosine(anchor, sonata) + 0.3);
  });

  it('leaves a text of unknown words empty', async () => {
    const result = await numpyEmbedder(basis).embedDocuments(['elephant', 'boat elephant']);
    expect(result.empty).toEqual([true, false]);
  });

  it('falls back to hashing when no word is in two texts', () => {
    const nothing = fitNumpy(Array.from({ length: 64 }, (_, index) => `unique${index}`));
    expect(nothing.terms).toEqual([]);
    expect(numpyEmbedder(nothing).spaceId).toBe(numpyEmbedder().spaceId);
  });

  it('runs where there is no built worker', async () => {
    expect((await fitNumpyInWorker(NOTES)).fitId).toBe(basis.fitId);
  });

  it('survives any texts', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(texts, (some) => {
        const fitted = fitNumpy([...some, ...some]);
        expect(fitted.components.every((value) => Number.isFinite(value))).toBe(true);
        expect(fitted.components).toHaveLength(fitted.terms.length * 384);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [0, 0],
    [63, 0],
    [64, 64],
    [127, 64],
    [128, 128],
    [5000, 4096],
  ])('of %i living memories uses the first %i', (living, size) => {
    expect(numpyFitSize(living)).toBe(size);
  });
});

describe('orthonormalising', () => {
  it('gives unit vectors at right angles and drops dependent ones', () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true });
    const vectors = fc.array(fc.array(number, { minLength: 9, maxLength: 9 }), { maxLength: 12 });
    fc.assert(
      fc.property(vectors, (rows) => {
        const kept = orthonormalise(rows.map((row) => Float64Array.from(row)));
        expect(kept.length).toBeLessThanOrEqual(9);
        for (const vector of kept) {
          const squares = vector.reduce((sum, value) => sum + value * value, 0);
          expect(squares).toBeCloseTo(1, 9);
        }
      }),
    );
    const twice = [Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6), Float64Array.of(0, 1, 0)];
    expect(orthonormalise(twice)).toHaveLength(2);
  });

  it('drops a vector so short that its length cannot be told', () => {
    expect(orthonormalise([Float64Array.of(0, 1.57e-162, 0)])).toEqual([]);
  });
});
