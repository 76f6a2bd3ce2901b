/** Names that memories mention together, seen in the metadata; only a dismissal is recorded. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dimension, Gateway } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { eventsOf, file, newPalace } from './palace.js';

let dimension: Dimension;

beforeEach(async () => {
  dimension = await newPalace();
});

async function mention(place: string, ...lists: unknown[]): Promise<void> {
  for (const entities of lists) await file(dimension, place, { metadata: { entities } });
}

const pairs = (gateways: readonly Gateway[]): string[] =>
  gateways.map(({ entity_a: a, entity_b: b, co_occurrence_count: n }) => `${a}+${b} ${String(n)}`);

describe('a gateway', () => {
  it('is two names that two memories of a realm mention', async () => {
    await mention('work/plans', 'Mill;Ada');
    expect(await dimension.listGateways()).toEqual([]);
    await mention('work/notes', ['Ada', 'Mill', 'Bo']);
    await mention('home/notes', 'Ada;Mill');
    const [gateway, ...others] = await dimension.listGateways();
    const hash = createHash('sha256').update('work::Ada::Mill').digest('hex').slice(0, 8);
    expect(others).toEqual([]);
    expect(gateway).toEqual({
      id: `gateway_work_Ada_Mill_${hash}`,
      realm: 'work',
      entity_a: 'Ada',
      entity_b: 'Mill',
      co_occurrence_count: 2,
      domains: ['notes', 'plans'],
      label: 'Ada ↔ Mill: 2 entities, 2 domains (notes, plans)',
      created_at: expect.any(String) as string,
      created_by: 'auto',
      strength: expect.closeTo(1, 2) as number,
      stability: 1,
      last_activated: expect.any(String) as string,
      access_count: 0,
    });
  });

  it('is read from A;B, from lists of names and from lists of objects with a name', async () => {
    await mention(
      'work/a',
      ' Ada ; Mill ;;',
      ['Mill', 'Ada', 7, null, ''],
      [{ name: 'Ada', type: 'person', count: 3 }, { name: 'Mill' }, { type: 'nameless' }],
    );
    await mention('work/a', 7, { Ada: 'Mill' }, null, [], ';');
    expect(pairs(await dimension.listGateways())).toEqual(['Ada+Mill 3']);
  });

  it('counts a memory once, however often it repeats a name', async () => {
    await mention('work/a', 'Ada;Mill;Ada;Mill', 'Ada;Ada');
    expect(pairs(await dimension.listGateways({ minCount: 1 }))).toEqual(['Ada+Mill 1']);
  });

  it('is not seen in sentinels', async () => {
    for (const is_sentinel of [true, true, false]) {
      const metadata = { entities: 'Ada;Mill', is_sentinel };
      await file(dimension, 'work/a', { metadata });
    }
    expect(pairs(await dimension.listGateways({ minCount: 1 }))).toEqual(['Ada+Mill 1']);
  });

  it('shows three domains and how many more there are', async () => {
    for (const name of ['d', 'a', 'c', 'b', 'e']) await mention(`work/${name}`, 'Ada;Mill');
    const [gateway] = await dimension.listGateways();
    expect(gateway?.label).toBe('Ada ↔ Mill: 5 entities, 5 domains (a, b, c, +2)');
  });

  it('is listed by realm, those of most memories first', async () => {
    await mention('work/a', 'Ada;Mill;Bo', 'Ada;Bo', 'Ada;Bo;Mill');
    await mention('home/a', 'Cy;Di', 'Cy;Di');
    expect(pairs(await dimension.listGateways())).toEqual([
      'Cy+Di 2',
      'Ada+Bo 3',
      'Ada+Mill 2',
      'Bo+Mill 2',
    ]);
    expect(pairs(await dimension.listGateways({ realm: ' HOME' }))).toEqual(['Cy+Di 2']);
    expect(await dimension.listGateways({ realm: 'a/b' })).toEqual([]);
    expect(pairs(await dimension.computeGatewaysForRealm('work', 3))).toEqual(['Ada+Bo 3']);
    for (const minCount of [0, 1.5]) {
      await expect(dimension.listGateways({ minCount })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
  });

  it('comes and goes with the memories, and is no event', async () => {
    await mention('work/a', 'Ada;Mill');
    const id = await file(dimension, 'work/a', { metadata: { entities: 'Ada;Mill' } });
    const before = await eventsOf(dimension);
    expect(await dimension.listGateways()).toHaveLength(1);
    expect(await eventsOf(dimension)).toBe(before);
    await dimension.updateEntity(id, { metadata: { entities: ['Ada', 'Bo'] } });
    expect(await dimension.listGateways()).toEqual([]);
  });

  it('of very many names is of the first fifty', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `name ${String(at).padStart(2, '0')}`);
    await mention('work/a', names, names);
    expect(await dimension.listGateways()).toHaveLength((50 * 49) / 2);
  });
});

describe('a dismissed gateway', () => {
  it('stays away, whatever is added, for every handle and in rebuilt views', async () => {
    await mention('work/a', 'Ada;Mill', 'Ada;Mill', 'Ada;Bo', 'Ada;Bo');
    const id = String((await dimension.listGateways()).find(({ entity_b: b }) => b === 'Mill')?.id);
    expect(await dimension.deleteGateway(id)).toBe(true);
    await mention('work/a', 'Ada;Mill');
    await mention('home/a', 'Ada;Mill', 'Ada;Mill');
    const left = ['Ada+Mill 2', 'Ada+Bo 2'];
    expect(pairs(await dimension.listGateways())).toEqual(left);
    expect(pairs(await open(dimension.path).dimension.listGateways())).toEqual(left);
    await dimension.rebuild();
    expect(pairs(await dimension.listGateways())).toEqual(left);
    expect(await dimension.computeGatewaysForRealm('work', 1)).toHaveLength(1);
    await expectVerified(dimension);
  });

  it('is not asked for with options that are none', async () => {
    await expect(dimension.listGateways(null as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('was there, or nothing is appended', async () => {
    await mention('work/a', 'Ada;Mill');
    const [gateway] = await dimension.listGateways({ minCount: 1 });
    expect(await dimension.deleteGateway(String(gateway?.id))).toBe(true);
    const before = await eventsOf(dimension);
    expect(await dimension.deleteGateway(String(gateway?.id))).toBe(false);
    expect(await dimension.deleteGateway('nope')).toBe(false);
    expect(await eventsOf(dimension)).toBe(before);
    await expect(dimension.deleteGateway(7 as unknown as string)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
