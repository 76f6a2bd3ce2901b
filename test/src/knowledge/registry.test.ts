import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { newKnowledge } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

const eventsOf = async (dimension: Dimension): Promise<number> =>
  (await dimension.status()).log.events;

describe('registering a text', () => {
  const TEXT =
    'Yesterday Ana Ruiz said that Dr. Bob Lee should look at LightHouse. ' +
    'However Carla decided to wait. The README and JSON files moved in March.';

  it('makes entities of the names that are sure enough', async () => {
    const { kg, registry } = await newKnowledge();
    expect(await registry.register(TEXT, 'chat 7')).toBe(4);
    const facts = (await kg.query(null, { predicate: 'is_a' })).reverse();
    expect(
      facts.map(({ subject, object, source, confidence }) => {
        return [subject, object, source, confidence];
      }),
    ).toEqual([
      ['Ana Ruiz', 'person', 'chat 7', 0.8],
      ['Bob Lee', 'person', 'chat 7', 0.9],
      ['LightHouse', 'project', 'chat 7', 0.7],
      ['Carla', 'person', 'chat 7', 0.8],
    ]);
    expect((await kg.query('Carla', { predicate: 'found_in' }))[0]?.object).toBe('chat 7');
  });

  it('counts only what is new, and says nothing twice', async () => {
    const dimension = await newKnowledge();
    await dimension.registry.register(TEXT);
    const before = await eventsOf(dimension);
    expect(await dimension.registry.register(TEXT, 'again')).toBe(0);
    expect(await eventsOf(dimension)).toBe(before);
    expect(await dimension.kg.query(null, { predicate: 'found_in' })).toEqual([]);
  });

  it('knows who is an alias of somebody', async () => {
    const { registry } = await newKnowledge();
    await registry.addSynonym('Carla', 'Carla Ruiz');
    expect(await registry.register('Carla said no.')).toBe(0);
  });

  it('finds nothing where there are no names, and refuses no text', async () => {
    const { registry } = await newKnowledge();
    expect(await registry.register('nothing of note; Monday In March. The API is up.')).toBe(0);
    await expect(registry.register(' ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('ends soon for the longest text, and takes no endless chain of names for one', async () => {
    const { registry } = await newKnowledge();
    expect(await registry.register('Aa-'.repeat(333_333))).toBe(0);
    expect(await registry.register('Anne-Marie-Louise said so.')).toBe(1);
    expect(await registry.resolve('anne-marie-louise')).toBe('Anne-Marie-Louise');
  });
});

describe('resolving a name', () => {
  it('is null for a name that is only a word in a fact, or unknown', async () => {
    const { kg, registry } = await newKnowledge();
    await kg.add('Ana', 'likes', 'tea');
    expect([await registry.resolve('tea'), await registry.resolve('Zoe')]).toEqual([null, null]);
    await expect(registry.resolve(' ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('goes by aliases, the people map, types and definitions', async () => {
    const dimension = await newKnowledge();
    const { kg, registry } = dimension;
    await dimension.setPeopleMap({ Alex: 'Alexander' });
    await registry.addSynonym('Sascha', 'Alex');
    await kg.add('Bob', 'is a', 'person');
    await kg.addEntity('Mill', 'place');
    const asked = ['sascha', 'ALEX', 'alexander', 'bob', 'mill'];
    expect(await Promise.all(asked.map((name) => registry.resolve(name)))).toEqual([
      ...['Alexander', 'Alexander', 'Alexander', 'Bob', 'Mill'],
    ]);
  });

  it('follows facts that say what was merged, also in a circle', async () => {
    const { kg, registry } = await newKnowledge();
    for (const name of ['A', 'B', 'C']) await kg.add(name, 'is_a', 'person');
    await kg.add('A', 'merged_into', 'B');
    await kg.add('B', 'merged_into', 'C');
    expect(await registry.resolve('A')).toBe('C');
    await kg.add('C', 'merged_into', 'A');
    expect(await registry.resolve('A')).toBe('C');
    await kg.invalidate('A', 'merged_into', 'B', { ended: '2020-01-01' });
    expect(await registry.resolve('A')).toBe('A');
  });
});

describe('a synonym', () => {
  it('is kept, and known the second time', async () => {
    const dimension = await newKnowledge();
    const { registry } = dimension;
    expect(await registry.addSynonym('Bobby', 'Bob')).toBe(true);
    expect(await registry.addSynonym('bobby', 'BOB')).toBe(false);
    await dimension.reconnect();
    expect(await dimension.registry.resolve('Bobby')).toBe('Bob');
  });

  it('of itself, or of what stands for it, is refused', async () => {
    const { registry } = await newKnowledge();
    await registry.addSynonym('A', 'B');
    await registry.addSynonym('B', 'C');
    for (const [alias, canonical] of [
      ['X', 'x'],
      ['C', 'A'],
      ['B', 'A'],
    ] as const) {
      const add = registry.addSynonym(alias, canonical);
      const refused = { code: 'INVALID_ARGUMENT', hint: expect.any(String) as string };
      await expect(add).rejects.toMatchObject(refused);
    }
    await registry.addSynonym('A', 'Z');
    expect([await registry.resolve('A'), await registry.resolve('B')]).toEqual(['Z', 'C']);
  });
});

describe('an entity of the registry', () => {
  it('is null where nothing is known', async () => {
    expect(await (await newKnowledge()).registry.getEntity('Zoe')).toBeNull();
  });

  it('tells what is known under all of its names', async () => {
    const { kg, registry } = await newKnowledge();
    const id = await kg.add('Ana', 'is_a', 'robot', { validTo: '2020-01-01' });
    await kg.add('Ana', 'is_a', 'person', { source: 'a letter' });
    await kg.add('Annie', 'likes', 'tea');
    await kg.add('Bob', 'knows', 'Ana');
    await registry.addSynonym('Annie', 'Ana');
    await registry.addSynonym('Anita', 'Annie');
    const ana = await registry.getEntity('anita');
    expect(ana).toMatchObject({
      ...{ name: 'Ana', type: 'person', aliases: ['Anita', 'Annie'], source: 'a letter' },
      ...{ fact_count: 4, first_seen: (await kg.get(id))?.created_at },
    });
    expect(ana && ana.last_seen >= ana.first_seen).toBe(true);
    await kg.addEntity('Ana', 'colleague');
    expect(await registry.getEntity('Ana')).toMatchObject({ type: 'colleague' });
    expect(await registry.getEntity('tea')).toMatchObject({ type: 'unknown', fact_count: 1 });
  });
});

describe('related names', () => {
  const graph = async (): Promise<Dimension> => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Ana', 'is_a', 'person');
    await kg.add('Bob', 'is_a', 'person');
    await kg.add('Ana', 'works_at', 'Mill');
    await kg.add('Bob', 'works_at', 'Mill');
    await kg.add('Bob', 'likes', 'tea');
    await kg.add('tea', 'comes_from', 'Assam');
    return dimension;
  };

  it('are those that facts lead to, the nearest first, but not by what they are', async () => {
    const { registry } = await graph();
    const mill = { entity: 'Mill', relationship: 'works_at', distance: 1 };
    const bob = { entity: 'Bob', relationship: 'works_at(inverse)', distance: 2 };
    const tea = { entity: 'tea', relationship: 'likes', distance: 3 };
    expect(await registry.findRelated('ana')).toEqual([mill, bob]);
    expect(await registry.findRelated('ana', 1)).toEqual([mill]);
    expect(await registry.findRelated('ana', 3)).toEqual([mill, bob, tea]);
    expect((await registry.findRelated('ana', 10)).map(({ entity }) => entity)).toEqual([
      ...['Mill', 'Bob', 'tea', 'Assam'],
    ]);
    expect(await registry.findRelated('person', 1)).toEqual([
      { entity: 'Bob', relationship: 'is_a(inverse)', distance: 1 },
      { entity: 'Ana', relationship: 'is_a(inverse)', distance: 1 },
    ]);
    expect(await registry.findRelated('Zoe')).toEqual([]);
  });

  it('refuses a distance out of bounds', async () => {
    const { registry } = await newKnowledge();
    for (const distance of [0, 11, 1.5]) {
      const find = registry.findRelated('Ana', distance);
      await expect(find).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe('a merge', () => {
  it('gives the target all that is known of the source, with its dates', async () => {
    const { kg, registry } = await newKnowledge();
    await kg.addEntity('Annie', 'person');
    await kg.addEntity('Ana', 'person');
    await kg.add('Annie', 'works_at', 'Mill', { validFrom: '2019-01-01', validTo: '2020-01-01' });
    await kg.add('Bob', 'knows', 'Annie', { validFrom: '2018-01-01' });
    expect(await registry.merge('Annie', 'Ana')).toBe(true);
    const facts = await kg.query('Ana');
    expect(facts.map(({ valid_from, valid_to }) => [valid_from, valid_to])).toEqual([
      ['2018-01-01', null],
      ['2019-01-01', '2020-01-01'],
    ]);
    expect((await kg.query('Ana', { asOf: '2019-06-01' })).length).toBe(2);
    expect(await registry.resolve('annie')).toBe('Ana');
    expect(await registry.getEntity('Ana')).toMatchObject({ aliases: ['Annie'], fact_count: 2 });
  });

  it('moves the aliases of the source, and is harmless again and the other way round', async () => {
    const dimension = await newKnowledge();
    const { kg, registry } = dimension;
    await kg.addEntity('Ana', 'person');
    await registry.addSynonym('Nan', 'Annie');
    expect(await registry.merge('Nan', 'Ana')).toBe(true);
    const before = await eventsOf(dimension);
    expect([await registry.merge('Nan', 'Ana'), await registry.merge('Ana', 'Annie')]).toEqual([
      ...[true, true],
    ]);
    expect(await eventsOf(dimension)).toBe(before);
    const asked = ['Nan', 'Annie', 'Ana'];
    expect(await Promise.all(asked.map((name) => registry.resolve(name)))).toEqual([
      ...['Ana', 'Ana', 'Ana'],
    ]);
  });

  it('of a name that is not registered is false and changes nothing', async () => {
    const dimension = await newKnowledge();
    const { kg, registry } = dimension;
    await kg.addEntity('Ana', 'person');
    const before = await eventsOf(dimension);
    expect([await registry.merge('Zoe', 'Ana'), await registry.merge('Ana', 'Zoe')]).toEqual([
      ...[false, false],
    ]);
    expect(await eventsOf(dimension)).toBe(before);
  });
});

describe('a suggestion to merge', () => {
  it('names those that are spelled alike or of whom the same is said', async () => {
    const { kg, registry } = await newKnowledge();
    for (const name of ['Elisabeth Moor', 'Elizabeth Moor', 'Liz', 'Zoe', 'Bob']) {
      await kg.add(name, 'is_a', 'person');
    }
    for (const name of ['Liz', 'Zoe']) {
      await kg.add(name, 'works_at', 'Mill');
      await kg.add(name, 'likes', 'tea');
    }
    expect(await registry.suggestMerge()).toEqual([
      ['Liz', 'Zoe', 1],
      ['Elisabeth Moor', 'Elizabeth Moor', 0.9286],
    ]);
    expect(await registry.suggestMerge(0.95)).toEqual([['Liz', 'Zoe', 1]]);
    await registry.merge('Liz', 'Zoe');
    expect((await registry.suggestMerge()).length).toBe(1);
  });

  it('leaves others their turn where a thousand names begin alike', async () => {
    const { kg, registry } = await newKnowledge();
    const names = Array.from({ length: 1_000 }, (_, index) => `Customer ${String(index)}`);
    await kg.batchAdd(names.map((subject) => ({ subject, predicate: 'is_a', object: 'person' })));
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    expect((await registry.suggestMerge()).length).toBe(1_000);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(10);
  });

  it('is none where all are told apart by what they are only', async () => {
    const { kg, registry } = await newKnowledge();
    for (const name of ['Ana', 'Bob']) await kg.add(name, 'is_a', 'person');
    expect(await registry.suggestMerge(0.5)).toEqual([]);
    for (const bad of [-1, 2, Number.NaN]) {
      const suggest = registry.suggestMerge(bad);
      await expect(suggest).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe('research', () => {
  it('knows nothing that was not said here', async () => {
    const { registry } = await newKnowledge();
    expect(await registry.research('Paris')).toEqual({
      ...{ word: 'Paris', inferred_type: 'unknown', confidence: 0, confirmed: false },
    });
  });

  it('tells a guess from what was confirmed', async () => {
    const dimension = await newKnowledge();
    const { kg, registry } = dimension;
    await kg.add('Paris', 'is_a', 'person', { confidence: 0.6 });
    expect(await registry.research('PARIS')).toMatchObject({
      ...{ inferred_type: 'person', confidence: 0.6, confirmed: false },
    });
    const confirmed = { word: 'Paris', inferred_type: 'city', confidence: 1, confirmed: true };
    expect(await registry.confirmResearch('Paris', 'City')).toEqual(confirmed);
    expect(await registry.research('Paris')).toEqual(confirmed);
    const current = await kg.query('Paris', { predicate: 'is_a', currentOnly: true });
    expect(current.map(({ object }) => object)).toContain('city');
    const before = await eventsOf(dimension);
    await registry.confirmResearch('Paris', 'city');
    expect(await eventsOf(dimension)).toBe(before);
    await expect(registry.confirmResearch('Paris', '')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
