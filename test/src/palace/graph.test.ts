/** The graph that is seen in the memories: nodes, edges, bridges, numbers. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { between, file, newPalace } from './palace.js';

let dimension: Dimension;

beforeEach(async () => {
  dimension = await newPalace();
});

async function share(...places: string[]): Promise<void> {
  for (const place of places) await file(dimension, place);
}

describe('the graph', () => {
  it('has a node a name of a domain, with its realms, gates and last five dates', async () => {
    for (const day of ['06', '01', '02', '02', '03', '04', '05']) {
      await file(dimension, 'work/auth', { metadata: { date: `2026-01-${day}` } });
    }
    await file(dimension, 'home/auth', { metadata: { gate: 'technical' } });
    await file(dimension, 'work/auth', { metadata: { gate: ' memory ' } });
    await file(dimension, 'work/auth', { metadata: { gate: 7, date: null } });
    const { nodes, edges } = await dimension.buildGraph();
    const dates = ['02', '03', '04', '05', '06'].map((day) => `2026-01-${day}`);
    expect(nodes).toEqual({
      auth: { realms: ['home', 'work'], gates: ['memory', 'technical'], count: 10, dates },
    });
    expect(edges).toEqual([
      {
        domain: 'auth',
        realm_a: 'home',
        realm_b: 'work',
        gates: ['memory', 'technical'],
        count: 10,
      },
    ]);
  });

  it('counts an edge for two realms that share a domain without gates', async () => {
    await share('work/auth', 'home/auth');
    expect(await dimension.graphStats()).toMatchObject({ tunnel_domains: 1, total_edges: 1 });
    expect((await dimension.buildGraph()).edges).toMatchObject([{ domain: 'auth', gates: [] }]);
  });

  it('has one edge a pair of realms, however many gates there are', async () => {
    await share('c/auth', 'a/auth', 'b/auth', 'a/auth');
    await file(dimension, 'a/auth', { metadata: { gate: 'one' } });
    await file(dimension, 'b/auth', { metadata: { gate: 'two' } });
    const { edges } = await dimension.buildGraph();
    expect(
      edges.map(({ realm_a, realm_b, gates, count }) => [realm_a, realm_b, gates, count]),
    ).toEqual([
      ['a', 'b', ['one', 'two'], 5],
      ['a', 'c', ['one'], 4],
      ['b', 'c', ['two'], 3],
    ]);
    expect(await dimension.graphStats()).toMatchObject({ total_edges: 3 });
  });

  it('leaves out general, and domains without memories', async () => {
    await share('work/general', 'home/general');
    await dimension.createDomain('work', 'empty');
    expect(await dimension.buildGraph()).toEqual({ nodes: {}, edges: [] });
    expect(await dimension.findTunnels()).toEqual([]);
    expect(await dimension.graphStats()).toEqual({
      total_domains: 0,
      tunnel_domains: 0,
      total_edges: 0,
      domains_per_realm: {},
      top_tunnels: [],
      explicit_tunnels: 0,
      tunnels_by_kind: { explicit: 0, topic: 0, entity: 0 },
    });
  });

  it('follows memories that move, go and come back', async () => {
    await share('work/auth');
    const id = await file(dimension, 'home/auth');
    const domains = async (): Promise<number> => (await dimension.graphStats()).tunnel_domains;
    expect(await domains()).toBe(1);
    await dimension.deleteEntity(id);
    expect(await domains()).toBe(0);
    await dimension.restoreEntity(id);
    expect(await domains()).toBe(1);
    await dimension.updateEntity(id, { domain: 'other' });
    expect(await domains()).toBe(0);
  });

  it('is that of the dimension that was asked, as it is now, for every handle', async () => {
    const other = await newPalace();
    await share('work/auth', 'home/auth');
    expect(await other.graphStats()).toMatchObject({ total_domains: 0 });
    const { dimension: second } = open(dimension.path);
    expect(await second.graphStats()).toMatchObject({ total_domains: 1 });
    await share('work/new');
    expect(await second.graphStats()).toMatchObject({ total_domains: 2 });
  });

  it('is not changed by who changes an answer', async () => {
    await share('work/auth', 'home/auth');
    const first = await dimension.buildGraph();
    first.nodes.auth?.realms.push('mine');
    const [bridge] = await dimension.findTunnels();
    bridge?.realms.push('mine');
    expect((await dimension.buildGraph()).nodes.auth?.realms).toEqual(['home', 'work']);
  });
});

describe('the numbers', () => {
  it('name realms with most domains, and domains of most realms, first', async () => {
    await share('a/one', 'a/two', 'b/one', 'c/one', 'b/two', 'b/three', 'b/two');
    await dimension.createTunnel(between('b/three', 'a/one'));
    const stats = await dimension.graphStats();
    expect(stats).toMatchObject({
      total_domains: 3,
      tunnel_domains: 2,
      total_edges: 5,
      explicit_tunnels: 1,
      top_tunnels: [
        { domain: 'one', realms: ['a', 'b', 'c'], count: 3 },
        { domain: 'two', realms: ['a', 'b'], count: 3 },
      ],
      tunnels_by_kind: { explicit: 1, topic: 0, entity: 0 },
    });
    expect(Object.entries(stats.domains_per_realm)).toEqual([
      ['b', 3],
      ['a', 2],
      ['c', 1],
    ]);
  });

  it('name ten domains at most', async () => {
    for (let at = 0; at < 12; at += 1) await share(`a/d${String(at)}`, `b/d${String(at)}`);
    const { top_tunnels: top, tunnel_domains: shared } = await dimension.graphStats();
    expect([top.length, shared]).toEqual([10, 12]);
  });
});

describe('bridges', () => {
  beforeEach(async () => {
    await share('work/auth', 'home/auth', 'work/cars', 'garage/cars', 'garage/cars', 'home/roses');
  });

  const found = async (...realms: (string | undefined)[]): Promise<string[]> => {
    const [realmA, realmB] = realms;
    return (await dimension.findTunnels({ realmA, realmB })).map(({ domain }) => domain);
  };

  it('are the domains that realms share, those with most memories first', async () => {
    expect(await found()).toEqual(['cars', 'auth']);
    expect(await found('home')).toEqual(['auth']);
    expect(await found(' WORK', 'Garage')).toEqual(['cars']);
    expect(await found('home', 'garage')).toEqual([]);
    await file(dimension, 'home/auth', { metadata: { date: '2026-05-01', gate: 'memory' } });
    expect(await dimension.findTunnels({ realmA: 'home' })).toEqual([
      {
        ...{ kind: 'passive', domain: 'auth', realms: ['home', 'work'], gates: ['memory'] },
        ...{ count: 3, recent: '2026-05-01' },
      },
    ]);
  });

  it('are tunnels too', async () => {
    const tunnel = await dimension.createTunnel(
      between('home/roses', 'garage/cars', { label: 'x' }),
    );
    await dimension.createTunnel(between('work/cars', 'work/auth'));
    expect(await dimension.findTunnels({ realmA: 'garage', realmB: 'home' })).toEqual([
      {
        ...{ kind: 'explicit', id: tunnel.id, domain: 'roses', realms: ['home', 'garage'] },
        ...{ gates: [], count: 3, recent: '', label: 'x' },
        ...{ source: tunnel.source, target: tunnel.target },
      },
    ]);
    expect(await found()).toEqual(['cars', 'roses', 'auth']);
  });

  it('to a realm that is not there are none, and that is said', async () => {
    expect(await dimension.findBridges({ realmA: 'work', realmB: 'moon' })).toEqual({
      bridges: [],
      warnings: ["There is no realm 'moon'."],
    });
    expect(await dimension.findBridges({ realmA: 'a/b' })).toMatchObject({ bridges: [] });
    await dimension.createRealm('empty');
    expect(await dimension.findBridges({ realmA: 'empty' })).toEqual({ bridges: [], warnings: [] });
  });

  it('are fifty at most', async () => {
    const items = Array.from({ length: 120 }, (_, at) => ({
      realm: at % 2 === 0 ? 'home' : 'work',
      domain: `d${String(at >> 1)}`,
      content: `text ${String(at)}`,
    }));
    await dimension.batchAddEntities(items);
    expect(await found()).toHaveLength(50);
  });
});
