/** One row an interval of a triple. */
import { describe, expect, it } from 'vitest';
import { endInstant, factKey, factsAbout, startInstant, type Db } from '../../projections/index.js';
import {
  factAmended,
  factAsserted,
  factEnded,
  factRetracted,
  given,
  undone,
} from '../support/given.js';

const FACTS = 'SELECT fact_id, valid_from, valid_to, source FROM facts ORDER BY fact_id';
const fact = (id: string, from: string | null, to: string | null, source = '') => ({
  fact_id: id,
  valid_from: from,
  valid_to: to,
  source,
});

describe('a fact', () => {
  it('holds until further notice', () => {
    given()
      .when(factAsserted('f1', { valid_from: '2024-01-01' }))
      .then(FACTS, [fact('f1', '2024-01-01', null)]);
  });

  it('said again for a time within its own is one, and takes the source said last', () => {
    given(factAsserted('f1', { valid_from: '2024-01-01' }))
      .when(
        factAsserted('f2', { valid_from: '2024-06-01', source: 'a letter' }),
        factAsserted('f3', { valid_from: '2024-01-01', valid_to: '2024-02-01', source: 'another' }),
      )
      .then(FACTS, [fact('f1', '2024-01-01', null, 'another')]);
  });

  it('keeps what it has where nothing is said of it', () => {
    given(factAsserted('f1', { source: 'a letter', confidence: 0.5, source_file: 'a.md' }))
      .when(factAsserted('f2', { source: '' }), factAmended('f2', { adapter_name: 'chat' }))
      .then('SELECT fact_id, source, confidence, source_file, adapter_name FROM facts', [
        {
          ...{ fact_id: 'f1', source: 'a letter', confidence: 0.5 },
          ...{ source_file: 'a.md', adapter_name: 'chat' },
        },
      ]);
  });

  it('learns its start, but not from what is said of a part of its time', () => {
    given(factAsserted('f1'))
      .when(factAsserted('f2', { valid_from: '2024-01-01', valid_to: '2024-02-01' }))
      .then(FACTS, [fact('f1', null, null)]);
    given(factAsserted('f1'))
      .when(factAsserted('f2', { valid_from: '2024-01-01' }))
      .then(FACTS, [fact('f1', '2024-01-01', null)]);
  });

  it('said without a start is the one that holds at the moment of speaking', () => {
    given(factAsserted('f1', { valid_from: '1960-01-01' }))
      .when(factAsserted('f2'))
      .then(FACTS, [fact('f1', '1960-01-01', null)]);
  });

  it('said for times that do not meet is two', () => {
    given(factAsserted('f1', { valid_from: '2024-01-01', valid_to: '2024-02-01' }))
      .when(factAsserted('f2', { valid_from: '2024-02-02' }))
      .then(FACTS, [fact('f1', '2024-01-01', '2024-02-01'), fact('f2', '2024-02-02', null)]);
  });

  it('said for a time that only overlaps its own is two', () => {
    given(factAsserted('f1', { valid_from: '2024-01-01', valid_to: '2024-02-01' }))
      .when(factAsserted('f2', { valid_from: '2024-02-01' }), factAsserted('f3'))
      .then(FACTS, [
        fact('f1', '2024-01-01', '2024-02-01'),
        fact('f2', '2024-02-01', null),
        fact('f3', null, null),
      ]);
  });

  it('is found by subject and by object, whatever their case and spaces', () => {
    given(factAsserted('f1'))
      .when(factAsserted('f2', { valid_from: '2030-01-01' }))
      .then((db: Db) => [factsAbout(db, ' ADA').length, factsAbout(db, 'mill').length], [1, 1]);
  });

  it('that was undone makes room for the one that it had swallowed', () => {
    given(factAsserted('f1'), factAsserted('f2'))
      .when(undone(0))
      .then(FACTS, [fact('f2', null, null)]);
  });
});

