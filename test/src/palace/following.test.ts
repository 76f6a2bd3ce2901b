/** Handles that stay open while others write: what they answer of the graph is never of before. */
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { copyOf, open } from '../../support/dimensions.js';
import { exchange } from '../../support/exchange.js';
import { between, file, newPalace } from './palace.js';

/** All that is seen in the memories, without what the time of asking makes of it. */
async function graphOf(dimension: Dimension): Promise<unknown> {
  const gateways = await dimension.listGateways({ minCount: 1 });
  return {
    graph: await dimension.buildGraph(),
    gateways: gateways.map(({ strength: _, ...gateway }) => gateway),
    tunnels: await dimension.listTunnels(),
    bridges: await dimension.findTunnels(),
    stats: await dimension.graphStats(),
    places: [await dimension.listRealms(), await dimension.listDomains()],
    taxonomy: await dimension.getTaxonomy(),
  };
}

/** What a handle says that was open all the time is what one says that was opened just now. */
async function expectFresh(dimension: Dimension): Promise<void> {
  const { dimension: fresh } = open(dimension.path);
  expect(await graphOf(dimension)).toEqual(await graphOf(fresh));
  await fresh.close();
}

const tagged = (names: string, topic: string) => ({ entities: names, topic, gate: 'memory' });

describe('a handle that stays open', () => {
  it('sees every change that another one makes', async () => {
    const dimension = await newPalace();
    const { dimension: writer } = open(dimension.path);
    const ids: string[] = [];
    const steps = [
      async () => ids.push(await file(writer, 'a/x', { metadata: tagged('Ada;Bo', 'Auth') })),
      async () => ids.push(await file(writer, 'b/x', { metadata: tagged('Ada;Bo', 'auth') })),
      async () => ids.push(await file(writer, 'b/y', { metadata: tagged('Ada;Bo', 'auth') })),
      async () => ids.push(await file(writer, 'a/x', { metadata: tagged('Bo;Ada', 'Auth') })),
      () => writer.updateEntity(ids[1] ?? '', { content: 'Said in other words.' }),
      () => writer.updateEntity(ids[2] ?? '', { metadata: { entities: 'Ada;Cy', gate: null } }),
      () => writer.updateEntity(ids[3] ?? '', { realm: 'b', domain: 'z' }),
      () => writer.deleteEntity(ids[0] ?? ''),
      () => writer.createTunnel(between('a/x', 'b/z')),
      () => writer.restoreEntity(ids[0] ?? ''),
      async () => writer.deleteTunnel((await writer.listTunnels())[0]?.id ?? ''),
      async () => writer.deleteGateway((await writer.listGateways({ minCount: 1 }))[0]?.id ?? ''),
      () => writer.diaryWrite('ada', 'An entry.', { topic: 'auth' }),
      () => writer.deleteRealm('b'),
    ];
    for (const step of steps) {
      await step();
      await expectFresh(dimension);
    }
  });

  it('knows the first and the newest of those that are left', async () => {
    const dimension = await newPalace();
    const ids: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      ids.push(await file(dimension, 'a/x', { metadata: tagged('Ada;Bo', 'Auth') }));
    }
    const times = async (): Promise<unknown> => {
      const [gateway] = await dimension.listGateways();
      return [gateway?.created_at, gateway?.last_activated];
    };
    const made = await Promise.all(ids.map((id) => dimension.getEntity(id)));
    const at = made.map((entity) => entity?.created_at);
    expect(await times()).toEqual([at[0], at[3]]);
    await dimension.deleteEntity(ids[0] ?? '');
    expect(await times()).toEqual([at[1], at[3]]);
    await dimension.deleteEntity(ids[3] ?? '');
    expect(await times()).toEqual([at[1], at[2]]);
    await dimension.restoreEntity(ids[3] ?? '');
    expect(await times()).toEqual([at[1], at[3]]);
  });

  it('sees what another machine wrote before, once it arrives', async () => {
    const one = await newPalace();
    const kept = await file(one, 'a/x', { metadata: tagged('Ada;Bo', 'Auth') });
    await one.close();
    const { dimension: other } = open(copyOf(one.path));
    await one.reconnect();
    await graphOf(one);
    await other.updateEntity(kept, { metadata: tagged('Ada;Cy', 'ui') });
    await file(other, 'b/x', { metadata: tagged('Ada;Cy', 'UI') });
    await one.updateEntity(kept, { realm: 'c', domain: 'x' });
    await graphOf(one);
    exchange(one.path, other.path);
    await expectFresh(one);
    await expectFresh(other);
    expect(await graphOf(one)).toEqual(await graphOf(other));
  });

  it('hands out nothing that a caller could change for others', async () => {
    const dimension = await newPalace();
    for (const place of ['a/x', 'b/x']) await file(dimension, place, { metadata: tagged('', 't') });
    const before = JSON.stringify(await dimension.listTunnels());
    const [tunnel] = (await dimension.listTunnels()) as unknown as { source: { realm: string } }[];
    if (tunnel) tunnel.source.realm = 'changed';
    expect(JSON.stringify(await dimension.listTunnels())).toBe(before);
  });
});
