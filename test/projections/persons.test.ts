/** The persons that memories tell of, in the order in which the log came to know them. */
import { describe, expect, it } from 'vitest';
import { findPersons, namesInUse, personNames, type Db } from '../../projections/index.js';
import { entityAdded, entityDeleted, entityRevised, given, undone } from '../support/given.js';

const ten = (db: Db): string[] => namesInUse(db, 10);

describe('the names of persons', () => {
  it('come in the order of the events that named them, and of the text', () => {
    given(entityAdded('e1', { content: 'Zoe told Bob.' }))
      .when(entityAdded('e2', { content: 'Alice met Bob and Zoe.' }))
      .then(personNames, ['Zoe', 'Bob', 'Alice']);
  });

  it('stay when their memory is revised or deleted, but are not in use any more', () => {
    given(entityAdded('e1', { content: 'Zoe told us.' }))
      .when(entityRevised('e1', { content: 'Alice told us.' }))
      .then(personNames, ['Zoe', 'Alice']);
    given(entityAdded('e1', { content: 'Zoe told us.' }))
      .when(entityDeleted('e1'))
      .then(personNames, ['Zoe']);
    given(entityAdded('e1', { content: 'Zoe told us.' }))
      .when(entityDeleted('e1'))
      .then(ten, []);
  });

  it('go when the event that named them is undone', () => {
    given(entityAdded('e1', { content: 'Zoe told us.' }))
      .when(undone(0))
      .then(personNames, []);
  });

  it('are counted where they live', () => {
    given(
      entityAdded('e1', { content: 'Zoe told us.' }),
      entityAdded('e2', { content: 'Bob told Alice.' }),
    )
      .when(entityAdded('e3', { content: 'Bob told us again.' }))
      .then(ten, ['Bob', 'Alice', 'Zoe']);
  });
});

const namesIn = (text: string): string[] => findPersons(text).map(({ name }) => name);

describe('a person', () => {
  it.each([
    ['Alice told us', ['Alice']],
    ['ask Dr. Chen, Mrs Élodie and Captain Łukasz', ['Chen', 'Élodie', 'Łukasz']],
    ['Riley (18) and Ike (in town)', ['Riley', 'Ike']],
    ['Ben is a former contributor; Kai was our lead.', ['Ben', 'Kai']],
    ['Eve has two kids named Rex and Bo', ['Eve', 'Rex', 'Bo']],
    ['twins: Rex', []],
    ['three cats — Rex & Bo, Ike', ['Rex', 'Bo', 'Ike']],
    ["Alice's dog told Bob's cat", []],
    ['Alice said it. Alice is in love with Jean-Luc', ['Alice', 'Alice', 'Jean-Luc']],
    [
      "Alice and Ike met, she thanked O'Brien and Zoë. Ike said",
      ['Alice', 'Ike', "O'Brien", 'Zoë', 'Ike'],
    ],
    ['Alice slept. We met Bob.', []],
    ['Alice told us. We met Bob.', ['Alice']],
  ])('is found by what is said of it: %s', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it.each([
    'Login freezes on Safari 18.2',
    'The API told us; GraphQL wants a schema, Python3 runs, Docker runs, foo_Bar told',
    'Mexico, Lisa, Inc and Corp',
    'Monday is a good day, May I go?',
    'Team decided, Everyone said, Users want',
    'ALICE TOLD BOB',
  ])('is nobody in %j', (text) => {
    expect(namesIn(text)).toEqual([]);
  });

  it('is found in a long text in time that grows with it', () => {
    const text = 'Alice told Bob; x met Eve. Fox, Cat, '.repeat(25_000);
    const start = performance.now();
    expect(findPersons(text).length).toBe(50_000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('is found across a wide gap as across a blank, in a time that grows with it', () => {
    const gap = ' \t'.repeat(50_000);
    expect(namesIn(`Alice said so. Alice${gap},${gap}Xob fell`)).toEqual(['Alice', 'Alice', 'Xob']);
    expect(namesIn(`Alice said so. Alice${gap}Xob fell`)).toEqual(['Alice', 'Alice']);
  });
});
