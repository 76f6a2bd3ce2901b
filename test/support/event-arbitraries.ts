/**
 * Events about a small world, so that histories collide: a few memories, realms, triples, sources
 * and settings. The table must name every event type that carries data: a new type without an
 * arbitrary does not compile, and the law is then tested for it as well.
 */
import fc from 'fast-check';
import { streamOf, type EventName, type StreamKind } from '../../events/index.js';
import type { NewEvent } from '../../replay/index.js';
import { IDENTITY, type OddEvent } from './replicas.js';

export type MarkerName = 'Undone' | 'Redone' | 'Erased';
type DataName = Exclude<EventName, MarkerName>;
export type DataEvent<Name extends DataName = DataName> = Extract<NewEvent, { type: Name }>;

const stream = (kind: StreamKind, ...names: string[]): string =>
  streamOf(IDENTITY.key, kind, ...names);

const ENTITY_IDS = ['ent_0123456789abcdefghjkmnpqrs', 'note-1', 'note-2'];
const REALMS = ['alpha', 'beta'];
const DOMAINS = ['decisions', 'ideas'];
const TRIPLES = [
  { subject: 'Ada', predicate: 'works_at', object: 'Mill' },
  { realm: 'alpha', subject: 'ada ', predicate: 'works_at', object: '“Mill”' },
];
const SOURCE_KEYS = ['file:host:/notes.md', 'repo:abc:README.md'];
const CONTENTS = [
  'The quick brown fox jumps over the lazy dog.',
  'the quick brown fox jumps over the lazy dog.',
  'Wir haben uns für SQLite entschieden, weil Schlüssel und Größe stimmen.',
  '東京都の天気は晴れです。 Привет, мир!',
  '…\u0000🙂',
  'Alice told Bob that Alina moved.',
  'Alicia met Bob; Alina said no.',
  Array.from({ length: 120 }, (_, n) => `Paragraph ${String(n)}: foxes and dogs.\n\n`).join(''),
];

export const ENTITY_STREAMS = ENTITY_IDS.map((id) => stream('entity', id));
const FACT_STREAMS = TRIPLES.map(({ realm = '', ...triple }) =>
  stream('fact', realm, ...Object.values(triple)),
);

/** Every stream that the arbitraries write to, but for odd ones. */
export const STREAMS: readonly string[] = [
  ...ENTITY_STREAMS,
  ...FACT_STREAMS,
  ...REALMS.map((realm) => stream('realm', realm)),
  ...REALMS.flatMap((realm) => DOMAINS.map((domain) => stream('domain', realm, domain))),
  ...SOURCE_KEYS.map((key) => stream('source', key)),
  ...['theme', 'embedder'].map((key) => stream('setting', key)),
  stream('dimension', ''),
  stream('replica', 'a'),
];

