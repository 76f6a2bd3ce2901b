/**
 * Events about a small world, so that histories collide: a few memories, realms, triples, sources
 * and settings. The table must name every event type that carries data: a new type without an
 * arbitrary does not compile, and the law is then tested for it as well.
 */
import fc from 'fast-check';
import type { EventName } from '../../events/index.js';
import type { NewEvent } from '../../replay/index.js';
import {
  stream,
  TRIPLES,
  TERMS,
  TUNNEL_ENDS,
  PERSONAS,
  SOURCE_KEYS,
  NODE_LINES,
  SOURCE_STREAMS,
  FACT_STREAMS,
  STREAMS,
  pick,
  optional,
  entityId,
  realm,
  domain,
  content,
  timeMs,
  metadata,
  instant,
  bytes32,
  hex32,
  described,
  tunnelId,
  dug,
} from './event-pools.js';
import type { OddEvent } from './replicas.js';
export { ENTITY_STREAMS, STREAMS } from './event-pools.js';

export type MarkerName = 'Undone' | 'Redone' | 'Erased';
type DataName = Exclude<EventName, MarkerName>;
export type DataEvent<Name extends DataName = DataName> = Extract<NewEvent, { type: Name }>;

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

/** An event on a stream that its data does not name. */
function onStream<Name extends DataName>(
  type: Name,
  on: string,
  data: Readonly<Record<string, unknown>>,
): DataEvent<Name> {
  const entries = Object.entries(data).filter(([, part]) => part !== undefined);
  return { type, stream: on, data: Object.fromEntries(entries) } as DataEvent<Name>;
}

const entityOf = (data: { entity_id: string }): string => stream('entity', data.entity_id);
const realmOf = (data: { name: string }): string => stream('realm', data.name);
const domainOf = (data: { realm: string; name: string }): string => {
  return stream('domain', data.realm, data.name);
};

