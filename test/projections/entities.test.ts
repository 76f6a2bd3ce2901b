/** What each event about a memory does to it. */
import { describe, it } from 'vitest';
import {
  entityAdded,
  entityDeleted,
  entityMoved,
  entityRestored,
  entityRevised,
  given,
  redone,
  undone,
} from '../support/given.js';

const LIVING = `SELECT id, realm, domain, content, metadata, created_ms, updated_ms
  FROM entities WHERE living = 1 ORDER BY id`;
const row = (id: string, changes: object = {}) => ({
  id,
  realm: 'alpha',
  domain: 'ideas',
  content: `text of ${id}`,
  metadata: '{}',
  created_ms: 1_000,
  updated_ms: 1_000,
  ...changes,
});

describe('a memory that was added', () => {
  it('is there with the time of its writer', () => {
    given()
      .when(entityAdded('e1'))
      .then(LIVING, [row('e1')]);
  });

  it('carries the times it came with', () => {
    given()
      .when(entityAdded('e1', { created_at: 5, updated_at: 7 }))
      .then(LIVING, [row('e1', { created_ms: 5, updated_ms: 7 })]);
  });

  it('changes nothing when it is living with equal content', () => {
    given(entityAdded('e1', { metadata: { a: 1 } }))
      .when(entityAdded('e1', { realm: 'beta', metadata: { b: 2 } }))
      .then(LIVING, [row('e1', { metadata: '{"a":1}' })]);
  });

  it('is replaced by one with other content, and keeps when it was created', () => {
    given(entityAdded('e1', { metadata: { a: 1 } }))
      .when(entityAdded('e1', { content: 'other', realm: 'beta' }))
      .then(LIVING, [row('e1', { content: 'other', realm: 'beta', updated_ms: 2_000 })]);
  });

  it('keeps its source file, and an empty one when there is none', () => {
    given(entityAdded('e1', { source_file: 'notes.md' }))
      .when(entityAdded('e2'))
      .then('SELECT id, source_file FROM entities ORDER BY id', [
        { id: 'e1', source_file: 'notes.md' },
        { id: 'e2', source_file: '' },
      ]);
  });
});

describe('a revision', () => {
  it('gives the memory other words', () => {
    given(entityAdded('e1'))
      .when(entityRevised('e1', { content: 'new words' }))
      .then(LIVING, [row('e1', { content: 'new words', updated_ms: 2_000 })]);
  });

  it('merges metadata at the top level, and null takes a key away', () => {
    given(entityAdded('e1', { metadata: { a: 1, b: { c: 1 }, d: 4 } }))
      .when(entityRevised('e1', { metadata: { a: null, b: { x: 2 }, e: 5 } }))
      .then(LIVING, [row('e1', { metadata: '{"b":{"x":2},"d":4,"e":5}', updated_ms: 2_000 })]);
  });

  it('stays invisible until the memory is added', () => {
    given()
      .when(entityRevised('e1', { content: 'too early' }))
      .then('SELECT * FROM entities', []);
  });

  it('that is older than the add leaves the added text as it is', () => {
    given(entityRevised('e1', { content: 'too early' }))
      .when(entityAdded('e1'))
      .then(LIVING, [row('e1', { created_ms: 2_000, updated_ms: 2_000 })]);
  });

  it('never revives a deleted memory', () => {
    given(entityAdded('e1'), entityDeleted('e1'))
      .when(entityRevised('e1', { content: 'hidden' }), entityMoved('e1', 'beta', 'x'))
      .then(LIVING, []);
  });
});

describe('a move', () => {
  it('puts the memory elsewhere', () => {
    given(entityAdded('e1'), entityAdded('e2'))
      .when(entityMoved('e1', 'beta', 'plans'))
      .then(LIVING, [
        row('e1', { realm: 'beta', domain: 'plans', updated_ms: 3_000 }),
        row('e2', { created_ms: 2_000, updated_ms: 2_000 }),
      ]);
  });

  it('of something that was never added leaves nothing', () => {
    given()
      .when(entityMoved('e1', 'beta', 'plans'))
      .then('SELECT * FROM entities', []);
  });
});

describe('a deletion', () => {
  it('takes the memory out of sight and leaves others', () => {
    given(entityAdded('e1'), entityAdded('e2'))
      .when(entityDeleted('e1'))
      .then(LIVING, [row('e2', { created_ms: 2_000, updated_ms: 2_000 })]);
  });

  it('twice is the same as once, and of nothing is nothing', () => {
    given(entityAdded('e1'), entityDeleted('e1'))
      .when(entityDeleted('e1'), entityDeleted('e2'))
      .then('SELECT id, living FROM entities', [{ id: 'e1', living: 0 }]);
  });

  it('is taken back by a later add, which keeps when the memory was created', () => {
    given(entityAdded('e1'), entityDeleted('e1'))
      .when(entityAdded('e1'))
      .then(LIVING, [row('e1', { updated_ms: 3_000 })]);
  });
});

describe('a restoration', () => {
  it('brings the memory back as it last was', () => {
    given(entityAdded('e1'), entityRevised('e1', { content: 'last words' }), entityDeleted('e1'))
      .when(entityRestored('e1'))
      .then(LIVING, [row('e1', { content: 'last words', updated_ms: 2_000 })]);
  });

  it('brings back what was revised while it was deleted', () => {
    given(entityAdded('e1'), entityDeleted('e1'), entityRevised('e1', { content: 'meanwhile' }))
      .when(entityRestored('e1'))
      .then(LIVING, [row('e1', { content: 'meanwhile', updated_ms: 3_000 })]);
  });

  it('of a living memory or of none changes nothing', () => {
    given(entityAdded('e1'))
      .when(entityRestored('e1'), entityRestored('e2'))
      .then(LIVING, [row('e1')]);
  });
});

describe('undoing', () => {
  it('takes a revision back', () => {
    given(entityAdded('e1'), entityRevised('e1', { content: 'wrong' }))
      .when(undone(1))
      .then(LIVING, [row('e1')]);
  });

  it('of the add leaves nothing of what built on it', () => {
    given(entityAdded('e1'), entityRevised('e1', { content: 'more' }))
      .when(undone(0))
      .then('SELECT * FROM entities', []);
  });

  it('of a deletion brings the memory back', () => {
    given(entityAdded('e1'), entityDeleted('e1'))
      .when(undone(1))
      .then(LIVING, [row('e1')]);
  });

  it('counts by the last that names an event', () => {
    given(entityAdded('e1'), entityDeleted('e1'), undone(1), redone(1))
      .when(undone(1))
      .then(LIVING, [row('e1')]);
    given(entityAdded('e1'), entityDeleted('e1'), undone(1), undone(1))
      .when(redone(1))
      .then(LIVING, []);
  });

  it('does not reach the marks themselves', () => {
    given(entityAdded('e1'), entityDeleted('e1'), undone(1))
      .when(undone(2))
      .then(LIVING, [row('e1')]);
  });
});