const pick = <Value>(values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const entityId = pick(ENTITY_IDS);
const realm = pick(REALMS);
const domain = pick(DOMAINS);
const content = pick(CONTENTS);
const timeMs = fc.integer({ min: 0, max: 9_999 });
const metadata = fc.dictionary(
  pick(['a', 'b', '7', 'toString']),
  pick([null, 1, 0.5, 'x', true, ['y', null], { z: {} }]),
  { noNullPrototype: true },
);
const instant = pick([
  ...['2024-01-01', '2024-03-01', '2024-03-01T12:00:00Z', '2024-06-30', '2025-01-01'],
]);
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hex32 = pick(['0a'.repeat(16), 'ff'.repeat(16)]);
const described = pick(['', 'What we decided', 'Was wir beschlossen']);

type Data<Name extends DataName> = fc.Arbitrary<DataEvent<Name>['data']>;

/** An event of that type, on the stream that its data names. */
function of<Name extends DataName>(
  type: Name,
  streamFor: (data: DataEvent<Name>['data']) => string,
  data: Data<Name>,
): fc.Arbitrary<DataEvent<Name>> {
  return data.map((value) => {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return { type, stream: streamFor(value), data: Object.fromEntries(entries) };
  }) as fc.Arbitrary<DataEvent<Name>>;
}

const entityOf = (data: { entity_id: string }): string => stream('entity', data.entity_id);
const realmOf = (data: { name: string }): string => stream('realm', data.name);
const domainOf = (data: { realm: string; name: string }): string => {
  return stream('domain', data.realm, data.name);
};

const layout = fc.array(
  fc.tuple(entityId, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  { maxLength: 3 },
);

/** A fact's data is made for one triple; its ids collide, also between machines. */
const asserted = fc
  .record({
    triple: pick(TRIPLES),
    fact_id: pick(['fact-1', 'fact-2', 'fact-3']),
    valid_from: optional(instant),
    valid_to: optional(instant),
    source: optional(pick(['', 'a letter'])),
    confidence: optional(pick([0, 0.25, 1])),
  })
  .map(({ triple, ...rest }) => ({
    ...triple,
    ...rest,
    subject_key: triple.subject.toLowerCase(),
    object_key: triple.object.toLowerCase(),
  }));

const DATA_EVENTS: { readonly [Name in DataName]: fc.Arbitrary<DataEvent<Name>> } = {
  DimensionCreated: of(
    'DimensionCreated',
    () => stream('dimension', ''),
    fc.record({ dimension_id: hex32, release: pick(['0.1.0', '']) }),
  ),
  DimensionAdopted: of(
    'DimensionAdopted',
    () => stream('dimension', ''),
    fc.record({ dimension_id: hex32, key: bytes32 }),
  ),
  ReplicaForked: of(
    'ReplicaForked',
    () => stream('replica', 'a'),
    fc.record({
      old: hex32,
      from: fc.constant(3),
      lost: bytes32,
      new: hex32,
      first: fc.constant(1),
    }),
  ),
  EntityAdded: of(
    'EntityAdded',
    entityOf,
    fc.record({
      entity_id: entityId,
      realm,
      domain,
      content,
      metadata: optional(metadata),
      source_file: optional(pick(['', 'notes.md'])),
      created_at: optional(timeMs),
      updated_at: optional(timeMs),
      origin: optional(pick(['add', 'batch', 'import', 'mine', 'hook'] as const)),
    }) as Data<'EntityAdded'>,
  ),
  EntityRevised: of(
    'EntityRevised',
    entityOf,
    fc.record({
      entity_id: entityId,
      content: optional(content),
      metadata: optional(metadata),
    }) as Data<'EntityRevised'>,
  ),
  EntityMoved: of('EntityMoved', entityOf, fc.record({ entity_id: entityId, realm, domain })),
  EntityDeleted: of(
    'EntityDeleted',
    entityOf,
    fc.record({
      entity_id: entityId,
      reason: pick(['user', 'sync', 'dedup', 'remine', 'cascade'] as const),
    }),
  ),
  EntityRestored: of('EntityRestored', entityOf, fc.record({ entity_id: entityId })),
  RealmDescribed: of('RealmDescribed', realmOf, fc.record({ name: realm, description: described })),
  RealmDeleted: of('RealmDeleted', realmOf, fc.record({ name: realm })),
  DomainDescribed: of(
    'DomainDescribed',
    domainOf,
    fc.record({ realm, name: domain, description: described }),
  ),
  DomainDeleted: of('DomainDeleted', domainOf, fc.record({ realm, name: domain })),
  FactAsserted: of(
    'FactAsserted',
    ({ realm: within = '', subject, predicate, object }) =>
      stream('fact', within, subject, predicate, object),
    asserted as Data<'FactAsserted'>,
  ),
  FactEnded: fc
    .record({
      stream: pick(FACT_STREAMS),
      fact_ids: fc.uniqueArray(pick(['fact-1', 'fact-2']), { minLength: 1 }),
      ended: instant,
    })
    .map(({ stream: of, ...data }) => ({ type: 'FactEnded', stream: of, data })),
  SourceMined: of(
    'SourceMined',
    (data) => stream('source', data.source_key),
    fc.record({
      source_key: pick(SOURCE_KEYS),
      source_file: pick(['/notes.md', 'README.md']),
      host: optional(pick(['host-1'])),
      mode: pick(['projects', 'convos', 'extract', 'text', 'record', 'sweep'] as const),
      realm,
      domain,
      hash: hex32,
      size_bytes: timeMs,
      mtime_ms: optional(timeMs),
      normalize_version: fc.constant(1),
      layout,
      added: fc.nat({ max: 3 }),
      removed: fc.nat({ max: 3 }),
    }) as Data<'SourceMined'>,
  ),
  SettingChanged: of(
    'SettingChanged',
    (data) => stream('setting', data.key),
    fc.record({ key: fc.constant('theme'), value: pick([null, 0, 'dark', ['a'], { b: null }]) }),
  ),
  EmbedderChosen: of(
    'EmbedderChosen',
    () => stream('setting', 'embedder'),
    fc.record({
      requested: fc.constant('minilm'),
      name: pick(['minilm', 'words']),
      space: pick(['s-1', 's-2']),
    }),
  ),
};

/** Any data event; those with the most interplay come most often. */
export const dataEvent: fc.Arbitrary<DataEvent> = fc.oneof(
  { weight: 12, arbitrary: DATA_EVENTS.EntityAdded },
  { weight: 5, arbitrary: DATA_EVENTS.EntityRevised },
  { weight: 5, arbitrary: DATA_EVENTS.EntityDeleted },
  { weight: 3, arbitrary: DATA_EVENTS.EntityRestored },
  { weight: 8, arbitrary: DATA_EVENTS.FactAsserted },
  { weight: 4, arbitrary: DATA_EVENTS.FactEnded },
  ...(Object.values(DATA_EVENTS) as fc.Arbitrary<DataEvent>[]).map((arbitrary) => {
    return { weight: 1, arbitrary };
  }),
);

type Reference = Extract<NewEvent, { type: 'Undone' }>['data']['events'][number];

export function marking(
  type: 'Undone' | 'Redone',
  on: string,
  events: Reference[],
): Extract<NewEvent, { type: 'Undone' | 'Redone' }> {
  return type === 'Undone'
    ? { type, stream: on, data: { events } }
    : { type, stream: on, data: { events } };
}

const raw = (event: NewEvent): OddEvent => ({ v: 1, ...event });

/** What another release, or a broken one, may have written. */
export const oddEvent: fc.Arbitrary<OddEvent> = fc.oneof(
  fc.record({
    type: pick(['FutureThing', 'RecordWritten', 'constructor', '__proto__']),
    v: fc.constant(1),
    stream: pick([...STREAMS, 'record:1']),
    data: fc.constant({ anything: [1, null, 'x'] }),
  }),
  dataEvent.map((event) => ({ ...raw(event), v: 99 })),
  dataEvent.map((event) => ({ ...raw(event), data: { ...event.data, surplus: 1 } })),
  fc.tuple(dataEvent, pick(STREAMS)).map(([event, other]) => ({ ...raw(event), stream: other })),
  // What is no event at all, in a frame that is whole.
  dataEvent.map((event) => ({ ...raw(event), v: 0 })),
  fc.record({
    type: pick(['Undone', 'Redone', 'Erased']),
    v: pick([1, 2]),
    stream: pick(STREAMS),
    data: fc.constant({ events: 'none', digests: 1, whole_stream: 'yes' }),
  }),
);
