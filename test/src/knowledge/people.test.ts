import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dimension, Fact } from '../../../src/index.js';
import { expectVerified, open } from '../../support/dimensions.js';
import { exchange, newKnowledge, secondMachine } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

const configPath = (): string => join(process.env.ALT_MEMORY_HOME ?? '', 'config.json');
const readConfig = (): unknown => JSON.parse(readFileSync(configPath(), 'utf8'));
const shown = (facts: readonly Fact[]): string[] =>
  facts.map(({ subject, predicate, object }) => `${subject} ${predicate} ${object}`);
const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

describe('the people map', () => {
  it('is empty until it is set', async () => {
    expect(await (await newKnowledge()).getPeopleMap()).toEqual({});
  });

  it('is replaced whole, and copied to config.json beside what is there', async () => {
    const dimension = await newKnowledge();
    writeFileSync(configPath(), JSON.stringify({ default_embedder: 'numpy' }));
    const map = { Alex: 'Alexander', Beth: 'Elizabeth' };
    const counts = { count: 2, added: 2, removed: 0, changed: 0 };
    expect(await dimension.setPeopleMap(map)).toEqual({ saved: true, ...counts });
    expect(await dimension.getPeopleMap()).toEqual(map);
    expect(readConfig()).toEqual({ default_embedder: 'numpy', people_map: map });
    const next = { Alex: 'Alexandra', Al: 'Alan' };
    expect(await dimension.setPeopleMap(next)).toMatchObject({ added: 1, removed: 1, changed: 1 });
    expect(await dimension.getPeopleMap()).toEqual(next);
    expect(await dimension.setPeopleMap({})).toMatchObject({ count: 0, removed: 2 });
    expect([await dimension.getPeopleMap(), readConfig()]).toEqual([
      ...[{}, { default_embedder: 'numpy', people_map: {} }],
    ]);
  });

  it('that is set as it is leaves no event', async () => {
    const dimension = await newKnowledge();
    await dimension.setPeopleMap({ Alex: 'Alexander' });
    const before = await eventsOf(dimension);
    expect(await dimension.setPeopleMap({ Alex: 'Alexander' })).toMatchObject({ changed: 0 });
    expect(await eventsOf(dimension)).toBe(before);
  });

  it('drops who is meant by the own name, and follows chains', async () => {
    const dimension = await newKnowledge();
    await dimension.setPeopleMap({ Al: 'Alex', Alex: 'Alexander', ana: 'Ana', ' Bo ': ' Bob ' });
    expect(await dimension.getPeopleMap()).toEqual({
      ...{ Al: 'Alexander', Alex: 'Alexander', Bo: 'Bob' },
    });
  });

  it.each([
    ['two who stand for each other', { Al: 'Bo', Bo: 'Al' }, 'INVALID_ARGUMENT'],
    ['a circle behind a name', { X: 'A', A: 'B', B: 'C', C: 'A' }, 'INVALID_ARGUMENT'],
    ['one with two meanings', { Al: 'Alan', al: 'Albert' }, 'INVALID_ARGUMENT'],
    ['a blank variant', { ' ': 'Alan' }, 'INVALID_ARGUMENT'],
    ['a blank name', { Al: '' }, 'INVALID_ARGUMENT'],
    ['a name that is no text', { Al: 7 }, 'INVALID_ARGUMENT'],
    ['a list', ['Al'], 'INVALID_ARGUMENT'],
    ['a name of 129 characters', { Al: 'a'.repeat(129) }, 'TOO_LARGE'],
    [
      'more than 5,000 entries',
      Object.fromEntries(Array.from({ length: 5_001 }, (_, n) => [`v${String(n)}`, 'x'])),
      'TOO_LARGE',
    ],
  ])('refuses %s and keeps what it was', async (_, map, code) => {
    const dimension = await newKnowledge();
    await dimension.setPeopleMap({ Alex: 'Alexander' });
    const set = dimension.setPeopleMap(map as Record<string, string>);
    await expect(set).rejects.toMatchObject({ code, hint: expect.any(String) as string });
    expect(await dimension.getPeopleMap()).toEqual({ Alex: 'Alexander' });
  });

  it('is read from config.json where the dimension was never told of people', async () => {
    const dimension = await newKnowledge();
    const people_map = { Alex: 'Alexander', bad: 7, blank: ' ' };
    writeFileSync(configPath(), JSON.stringify({ people_map }));
    await dimension.kg.add('Alexander', 'likes', 'tea');
    expect(await dimension.getPeopleMap()).toEqual({ Alex: 'Alexander' });
    expect(shown(await dimension.kg.query('Alex'))).toEqual(['Alexander likes tea']);
    await dimension.setPeopleMap({ Beth: 'Elizabeth' });
    writeFileSync(configPath(), JSON.stringify({ people_map }));
    expect(await dimension.getPeopleMap()).toEqual({ Beth: 'Elizabeth' });
    expect(await dimension.kg.query('Alex')).toEqual([]);
  });

  it('is saved, with a warning, where config.json cannot be read', async () => {
    const { path } = await newKnowledge();
    const { dimension, codes } = open(path);
    writeFileSync(configPath(), '{"people_map": ');
    expect(await dimension.setPeopleMap({ Alex: 'Alexander' })).toMatchObject({ saved: true });
    expect(codes()).toEqual(['CONFIG_DAMAGED']);
    expect(await dimension.getPeopleMap()).toEqual({ Alex: 'Alexander' });
    expect(readFileSync(configPath(), 'utf8')).toBe('{"people_map": ');
  });

  it('of two machines is one map of all whom they named', async () => {
    const first = await newKnowledge();
    await first.setPeopleMap({ Alex: 'Alexander', Cy: 'Cyrus' });
    const second = await secondMachine(first);
    await first.setPeopleMap({ Alex: 'Alexander', Cy: 'Cyrus', Beth: 'Elizabeth' });
    await second.setPeopleMap({ Alex: 'Alexandra', Dan: 'Daniel' });
    exchange(first, second);
    const merged = { Alex: 'Alexandra', Beth: 'Elizabeth', Dan: 'Daniel' };
    expect([await first.getPeopleMap(), await second.getPeopleMap()]).toEqual([merged, merged]);
    expect(await expectVerified(first)).toBe(await expectVerified(second));
  });
});