const ofTerm = ({ key }: { key: string }): string => stream('term', key);
const ofPerson = ({ key }: { key: string }): string => stream('person', key);
const term = pick(TERMS);
/** What is said of a fact besides its triple. */
const details = {
  source: optional(pick(['', 'a letter', 'a call'])),
  confidence: optional(pick([0, 0.25, 1])),
  source_file: optional(pick(['notes.md'])),
  source_entity_id: optional(entityId),
  source_node: optional(pick(['node-1'])),
  adapter_name: optional(pick(['chat'])),
};
const factIds = fc.uniqueArray(pick(['fact-1', 'fact-2']), { minLength: 1 });
const tunnelOf = (data: { tunnel_id: string }): string => stream('tunnel', data.tunnel_id);

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
    ...details,
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
  RecordWritten: of(
    'RecordWritten',
    entityOf,
    fc.record({
      entity_id: entityId,
      realm,
      domain,
      content,
      agent: pick(['Ada-2', 'ada 2']),
      agent_key: pick(['ada_2', 'bo']),
      kind: pick(['record', 'layer_entry'] as const),
      layer: fc.integer({ min: 0, max: 3 }),
      topic: pick(['general', 'summary']),
      date: optional(pick(['2024-01-01'])),
      metadata: optional(metadata),
      source_file: optional(pick(['', 'notes.md'])),
      created_at: optional(timeMs),
      updated_at: optional(timeMs),
      origin: optional(pick(['hook', 'import'] as const)),
    }) as Data<'RecordWritten'>,
  ),
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
      fact_ids: factIds,
      ended: instant,
    })
    .map(({ stream: of, ...data }) => ({ type: 'FactEnded', stream: of, data })),
  FactAmended: fc
    .record({
      stream: pick(FACT_STREAMS),
      fact_id: pick(['fact-1', 'fact-2', 'fact-3']),
      valid_from: optional(instant),
      ...details,
    })
    .map(({ stream: of, ...data }) => {
      const given = Object.entries(data).filter(([, value]) => value !== undefined);
      return { type: 'FactAmended', stream: of, data: Object.fromEntries(given) };
    }) as fc.Arbitrary<DataEvent<'FactAmended'>>,
  FactRetracted: fc
    .record({ stream: pick(FACT_STREAMS), fact_ids: factIds })
    .map(({ stream: of, ...data }) => ({ type: 'FactRetracted', stream: of, data })),
  TermDefined: of(
    'TermDefined',
    ofTerm,
    fc.record({
      key: term,
      name: pick(['Ada', 'Al']),
      type: pick(['unknown', 'person']),
      properties: metadata,
    }) as Data<'TermDefined'>,
  ),
  AliasSet: of(
    'AliasSet',
    ofTerm,
    fc.record({ key: term, alias: pick(['Ada', 'Al']), canonical_key: term, canonical: term }),
  ),
  PersonNamed: of(
    'PersonNamed',
    ofPerson,
    fc.record({ key: term, variant: pick(['Ada', 'Al']), canonical_key: term, canonical: term }),
  ),
  PersonForgotten: of('PersonForgotten', ofPerson, fc.record({ key: term, variant: term })),
  TunnelDug: of('TunnelDug', tunnelOf, dug as Data<'TunnelDug'>),
  TunnelUpdated: of(
    'TunnelUpdated',
    tunnelOf,
    fc.record({
      tunnel_id: tunnelId,
      source: pick(TUNNEL_ENDS),
      label: optional(pick(['', 'another label'])),
      source_entity_id: optional(entityId),
      target_entity_id: optional(entityId),
    }) as Data<'TunnelUpdated'>,
  ),
  TunnelClosed: of(
    'TunnelClosed',
    tunnelOf,
    fc.record({ tunnel_id: tunnelId, reason: pick(['user', 'cascade', 'stale'] as const) }),
  ),
  GatewayDismissed: of(
    'GatewayDismissed',
    () => stream('gateway', 'alpha', 'Ada', 'Mill'),
    fc.record({
      gateway_id: pick(['gateway_alpha_Ada_Mill_1', 'gateway_alpha_Ada_Mill_2']),
      realm: fc.constant('alpha'),
      entity_a: fc.constant('Ada'),
      entity_b: fc.constant('Mill'),
    }),
  ),
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
  NodesBuilt: fc
    .record({
      stream: pick(SOURCE_STREAMS),
      source_file: pick(['/notes.md', 'README.md']),
      realm,
      domain,
      lines: fc.array(pick(NODE_LINES), { minLength: 1, maxLength: 4 }),
      generated_by: optional(pick(['llm:small'])),
      date: optional(pick(['2024-01-01', '2024-03-01'])),
      normalize_version: fc.constant(2),
    })
    .map(({ stream: on, ...data }) => onStream('NodesBuilt', on, data)),
  NodesPurged: fc
    .record({ stream: pick(SOURCE_STREAMS), source_file: pick(['/notes.md', 'README.md']) })
    .map(({ stream: on, ...data }) => onStream('NodesPurged', on, data)),
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
  PersonaDefined: of(
    'PersonaDefined',
    (data) => stream('persona', data.name),
    fc.record({
      name: pick(PERSONAS),
      system_prompt: optional(pick(['', 'Be brief.'])),
      description: optional(described),
      metadata: optional(metadata),
    }) as Data<'PersonaDefined'>,
  ),
  PersonaDeleted: of(
    'PersonaDeleted',
    (data) => stream('persona', data.name),
    fc.record({ name: pick(PERSONAS) }),
  ),
  PersonaActivated: of(
    'PersonaActivated',
    () => stream('setting', 'persona'),
    fc.record({ name: pick([...PERSONAS, '']) }),
  ),
  IdentitySet: of(
    'IdentitySet',
    () => stream('setting', 'identity'),
    fc.record({ text: pick(['', 'I am Ada.', 'I am Bo.']) }),
  ),
};

/** Any data event; those with the most interplay come most often. */
export const dataEvent: fc.Arbitrary<DataEvent> = fc.oneof(
  { weight: 12, arbitrary: DATA_EVENTS.EntityAdded },
  { weight: 5, arbitrary: DATA_EVENTS.EntityRevised },
  { weight: 5, arbitrary: DATA_EVENTS.EntityDeleted },
  { weight: 3, arbitrary: DATA_EVENTS.EntityRestored },
  { weight: 3, arbitrary: DATA_EVENTS.RecordWritten },
  { weight: 8, arbitrary: DATA_EVENTS.FactAsserted },
  { weight: 4, arbitrary: DATA_EVENTS.FactEnded },
  { weight: 3, arbitrary: DATA_EVENTS.FactAmended },
  { weight: 2, arbitrary: DATA_EVENTS.FactRetracted },
  { weight: 3, arbitrary: DATA_EVENTS.TunnelDug },
  { weight: 2, arbitrary: DATA_EVENTS.TunnelUpdated },
  { weight: 2, arbitrary: DATA_EVENTS.TunnelClosed },
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
    type: pick(['FutureThing', 'LayerEntryWritten', 'constructor', '__proto__']),
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
