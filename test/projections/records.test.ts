/** A record is a memory that knows its writer; what of it the views keep, and in which order. */
import { describe, it } from 'vitest';
import { streamOf, type EventDataOf } from '../../events/index.js';
import {
  countRecords,
  listAgents,
  recordsOf,
  storyRows,
  weightiest,
  type Db,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import {
  entityAdded,
  entityDeleted,
  entityMoved,
  entityRestored,
  entityRevised,
  given,
  undone,
} from '../support/given.js';
import { IDENTITY } from '../support/replicas.js';

function recordWritten(id: string, data: Partial<EventDataOf<'RecordWritten'>> = {}): NewEvent {
  const defaults: EventDataOf<'RecordWritten'> = {
    entity_id: id,
    realm: 'agent_ada',
    domain: 'record',
    content: `text of ${id}`,
    agent: 'Ada',
    agent_key: 'ada',
    kind: 'record',
    layer: 0,
    topic: 'general',
    date: '2026-05-31',
  };
  const stream = streamOf(IDENTITY.key, 'entity', id);
  return { type: 'RecordWritten', stream, data: { ...defaults, ...data } };
}

const idsOf =
  (filter: Partial<Parameters<typeof recordsOf>[1]> = {}) =>
  (db: Db): string[] =>
    recordsOf(db, { agent: 'ada', kind: 'record', ...filter }, 10).map(({ id }) => id);
const story = (realm?: string) => (db: Db) =>
  [...storyRows(db, weightiest(db, 10, realm))].map(({ id, weight }) => [id, weight]);

describe('a record', () => {
  it('is a memory whose metadata say who wrote it, about what, and when', () => {
    given()
      .when(recordWritten('r1', { metadata: { mood: 'dry', agent: 'nobody' } }))
      .then('SELECT id, realm, domain, content, metadata, agent, kind, layer FROM entities', [
        {
          id: 'r1',
          realm: 'agent_ada',
          domain: 'record',
          content: 'text of r1',
          metadata: JSON.stringify({
            ...{ mood: 'dry', agent: 'Ada', topic: 'general', type: 'record', layer: 'L0' },
            date: '2026-05-31',
          }),
          ...{ agent: 'ada', kind: 'record', layer: 0 },
        },
      ]);
  });

  it('is found by its words', () => {
    given(recordWritten('r1', { content: 'lighthouse keeper' }))
      .when(recordWritten('r2'))
      .then(
        `SELECT id FROM keywords JOIN entities ON num = keywords.rowid
         WHERE keywords MATCH 'lighthouse'`,
        [{ id: 'r1' }],
      );
  });

  it('stays its writer’s when it is moved, changed, deleted and brought back', () => {
    given(recordWritten('r1'))
      .when(entityMoved('r1', 'beta', 'ideas'), entityRevised('r1', { content: 'changed' }))
      .then(idsOf({ realm: 'beta' }), ['r1']);
    given(recordWritten('r1')).when(entityDeleted('r1')).then(idsOf(), []);
    given(recordWritten('r1'), entityDeleted('r1'))
      .when(entityRestored('r1'))
      .then(idsOf(), ['r1']);
    given(recordWritten('r1'), recordWritten('r2')).when(undone(0)).then(idsOf(), ['r2']);
  });

  it('is no record any more when another memory takes its id', () => {
    given(recordWritten('r1'))
      .when(entityAdded('r1', { content: 'other' }))
      .then(idsOf(), []);
  });
});

describe('an agent’s records', () => {
  const past = { created_at: 500 };

  it('come newest first, and of one moment those of the later event first', () => {
    given(recordWritten('r1', past), recordWritten('r2', past))
      .when(
        recordWritten('r3', { created_at: 100 }),
        recordWritten('r4'),
        recordWritten('r5', past),
      )
      .then(idsOf(), ['r4', 'r5', 'r2', 'r1', 'r3']);
  });

  it('are chosen by realm, layer and topic, and counted', () => {
    const steps = [
      recordWritten('r1', { realm: 'work', topic: 'debug' }),
      recordWritten('r2', { layer: 1, topic: 'summary' }),
      recordWritten('r3', { kind: 'layer_entry', layer: 1 }),
      recordWritten('r4', { agent: 'Bo', agent_key: 'bo', realm: 'work' }),
    ] as const;
    given(...steps.slice(0, 3))
      .when(steps[3])
      .then(idsOf({ realm: 'work' }), ['r1']);
    given(...steps.slice(0, 3))
      .when(steps[3])
      .then(idsOf({ layer: 1 }), ['r2']);
    given(...steps.slice(0, 3))
      .when(steps[3])
      .then(idsOf({ topic: 'debug' }), ['r1']);
    given(...steps.slice(0, 3))
      .when(steps[3])
      .then((db: Db) => countRecords(db, { agent: 'ada', kind: 'record' }), 2);
    given(...steps.slice(0, 3))
      .when(steps[3])
      .then(listAgents, [
        { name: 'ada', entries: 3, lastMs: 3_000, realms: ['agent_ada', 'work'] },
        { name: 'bo', entries: 1, lastMs: 4_000, realms: ['work'] },
      ]);
  });
});

describe('the story', () => {
  it('has the weightiest first, and newer ones first where they weigh alike', () => {
    given(entityAdded('e1'), entityAdded('e2', { metadata: { importance: 5 } }))
      .when(entityAdded('e3'), entityAdded('e4', { metadata: { weight: 'critical' } }))
      .then(story(), [
        ...[
          ['e4', 5],
          ['e2', 5],
        ],
        ...[
          ['e3', 3],
          ['e1', 3],
        ],
      ]);
  });

  it('takes the first key that is there, else the stars of the text', () => {
    given(
      entityAdded('e1', { metadata: { emotional_weight: 1, priority: 2, importance: 4 } }),
      entityAdded('e2', { metadata: { importance: 'odd', weight: 9 }, content: '★' }),
    )
      .when(
        entityAdded('e3', { content: 'PATTERN:a|★★' }),
        entityAdded('e4', { content: '★'.repeat(9) }),
        entityAdded('e5', { metadata: { priority: '2.5' } }),
      )
      .then(story(), [
        ...[
          ['e4', 5],
          ['e1', 4],
        ],
        ...[
          ['e2', 3],
          ['e5', 2.5],
        ],
        ['e3', 2],
      ]);
  });

  it('leaves out bookkeeping, swept messages and what was deleted', () => {
    given(
      entityAdded('e1', { metadata: { ingest_mode: 'registry' } }),
      entityAdded('e2', { metadata: { ingest_mode: 'sweep', importance: 5 } }),
    )
      .when(entityAdded('e3'), entityAdded('e4'), entityDeleted('e3'))
      .then(story(), [['e4', 3]]);
  });

  it('is of one realm when that is asked for, and follows a revision', () => {
    given(entityAdded('e1', { realm: 'beta' }), entityAdded('e2'))
      .when(entityRevised('e1', { metadata: { importance: 'high' } }))
      .then(story('beta'), [['e1', 4]]);
  });
});
