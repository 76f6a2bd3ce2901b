/** Changes that two machines made without knowing of each other: listed, taken, settled. */
import { describe, expect, it } from 'vitest';
import type { Conflict, Dimension } from '../../../src/index.js';
import { expectSame, pairOfMachines, type Pair } from '../../support/shipping.js';

async function exchange({ a, b }: Pick<Pair, 'a' | 'b'>): Promise<void> {
  await a.push();
  await b.pull();
  await b.push();
  await a.pull();
}

/** Changes on both machines, neither knowing of the other; `b` is later. */
async function apart(
  onA: (a: Dimension) => Promise<unknown>,
  onB: (b: Dimension) => Promise<unknown>,
): Promise<Pair & { readonly open: Conflict[] }> {
  const pair = await pairOfMachines();
  await onA(pair.a);
  await onB(pair.b);
  await exchange(pair);
  const { conflicts: open } = await pair.a.conflicts();
  expect(await pair.b.conflicts()).toEqual({ conflicts: open, total: open.length });
  return { ...pair, open };
}

const said = ({ kind, subject, field, winner, loser, reason }: Conflict) => {
  return [kind, subject, field, winner.value, loser.value, reason];
};

/** The loser's value counts on both machines, and nothing is open any more. */
async function take({ a, b, open }: Pair & { readonly open: Conflict[] }): Promise<void> {
  expect(open).toHaveLength(1);
  const id = open[0]?.id ?? '';
  expect(await b.takeConflict(id)).toEqual({ taken: open[0] });
  await exchange({ a, b });
  await expectSame(a, b);
  expect(await a.conflicts()).toEqual({ conflicts: [], total: 0 });
  const { conflicts: all } = await a.conflicts({ all: true });
  expect(all).toMatchObject([{ id, settled_by: { actor: { kind: 'api' } } }]);
  await expect(a.takeConflict(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
}

describe('a conflict', () => {
  it('is what two machines said of one thing, with who, when, where and why', async () => {
    const { open, a } = await apart(
      (one) => one.updateEntity('a-1', { content: 'By a.' }),
      (one) => one.updateEntity('a-1', { content: 'By b.' }),
    );
    expect(open.map(said)).toEqual([['entity', 'a-1', 'content', 'By b.', 'By a.', 'later']]);
    const [{ winner, loser, settled_by: settledBy }] = open as [Conflict];
    expect(settledBy).toBeNull();
    const { events } = await a.history({ type: 'EntityRevised' });
    expect([winner.event, loser.event]).toEqual(events.map(({ event }) => event));
    expect([winner.at, loser.at]).toEqual(events.map(({ at }) => at));
    expect(loser.machine).toBe(loser.event.split(':')[0]);
    expect(loser.actor).toMatchObject({ kind: 'api' });
    expect((await a.getEntity('a-1'))?.content).toBe(winner.value);
    expect((await a.conflicts({ entityId: 'other' })).total).toBe(0);
  });

  it('is none where both said the same, or spoke of different things', async () => {
    const { open } = await apart(
      (a) => a.updateEntity('a-1', { content: 'The same.', metadata: { x: 1 } }),
      (b) => b.updateEntity('a-1', { content: 'The same.', metadata: { y: 1 } }),
    );
    expect(open).toEqual([]);
  });

  it('is none any more once somebody who had seen both has changed it', async () => {
    const { a, b, open } = await apart(
      (one) => one.updateEntity('a-1', { content: 'By a.' }),
      (one) => one.updateEntity('a-1', { content: 'By b.' }),
    );
    await a.updateEntity('a-1', { content: 'By both.' });
    expect((await a.conflicts()).total).toBe(0);
    expect((await b.conflicts()).total).toBe(1);
    const { conflicts: all } = await a.conflicts({ all: true });
    expect(all).toMatchObject([{ id: open[0]?.id, settled_by: { type: 'EntityRevised' } }]);
  });

  it('is the last word of each machine only', async () => {
    const { open } = await apart(
      async (a) => {
        await a.updateEntity('a-1', { content: 'First by a.' });
        await a.updateEntity('a-1', { content: 'By a.' });
      },
      (b) => b.updateEntity('a-1', { content: 'By b.' }),
    );
    expect(open.map(said)).toEqual([['entity', 'a-1', 'content', 'By b.', 'By a.', 'later']]);
  });

  it('is gone with what was undone, and back when that is redone', async () => {
    const { b, open } = await apart(
      (a) => a.updateEntity('a-1', { content: 'By a.' }),
      (one) => one.updateEntity('a-1', { content: 'By b.' }),
    );
    await b.undo({ commit: 'last' });
    expect((await b.conflicts({ all: true })).total).toBe(0);
    await b.redo({ commit: open[0]?.winner.event });
    expect((await b.conflicts()).conflicts).toEqual(open);
  });

  it('is refused with a reason where there is none', async () => {
    const { a } = await pairOfMachines();
    await expect(a.takeConflict('nope')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(a.conflicts({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('taking the side that lost', () => {
  it('brings its words back', async () => {
    const made = await apart(
      (a) => a.updateEntity('a-1', { content: 'By a.' }),
      (b) => b.updateEntity('a-1', { content: 'By b.' }),
    );
    await take(made);
    expect((await made.a.getEntity('a-1'))?.content).toBe('By a.');
  });

  it('brings its metadata back, key by key', async () => {
    const made = await apart(
      (a) => a.updateEntity('a-1', { metadata: { topic: 'a', own: 1 } }),
      (b) => b.updateEntity('a-1', { metadata: { topic: 'b' } }),
    );
    expect(made.open.map(said)).toEqual([['entity', 'a-1', 'metadata.topic', 'b', 'a', 'later']]);
    await take(made);
    expect((await made.b.getEntity('a-1'))?.metadata).toMatchObject({ topic: 'a', own: 1 });
  });

  it('brings its place back', async () => {
    const made = await apart(
      (a) => a.updateEntity('a-1', { realm: 'garden' }),
      (b) => b.updateEntity('a-1', { realm: 'kitchen' }),
    );
    expect(made.open.map(({ field }) => field)).toEqual(['place']);
    await take(made);
    expect((await made.a.getEntity('a-1'))?.realm).toBe('garden');
  });

  it('brings a memory back that one deleted while another changed it', async () => {
    const made = await apart(
      (a) => a.updateEntity('a-1', { content: 'Changed.' }),
      (b) => b.deleteEntity('a-1'),
    );
    expect(made.open.map(said)).toEqual([['entity', 'a-1', 'deleted', true, false, 'deleted']]);
    await take(made);
    expect((await made.b.getEntity('a-1'))?.content).toBe('Changed.');
  });

  it('brings back a later end of a fact, where the earlier one counts', async () => {
    const pair = await pairOfMachines();
    const { a, b } = pair;
    await a.kg.add('Ada', 'works_at', 'Mill', { validFrom: '2020-01-01' });
    await exchange(pair);
    const isMill = { subject: 'Ada', predicate: 'works_at', object: 'Mill' };
    await a.kg.invalidate('Ada', 'works_at', 'Mill', { ended: '2023-01-01' });
    await b.kg.invalidate('Ada', 'works_at', 'Mill', { ended: '2024-01-01' });
    await exchange(pair);
    const { conflicts: open } = await a.conflicts();
    const ends = [{ ended: '2023-01-01' }, { ended: '2024-01-01' }];
    expect(open.map(said)).toEqual([
      ['fact', 'Ada works_at Mill', 'validity', ...ends, 'ends_earlier'],
    ]);
    await take({ ...pair, open });
    const facts = await a.kg.query('Ada');
    expect(facts).toMatchObject([{ ...isMill, valid_to: '2024-01-01' }]);
  });

  it('brings back what a persona, the user and a realm were said to be', async () => {
    const { a, b, open } = await apart(
      async (one) => {
        await one.createPersona('guide', { systemPrompt: 'By a.' });
        await one.setIdentity('I am a.');
        await one.createRealm('garden', 'By a.');
      },
      async (one) => {
        await one.createPersona('guide', { systemPrompt: 'By b.' });
        await one.setIdentity('I am b.');
        await one.createRealm('garden', 'By b.');
      },
    );
    expect(open.map(({ kind, field }) => `${kind} ${field}`).sort()).toEqual([
      'persona system_prompt',
      'realm description',
      'setting value',
    ]);
    for (const { id } of open) await a.takeConflict(id);
    await exchange({ a, b });
    await expectSame(a, b);
    expect((await b.conflicts()).total).toBe(0);
    expect(await b.getIdentity()).toBe('I am a.');
    expect(await b.getPersonaCharacter('guide')).toBe('By a.');
    const realms = await b.listRealms();
    expect(realms.find(({ name }) => name === 'garden')?.description).toBe('By a.');
  });
});
