import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dimension, Fact } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { exchange, newKnowledge, secondMachine } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

const JOB = ['Ana', 'works at', 'Volvo'] as const;
const shown = ({ subject, predicate, object, valid_from, valid_to }: Fact): string =>
  `${subject} ${predicate} ${object} [${valid_from ?? ''}..${valid_to ?? ''}]`;
const all = async ({ kg }: Dimension): Promise<string[]> => (await kg.query()).map(shown);
const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

const HINT = expect.any(String) as string;

describe('a fact', () => {
  it('has all that was said of it', async () => {
    const { kg } = await newKnowledge();
    const id = await kg.add(...JOB, {
      validFrom: '2024-03-01T10:00:00.123+02:00',
      validTo: '2999-12-31',
      source: 'a letter',
      confidence: 0.5,
      sourceFile: '/notes.md',
      sourceEntityId: 'ent_1',
      sourceNode: 'node_1',
      adapterName: 'mail',
    });
    expect(id).toMatch(/^fact_[0-9a-z]{26}$/);
    expect(await kg.get(id)).toEqual({
      id,
      subject: 'Ana',
      predicate: 'works_at',
      object: 'Volvo',
      valid_from: '2024-03-01T08:00:00Z',
      valid_to: '2999-12-31',
      source: 'a letter',
      confidence: 0.5,
      source_file: '/notes.md',
      source_entity_id: 'ent_1',
      source_node: 'node_1',
      adapter_name: 'mail',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      current: true,
    });
  });

  it('has nothing but its triple where nothing else is said', async () => {
    const { kg } = await newKnowledge();
    expect(await kg.get(await kg.add(' LoginBug ', ' Priority ', 'high'))).toMatchObject({
      ...{ subject: 'LoginBug', predicate: 'priority', object: 'high' },
      ...{ valid_from: null, valid_to: null, source: '', confidence: 1, current: true },
      ...{ source_file: null, source_entity_id: null, source_node: null, adapter_name: null },
    });
  });

  it('is undefined under an id that nobody gave', async () => {
    const { kg } = await newKnowledge();
    expect(await kg.get('fact_none')).toBeUndefined();
  });

  it.each([
    ['2024-02-29', '2024-02-29'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['2024-02-29T00:00:00+00:00', '2024-02-29T00:00:00Z'],
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00Z'],
    [new Date(1_700_000_000_999).toISOString(), '2023-11-14T22:13:20Z'],
    ['', null],
  ])('takes the date %j as %j', async (given, stored) => {
    const { kg } = await newKnowledge();
    const id = await kg.add('a', 'b', 'c', { validFrom: given });
    expect((await kg.get(id))?.valid_from).toBe(stored);
  });

  it.each([
    ...['March 2026', '2026', '2026-13-01', '2025-02-29', '2026-01-01T10:00:00', '2026-1-1'],
    ...['2026-01-01 10:00:00Z', '2026-01-01T25:00:00Z', 'now', '9999-12-31T23:59:59-14:00'],
  ])('is refused with the date %j, by name and with the forms that are read', async (date) => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('a', 'b', 'c');
    const before = await eventsOf(dimension);
    const fields = {
      valid_from: () => kg.add('x', 'y', 'z', { validFrom: date }),
      valid_to: () => kg.add('x', 'y', 'z', { validTo: date }),
      ended: () => kg.invalidate('a', 'b', 'c', { ended: date }),
      as_of: () => kg.query('a', { asOf: date }),
    };
    for (const [field, call] of Object.entries(fields)) {
      await expect(call(), field).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`${field} '${date}'`) as string,
        hint: expect.stringContaining('YYYY-MM-DDTHH:MM:SSZ') as string,
      });
    }
    expect(await eventsOf(dimension)).toBe(before);
  });

  it('may end in the second or on the day in which it begins, and no earlier', async () => {
    const { kg } = await newKnowledge();
    await kg.add('a', 'b', 'c', { validFrom: '2024-01-02', validTo: '2024-01-02' });
    await kg.add('a', 'b', 'd', { validFrom: '2024-01-02T23:59:59Z', validTo: '2024-01-02' });
    for (const validTo of ['2024-01-01', '2024-01-01T23:59:59Z']) {
      const add = kg.add('a', 'b', 'e', { validFrom: '2024-01-02', validTo });
      await expect(add).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', hint: HINT });
    }
    expect((await kg.stats()).total_facts).toBe(2);
  });

  it.each([
    ['a blank subject', [' ', 'b', 'c'], 'INVALID_ARGUMENT'],
    ['a subject of quotes', ["''", 'b', 'c'], 'INVALID_ARGUMENT'],
    ['a blank predicate', ['a', '', 'c'], 'INVALID_ARGUMENT'],
    ['an object with NUL', ['a', 'b', 'c\0'], 'INVALID_ARGUMENT'],
    ['a number', [7, 'b', 'c'], 'INVALID_ARGUMENT'],
    ['an object of 1,025 characters', ['a', 'b', 'c'.repeat(1_025)], 'TOO_LARGE'],
    ['a predicate of 129 characters', ['a', 'b'.repeat(129), 'c'], 'TOO_LARGE'],
  ])('is refused with %s', async (_, triple, code) => {
    const { kg } = await newKnowledge();
    const add = kg.add(...(triple as [string, string, string]));
    await expect(add).rejects.toMatchObject({ code, hint: HINT });
  });

  it.each([-0.1, 1.1, Number.NaN, '1'])('is refused with the confidence %j', async (confidence) => {
    const { kg } = await newKnowledge();
    const add = kg.add('a', 'b', 'c', { confidence: confidence as number });
    await expect(add).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', hint: HINT });
  });
});

