/** Tunnels that are dug: what they join, what a second word changes, where they are kept. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { closingsOfPlace, tunnelClosings } from '../../../src/palace/dig.js';
import { tunnelId } from '../../../src/palace/ids.js';
import { Opening } from '../../../src/opening.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { between, eventsOf, file, newPalace } from './palace.js';

let dimension: Dimension;

beforeEach(async () => {
  dimension = await newPalace();
  await file(dimension, 'work/bugs', { id: 'bug' });
  await file(dimension, 'personal/learnings', { id: 'lesson' });
});

const WAY = between('work/bugs', 'personal/learnings');
const BACK = between('personal/learnings', 'work/bugs');

describe('a tunnel', () => {
  it('joins two domains, under an id that follows from them', async () => {
    const tunnel = await dimension.createTunnel({ ...WAY, label: ' Same root cause ' });
    const keys = ['personal/learnings', 'work/bugs'].join('↔');
    expect(tunnel).toEqual({
      id: createHash('sha256').update(keys).digest('hex').slice(0, 16),
      source: { realm: 'work', domain: 'bugs' },
      target: { realm: 'personal', domain: 'learnings' },
      label: 'Same root cause',
      kind: 'explicit',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    expect(await dimension.listTunnels()).toEqual([tunnel]);
    expect(await dimension.status()).toMatchObject({ tunnels: 1 });
  });

  it('has one id from either end, and others for other places', () => {
    const place = fc.record({ realm: fc.stringMatching(/^[a-z]$/), domain: fc.constant('d') });
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        expect(tunnelId(a, b)).toMatch(/^[0-9a-f]{16}$/);
        expect(tunnelId(a, b)).toBe(tunnelId(b, a));
        expect(tunnelId(a, b) === tunnelId(a, c)).toBe(b.realm === c.realm);
      }),
    );
  });

  it('dug again is an update: time and what is not given stay', async () => {
    const first = await dimension.digTunnel({ ...WAY, label: 'why', source_entity_id: 'bug' });
    const second = await dimension.digTunnel({ ...WAY, target_entity_id: 'lesson' });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.tunnel).toEqual({
      ...first.tunnel,
      target: { realm: 'personal', domain: 'learnings', entity_id: 'lesson' },
      updated_at: expect.any(String) as string,
    });
    const third = await dimension.digTunnel({ ...WAY, label: 'because' });
    expect(third.tunnel).toMatchObject({ label: 'because', created_at: first.tunnel.created_at });
    expect(await dimension.listTunnels()).toEqual([third.tunnel]);
  });

  it('from B to A is the one from A to B, and keeps its source', async () => {
    const first = await dimension.createTunnel({ ...WAY, label: 'why' });
    const back = await dimension.digTunnel({ ...BACK, source_entity_id: 'lesson' });
    expect(back).toMatchObject({
      created: false,
      tunnel: { id: first.id, label: 'why', source: first.source },
    });
    expect(back.tunnel.target).toEqual({ ...first.target, entity_id: 'lesson' });
  });

  it('dug again with nothing new leaves no event', async () => {
    const tunnel = { ...WAY, label: 'why', source_entity_id: 'bug' };
    const { tunnel: first } = await dimension.digTunnel(tunnel);
    const before = await eventsOf(dimension);
    expect(await dimension.digTunnel(tunnel)).toEqual({ created: false, tunnel: first });
    expect(await dimension.digTunnel(BACK)).toEqual({ created: false, tunnel: first });
    expect(await eventsOf(dimension)).toBe(before);
  });

  it('has the one spelling of every name', async () => {
    const spelled = between(' Work/BUGS', 'Personal/learnings');
    const { id, source } = await dimension.createTunnel(spelled);
    expect(source).toEqual({ realm: 'work', domain: 'bugs' });
    expect((await dimension.createTunnel(WAY)).id).toBe(id);
  });

  it('may end in a domain without memories, and within one realm', async () => {
    await dimension.createDomain('work', 'empty-one');
    const tunnel = await dimension.createTunnel(between('work/bugs', 'work/empty one'));
    expect(tunnel.target).toEqual({ realm: 'work', domain: 'empty_one' });
  });

  it('keeps going when a memory that it names is deleted', async () => {
    await dimension.createTunnel({ ...WAY, source_entity_id: 'bug', target_entity_id: 'lesson' });
    await dimension.deleteEntity('lesson');
    const [tunnel] = await dimension.listTunnels();
    expect(tunnel?.source).toEqual({ realm: 'work', domain: 'bugs', entity_id: 'bug' });
    expect(tunnel?.target).toEqual({ realm: 'personal', domain: 'learnings' });
    const [connection] = await dimension.followTunnels('work', 'bugs');
    expect(connection).not.toHaveProperty('entity_id');
    expect(connection).not.toHaveProperty('entity_preview');
    await dimension.restoreEntity('lesson');
    expect((await dimension.listTunnels())[0]?.target).toHaveProperty('entity_id', 'lesson');
  });

  it('lives on in rebuilt views', async () => {
    await dimension.createTunnel({ ...WAY, label: 'why' });
    await dimension.createTunnel({ ...BACK, label: 'because' });
    const before = await dimension.listTunnels();
    await dimension.rebuild();
    expect(await dimension.listTunnels()).toEqual(before);
    await expectVerified(dimension);
  });

  it('is seen at once by whoever else has the dimension open', async () => {
    const { dimension: other } = open(dimension.path);
    expect(await other.graphStats()).toMatchObject({ explicit_tunnels: 0, total_edges: 0 });
    const { id } = await dimension.createTunnel(WAY);
    expect(await other.graphStats()).toMatchObject({ explicit_tunnels: 1, total_edges: 1 });
    expect((await other.traverse('bugs', { maxHops: 1 })).map(({ domain }) => domain)).toEqual([
      'bugs',
      'learnings',
    ]);
    await other.deleteTunnel(id);
    expect(await dimension.listTunnels()).toEqual([]);
  });

  it('writes nothing outside the dimension', async () => {
    const folder = temporaryFolder();
    const palace = await newPalace(join(folder, 'dimension'));
    await file(palace, 'a/x');
    await file(palace, 'b/y');
    const { id } = await palace.createTunnel(between('a/x', 'b/y'));
    await palace.graphStats();
    await palace.deleteTunnel(id);
    expect(readdirSync(dirname(palace.path))).toEqual(['dimension']);
    const names = readdirSync(palace.path);
    expect(names.filter((name) => /tunnel|gateway|graph/.test(name))).toEqual([]);
  });
});

describe('a tunnel that cannot be', () => {
  it.each([
    ['to its own place', between('work/bugs', 'Work/Bugs'), 'INVALID_ARGUMENT', /same place/],
    [
      'without a source realm',
      between(' /bugs', 'personal/learnings'),
      'INVALID_ARGUMENT',
      /^source_realm is blank/,
    ],
    [
      'without a target domain',
      between('work/bugs', 'personal/'),
      'INVALID_ARGUMENT',
      /^target_domain is blank/,
    ],
    [
      'with a bad name',
      between('work/bugs', 'personal/topic:x'),
      'INVALID_ARGUMENT',
      /^target_domain: Invalid domain/,
    ],
    [
      'to a domain that is not there',
      between('work/bugs', 'personal/none'),
      'NOT_FOUND',
      /target.*'personal'.*'none'/,
    ],
    [
      'from a domain that is not there',
      between('none/bugs', 'work/bugs'),
      'NOT_FOUND',
      /source.*'none'.*'bugs'/,
    ],
    [
      'about a memory that is not there',
      { ...WAY, target_entity_id: 'none' },
      'NOT_FOUND',
      /target_entity_id.*'none'/,
    ],
    ['about a bad id', { ...WAY, source_entity_id: 'a b' }, 'INVALID_ARGUMENT', /source_entity_id/],
    ['with too long a label', { ...WAY, label: 'x'.repeat(501) }, 'TOO_LARGE', /500/],
    ['with a label of two lines', { ...WAY, label: 'a\nb' }, 'INVALID_ARGUMENT', /label/],
    [
      'with a label that is no text',
      { ...WAY, label: 7 as unknown as string },
      'INVALID_ARGUMENT',
      /label/,
    ],
    ['of nothing', null as unknown as typeof WAY, 'INVALID_ARGUMENT', /object/],
    [
      'of numbers',
      { ...WAY, source_realm: 7 as unknown as string },
      'INVALID_ARGUMENT',
      /source_realm/,
    ],
  ])('is refused and leaves no event: %s', async (_, tunnel, code, message) => {
    const before = await eventsOf(dimension);
    const refused = dimension.createTunnel(tunnel);
    await expect(refused).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(await eventsOf(dimension)).toBe(before);
  });
});

describe('closing', () => {
  it('says whether there was a tunnel, and appends nothing where there was none', async () => {
    const { id } = await dimension.createTunnel(WAY);
    expect(await dimension.deleteTunnel(id)).toEqual({ deleted: id, found: true });
    const before = await eventsOf(dimension);
    expect(await dimension.deleteTunnel(id)).toEqual({ deleted: id, found: false });
    expect(await dimension.deleteTunnel('nope')).toEqual({ deleted: 'nope', found: false });
    expect(await eventsOf(dimension)).toBe(before);
    await expect(dimension.deleteTunnel(7 as unknown as string)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('lets the same tunnel be dug anew', async () => {
    const first = await dimension.createTunnel({ ...WAY, label: 'why' });
    await dimension.deleteTunnel(first.id);
    const again = await dimension.digTunnel(BACK);
    expect(again).toMatchObject({ created: true, tunnel: { id: first.id, label: '' } });
    expect(again.tunnel.source).toEqual({ realm: 'personal', domain: 'learnings' });
  });

  it('of a place names the tunnels that end there', async () => {
    await file(dimension, 'work/fixes');
    const [a, b] = [
      await dimension.createTunnel(WAY),
      await dimension.createTunnel(between('work/fixes', 'personal/learnings')),
    ];
    await dimension.close();
    const opening = new Opening({ path: dimension.path, embedder: 'numpy' });
    const { session } = opening.opened();
    const read = <Result>(query: Parameters<typeof session.store.read<Result>>[0]) =>
      session.store.read(query);
    try {
      expect(await read((db) => closingsOfPlace(db, 'personal'))).toEqual([a.id, b.id].sort());
      expect(await read((db) => closingsOfPlace(db, 'work', 'fixes'))).toEqual([b.id]);
      expect(await read((db) => closingsOfPlace(db, 'work', 'learnings'))).toEqual([]);
      const events = await read((db) => tunnelClosings(db, [a.id, 'none'], 'cascade'));
      expect(events).toEqual([
        {
          type: 'TunnelClosed',
          stream: expect.stringMatching(/^tunnel:[0-9a-f]{32}$/) as string,
          data: { tunnel_id: a.id, reason: 'cascade' },
        },
      ]);
    } finally {
      await opening.close();
    }
  });
});
