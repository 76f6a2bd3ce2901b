/** What a memory said over time, read from the log. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { open } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function lived(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  await dimension.addEntity('work', 'bugs', 'First.', { entityId: 'x', metadata: { a: 1 } });
  await dimension.updateEntity('x', { content: 'Second.', metadata: { a: null, b: 2 } });
  await dimension.updateEntity('x', { realm: 'home' });
  await dimension.deleteEntity('x');
  await dimension.restoreEntity('x');
  return dimension;
}

describe('the versions of a memory', () => {
  it('are what it said after each event, oldest first', async () => {
    const dimension = await lived();
    const versions = await dimension.entityHistory('x');
    expect(
      versions.map(({ type, content, realm, deleted }) => [type, content, realm, deleted]),
    ).toEqual([
      ['EntityAdded', 'First.', 'work', false],
      ['EntityRevised', 'Second.', 'work', false],
      ['EntityMoved', 'Second.', 'home', false],
      ['EntityDeleted', 'Second.', 'home', true],
      ['EntityRestored', 'Second.', 'home', false],
    ]);
    expect(versions[0]).toMatchObject({
      metadata: { a: 1, realm: 'work', domain: 'bugs' },
      domain: 'bugs',
      source_file: '',
      actor: { kind: 'api' },
      at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      event: expect.stringMatching(/^[0-9a-f]{32}:\d+$/) as string,
    });
    expect(versions[1]?.metadata).toEqual({ b: 2, realm: 'work', domain: 'bugs' });
  });

  it('end with the memory as it is, also after a rebuild and by another handle', async () => {
    const dimension = await lived();
    await dimension.rebuild();
    const { dimension: other } = open(dimension.path);
    const versions = await other.entityHistory('x');
    expect(versions).toEqual(await dimension.entityHistory('x'));
    const { content, metadata, realm } = (await other.getEntity('x')) ?? {};
    expect(versions.at(-1)).toMatchObject({ content, metadata, realm });
  });

  it('are none for an id that was never there, and refused for no text', async () => {
    const dimension = await lived();
    expect(await dimension.entityHistory('nope')).toEqual([]);
    const bad = dimension.entityHistory(7 as unknown as string);
    await expect(bad).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('bringing a memory back', () => {
  it('gives what it last said, once', async () => {
    const dimension = await lived();
    await dimension.deleteEntity('x');
    expect(await dimension.getEntity('x')).toBeUndefined();
    expect(await dimension.restoreEntity('x')).toBe(true);
    expect(await dimension.getEntity('x')).toMatchObject({ content: 'Second.', realm: 'home' });
    const { events } = (await dimension.status()).log;
    expect(await dimension.restoreEntity('x')).toBe(true);
    expect(await dimension.restoreEntity('nope')).toBe(false);
    const wrong = dimension.restoreEntity(undefined as never);
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await dimension.status()).log.events).toBe(events);
  });
});
