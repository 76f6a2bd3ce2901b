import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dimension } from '../../../src/index.js';
import { filesIn } from '../../support/dimensions.js';
import { newKnowledge } from '../../support/knowledge.js';

afterEach(() => vi.unstubAllEnvs());

/** What {@link Dimension.checkText} finds, without the sentences for people. */
async function issues(dimension: Dimension, text: string): Promise<unknown[]> {
  const found = await dimension.checkText(text);
  return found.map((issue) => {
    const { detail, ...rest } = issue;
    expect(detail).toMatch(/\w.*[.?]$/);
    return rest;
  });
}

describe('a name in a text', () => {
  const known = async (): Promise<Dimension> => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Marianne', 'likes', 'green tea');
    await kg.add('Jonas', 'knows', 'Bob');
    await kg.addEntity('Marianna', 'person');
    return dimension;
  };

  it('is similar when it is a known name within two letters of another', async () => {
    const dimension = await known();
    expect(await issues(dimension, 'Is (MARIANNE) here? Yes, Marianne’s here.')).toEqual([
      { type: 'similar_name', names: ['Marianne', 'Marianna'], distance: 1 },
    ]);
    await dimension.kg.add('Marianne Smith', 'likes', 'green teas');
    expect(await issues(dimension, 'We had green\n tea.')).toEqual([
      { type: 'similar_name', names: ['green tea', 'green teas'], distance: 1 },
    ]);
  });

  it('is not similar to a name in the same text, nor as part of a word', async () => {
    const dimension = await known();
    await dimension.kg.add('Jonathan', 'is', 'x');
    expect(await issues(dimension, 'Marianne and Marianna.')).toEqual([]);
    expect(await issues(dimension, 'Jonas, Mariannes, Bobo and nobody else.')).toEqual([]);
  });

  it('is not similar when it is short', async () => {
    const dimension = await newKnowledge();
    await dimension.kg.add('1.0', 'follows', '2.0');
    await dimension.kg.add('Ann', 'knows', 'Anna');
    expect(await issues(dimension, 'Version 1.0 by Ann. 2.1')).toEqual([]);
    expect(await issues(dimension, 'By Anna.')).toEqual([]);
  });

  it('is not similar to another name of the same person, but to variants of others', async () => {
    const dimension = await newKnowledge();
    await dimension.setPeopleMap({ Alexa: 'Alexandra', Alexis: 'Alexios' });
    await dimension.registry.addSynonym('Alexandru', 'Alexandra');
    expect(await issues(dimension, 'Alexandra came.')).toEqual([]);
    expect(await issues(dimension, 'Alexa came.')).toEqual([
      { type: 'similar_name', names: ['Alexa', 'Alexis'], distance: 2 },
    ]);
  });
});

