/** Reads of the graph of many memories: worked out once per state, and quick then. */
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { between, file, newPalace } from './palace.js';

const MEMORIES = 10_000;
const NAMES = ['Ada', 'Bo', 'Cy', 'Di', 'Ed', 'Flo', 'Gus', 'Hal', 'Ida', 'Jo'];
/** Generous: what is looked for is work that grows with the square. */
const FIRST_MS_MAX = 2_000;
const AGAIN_MS_MAX = 100;

async function fill(dimension: Dimension): Promise<void> {
  for (let from = 0; from < MEMORIES; from += 1_000) {
    const items = Array.from({ length: 1_000 }, (_, index) => {
      const at = from + index;
      return {
        realm: `realm_${String(at % 20)}`,
        domain: `domain_${String(at % 333)}`,
        content: `Memory number ${String(at)}. `.repeat(20),
        metadata: {
          entities: [0, 1, 3, 4].map((step) => NAMES[(at + step) % NAMES.length]),
          topic: `topic ${String(at % 500)}`,
          gate: `gate_${String(at % 7)}`,
          date: `2026-01-${String((at % 28) + 1).padStart(2, '0')}`,
        },
      };
    });
    await dimension.batchAddEntities(items);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe('the graph of ten thousand memories', { timeout: 120_000 }, () => {
  it('is read quickly, and again without work', async () => {
    const dimension = await newPalace();
    await fill(dimension);
    await dimension.createTunnel(between('realm_1/domain_1', 'realm_2/domain_2'));
    const reads = {
      traverse: () => dimension.traverse('domain_1', { maxHops: 10 }),
      listGateways: () => dimension.listGateways(),
      listTunnels: () => dimension.listTunnels(),
      findTunnels: () => dimension.findTunnels(),
      graphStats: () => dimension.graphStats(),
    };
    for (const [name, read] of Object.entries(reads)) {
      await file(dimension, 'realm_1/domain_1');
      const first = await timed(read);
      expect(first, name).toBeLessThan(FIRST_MS_MAX);
      const again = Math.min(await timed(read), await timed(read));
      expect(again, `${name} again`).toBeLessThan(AGAIN_MS_MAX);
    }
  });
});
