/** What nodes are, and which names mean the same. */
import { describe, it } from 'vitest';
import {
  allTerms,
  knowsPeople,
  listPeople,
  namesInOrder,
  termsOf,
  type Db,
} from '../../projections/index.js';
import {
  aliasSet,
  given,
  personForgotten,
  personNamed,
  termDefined,
  undone,
} from '../support/given.js';

const ada = { key: 'ada', name: 'Ada', type: 'person', properties: { born: 1815 } };
const row = { ...ada, properties: '{"born":1815}' };

describe('a term', () => {
  it('is what was said last', () => {
    given(termDefined({ ...ada, type: 'robot' }))
      .when(termDefined(ada))
      .then((db: Db) => termsOf(db, ['ada', 'bob']), [{ ...row, definedMs: 2_000 }]);
  });

  it('is what it was before, once that is undone', () => {
    given(termDefined(ada), termDefined({ ...ada, type: 'robot' }))
      .when(undone(1))
      .then(allTerms, [{ ...row, definedMs: 1_000 }]);
  });
});

const names = (db: Db): string[] =>
  namesInOrder(db).map(({ name, canonical }) => `${name} -> ${canonical}`);

describe('names that stand for others', () => {
  it('come in the order in which they were said', () => {
    given(personNamed('b', 'beth'), aliasSet('c', 'carl'))
      .when(aliasSet('a', 'anna'))
      .then(names, ['b -> beth', 'c -> carl', 'a -> anna']);
  });

  it('count as they were said last', () => {
    given(aliasSet('a', 'x'), personNamed('a', 'y'))
      .when(aliasSet('a', 'z'))
      .then(names, ['a -> y', 'a -> z']);
  });

  it('leave the definition of a term as it is, and the other way round', () => {
    given(termDefined(ada), aliasSet('ada', 'lovelace'))
      .when(termDefined({ ...ada, name: 'ADA' }))
      .then((db: Db) => [names(db), allTerms(db)[0]?.name], [['ada -> lovelace'], 'ADA']);
  });
});

describe('a variant of a name', () => {
  const people = (db: Db): unknown => [
    listPeople(db).map(({ variant }) => variant),
    knowsPeople(db),
  ];

  it('is unknown until people are named', () => {
    given().when(aliasSet('a', 'anna')).then(people, [[], false]);
  });

  it('is forgotten, and what is known stays known', () => {
    given(personNamed('al', 'alexander'), personNamed('beth', 'elizabeth'))
      .when(personForgotten('al'))
      .then(people, [['beth'], true]);
    given(personNamed('al', 'alexander')).when(personForgotten('al')).then(people, [[], true]);
  });

  it('stands for somebody again when it is named again, or when that is undone', () => {
    given(personNamed('al', 'alexander'), personForgotten('al'))
      .when(personNamed('al', 'alan'))
      .then(names, ['al -> alan']);
    given(personNamed('al', 'alexander'), personForgotten('al'))
      .when(undone(1))
      .then(names, ['al -> alexander']);
  });
});
