import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEvents, compareTimes, nextTime, type OrderKey } from '../../events/index.js';
import { runs } from '../support/level.js';

const RUNS = runs(500, 20_000);

// Few values, so that ties happen.
const key: fc.Arbitrary<OrderKey> = fc.record({
  at: fc.record({ ms: fc.nat({ max: 2 }), counter: fc.nat({ max: 2 }) }),
  replica: fc.constantFrom('1a'.repeat(16), '2b'.repeat(16), 'aa'.repeat(16)),
  seq: fc.integer({ min: 1, max: 3 }),
});
const isSame = (a: OrderKey, b: OrderKey): boolean => JSON.stringify(a) === JSON.stringify(b);

describe('compareEvents', () => {
  it('gives 0 for an event and itself only', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(compareEvents(a, b) === 0).toBe(isSame(a, b));
      }),
      { numRuns: RUNS },
    );
  });

  it('says the opposite when asked the other way round', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareEvents(a, b)) + Math.sign(compareEvents(b, a))).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(key, key, key, (...keys) => {
        const [a, b, c] = keys.sort(compareEvents);
        expect(compareEvents(a, b)).toBeLessThanOrEqual(0);
        expect(compareEvents(b, c)).toBeLessThanOrEqual(0);
        expect(compareEvents(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('asks for time, then counter, then replica, then seq', () => {
    const of = (ms: number, counter: number, replica: string, seq: number): OrderKey => {
      return { at: { ms, counter }, replica, seq };
    };
    const inOrder = [
      of(1, 0, 'ff', 9),
      of(1, 1, 'ff', 9),
      of(2, 0, '0a', 9),
      of(2, 0, 'a0', 1),
      of(2, 0, 'a0', 2),
    ];
    expect([...inOrder].reverse().sort(compareEvents)).toEqual(inOrder);
  });
});

describe('nextTime', () => {
  it('rises strictly whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 })), (clock) => {
        let last = { ms: 2, counter: 0 };
        for (const wallMs of clock) {
          const next = nextTime(last, wallMs);
          expect(compareTimes(next, last)).toBeGreaterThan(0);
          last = next;
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('follows the wall clock forward and counts while that stands or goes back', () => {
    expect(nextTime({ ms: 5, counter: 3 }, 6)).toEqual({ ms: 6, counter: 0 });
    expect(nextTime({ ms: 5, counter: 3 }, 5)).toEqual({ ms: 5, counter: 4 });
    expect(nextTime({ ms: 5, counter: 3 }, 1)).toEqual({ ms: 5, counter: 4 });
  });
});