describe('what is said twice', () => {
  it('is one fact, in whatever case, spaces and quotes, as it was spelled first', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    const id = await kg.add('Login Bug', 'affects', "Ana's Mac");
    const before = await eventsOf(dimension);
    expect(await kg.add('login  bug', 'Affects', 'ANAS MAC')).toBe(id);
    expect(await eventsOf(dimension)).toBe(before);
    expect(await all(dimension)).toEqual(["Login Bug affects Ana's Mac [..]"]);
    expect((await kg.query('LOGIN_BUG')).length).toBe(1);
    const cafe = await kg.add('Ana', 'favorite cafe\u0301', 'Zoka');
    expect(await kg.add('Ana', 'Favorite\u00a0caf\u00e9', 'Zoka')).toBe(cafe);
  });

  it('adds what is new, and erases nothing by what is not said', async () => {
    const { kg } = await newKnowledge();
    const id = await kg.add(...JOB, { source: 'a letter', sourceFile: 'a.md' });
    expect(await kg.add(...JOB, { validFrom: '2024-03-01', confidence: 0.4 })).toBe(id);
    expect(await kg.add(...JOB)).toBe(id);
    expect(await kg.get(id)).toMatchObject({
      ...{ valid_from: '2024-03-01', source: 'a letter', source_file: 'a.md', confidence: 0.4 },
    });
    const told = await kg.tell({ subject: 'Ana', predicate: 'works at', object: 'Volvo' });
    expect(told).toMatchObject({ fact_id: id, created: false, fact: { id } });
  });

  it('for a part of its time is one fact with the times that it had', async () => {
    const dimension = await newKnowledge();
    const id = await dimension.kg.add(...JOB, { validFrom: '2024-01-01' });
    const part = { validFrom: '2024-02-01', validTo: '2024-03-01' };
    expect(await dimension.kg.add(...JOB, part)).toBe(id);
    expect(await all(dimension)).toEqual(['Ana works_at Volvo [2024-01-01..]']);
  });

  it('for another time is another fact', async () => {
    const { kg } = await newKnowledge();
    const first = await kg.add(...JOB, { validFrom: '2020-01-01', validTo: '2021-01-01' });
    const second = await kg.add(...JOB, { validFrom: '2022-01-01', validTo: '2023-01-01' });
    expect(second).not.toBe(first);
    expect((await kg.stats()).total_facts).toBe(2);
  });

  it('after it ended begins now', async () => {
    const { kg } = await newKnowledge();
    const first = await kg.add(...JOB, { validTo: '2021-01-01' });
    const second = (await kg.get(await kg.add(...JOB))) as Fact;
    expect(second.id).not.toBe(first);
    expect(Math.abs(Date.parse(second.valid_from ?? '') - Date.now())).toBeLessThan(60_000);
    expect(second.valid_to).toBeNull();
    expect(await kg.add(...JOB)).toBe(second.id);
  });

  it('of a time long past does not begin now', async () => {
    const { kg } = await newKnowledge();
    await kg.add(...JOB, { validFrom: '2021-01-01', validTo: '2021-06-01' });
    const id = await kg.add(...JOB, { validTo: '2020-01-01' });
    expect(await kg.get(id)).toMatchObject({ valid_from: null, valid_to: '2020-01-01' });
  });
});