describe('facts of people with several names', () => {
  it('are found anew when the map changes, with facts that were there before', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Alexander', 'likes', 'tea');
    await kg.add('Bob', 'knows', 'Alex');
    expect((await kg.query('Alex')).length).toBe(1);
    await dimension.setPeopleMap({ Alex: 'Alexander' });
    for (const name of ['Alex', 'ALEXANDER']) {
      expect(shown(await kg.query(name))).toEqual(['Bob knows Alex', 'Alexander likes tea']);
    }
    await dimension.setPeopleMap({});
    expect(shown(await kg.query('Alex'))).toEqual(['Bob knows Alex']);
  });

  it('said under two names are one, and end under either', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await dimension.setPeopleMap({ Alex: 'Alexander' });
    const id = await kg.add('Alexander', 'likes', 'tea');
    expect(await kg.add('alex', 'likes', 'Tea', { source: 'a letter' })).toBe(id);
    expect(await kg.get(id)).toMatchObject({ subject: 'Alexander', source: 'a letter' });
    expect(await kg.invalidate('Alex', 'likes', 'tea', { ended: '2999-01-01' })).toBe(1);
    expect((await kg.query('Alexander'))[0]?.valid_to).toBe('2999-01-01');
  });

  it('said before the names were one are shown once, and end together', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Alexander', 'likes', 'tea', { validFrom: '2020-01-01' });
    await kg.add('Alex', 'likes', 'tea', { validFrom: '2021-01-01' });
    await kg.add('Alex', 'likes', 'tea', { validFrom: '2019-01-01', validTo: '2019-06-01' });
    expect(await kg.stats()).toMatchObject({ total_facts: 3, unique_subjects: 2, entities: 3 });
    await dimension.setPeopleMap({ Alex: 'Alexander' });
    expect(await kg.stats()).toMatchObject({ total_facts: 2, unique_subjects: 1, entities: 2 });
    expect((await kg.query()).map(({ valid_from }) => valid_from)).toEqual([
      ...['2019-01-01', '2020-01-01'],
    ]);
    expect((await kg.query('tea', { asOf: '2022-01-01' })).length).toBe(1);
    expect(await kg.invalidate('Alex', 'likes', 'tea', { ended: '2025-01-01' })).toBe(2);
    expect(await kg.query('Alex', { currentOnly: true })).toEqual([]);
  });

  it('said under two names on two machines are one fact once they met', async () => {
    const first = await newKnowledge();
    await first.setPeopleMap({ Alex: 'Alexander' });
    const second = await secondMachine(first);
    await first.kg.add('Alex', 'likes', 'tea');
    await second.kg.add('Alexander', 'likes', 'tea');
    exchange(first, second);
    for (const { kg } of [first, second]) {
      expect(shown(await kg.query('Alex'))).toEqual(['Alex likes tea']);
      expect(await kg.stats()).toMatchObject({ total_facts: 1, entities: 2 });
    }
  });
});

describe('a retraction', () => {
  it('takes a fact out of every answer that shows it, in all of its spellings', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    const past = await kg.add('Alexandre', 'likes', 'tea', { validTo: '2020-01-01' });
    await kg.add('Alex', 'likes', 'tea');
    const second = await kg.add('Alexander', 'likes', 'tea');
    await dimension.setPeopleMap({ Alex: 'Alexander', Alexandre: 'Alexander' });
    expect(shown(await kg.query('Alex'))).toEqual(['Alex likes tea', 'Alexandre likes tea']);
    expect(await kg.retract(second)).toBe(true);
    expect((await kg.query()).map(({ id }) => id)).toEqual([past]);
    expect(await kg.retract(past)).toBe(true);
    expect(await kg.query()).toEqual([]);
    await dimension.setPeopleMap({});
    expect(await kg.query()).toEqual([]);
    await expectVerified(dimension);
  });
});
