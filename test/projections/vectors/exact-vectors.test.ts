import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { kernelBytes } from '../../../projections/vectors/kernel.js';
import { ExactVectors } from '../../../projections/vectors/exact-vectors.js';

const DIMENSION = 384;

/** A unit vector that only the seed decides. */
function vectorOf(seed: number): Float32Array {
  let state = seed >>> 0;
  const raw = Float32Array.from({ length: DIMENSION }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

describe('the kernel', () => {
  it('is what kernel.wat compiles to', async () => {
    const source = new URL('../../../projections/vectors/kernel.wat', import.meta.url);
    const compiler = await wabt();
    const module = compiler.parseWat('kernel.wat', readFileSync(source, 'utf8'), { simd: true });
    expect(Buffer.from(module.toBinary({}).buffer)).toEqual(Buffer.from(kernelBytes()));
  });
});

describe('exact vectors', () => {
  it('find what a plain loop finds, after any adding and removing', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.integer({ min: 1, max: 10 }),
        (labels, removals, count) => {
          labels.sort((a, b) => a - b);
          const vectors = new ExactVectors();
          for (const label of labels) vectors.add(label, vectorOf(label));
          const gone = new Set(removals.map((at) => labels[at % labels.length] ?? 0));
          for (const label of gone) vectors.remove(label);
          const living = labels.filter((label) => !gone.has(label));
          const query = vectorOf(77_777);
          const plain = living
            .map((label) => ({ label, cosine: dot(query, vectorOf(label)) }))
            .sort((a, b) => b.cosine - a.cosine)
            .slice(0, count);
          const found = vectors.search(query, count);
          expect(found.map(({ label }) => label)).toEqual(plain.map(({ label }) => label));
          for (const [at, { cosine }] of found.entries()) {
            expect(cosine).toBeCloseTo(plain[at]?.cosine ?? NaN, 5);
          }
          expect(vectors.size).toBe(living.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('find across blocks, in a tail, and among given labels', () => {
    const vectors = new ExactVectors();
    for (let label = 1; label <= 3_000; label += 1) vectors.add(label, vectorOf(label));
    const near = (label: number): Float32Array => vectorOf(label);
    expect(vectors.search(near(3), 1)[0]?.label).toBe(3);
    expect(vectors.search(near(2_999), 1)[0]?.label).toBe(2_999);
    expect(vectors.search(near(3), 1, { after: 2_500 })[0]?.label).toBeGreaterThan(2_500);
    expect(vectors.search(near(3), 5, { labels: [7, 3, 9_999] }).map((hit) => hit.label)).toEqual([
      3, 7,
    ]);
  });

  it('give equal vectors in the order of their labels', () => {
    const vectors = new ExactVectors();
    for (const label of [4, 5, 6]) vectors.add(label, vectorOf(1));
    expect(vectors.search(vectorOf(1), 2).map(({ label }) => label)).toEqual([4, 5]);
  });
});