describe('an amendment', () => {
  it('changes what it says, also under the id of what was known already', () => {
    given(factAsserted('f1', { source: 'a letter' }), factAsserted('f2'))
      .when(factAmended('f2', { valid_from: '2024-01-01', source: 'a call' }))
      .then(FACTS, [fact('f1', '2024-01-01', null, 'a call')]);
  });

  it('that would begin after the end changes nothing but the rest', () => {
    given(factAsserted('f1', { valid_to: '2024-01-01' }))
      .when(factAmended('f1', { valid_from: '2024-01-02', source: 'a call' }))
      .then(FACTS, [fact('f1', null, '2024-01-01', 'a call')]);
  });

  it('of nothing leaves nothing, and counts once there is something', () => {
    given()
      .when(factAmended('f1', { source: 'a call' }))
      .then(FACTS, []);
    given(factAmended('f1', { source: 'a call' }))
      .when(factAsserted('f1'))
      .then(FACTS, [fact('f1', null, null)]);
  });
});

describe('a retraction', () => {
  it('takes away the facts it names and no other', () => {
    given(
      factAsserted('f1', { valid_from: '2024-01-01', valid_to: '2024-02-01' }),
      factAsserted('f2', { valid_from: '2024-03-01' }),
    )
      .when(factRetracted(['f1']))
      .then(FACTS, [fact('f2', '2024-03-01', null)]);
  });

  it('takes away the fact in which the named one was known already', () => {
    given(factAsserted('f1'), factAsserted('f2'))
      .when(factRetracted(['f2']))
      .then(FACTS, []);
  });

  it('lets what is said after it stand', () => {
    given(factAsserted('f1'), factRetracted(['f1']))
      .when(factAsserted('f2'))
      .then(FACTS, [fact('f2', null, null)]);
  });

  it('that is undone brings the fact back', () => {
    given(factAsserted('f1'), factRetracted(['f1']))
      .when(undone(1))
      .then(FACTS, [fact('f1', null, null)]);
  });
});

describe('an end', () => {
  it('closes every interval that is open then', () => {
    given(
      factAsserted('f1', { valid_from: '2024-01-01', valid_to: '2024-02-01' }),
      factAsserted('f2', { valid_from: '2024-03-01' }),
    )
      .when(factEnded(['f2'], '2024-06-30'))
      .then(FACTS, [
        fact('f1', '2024-01-01', '2024-02-01'),
        fact('f2', '2024-03-01', '2024-06-30'),
      ]);
  });

  it('closes the interval into which another was merged', () => {
    given(factAsserted('f1'), factAsserted('f2', { valid_from: '2024-01-01' }))
      .when(factEnded(['f2'], '2024-06-30'))
      .then(FACTS, [fact('f1', '2024-01-01', '2024-06-30')]);
  });

  it('before the start leaves the interval as it is', () => {
    given(factAsserted('f1', { valid_from: '2024-03-01' }))
      .when(factEnded(['f1'], '2024-01-01'))
      .then(FACTS, [fact('f1', '2024-03-01', null)]);
  });

  it('that comes later than an earlier one does not open it again', () => {
    given(factAsserted('f1'), factEnded(['f1'], '2024-01-01'))
      .when(factEnded(['f1'], '2024-06-30'))
      .then(FACTS, [fact('f1', null, '2024-01-01')]);
  });

  it('makes room for the fact to hold again', () => {
    given(factAsserted('f1'), factEnded(['f1'], '2024-01-01'))
      .when(factAsserted('f2', { valid_from: '2025-01-01' }))
      .then(FACTS, [fact('f1', null, '2024-01-01'), fact('f2', '2025-01-01', null)]);
  });

  it('of nothing leaves nothing', () => {
    given()
      .when(factEnded(['f1'], '2024-01-01'))
      .then(FACTS, []);
  });

  it('that is undone lets the fact go on', () => {
    given(factAsserted('f1'), factEnded(['f1'], '2024-01-01'))
      .when(undone(1))
      .then(FACTS, [fact('f1', null, null)]);
  });
});

describe('the words of a fact', () => {
  it('begin and end with their day when they name no second', () => {
    expect(startInstant('2024-01-01')).toBe('2024-01-01T00:00:00Z');
    expect(endInstant('2024-01-01')).toBe('2024-01-01T23:59:59Z');
    expect(startInstant('2024-01-01T10:00:00Z')).toBe('2024-01-01T10:00:00Z');
    expect(endInstant('2024-01-01T10:00:00Z')).toBe('2024-01-01T10:00:00Z');
  });

  it('are compared without case, spaces and quotes', () => {
    expect(factKey('  Ada  O’Neill ')).toBe('ada_oneill');
    expect(factKey("ADA O'NEILL")).toBe('ada_oneill');
  });
});
