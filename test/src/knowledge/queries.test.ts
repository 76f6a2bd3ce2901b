import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dimension, Fact } from '../../../src/index.js';
import { newKnowledge } from '../../support/knowledge.js';
import { holds, PROPERTY_TIMEOUT_MS } from '../../support/holds.js';
import { runs } from '../../support/level.js';

afterEach(() => vi.unstubAllEnvs());

const objects = (facts: readonly Fact[]): string[] => facts.map(({ object }) => object);

/** Facts about `bug`, each named for its validity. */
async function withTimes(
  times: readonly (readonly [string, string | undefined, string | undefined])[],
) {
  const dimension = await newKnowledge();
  for (const [object, validFrom, validTo] of times) {
    await dimension.kg.add('bug', 'state', object, { validFrom, validTo });
  }
  return dimension;
}

describe('what held at a time', () => {
  const rows = [
    [
      'day to day',
      '2024-05-01',
      '2024-05-03',
      [
        ['2024-04-30', false],
        ['2024-05-01', true],
        ['2024-05-03', true],
        ['2024-05-04', false],
        ['2024-04-30T23:59:59Z', false],
        ['2024-05-01T00:00:00Z', true],
        ['2024-05-03T23:59:59Z', true],
        ['2024-05-04T00:00:00Z', false],
        ['2024-05-04T01:30:00+02:00', true],
      ],
    ],
    [
      'second to second',
      '2024-05-01T09:00:00Z',
      '2024-05-01T17:00:00Z',
      [
        ['2024-04-30', false],
        ['2024-05-01', true],
        ['2024-05-02', false],
        ['2024-05-01T08:59:59Z', false],
        ['2024-05-01T09:00:00Z', true],
        ['2024-05-01T17:00:00Z', true],
        ['2024-05-01T17:00:01Z', false],
      ],
    ],
    [
      'since',
      '2024-05-01',
      undefined,
      [
        ['2024-04-30', false],
        ['2024-05-01', true],
        ['9999-12-31', true],
      ],
    ],
    [
      'until',
      undefined,
      '2024-05-01',
      [
        ['0001-01-01', true],
        ['2024-05-01', true],
        ['2024-05-02', false],
      ],
    ],
    [
      'always',
      undefined,
      undefined,
      [
        ['0001-01-01', true],
        ['9999-12-31T23:59:59Z', true],
      ],
    ],
  ] as const;

  it.each(rows)('includes both ends: %s', async (name, from, to, expected) => {
    const { kg } = await withTimes([[name, from, to]]);
    for (const [asOf, isValid] of expected) {
      expect(objects(await kg.query('bug', { asOf })), asOf).toEqual(isValid ? [name] : []);
    }
    expect((await kg.query('bug')).length).toBe(1);
  });

  it('is current when it holds now, whatever end it has', async () => {
    const { kg } = await withTimes([
      ['ended', undefined, '2020-01-01'],
      ['ends', undefined, '2999-01-01'],
      ['open', '2020-01-01', undefined],
      ['to come', '2999-01-01', undefined],
    ]);
    const facts = await kg.query('bug');
    expect(facts.map(({ object, current }) => [object, current])).toEqual([
      ...[
        ['to come', false],
        ['open', true],
        ['ends', true],
        ['ended', false],
      ],
    ]);
    expect(objects(await kg.query('bug', { currentOnly: true }))).toEqual(['open', 'ends']);
    expect(await kg.stats()).toMatchObject({ total_facts: 4, current_facts: 2, expired_facts: 1 });
    const both = kg.query('bug', { currentOnly: true, asOf: '2024-01-01' });
    await expect(both).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  // The model keeps intervals in a list and knows nothing of streams, events or tables.
  it(
    'is what a list of intervals says, after any facts and ends',
    async () => {
      const { kg } = await newKnowledge();
      const day = fc
        .integer({ min: 1, max: 28 })
        .map((n) => `2024-02-${String(n).padStart(2, '0')}`);
      const moment = fc.oneof(
        day,
        day.map((date) => `${date}T12:00:00Z`),
      );
      const maybe = fc.option(moment, { nil: undefined });
      const action = fc.oneof(
        fc.record({
          kind: fc.constant('add' as const),
          object: fc.nat(1),
          from: moment,
          to: maybe,
        }),
        fc.record({ kind: fc.constant('end' as const), object: fc.nat(1), ended: moment }),
      );
      let run = 0;
      const property = fc.asyncProperty(
        fc.array(action, { maxLength: 8 }),
        fc.array(moment, { minLength: 1, maxLength: 4 }),
        async (actions, times) => {
          const subject = `subject ${String((run += 1))}`;
          const model: Interval[] = [];
          for (const one of actions) {
            const object = `object ${String(one.object)}`;
            if (one.kind === 'add') {
              const isGood = tellModel(model, { object, from: start(one.from), to: end(one.to) });
              const add = kg.add(subject, 'is', object, { validFrom: one.from, validTo: one.to });
              expect(
                await add.then(
                  () => true,
                  () => false,
                ),
              ).toBe(isGood);
            } else {
              const count = endInModel(model, object, end(one.ended));
              const done = kg.invalidate(subject, 'is', object, { ended: one.ended });
              expect(await done.catch(() => 'refused')).toBe(count);
            }
          }
          for (const asOf of times) {
            const valid = model.filter(({ from, to }) => from <= end(asOf) && to >= start(asOf));
            const found = objects(await kg.query(subject, { asOf }));
            expect(found.sort()).toEqual(valid.map(({ object }) => object).sort());
          }
        },
      );
      await holds(property, runs(25, 300));
    },
    PROPERTY_TIMEOUT_MS,
  );
});

interface Interval {
  readonly object: string;
  readonly from: string;
  to: string;
}

const start = (date: string): string => (date.length === 10 ? `${date}T00:00:00Z` : date);
const end = (date = '9999-12-31'): string => (date.length === 10 ? `${date}T23:59:59Z` : date);

function tellModel(model: Interval[], told: Interval): boolean {
  if (told.to < told.from) return false;
  const isCovered = model.some(({ object, from, to }) => {
    return object === told.object && from <= told.from && to >= told.to;
  });
  if (!isCovered) model.push(told);
  return true;
}

function endInModel(model: Interval[], object: string, ended: string): number | 'refused' {
  const open = model.filter((fact) => fact.object === object && fact.to > ended);
  if (open.some(({ from }) => from > ended)) return 'refused';
  for (const fact of open) fact.to = ended;
  return open.length;
}

describe('a query', () => {
  const graph = async (): Promise<Dimension> => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Ana', 'knows', 'Bob', { source: 'work' });
    await kg.add('Bob', 'knows', 'Ana');
    await kg.add('Ana', 'knows', 'ana');
    await kg.add('Ana', 'likes', 'Tea', { source: 'work' });
    await kg.add('Bob', 'likes', 'Tea');
    return dimension;
  };
  const said = (facts: readonly Fact[]): string[] =>
    facts.map(({ subject, predicate, object, direction }) => {
      return `${subject} ${predicate} ${object} ${direction ?? '-'}`;
    });

  it('without a name gives every fact, newest first, seen from nowhere', async () => {
    const { kg } = await graph();
    const expected = ['Bob likes Tea -', 'Ana likes Tea -', 'Ana knows ana -'];
    for (const nothing of [undefined, null, '']) {
      expect(said(await kg.query(nothing)).slice(0, 3)).toEqual(expected);
    }
  });

  it.each([
    ['outgoing', ['Ana likes Tea outgoing', 'Ana knows ana outgoing', 'Ana knows Bob outgoing']],
    ['incoming', ['Ana knows ana outgoing', 'Bob knows Ana incoming']],
    [
      'both',
      [
        ...['Ana likes Tea outgoing', 'Ana knows ana outgoing', 'Bob knows Ana incoming'],
        'Ana knows Bob outgoing',
      ],
    ],
  ] as const)('shows the side %s, a loop once', async (direction, expected) => {
    const { kg } = await graph();
    expect(said(await kg.query(' ANA ', { direction }))).toEqual(expected);
  });

  it('refuses an unknown direction and bounds that are none', async () => {
    const { kg } = await graph();
    const bad = [{ direction: 'sideways' }, { direction: 'out' }, { limit: -1 }, { offset: 0.5 }];
    for (const options of bad) {
      const query = kg.query('Ana', options as never);
      await expect(query).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    await expect(kg.query(7 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const direction = { direction: 'sideways' as never };
    await expect(kg.queryEntity('Ana', direction)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('is narrowed by relationship and source, and cut in pages', async () => {
    const { kg } = await graph();
    expect((await kg.query('Ana', { predicate: ' Likes ' })).length).toBe(1);
    expect((await kg.query(null, { predicate: 'likes' })).length).toBe(2);
    expect((await kg.query('Ana', { source: 'work' })).length).toBe(2);
    expect((await kg.query('Ana', { source: 'home' })).length).toBe(0);
    const page = await kg.find(null, { limit: 2, offset: 2 });
    expect([said(page.facts), page.total, page.has_more]).toEqual([
      ...[['Ana knows ana -', 'Bob knows Ana -'], 5, true],
    ]);
    expect(await kg.find(null, { limit: 0 })).toMatchObject({
      facts: [],
      total: 5,
      has_more: true,
    });
    expect(await kg.find(null, { offset: 4 })).toMatchObject({ total: 5, has_more: false });
    expect(await kg.find(null, { offset: 9 })).toMatchObject({ facts: [], total: 5 });
  });

  it('says what a name was taken for where it is spelled otherwise', async () => {
    const { kg, registry } = await graph();
    await registry.addSynonym('Annie', 'Ana');
    expect((await kg.find('Ana')).resolved_as).toBeUndefined();
    expect(await kg.find('ANA')).toMatchObject({ entity: 'ANA', resolved_as: 'Ana' });
    expect(await kg.find('annie')).toMatchObject({ resolved_as: 'Ana', total: 4 });
    expect(await kg.find('Nobody')).toEqual({
      ...{ entity: 'Nobody', facts: [], total: 0, has_more: false },
    });
  });

  it('of an entity looks outward, of a relationship from its subjects', async () => {
    const { kg } = await graph();
    expect(said(await kg.queryEntity('bob'))).toEqual([
      'Bob likes Tea outgoing',
      'Bob knows Ana outgoing',
    ]);
    expect(said(await kg.queryEntity('bob', { direction: 'incoming' }))).toEqual([
      'Ana knows Bob incoming',
    ]);
    expect(said(await kg.queryRelationship('LIKES'))).toEqual([
      ...['Bob likes Tea outgoing', 'Ana likes Tea outgoing'],
    ]);
    await kg.invalidate('Bob', 'likes', 'Tea', { ended: '2020-01-01' });
    expect((await kg.queryRelationship('likes', { asOf: '2021-01-01' })).length).toBe(1);
    expect((await kg.queryEntity('bob', { asOf: '2021-01-01' })).length).toBe(1);
  });
});

describe('a timeline', () => {
  it('tells facts in the order in which they begin, unknown starts last', async () => {
    const { kg } = await withTimes([
      ['unknown', undefined, undefined],
      ['day', '2024-05-01', undefined],
      ['noon', '2024-05-01T12:00:00Z', undefined],
      ['before', '2024-04-30T23:59:59Z', undefined],
      ['unknown too', undefined, '2020-01-01'],
      ['day as well', '2024-05-01', undefined],
    ]);
    await kg.add('bug', 'state', 'other', { validFrom: '2000-01-01' });
    await kg.add('someone', 'found', 'Bug', { validFrom: '1999-01-01' });
    await kg.add('someone', 'else', 'matters', { validFrom: '1998-01-01' });
    const order = [
      'Bug',
      'other',
      'before',
      'day',
      'day as well',
      'noon',
      'unknown',
      'unknown too',
    ];
    expect(objects(await kg.timeline('BUG'))).toEqual(order);
    expect(objects(await kg.timeline())).toEqual(['matters', ...order]);
    const page = await kg.pageTimeline('bug', { limit: 2, offset: 1 });
    expect([objects(page.facts), page.total, page.has_more]).toEqual([
      ['other', 'before'],
      8,
      true,
    ]);
  });

  it('is not cut', async () => {
    const { kg } = await newKnowledge();
    const items = Array.from({ length: 600 }, (_, index) => {
      return { subject: 'bug', predicate: 'seen_by', object: `user ${String(index)}` };
    });
    await kg.batchAdd(items);
    expect([(await kg.timeline('bug')).length, (await kg.query()).length]).toEqual([600, 600]);
  });
});

describe('the counts', () => {
  it('are all 0 where nothing is known', async () => {
    const { kg } = await newKnowledge();
    expect(await kg.stats()).toEqual({
      ...{ total_facts: 0, unique_subjects: 0, unique_predicates: 0, entities: 0 },
      ...{ current_facts: 0, expired_facts: 0, relationship_types: [] },
    });
  });

  it('count names once, in whatever spelling, used or defined', async () => {
    const { kg, registry } = await newKnowledge();
    await kg.add('Ana', 'knows', 'Bob');
    await kg.add('ana', 'likes', 'Tea');
    await kg.add('Annie', 'likes', 'Cake');
    await kg.addEntity('Carl', 'person');
    await kg.addEntity('Bob', 'person');
    expect(await kg.stats()).toMatchObject({
      ...{ total_facts: 3, unique_subjects: 2, unique_predicates: 2, entities: 6 },
      relationship_types: ['knows', 'likes'],
    });
    await registry.addSynonym('Annie', 'Ana');
    expect(await kg.stats()).toMatchObject({ unique_subjects: 1, entities: 5 });
  });
});
