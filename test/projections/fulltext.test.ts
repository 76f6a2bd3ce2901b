/** The indexes follow the text: nothing is found by words that are no longer there. */
import { describe, expect, it } from 'vitest';
import { reindexAll, type Db } from '../../projections/index.js';
import {
  entityAdded,
  entityDeleted,
  entityRestored,
  entityRevised,
  given,
  undone,
} from '../support/given.js';

/** Ids by keyword, ids by passage term, and the terms of which the vocabulary counts any. */
const found = (word: string) => (db: Db) => {
  const keywords = db.all<{ id: string }>(
    'SELECT id FROM keywords JOIN entities ON num = keywords.rowid WHERE keywords MATCH ?',
    word,
  );
  const passages = db.all<{ id: string }>(
    `SELECT DISTINCT id FROM passage_terms JOIN passages ON label = passage_terms.rowid
     JOIN entities ON num = entity WHERE passage_terms MATCH ?`,
    word,
  );
  const counted = db.get<{ doc: number }>(
    'SELECT doc FROM passage_vocabulary WHERE term = ?',
    word,
  );
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();
  return { keywords: ids(keywords), passages: ids(passages), counted: counted?.doc ?? 0 };
};
const nothing = { keywords: [], passages: [], counted: 0 };
const only = (...ids: string[]) => ({ keywords: ids, passages: ids, counted: ids.length });

const zebra = entityAdded('e1', { content: 'a zebra crossed' });
const giraffe = { content: 'a giraffe crossed' };

describe('the text of a memory', () => {
  it('is found once it is added', () => {
    given(zebra)
      .when(entityAdded('e2', { content: 'zebra' }))
      .then(found('zebra'), only('e1', 'e2'));
  });

  it('is not found by the words that a revision replaced', () => {
    given(zebra).when(entityRevised('e1', giraffe)).then(found('zebra'), nothing);
    given(zebra)
      .when(entityRevised('e1', giraffe))
      .then(found('giraff'), {
        ...nothing,
        ...{ passages: ['e1'], counted: 1 },
      });
    given(zebra)
      .when(entityRevised('e1', giraffe))
      .then(found('cross'), {
        ...nothing,
        ...{ passages: ['e1'], counted: 1 },
      });
  });

  it('is not found by the words that another add replaced', () => {
    given(zebra).when(entityAdded('e1', giraffe)).then(found('zebra'), nothing);
  });

  it('is not found once the memory is deleted, nor through a later revision', () => {
    given(zebra).when(entityDeleted('e1')).then(found('zebra'), nothing);
    given(zebra, entityDeleted('e1'))
      .when(entityRevised('e1', { content: 'zebra again' }))
      .then(found('zebra'), nothing);
  });

  it('is found again once it is restored', () => {
    given(zebra, entityDeleted('e1')).when(entityRestored('e1')).then(found('zebra'), only('e1'));
  });

  it('is not found once its add is undone', () => {
    given(zebra).when(undone(0)).then(found('zebra'), nothing);
  });

  it('has one passage a memory when it is short, and none once it is gone', () => {
    const count = 'SELECT count(*) AS passages FROM passages';
    given(zebra)
      .when(entityRevised('e1', giraffe))
      .then(count, [{ passages: 1 }]);
    given(zebra)
      .when(entityDeleted('e1'))
      .then(count, [{ passages: 0 }]);
  });

  it('is found the same after the indexes were filled again', () => {
    given(zebra, entityAdded('e2', { content: 'zebra' }), entityDeleted('e2'))
      .when(entityAdded('e3', { content: 'zebra too' }))
      .then(
        (db: Db) => {
          expect(reindexAll(db)).toBe(2);
          return found('zebra')(db);
        },
        only('e1', 'e3'),
      );
  });
});