describe('a claim in a text', () => {
  const MISMATCH = {
    type: 'relationship_mismatch',
    entity: 'Bob',
    claim: { predicate: 'brother', object: 'Alice' },
    kg_fact: { predicate: 'business_partner', object: 'Alice' },
  };

  it.each([
    'Bob is Alice’s brother.',
    "Yesterday Bob is Alice's brother, they say.",
    "Alice's brother is Bob.",
    "(Alice's brother is Bob Yesterday)",
  ])('is a mismatch when something else is known of both: %s', async (text) => {
    const dimension = await newKnowledge();
    await dimension.kg.add('Bob', 'business_partner', 'Alice');
    expect(await issues(dimension, text)).toEqual([MISMATCH]);
    expect(await issues(dimension, `${text} ${text}`)).toEqual([MISMATCH]);
  });

  it.each([
    ['王伟', '李娜'],
    ['राम', 'सीता'],
    ['محمد', 'ليلى'],
    ['E\u0301lise', 'Åsa'],
  ])('may be about names of any script: %s', async (subject, object) => {
    const dimension = await newKnowledge();
    await dimension.kg.add(subject, 'business_partner', object);
    for (const text of [
      `${subject} is ${object}'s brother.`,
      `${object}'s brother is ${subject}`,
    ]) {
      expect(await dimension.checkText(text), text).toMatchObject([
        { type: 'relationship_mismatch', entity: subject.normalize(), claim: { object } },
      ]);
    }
  });

  it('is none when it is known, whatever else is', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Bob', 'business_partner', 'Alice');
    await kg.add('Bob', 'is brother of', 'Alice');
    expect(await issues(dimension, "Bob is Alice's brother.")).toEqual([]);
  });

  it('is none by how names are filed, by what ended, or by what nobody said', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    for (const predicate of ['is_a', 'found_in', 'merged_into', 'alias']) {
      await kg.add('Bob', predicate, 'Alice');
    }
    await kg.add('Bob', 'boss', 'Alice', { validTo: '2020-01-01' });
    await kg.add('Alice', 'boss', 'Bob');
    expect(await issues(dimension, "Bob is Alice's brother. Zoe is Yan's sister.")).toEqual([]);
    expect(await issues(dimension, "bob is Alice's brother. Bob is Alice's ex.")).toEqual([]);
  });

  it('is stale when it was true and is no longer', async () => {
    const dimension = await newKnowledge();
    const { kg } = dimension;
    await kg.add('Bob', 'manager', 'Alice', { validFrom: '2019-01-01', validTo: '2020-01-01' });
    await kg.add('Bob', 'manager', 'Alice', { validFrom: '2021-01-01', validTo: '2022-06-30' });
    const stale = { type: 'stale_fact', entity: 'Bob', valid_to: '2022-06-30' };
    expect(await issues(dimension, "Bob is Alice's manager.")).toEqual([stale]);
    await kg.add('Bob', 'friend', 'Alice');
    expect((await dimension.checkText("Bob is Alice's manager.")).map(({ type }) => type)).toEqual([
      ...['relationship_mismatch', 'stale_fact'],
    ]);
    await kg.add('Bob', 'manager', 'Alice');
    expect(await issues(dimension, "Bob is Alice's manager.")).toEqual([]);
  });

  it('is not stale before it begins or while its end is to come', async () => {
    const dimension = await newKnowledge();
    await dimension.kg.add('Bob', 'manager', 'Alice', { validFrom: '2999-01-01' });
    await dimension.kg.add('Eve', 'manager', 'Alice', { validTo: '2999-01-01' });
    const text = "Bob is Alice's manager. Eve is Alice's manager.";
    expect(await issues(dimension, text)).toEqual([]);
  });

  it('is read in every script, in names of several words and by all names', async () => {
    const dimension = await newKnowledge();
    await dimension.setPeopleMap({ Bobby: 'Élie Ångström' });
    await dimension.kg.add('Élie Ångström', 'rival', 'Иван Петров');
    const found = {
      type: 'relationship_mismatch',
      claim: { predicate: 'друг', object: 'Иван Петров' },
      kg_fact: { predicate: 'rival', object: 'Иван Петров' },
    };
    const text = (name: string): string => `${name} is Иван Петров's друг.`;
    for (const name of ['Élie Ångström', 'Bobby']) {
      expect(await issues(dimension, text(name))).toContainEqual({ ...found, entity: name });
    }
  });
});

describe('checking a text', () => {
  it('leaves no event and no file', async () => {
    const dimension = await newKnowledge();
    await dimension.kg.add('Marianne', 'knows', 'Marianna');
    const before = [(await dimension.status()).log.events, filesIn(dimension.path, '.')];
    await dimension.checkText("Marianne is Marianna's sister.");
    expect([(await dimension.status()).log.events, filesIn(dimension.path, '.')]).toEqual(before);
  });

  it('ends soon for the longest text, however its marks and words repeat', async () => {
    const dimension = await newKnowledge();
    await dimension.kg.add('Bob', 'business_partner', 'Alice');
    const filled = (part: string): string => part.repeat(99_990 / part.length);
    const texts = ['!', 'A-', 'Aa-', 'A--', 'Ab1-'].map((part) => `A${filled(part)}a`);
    for (const text of texts) expect(await dimension.checkText(text)).toEqual([]);
    expect(await issues(dimension, "Half-Bob is Alice's brother.")).toEqual([]);
  });

  it('refuses a blank text and one of more than 100,000 characters', async () => {
    const dimension = await newKnowledge();
    await expect(dimension.checkText(' ')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const long = dimension.checkText('a '.repeat(50_001));
    await expect(long).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});
