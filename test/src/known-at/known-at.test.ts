/** The dimension as it was: exactly what was known then, and nothing that came later. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { change, streamIn, type Session } from '../../../src/session.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { exchange, newKnowledge, secondMachine } from '../../support/knowledge.js';

const cursorOf = async (dimension: Dimension): Promise<string> =>
  (await dimension.history({ limit: 1 })).cursor;
/** As it was then; closed when the test ends. */
async function at(dimension: Dimension, point: string): Promise<Dimension> {
  const past = await dimension.at(point);
  onTestFinished(() => past.close());
  return past;
}
const now = (): string => new Date().toISOString();
const contents = async (dimension: Dimension): Promise<string[]> =>
  (await dimension.listEntities()).map(({ content }) => content).sort();

describe('a dimension as it was', () => {
  it('answers every way of asking as it would have then', async () => {
    const d = await newKnowledge();
    const id = await d.addEntity('work', 'notes', 'The ferry leaves at nine.');
    await d.kg.add('Ana', 'works_at', 'Volvo');
    await d.diaryWrite('claude', 'Read the log.');
    await d.setIdentity('I am Ada.');
    const ask = async (of: Dimension): Promise<unknown> => [
      await of.listEntities(),
      await of.getEntity(id),
      await of.getTaxonomy(),
      await of.search('ferry', { mode: 'hybrid' }),
      await of.search('ferry', { mode: 'keyword' }),
      await of.search('ferry', { mode: 'vector' }),
      (await of.kg.query('Ana')).map(({ current: _, ...fact }) => fact),
      await of.diaryRead('claude'),
      await of.wakeUp(),
      await of.listAgents(),
      await of.entityHistory(id),
    ];
    const then = await ask(d);
    const cursor = await cursorOf(d);
    await setTimeout(5);
    const moment = now();
    await setTimeout(5);
    await d.updateEntity(id, { content: 'The ferry is gone.', realm: 'home' });
    await d.addEntity('work', 'notes', 'Another ferry leaves at ten.');
    await d.kg.invalidate('Ana', 'works_at', 'Volvo');
    await d.diaryWrite('claude', 'Wrote the log.');
    await d.setIdentity('I am Bob.');
    expect(await ask(d)).not.toEqual(then);
    for (const point of [cursor, moment]) {
      const past = await at(d, point);
      expect(await ask(past), point).toEqual(then);
      expect(past.knownAt, point).toBe(cursor);
    }
    await expectVerified(d);
  });

  it('can be named by an event: the state right after its commit', async () => {
    const d = await newKnowledge();
    for (const content of ['one', 'two', 'three']) await d.addEntity('work', 'notes', content);
    const { events } = await d.history({ type: 'EntityAdded', oldestFirst: true });
    const seen = await Promise.all(events.map(async ({ event }) => contents(await at(d, event))));
    expect(seen).toEqual([['one'], ['one', 'two'], ['one', 'three', 'two']]);
    const [replica = '', seq = ''] = events[0]?.event.split(':') ?? [];
    expect(await contents(await at(d, `${replica.slice(0, 8)}:${seq}`))).toEqual(['one']);
  });

  it('knows nothing of an undo that came later, and all of one that came before', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    const before = await cursorOf(d);
    await d.undo({ commit: 'last' });
    const after = await cursorOf(d);
    await d.redo({ since: '2020-01-01' });
    expect(await contents(await at(d, before))).toEqual(['one']);
    expect(await contents(await at(d, after))).toEqual([]);
    expect(await contents(d)).toEqual(['one']);
  });

  it('is by cursor what was known here, by time what was written by then', async () => {
    const here = await newKnowledge();
    const there = await secondMachine(here);
    await there.addEntity('work', 'notes', 'there');
    await setTimeout(5);
    await here.addEntity('work', 'notes', 'here');
    const cursor = await cursorOf(here);
    const moment = now();
    await setTimeout(5);
    exchange(here, there);
    expect(await contents(here)).toEqual(['here', 'there']);
    expect(await contents(await at(here, cursor))).toEqual(['here']);
    // A time means what is held now and was written by then.
    expect(await contents(await at(here, moment))).toEqual(['here', 'there']);
  });

  it('holds nothing of what was erased since, in its answers and on disk', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'kept');
    const id = await d.addEntity('work', 'notes', 'the secret word is zyxomma');
    const cursor = await cursorOf(d);
    const past = await at(d, cursor);
    expect(await contents(past)).toHaveLength(2);
    const holding = (): string[] =>
      readdirSync(join(d.path, 'views', 'known-at'), { recursive: true, encoding: 'utf8' }).filter(
        (name) =>
          name.endsWith('.db') &&
          readFileSync(join(d.path, 'views', 'known-at', name)).includes('zyxomma'),
      );
    expect(holding()).toHaveLength(1);
    const session = (d as unknown as { session(): Session }).session();
    const stream = streamIn(session, 'entity', id);
    const data = { digests: [], whole_stream: true };
    const erased = { type: 'Erased' as const, stream, data };
    await change(session, { decide: () => ({ events: [erased], result: undefined }) });
    expect(await contents(past)).toEqual(['kept']);
    expect(await contents(await at(d, cursor))).toEqual(['kept']);
    expect(holding()).toEqual([]);
  });

  it('can only be read', async () => {
    const d = await newKnowledge();
    const id = await d.addEntity('work', 'notes', 'one');
    const past = await at(d, await cursorOf(d));
    for (const change of [
      () => past.addEntity('work', 'notes', 'two'),
      () => past.updateEntity(id, { content: 'x' }),
      () => past.deleteEntity(id),
      () => past.kg.add('a', 'b', 'c'),
      () => past.rebuild(),
      () => past.undo({ commit: 'last' }),
    ]) {
      await expect(change()).rejects.toMatchObject({ code: 'READ_ONLY' });
    }
    expect(await contents(d)).toEqual(['one']);
  });

  it('keeps a few views on disk, and makes spoilt and missing ones anew', async () => {
    const d = await newKnowledge();
    const cursors: string[] = [];
    for (let index = 0; index < 8; index += 1) {
      await d.addEntity('work', 'notes', `memory ${String(index)}`);
      cursors.push(await cursorOf(d));
    }
    await d.embedPending({ snapshot: true });
    const folder = join(d.path, 'views', 'known-at');
    for (const [index, cursor] of cursors.entries()) {
      const past = await at(d, cursor);
      expect(await past.search('memory', { mode: 'vector', limit: 20 })).toHaveLength(index + 1);
    }
    expect(readdirSync(folder).length).toBeLessThanOrEqual(4);
    const last = cursors.at(-1) ?? '';
    const past = await at(d, last);
    const [view = ''] = readdirSync(folder);
    rmSync(folder, { recursive: true });
    expect(await contents(past)).toHaveLength(8);
    await past.close();
    for (const name of readdirSync(folder)) {
      writeFileSync(join(folder, name, 'views.db'), 'no database');
    }
    expect(await contents(await at(d, last))).toHaveLength(8);
    expect(view).toMatch(/^[0-9a-f]{16}$/);
    expect(await d.search('memory', { mode: 'vector', limit: 20 })).toHaveLength(8);
    await expectVerified(d);
  });

  it.each([
    ['blank', ''],
    ['no moment', 'yesterday'],
    ['a day that there is none', '2026-02-30'],
    ['no cursor', 'abc.1'],
  ])('is refused for what is %s', async (_, point) => {
    const d = await newKnowledge();
    await expect(d.at(point)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('is not found for an event or a cursor of another log', async () => {
    const [d, other] = [await newKnowledge(), await newKnowledge()];
    await other.addEntity('work', 'notes', 'one');
    const { events, cursor } = await other.history({ limit: 1 });
    await expect(d.at(cursor)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(d.at(events[0]?.event ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is empty before the first event', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    expect(await contents(await at(d, '2020-01-01'))).toEqual([]);
  });

  it(
    'at every position equals what was seen there, whatever is done',
    { timeout: 120_000 },
    async () => {
      const deed = fc.tuple(fc.constantFrom('add', 'revise', 'delete', 'undo'), fc.nat(3));
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 12 }), async (deeds) => {
          const d = await newKnowledge();
          const seen: [string, unknown][] = [];
          for (const [what, which] of deeds) {
            const id = `m${String(which)}`;
            if (what === 'add') await d.addEntity('r', 'd', `text ${id}`, { entityId: id });
            if (what === 'revise') await d.updateEntity(id, { content: now() });
            if (what === 'delete') await d.deleteEntity(id);
            if (what === 'undo') await d.undo({ commit: 'last' }, { force: true });
            seen.push([await cursorOf(d), await d.listEntities()]);
          }
          for (const [cursor, state] of seen) {
            const past = await at(d, cursor);
            expect(await past.listEntities()).toEqual(state);
          }
          await d.close();
        }),
        { numRuns: 6 },
      );
    },
  );
});

describe('two processes', () => {
  it('share the views of one moment', async () => {
    const d = await newKnowledge();
    await d.addEntity('work', 'notes', 'one');
    const cursor = await cursorOf(d);
    const { dimension: other } = open(d.path);
    const pasts = await Promise.all([at(d, cursor), at(other, cursor)]);
    const seen = await Promise.all(pasts.map(contents));
    expect(seen).toEqual([['one'], ['one']]);
    expect(readdirSync(join(d.path, 'views', 'known-at'))).toHaveLength(1);
  });
});
