/** Walking: what is reached, how far, by which way, in which order. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dimension, Step } from '../../../src/index.js';
import { between, file, newPalace } from './palace.js';

let dimension: Dimension;

beforeEach(async () => {
  dimension = await newPalace();
});

async function share(...places: string[]): Promise<void> {
  for (const place of places) await file(dimension, place);
}

const short = ({ domain, hop, connected_via: via }: Step): string =>
  [domain, String(hop), ...(via ?? [])].join(' ');

async function walked(start: string, maxHops?: number, realm?: string): Promise<string[]> {
  return (await dimension.traverse(start, { maxHops, realm })).map(short);
}

describe('a walk', () => {
  it('goes to domains that share a realm, hop by hop, fullest first', async () => {
    await share('a/start', 'a/near', 'a/full', 'a/full', 'b/near', 'b/far', 'c/far', 'c/last');
    expect(await walked('Start', 10)).toEqual([
      'start 0',
      'full 1 a',
      'near 1 a',
      'far 2 b',
      'last 3 c',
    ]);
    expect(await walked('start')).toEqual(['start 0', 'full 1 a', 'near 1 a', 'far 2 b']);
    expect(await walked('start', 1)).toEqual(['start 0', 'full 1 a', 'near 1 a']);
    expect(await walked('start', 0)).toEqual(['start 0']);
    expect((await dimension.traverse('start', { maxHops: 1 }))[0]).toEqual({
      ...{ domain: 'start', realms: ['a'], gates: [], count: 1, hop: 0 },
    });
  });

  it('follows tunnels in both directions, and says by which it came', async () => {
    await share('a/start', 'b/target', 'c/next');
    const one = await dimension.createTunnel(between('b/target', 'a/start'));
    const two = await dimension.createTunnel(between('b/target', 'c/next'));
    expect(await walked('start')).toEqual([
      'start 0',
      `target 1 tunnel:${one.id}`,
      `next 2 tunnel:${two.id}`,
    ]);
    await dimension.deleteTunnel(one.id);
    expect(await walked('start')).toEqual(['start 0']);
  });

  it('names every way that leads there, realms first', async () => {
    await share('b/start', 'a/start', 'a/both', 'b/both');
    const { id } = await dimension.createTunnel(between('a/start', 'b/both'));
    expect(await walked('start')).toEqual(['start 0', `both 1 a b tunnel:${id}`]);
  });

  it('goes through domains that hold nothing when a tunnel ends there', async () => {
    await dimension.createDomain('a', 'empty');
    await dimension.createDomain('b', 'bare');
    await share('b/full');
    const { id } = await dimension.createTunnel(between('a/empty', 'b/bare'));
    expect(await walked('empty')).toEqual(['empty 0', `bare 1 tunnel:${id}`, 'full 2 b']);
    expect(await walked('full', 1)).toEqual(['full 0', 'bare 1 b']);
  });

  it('may start at general, which is nowhere else', async () => {
    await share('a/general', 'a/near', 'b/general', 'b/far');
    await dimension.createTunnel(between('a/near', 'b/general'));
    expect(await walked('general', 1)).toMatchObject([
      'general 0',
      'far 1 b',
      expect.stringMatching(/^near 1 a tunnel:/),
    ]);
    expect(await walked('near')).toEqual(['near 0']);
  });

  it('begins in one realm where that is asked', async () => {
    await share('a/start', 'b/start', 'a/left', 'b/right');
    const { id } = await dimension.createTunnel(between('b/start', 'a/left'));
    expect(await walked('start', 1, 'B')).toEqual(['start 0', `left 1 tunnel:${id}`, 'right 1 b']);
    const [start] = await dimension.traverse('start', { realm: 'a' });
    expect(start).toMatchObject({ realms: ['a'], count: 1 });
    await expect(dimension.traverse('left', { realm: 'b' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(dimension.traverse('left', { realm: 'a/b' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('takes hops out of range for the nearest in it, and no other numbers', async () => {
    await share('a/start', 'a/near');
    expect(await walked('start', 99)).toHaveLength(2);
    expect(await walked('start', -1)).toHaveLength(1);
    await expect(dimension.traverse('start', { maxHops: 1.5 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('ends after fifty, and says so', async () => {
    const items = Array.from({ length: 50 }, (_, at) => {
      return { realm: 'a', domain: `d${String(at)}`, content: `text ${String(at)}` };
    });
    await dimension.batchAddEntities(items);
    expect(await dimension.walk('d7')).toMatchObject({ start: 'd7', truncated: false });
    await share('a/one_more');
    const walk = await dimension.walk('d7');
    expect([walk.results.length, walk.truncated]).toEqual([50, true]);
  });
});

describe('a start that is not there', () => {
  it('is not found, with names that are like it: those that contain it first', async () => {
    await share('a/car_repair', 'a/old_cars', 'a/repair', 'a/garden', 'a/cars');
    for (const [asked, suggestions] of [
      ['car', ['car_repair', 'cars', 'old_cars']],
      ['Old-Repair', ['car_repair', 'old_cars', 'repair']],
      ['a/b car', ['car_repair', 'cars', 'old_cars']],
      ['zzz', []],
    ] as const) {
      await expect(dimension.traverse(asked)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining('not found') as string,
        hint: expect.stringMatching(/./) as string,
        details: { suggestions },
      });
    }
    await share(...['one', 'two', 'six', 'ten'].map((name) => `a/cars_${name}`));
    const error = await dimension.traverse('car').catch((caught: unknown) => caught);
    expect(error).toHaveProperty('details.suggestions.length', 5);
  });

  it('must be a name', async () => {
    for (const start of ['', 7 as unknown as string]) {
      await expect(dimension.traverse(start)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});