describe('a replacement', () => {
  it('ends what else is said of subject and predicate, where it begins', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Ana', 'works at', 'Saab', { validFrom: '2020-01-01' });
    await kg.add('Ana', 'works at', 'Fiat', { validFrom: '2019-01-01', validTo: '2019-06-01' });
    await kg.add('Ana', 'works at', 'Ford', { validFrom: '2030-01-01' });
    await kg.add('Ana', 'likes', 'Saab');
    await kg.add('Bob', 'works at', 'Saab');
    await kg.add('ana', 'works at', 'Volvo', { validFrom: '2024-03-01', replace: true });
    expect((await all(dimension)).sort()).toEqual([
      'Ana likes Saab [..]',
      'Ana works_at Fiat [2019-01-01..2019-06-01]',
      'Ana works_at Ford [2030-01-01..]',
      'Ana works_at Saab [2020-01-01..2024-03-01T00:00:00Z]',
      'Bob works_at Saab [..]',
      'ana works_at Volvo [2024-03-01..]',
    ]);
  });

  it('that names no start ends them now, and what it says itself stays', async () => {
    const { kg } = await newKnowledge();
    await kg.add('Ana', 'lives in', 'Oslo');
    const id = await kg.add('Ana', 'lives in', 'Rome');
    expect(await kg.add('Ana', 'lives in', 'Rome', { replace: true })).toBe(id);
    const [rome, oslo] = await kg.query('Ana');
    expect([rome?.valid_to, oslo?.object]).toEqual([null, 'Oslo']);
    expect(Math.abs(Date.parse(oslo?.valid_to ?? '') - Date.now())).toBeLessThan(60_000);
  });
});

describe('an end', () => {
  it('closes every fact of the triple that is open or ends later', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add(...JOB, { validFrom: '2018-01-01', validTo: '2019-01-01' });
    await kg.add(...JOB, { validFrom: '2020-01-01', validTo: '2999-01-01' });
    await kg.add(...JOB, { validFrom: '2020-06-01' });
    expect(await kg.invalidate('ANA', 'Works at', ' volvo', { ended: '2025-06-30' })).toBe(2);
    expect((await all(dimension)).sort()).toEqual([
      'Ana works_at Volvo [2018-01-01..2019-01-01]',
      'Ana works_at Volvo [2020-01-01..2025-06-30]',
      'Ana works_at Volvo [2020-06-01..2025-06-30]',
    ]);
  });

  it('is the second in which it is said, unless it says when', async () => {
    const { kg } = await newKnowledge();
    await kg.add(...JOB);
    const [subject, predicate, object] = JOB;
    const ended = await kg.end({ subject, predicate, object });
    expect(ended).toMatchObject({ invalidated: 1, facts: [expect.any(String)] });
    expect(ended.ended).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(ended.ended) - Date.now())).toBeLessThan(60_000);
  });

  it('before the start of one of them is refused, and nothing changes', async () => {
    const dimension = await newKnowledge();
    await dimension.kg.add(...JOB, { validFrom: '2020-01-01', validTo: '2022-01-01' });
    await dimension.kg.add(...JOB, { validFrom: '2024-01-01' });
    const before = [await all(dimension), await eventsOf(dimension)];
    const end = dimension.kg.invalidate(...JOB, { ended: '2021-01-01' });
    await expect(end).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect([await all(dimension), await eventsOf(dimension)]).toEqual(before);
  });

  it('of nothing is 0, leaves no event, and shows what of the subject holds', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await kg.add('Ana', 'likes', name);
    await kg.add('Ana', 'likes', 'z', { validTo: '2020-01-01' });
    await kg.add('Bob', 'likes', 'Ana');
    const before = await eventsOf(dimension);
    const triple = { subject: 'ana', predicate: 'likes', object: 'tea' };
    const { invalidated, facts, candidates } = await kg.end(triple);
    expect([invalidated, facts]).toEqual([0, []]);
    expect(candidates?.map(({ object }) => object)).toEqual(['f', 'e', 'd', 'c', 'b']);
    expect(await eventsOf(dimension)).toBe(before);
    expect(await kg.invalidate('Ana', 'likes', 'z')).toBe(0);
  });

  it('under one key is made once', async () => {
    const { kg } = await newKnowledge();
    await kg.add(...JOB);
    const options = { ended: '2999-01-01', idempotencyKey: 'k' };
    expect(await kg.invalidate(...JOB, options)).toBe(1);
    expect(await kg.invalidate(...JOB, options)).toBe(1);
    const other = kg.invalidate('Bob', 'is', 'x', options);
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a retraction', () => {
  it('takes a fact out of every answer', async () => {
    const { kg } = await newKnowledge();
    const id = await kg.add(...JOB);
    expect([await kg.retract(id), await kg.retract(id), await kg.retract('none')]).toEqual([
      ...[true, false, false],
    ]);
    expect([await kg.query(), await kg.get(id), await kg.timeline('Ana')]).toEqual([
      ...[[], undefined, []],
    ]);
    expect(await kg.stats()).toMatchObject({ total_facts: 0, entities: 0, relationship_types: [] });
  });
});

