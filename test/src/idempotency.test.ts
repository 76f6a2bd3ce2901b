/** A call that is made twice under one key happens once, and never stands for another call. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dimension } from '../../src/index.js';

let dimension: Dimension;

beforeAll(async () => {
  dimension = new Dimension({ path: mkdtempSync(join(tmpdir(), 'alt-keys-')), embedder: 'numpy' });
  await dimension.init();
});

afterAll(() => dimension.close());

const eventCount = async (): Promise<number> => (await dimension.status()).log.events;

describe('an idempotency key', () => {
  it('gives the first answer again and appends nothing', async () => {
    const memory = { content: 'kept once', idempotencyKey: 'a' };
    const first = await dimension.fileEntity('work', 'notes', memory);
    const before = await eventCount();
    expect(await dimension.fileEntity('work', 'notes', memory)).toEqual(first);
    expect(await eventCount()).toBe(before);
  });

  it('is refused for other content', async () => {
    await dimension.fileEntity('work', 'notes', { content: 'one', idempotencyKey: 'b' });
    const other = dimension.fileEntity('work', 'notes', { content: 'two', idempotencyKey: 'b' });
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('answers a batch again item by item, those that were there before included', async () => {
    await dimension.addEntity('work', 'notes', 'old', { entityId: 'old' });
    const items = [
      { realm: 'work', domain: 'notes', content: 'new' },
      { realm: 'work', domain: 'notes', content: 'old', entity_id: 'old' },
    ];
    const first = await dimension.fileEntities(items, { idempotencyKey: 'c' });
    expect(first.map(({ created }) => created)).toEqual([true, false]);
    expect(await dimension.fileEntities(items, { idempotencyKey: 'c' })).toEqual(first);
  });

  it('is refused for another memory of an update or a deletion', async () => {
    await dimension.addEntity('work', 'notes', 'x', { entityId: 'x' });
    await dimension.addEntity('work', 'notes', 'y', { entityId: 'y' });
    await dimension.updateEntity('x', { content: 'x2', idempotencyKey: 'd' });
    const update = dimension.updateEntity('y', { content: 'y2', idempotencyKey: 'd' });
    await expect(update).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await dimension.deleteEntities(['x'], { idempotencyKey: 'e' });
    const deletion = dimension.deleteEntities(['y'], { idempotencyKey: 'e' });
    await expect(deletion).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await dimension.getEntity('y'))?.content).toBe('y');
  });

  it('may be the same for two kinds of change', async () => {
    await dimension.addEntity('work', 'notes', 'z', { entityId: 'z', idempotencyKey: 'f' });
    const id = await dimension.kg.add('Z', 'is', 'last', { idempotencyKey: 'f' });
    expect(id).toMatch(/^fact_/);
    expect(await dimension.kg.add('Z', 'is', 'last', { idempotencyKey: 'f' })).toBe(id);
  });

  it('must be a text of 1 to 256 characters', async () => {
    for (const key of ['', 'x'.repeat(257), 5 as unknown as string]) {
      const add = dimension.addEntity('work', 'notes', 'text', { idempotencyKey: key });
      await expect(add).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe('an add of what is there already', () => {
  it('answers with the place where it is', async () => {
    await dimension.addEntity('here', 'first', 'same text', { entityId: 'same' });
    const memory = { content: 'same text', entityId: 'same' };
    expect(await dimension.fileEntity('elsewhere', 'second', memory)).toEqual({
      entity_id: 'same',
      realm: 'here',
      domain: 'first',
      created: false,
    });
    expect((await dimension.listRealms()).map(({ name }) => name)).not.toContain('elsewhere');
  });
});

describe('values of the wrong type', () => {
  const wrong = <Value>(value: unknown): Value => value as Value;

  it.each([
    ['a question', () => dimension.search(wrong(undefined))],
    ['a filter', () => dimension.search('text', { realm: wrong(5) })],
    ['a realm to list', () => dimension.listEntities({ realm: wrong(5) })],
    ['an id', () => dimension.getEntity(wrong({}))],
    ['a batch', () => dimension.batchAddEntities(wrong(null))],
    ['an item of a batch', () => dimension.batchAddEntities([wrong(null)])],
    ['ids to delete', () => dimension.deleteEntities(wrong('abc'))],
    ['a fact', () => dimension.kg.add(wrong(null), 'is', 'x')],
    ['a cursor', () => dimension.history({ after: wrong(5) })],
    ['a path', () => dimension.mine(wrong(undefined))],
    ['a batch name', () => dimension.addEntity('a', 'b', 'c', { batch: new Uint8Array(3) })],
  ])('are refused with a code: %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
