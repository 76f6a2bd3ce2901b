/** Tunnels that nobody dug: by a topic, by a name; where tunnels of every kind lead. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Dimension, Tunnel } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { between, eventsOf, file, newPalace } from './palace.js';

let dimension: Dimension;

beforeEach(async () => {
  dimension = await newPalace();
});

const topic = (place: string, name: unknown): Promise<string> =>
  file(dimension, place, { metadata: { topic: name } });

async function gateway(realm: string, names: string): Promise<void> {
  for (let at = 0; at < 2; at += 1) {
    await file(dimension, `${realm}/a`, { metadata: { entities: names } });
  }
}

const ways = (tunnels: readonly Tunnel[]): string[] =>
  tunnels.map(({ source, target, label }) => `${source.realm}-${target.realm} ${label}`).sort();

describe('a topic tunnel', () => {
  it('joins realms with the same topic, whatever its case, as it was spelled first', async () => {
    await topic('work/bugs', ' Auth');
    await topic('home/notes', 'AUTH');
    const [tunnel, ...others] = await dimension.listTunnels();
    expect(others).toEqual([]);
    const key = 'home/topic:auth↔work/topic:auth';
    expect(tunnel).toEqual({
      id: createHash('sha256').update(key).digest('hex').slice(0, 16),
      source: { realm: 'home', domain: 'topic:auth' },
      target: { realm: 'work', domain: 'topic:auth' },
      label: 'shared topic: Auth',
      kind: 'topic',
      created_at: expect.any(String) as string,
    });
    expect(await dimension.graphStats()).toMatchObject({
      explicit_tunnels: 0,
      tunnels_by_kind: { explicit: 0, topic: 1, entity: 0 },
    });
  });

  it('is one for every pair of realms, and none within one', async () => {
    for (const place of ['a/x', 'b/x', 'c/x', 'a/y']) await topic(place, 'Auth');
    expect(ways(await dimension.listTunnels())).toEqual([
      'a-b shared topic: Auth',
      'a-c shared topic: Auth',
      'b-c shared topic: Auth',
    ]);
  });

  it('is not made of what is no topic', async () => {
    for (const name of ['general', 'General', '', ' ', 7, null, ['Auth']]) {
      await topic('a/x', name);
      await topic('b/x', name);
    }
    expect(await dimension.listTunnels()).toEqual([]);
  });

  it('needs as many shared topics as are asked for, here or in the settings', async () => {
    for (const realm of ['a', 'b', 'c']) await topic(`${realm}/x`, 'Auth');
    for (const realm of ['a', 'b']) await topic(`${realm}/x`, 'Cars');
    const wanted = ['a-b shared topic: Auth', 'a-b shared topic: Cars'];
    expect(ways(await dimension.listTunnels({ topicMinCount: 2 }))).toEqual(wanted);
    expect(await dimension.listTunnels({ topicMinCount: 3 })).toEqual([]);
    process.env.ALT_TOPIC_TUNNEL_MIN_COUNT = '2';
    onTestFinished(() => {
      delete process.env.ALT_TOPIC_TUNNEL_MIN_COUNT;
    });
    expect(ways(await dimension.listTunnels())).toEqual(wanted);
    await expect(dimension.listTunnels({ topicMinCount: 0 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('goes with the last memory on it, and is no event', async () => {
    await topic('a/x', 'Auth');
    const id = await topic('b/x', 'Auth');
    const before = await eventsOf(dimension);
    expect(await dimension.listTunnels()).toHaveLength(1);
    expect(await eventsOf(dimension)).toBe(before);
    await dimension.deleteEntity(id);
    expect(await dimension.listTunnels()).toEqual([]);
  });

  it('that is deleted stays away, for every handle and in rebuilt views', async () => {
    await topic('a/x', 'Auth');
    await topic('b/x', 'Auth');
    const [tunnel] = await dimension.listTunnels();
    const id = String(tunnel?.id);
    expect(await dimension.deleteTunnel(id)).toEqual({ deleted: id, found: true });
    await topic('b/x', 'auth');
    expect(await dimension.listTunnels()).toEqual([]);
    expect(await open(dimension.path).dimension.listTunnels()).toEqual([]);
    expect(await dimension.deleteTunnel(id)).toEqual({ deleted: id, found: false });
    await dimension.rebuild();
    expect(await dimension.listTunnels()).toEqual([]);
    await expectVerified(dimension);
  });
});

describe('an entity tunnel', () => {
  it('joins two realms in which the same name has a gateway', async () => {
    await gateway('work', 'Ada;Mill');
    await file(dimension, 'home/a', { metadata: { entities: 'Ada;Bo' } });
    expect(await dimension.listTunnels()).toEqual([]);
    await file(dimension, 'home/a', { metadata: { entities: 'Ada;Bo' } });
    const [tunnel, ...others] = await dimension.listTunnels();
    expect(others).toEqual([]);
    expect(tunnel).toMatchObject({
      source: { realm: 'home', domain: 'entity:Ada' },
      target: { realm: 'work', domain: 'entity:Ada' },
      label: 'shared entity: Ada',
      kind: 'entity',
    });
  });

  it('goes with a dismissed gateway', async () => {
    await gateway('work', 'Ada;Mill');
    await gateway('home', 'Ada;Bo');
    const [bo] = await dimension.listGateways({ realm: 'home' });
    await dimension.deleteGateway(String(bo?.id));
    expect(await dimension.listTunnels()).toEqual([]);
  });
});

describe('the list', () => {
  it('has every kind, oldest first, and is narrowed to a realm or a kind', async () => {
    await topic('work/bugs', 'Auth');
    await topic('home/notes', 'Auth');
    await gateway('work', 'Ada;Mill');
    await gateway('moon', 'Ada;Mill');
    await dimension.createTunnel(between('home/notes', 'work/bugs'));
    const all = await dimension.listTunnels();
    expect(all.map(({ created_at }) => created_at)).toEqual(
      all.map(({ created_at }) => created_at).sort(),
    );
    expect(all.map(({ kind }) => kind).sort()).toEqual(['entity', 'entity', 'explicit', 'topic']);
    const kinds = async (options: object): Promise<string[]> =>
      (await dimension.listTunnels(options)).map(({ kind }) => kind).sort();
    expect(await kinds({ realm: 'HOME' })).toEqual(['explicit', 'topic']);
    expect(await kinds({ kind: 'entity' })).toEqual(['entity', 'entity']);
    expect(await kinds({ kind: 'topic', realm: 'moon' })).toEqual([]);
    expect(await kinds({ realm: 'a/b' })).toEqual([]);
    await expect(kinds({ kind: 'odd' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('following', () => {
  it('tells where tunnels lead, with the memory at the other end', async () => {
    const content = `First line. ${'x'.repeat(400)}`;
    const id = await file(dimension, 'home/notes', { content });
    await file(dimension, 'work/bugs');
    const tunnel = between('work/bugs', 'home/notes', { label: 'see', target_entity_id: id });
    const { id: tunnel_id } = await dimension.createTunnel(tunnel);
    const shared = { label: 'see', kind: 'explicit', tunnel_id };
    expect(await dimension.followTunnels(' Work', 'BUGS')).toEqual([
      {
        ...{ direction: 'outgoing', connected_realm: 'home', connected_domain: 'notes', ...shared },
        ...{ entity_id: id, entity_preview: content.slice(0, 300) },
      },
    ]);
    expect(await dimension.followTunnels('home', 'notes')).toEqual([
      { direction: 'incoming', connected_realm: 'work', connected_domain: 'bugs', ...shared },
    ]);
    expect(await dimension.followTunnels('work', 'notes')).toEqual([]);
    expect(await dimension.followTunnels('a/b', 'notes')).toEqual([]);
  });

  it('goes along a topic', async () => {
    await topic('work/bugs', 'Auth');
    await topic('home/notes', 'auth');
    for (const domain of ['topic:auth', 'topic:Auth']) {
      expect(await dimension.followTunnels('work', domain)).toMatchObject([
        { direction: 'incoming', connected_realm: 'home', kind: 'topic' },
      ]);
    }
  });

  it('needs two names', async () => {
    for (const [realm, domain] of [
      ['', 'a'],
      ['a', ''],
    ] as const) {
      await expect(dimension.followTunnels(realm, domain)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    await expect(dimension.followTunnels('a', 7 as unknown as string)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