describe('a batch', () => {
  it('is one commit; what is said twice in it is one fact', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    const known = await kg.add('a', 'b', 'c');
    const ids = await kg.batchAdd([
      { subject: 'x', predicate: 'is', object: 'y', valid_from: '2024-01-01', source: 's' },
      { subject: 'X', predicate: 'is', object: 'Y', confidence: 0.5 },
      { subject: 'a', predicate: 'b', object: 'c' },
    ]);
    expect([ids[0], ids[2]]).toEqual([ids[1], known]);
    expect(await kg.get(String(ids[0]))).toMatchObject({ confidence: 0.5, source: 's' });
    const { events } = await dimension.history();
    expect(new Set(events.slice(0, 2).map(({ at }) => at)).size).toBe(1);
    expect(await kg.batchAdd([])).toEqual([]);
  });

  it('with one bad item is refused whole, naming it', async () => {
    const dimension = await newKnowledge();
    const good = { subject: 'a', predicate: 'b', object: 'c' };
    const bad = [{ valid_from: 'May' }, { subject: '' }, { confidence: 2 }];
    const late = { valid_from: '2024-01-02', valid_to: '2024-01-01' };
    for (const changes of [...bad, late]) {
      await expect(dimension.kg.batchAdd([good, { ...good, ...changes }])).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^facts\[1\]: /) as string,
        details: { index: 1 },
      });
    }
    const many = Array.from({ length: 1_001 }, () => good);
    await expect(dimension.kg.batchAdd(many)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await all(dimension)).toEqual([]);
  });
});

describe('several processes and machines', () => {
  it('see at once what another handle says and ends', async () => {
    const first = await newKnowledge();
    const second = open(first.path).dimension;
    await first.kg.add(...JOB);
    expect(await all(second)).toEqual(['Ana works_at Volvo [..]']);
    await second.kg.invalidate(...JOB, { ended: '2025-01-01' });
    expect(await all(first)).toEqual(['Ana works_at Volvo [..2025-01-01]']);
    expect(await first.kg.invalidate(...JOB, { ended: '2025-01-01' })).toBe(0);
  });

  it('that say the same hold one fact; what either ends has ended', async () => {
    const first = await newKnowledge();
    const second = await secondMachine(first);
    const ids = [await first.kg.add(...JOB, { source: 'one' }), await second.kg.add(...JOB)];
    await second.kg.add(...JOB, { confidence: 0.5 });
    exchange(first, second);
    for (const machine of [first, second]) {
      expect(await all(machine)).toEqual(['Ana works_at Volvo [..]']);
      for (const id of ids) {
        expect(await machine.kg.get(id)).toMatchObject({ source: 'one', confidence: 0.5 });
      }
    }
    await second.kg.invalidate(...JOB, { ended: '2999-06-30' });
    exchange(first, second);
    expect(await all(first)).toEqual(['Ana works_at Volvo [..2999-06-30]']);
    expect(await expectVerified(first)).toBe(await expectVerified(second));
  });

  it('hold the same after everything was folded again', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add(...JOB);
    await kg.add(...JOB, { source: 'later' });
    await kg.invalidate(...JOB, { ended: '2025-01-01' });
    await kg.addEntity('Ana', 'person', { born: 1990 });
    await dimension.registry.addSynonym('Anna', 'Ana');
    const before = [await kg.query('Anna'), await kg.stats()];
    await dimension.rebuild();
    expect([await kg.query('Anna'), await kg.stats()]).toEqual(before);
    await expectVerified(dimension);
  });
});
