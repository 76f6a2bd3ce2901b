/** Handles that stay open while others write: what they answer of names and facts is of now. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { exchange, newKnowledge, secondMachine } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

const TEXT = "Alexandr's brother is Bella. Alexander met Bela.";

async function knownBy(dimension: Dimension): Promise<unknown> {
  return {
    all: await dimension.kg.find(),
    page: await dimension.kg.find(null, { limit: 1, offset: 1 }),
    alex: await dimension.kg.find('Alex'),
    timeline: await dimension.kg.timeline('Alexander'),
    stats: await dimension.kg.stats(),
    issues: await dimension.checkText(TEXT),
    people: await dimension.getPeopleMap(),
    entity: await dimension.registry.getEntity('Al'),
    related: await dimension.registry.findRelated('Alex'),
  };
}

async function expectFresh(dimension: Dimension): Promise<void> {
  const { dimension: fresh } = open(dimension.path);
  expect(await knownBy(dimension)).toEqual(await knownBy(fresh));
  await fresh.close();
}

describe('a handle that stays open', () => {
  it('sees every change that another one makes of names and facts', async () => {
    const dimension = await newKnowledge();
    const { dimension: writer } = open(dimension.path);
    const steps = [
      () => writer.kg.add('Alex', 'knows', 'Bela'),
      () => writer.kg.add('Alexander', 'knows', 'Bela'),
      () => writer.setPeopleMap({ Alex: 'Alexander' }),
      () => writer.kg.add('Al', 'knows', 'Bela'),
      () => writer.registry.addSynonym('Al', 'Alex'),
      () => writer.kg.addEntity('Bella', 'person'),
      () => writer.kg.add('Alexander', 'brother_of', 'Bella', { validTo: '2020-01-01' }),
      () => writer.setPeopleMap({ Bella: 'Bela' }),
      () => writer.kg.invalidate('Alex', 'knows', 'Bela'),
      () => writer.setPeopleMap({}),
      () => writer.addEntity('a', 'x', 'A memory says nothing of names.'),
    ];
    for (const step of steps) {
      await step();
      await expectFresh(dimension);
    }
  });

  it('sees names that another machine joined before, once they arrive', async () => {
    const one = await newKnowledge();
    await one.kg.add('Alex', 'knows', 'Bela');
    const other = await secondMachine(one);
    await knownBy(one);
    await other.kg.add('Alexander', 'knows', 'Bela');
    await other.registry.addSynonym('Alex', 'Alexander');
    await one.kg.add('Al', 'knows', 'Bela');
    await one.registry.addSynonym('Al', 'Alex');
    await knownBy(one);
    exchange(one, other);
    expect((await one.kg.query('Al')).length).toBe((await other.kg.query('Alexander')).length);
    await expectFresh(one);
    await expectFresh(other);
  });

  it('counts the names of config.json as they are there now', async () => {
    const dimension = await newKnowledge();
    await dimension.kg.add('Alexander', 'knows', 'Bela');
    const path = join(process.env.ALT_MEMORY_HOME ?? '', 'config.json');
    const resolved = async (map: object): Promise<string | undefined> => {
      writeFileSync(path, JSON.stringify({ people_map: map }));
      return (await dimension.kg.find('Alex')).resolved_as;
    };
    expect(await resolved({ Alex: 'Alexander' })).toBe('Alexander');
    expect(await resolved({ Alex: 'Alexandra' })).toBe('Alexandra');
    expect(await resolved({})).toBeUndefined();
    expect(await resolved({ Alex: 'Alexander' })).toBe('Alexander');
    await dimension.kg.add('Alex', 'knows', 'Bela');
    expect((await dimension.kg.query('Alexander')).length).toBe(1);
    await expectFresh(dimension);
  });
});
