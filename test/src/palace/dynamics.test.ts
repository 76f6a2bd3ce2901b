/** Use strengthens, time fades; what is stored stays as it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveStrength, potentiate, type Connection } from '../../../src/index.js';
import { file, newPalace } from './palace.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-05-31T12:00:00.000Z');
const UNUSED: Connection = { strength: 1, stability: 1, last_activated: null, access_count: 0 };

const connection = fc.record({
  strength: fc.double({ min: 0.05, max: 5, noNaN: true }),
  stability: fc.double({ min: 1, max: 50, noNaN: true }),
  last_activated: fc.option(
    fc.integer({ min: 0, max: 2 * NOW }).map((ms) => new Date(ms).toISOString()),
  ),
  access_count: fc.nat(),
});

describe('a use', () => {
  it('adds to strength, count and, for the first time, stability', () => {
    expect(potentiate(UNUSED, NOW)).toEqual({
      strength: 1.05,
      stability: 1.1,
      last_activated: '2026-05-31T12:00:00.000Z',
      access_count: 1,
    });
  });

  it('steadies only when the last was an hour ago', () => {
    const used = potentiate(UNUSED, NOW);
    expect(potentiate(used, NOW + HOUR_MS - 1).stability).toBe(1.1);
    expect(potentiate(used, NOW + HOUR_MS).stability).toBeCloseTo(1.2, 10);
  });

  it('makes nothing stronger than 5', () => {
    expect(potentiate({ ...UNUSED, strength: 4.98 }, NOW).strength).toBe(5);
  });
});

describe('the strength that is left', () => {
  it('is all of it before the first use and at the moment of the last', () => {
    expect(effectiveStrength(UNUSED, NOW)).toBe(1);
    expect(effectiveStrength(potentiate(UNUSED, NOW), NOW)).toBe(1.05);
  });

  it('fades with the days, slower when steady, and never below the floor', () => {
    const used = { ...UNUSED, strength: 2, last_activated: new Date(NOW).toISOString() };
    expect(effectiveStrength(used, NOW + DAY_MS)).toBeCloseTo(2 * Math.exp(-1), 10);
    expect(effectiveStrength({ ...used, stability: 4 }, NOW + DAY_MS)).toBeCloseTo(
      2 * Math.exp(-0.25),
      10,
    );
    expect(effectiveStrength(used, NOW + 400 * DAY_MS)).toBe(0.05);
  });

  it('is within bounds, falls with time, and asking changes nothing', () => {
    const laterMs = fc.nat({ max: 100 * DAY_MS });
    fc.assert(
      fc.property(connection, laterMs, laterMs, (stored, a, b) => {
        const before = structuredClone(stored);
        const [first, second] = [Math.min(a, b), Math.max(a, b)].map((ms) =>
          effectiveStrength(stored, NOW + ms),
        );
        expect(first).toBeGreaterThanOrEqual(Number(second));
        expect(Number(second)).toBeGreaterThanOrEqual(0.05);
        expect(first).toBeLessThanOrEqual(5);
        expect(effectiveStrength(stored, NOW + Math.min(a, b))).toBe(first);
        expect(stored).toEqual(before);
      }),
    );
  });

  it('of a gateway is worked out when it is read', async () => {
    const dimension = await newPalace();
    await file(dimension, 'work/a', { metadata: { entities: 'Ada;Mill' } });
    await file(dimension, 'work/a', { metadata: { entities: 'Ada;Mill' } });
    const [gateway] = await dimension.listGateways();
    if (!gateway) throw new Error('There is no gateway.');
    const usedMs = Date.parse(gateway.last_activated);
    expect(gateway.strength).toBeCloseTo(
      effectiveStrength({ ...UNUSED, last_activated: gateway.last_activated }, Date.now()),
      3,
    );
    expect(effectiveStrength({ ...gateway, strength: 1 }, usedMs + 2 * DAY_MS)).toBeCloseTo(
      Math.exp(-2),
      10,
    );
  });
});
