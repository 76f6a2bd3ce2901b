/** The graph without a dimension in hand: by path, or with one that is open. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  createTunnel,
  deleteTunnel,
  findTunnels,
  followTunnels,
  graphStats,
  listTunnels,
  traverse,
} from '../../../src/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { between, file, newPalace } from './palace.js';

describe('every function of the graph', () => {
  it.each(['a path', 'an open dimension'])('takes %s', async (what) => {
    const dimension = await newPalace();
    await file(dimension, 'work/bugs');
    await file(dimension, 'personal/learnings');
    const place = what === 'a path' ? dimension.path : dimension;
    const tunnel = await createTunnel(place, between('work/bugs', 'personal/learnings'));
    expect(await listTunnels(place, { kind: 'explicit' })).toEqual([tunnel]);
    expect(Object.keys((await buildGraph(place)).nodes)).toEqual(['bugs', 'learnings']);
    expect(await findTunnels(place, { realmA: 'work', realmB: 'personal' })).toHaveLength(1);
    expect(await followTunnels(place, 'work', 'bugs')).toHaveLength(1);
    expect(await traverse(place, 'bugs', { maxHops: 1 })).toHaveLength(2);
    expect(await graphStats(place)).toMatchObject({ explicit_tunnels: 1 });
    expect(await deleteTunnel(place, tunnel.id)).toEqual({ deleted: tunnel.id, found: true });
    // The one that was handed over is as open as before.
    expect(await dimension.listTunnels()).toEqual([]);
  });

  it('makes no dimension', async () => {
    const path = join(temporaryFolder(), 'none');
    const calls = [
      () => buildGraph(path),
      () => traverse(path, 'bugs'),
      () => createTunnel(path, between('work/bugs', 'personal/learnings')),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: 'DIMENSION_NOT_FOUND' });
    }
    expect(existsSync(path)).toBe(false);
  });
});
