import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Background, Dimension } from '../../src/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { join } from 'node:path';

interface Given {
  readonly dimension: Dimension;
  readonly background: Background;
  readonly errors: unknown[];
  readonly pending: () => Promise<number>;
}

async function given(): Promise<Given> {
  const dimension = new Dimension({ path: join(temporaryFolder(), 'd'), embedder: 'numpy' });
  await dimension.init();
  const errors: unknown[] = [];
  const background = new Background({ dimension, onError: (error) => errors.push(error) });
  onTestFinished(async () => {
    await background.stop();
    await dimension.close();
  });
  return {
    dimension,
    background,
    errors,
    pending: async () => (await dimension.status()).pending,
  };
}

it('embeds what waits at the start, and what is poked for later', async () => {
  const { dimension, background, errors, pending } = await given();
  await dimension.addEntity('r', 'd', 'The brakes squeak.');
  expect(await pending()).toBe(1);
  background.start();
  await expect.poll(pending).toBe(0);
  await dimension.addEntity('r', 'd', 'Tulips bloom in spring.');
  background.poke();
  await expect.poll(pending).toBe(0);
  expect(errors).toEqual([]);
});

it('does nothing before its start and after its end', async () => {
  const { dimension, background, pending } = await given();
  await dimension.addEntity('r', 'd', 'The brakes squeak.');
  background.poke();
  await pause(150);
  expect(await pending()).toBe(1);
  background.start();
  await background.stop();
  background.poke();
  await pause(150);
  expect(await pending()).toBe(1);
});

it('is never in two runs at once', async () => {
  const { dimension, background } = await given();
  let running = 0;
  let most = 0;
  let runs = 0;
  dimension.embedPending = async () => {
    running += 1;
    runs += 1;
    most = Math.max(most, running);
    await pause(120);
    running -= 1;
    return 0;
  };
  background.start();
  for (let poke = 0; poke < 20; poke += 1) {
    background.poke();
    await pause(20);
  }
  await expect.poll(() => runs).toBeGreaterThan(1);
  expect(most).toBe(1);
});

it('looks again when another process has the embedder, and reports only bugs', async () => {
  const { dimension, background, errors } = await given();
  const bug = new TypeError('broken');
  let runs = 0;
  dimension.embedPending = () => {
    runs += 1;
    return runs === 1 ? Promise.resolve(5) : Promise.reject(bug);
  };
  background.start();
  await expect.poll(() => errors, { timeout: 5_000 }).toEqual([bug]);
  expect(runs).toBe(2);
  await dimension.close();
  background.poke();
  await pause(100);
  expect(errors).toEqual([bug, bug]);
});

it('waits for a run only when it is nearly done', async () => {
  const { dimension, background } = await given();
  let end = (): void => undefined;
  let left = 1_000;
  dimension.embedPending = async ({ onProgress } = {}) => {
    onProgress?.(0, left);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return 0;
  };
  const settle = async (budgetMs: number): Promise<number> => {
    const startMs = performance.now();
    await background.settle(budgetMs);
    return performance.now() - startMs;
  };
  background.start();
  await pause(100);
  expect(await settle(10_000)).toBeLessThan(1_000);
  end();
  left = 3;
  background.poke();
  await pause(150);
  setTimeout(() => end(), 100);
  expect(await settle(10_000)).toBeGreaterThan(50);
  background.poke();
  await pause(150);
  expect(await settle(100)).toBeLessThan(5_000);
  end();
});
