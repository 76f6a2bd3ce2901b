/** One event of every type, with every optional field. Golden files are made of them. */
import { encodeReference, streamOf, type EventDataOf, type EventName } from '../../events/index.js';

export const EXAMPLE_KEY = Buffer.alloc(32, 0x4b);

const ENTITY = 'ent_0123456789abcdefghjkmnpqrs';
const DIMENSION_ID = 'd0'.repeat(16);
const REFERENCE = encodeReference({
  replica: '1a'.repeat(16),
  seq: 3,
  digest: Buffer.from('0102030405060708', 'hex'),
});

export const EXAMPLE_DATA: { readonly [Name in EventName]: EventDataOf<Name> } = {
  DimensionCreated: { dimension_id: DIMENSION_ID, release: '0.1.0' },
  DimensionAdopted: { dimension_id: 'd1'.repeat(16), key: Buffer.alloc(32, 0x21) },
  ReplicaForked: {
    old: '1a'.repeat(16),
    from: 7,
    lost: Buffer.alloc(32, 0x22),
    new: '2b'.repeat(16),
    first: 1,
  },
  EntityAdded: {
    entity_id: ENTITY,
    realm: 'work',
    domain: 'decisions',
    content: 'We chose SQLite. 決めた 🎉',
    metadata: { tags: ['db', 'ünïcode'], score: 0.25, big: 9007199254740991, deep: { a: [null] } },
    source_file: 'notes/2026.md',
    created_at: 1_767_225_600_000,
    updated_at: 1_767_225_600_001,
    origin: 'import',
  },
  EntityRevised: { entity_id: ENTITY, content: 'We chose SQLite for good.', metadata: { x: null } },
  EntityMoved: { entity_id: ENTITY, realm: 'work', domain: 'history' },
  EntityDeleted: { entity_id: ENTITY, reason: 'user' },
  EntityRestored: { entity_id: ENTITY },
  RealmDescribed: { name: 'work', description: 'What we do for a living' },
  RealmDeleted: { name: 'work' },
  DomainDescribed: { realm: 'work', name: 'decisions', description: '' },
  DomainDeleted: { realm: 'work', name: 'decisions' },
  FactAsserted: {
    fact_id: 'fact_1',
    realm: 'work',
    subject: 'Ada',
    predicate: 'works_at',
    object: 'Mill',
    subject_key: 'ada',
    object_key: 'mill',
    valid_from: '2026-01-01',
    valid_to: '2026-06-30T12:00:00Z',
    source: 'ent_1',
    confidence: 0.9,
  },
  FactEnded: { fact_ids: ['fact_1', 'fact_2'], ended: '2026-03-01' },
  SourceMined: {
    source_key: 'repo:abc:README.md',
    source_file: 'README.md',
    host: 'host-1',
    mode: 'projects',
    realm: 'work',
    domain: 'general',
    hash: 'ab'.repeat(16),
    size_bytes: 5_000_000_000,
    mtime_ms: 1_767_225_600_000,
    normalize_version: 1,
    layout: [[ENTITY, 1, 12]],
    added: 1,
    removed: 0,
  },
  NodesBuilt: {
    source_file: 'README.md',
    realm: 'work',
    domain: 'general',
    lines: [`decided to use sqlite|Ada;Grace|2026-01-01:L1-L12|→${ENTITY}`],
    generated_by: 'llm:small',
    date: '2026-01-01',
    normalize_version: 2,
  },
  NodesPurged: { source_file: 'README.md' },
  SettingChanged: { key: 'search.limit', value: [1, { on: true }] },
  EmbedderChosen: { requested: 'auto', name: 'minilm', space: 'minilm-l6-v2' },
  Undone: { events: [REFERENCE] },
  Redone: { events: [REFERENCE] },
  Erased: { digests: [Buffer.alloc(32, 0x23)], whole_stream: false },
};

/** The stream that each example is written to. */
export function exampleStream(name: EventName): string {
  const streams: Partial<Record<EventName, string>> = {
    DimensionCreated: streamOf(EXAMPLE_KEY, 'dimension', ''),
    DimensionAdopted: streamOf(EXAMPLE_KEY, 'dimension', ''),
    ReplicaForked: streamOf(EXAMPLE_KEY, 'replica', '1a'.repeat(16)),
    RealmDescribed: streamOf(EXAMPLE_KEY, 'realm', 'work'),
    RealmDeleted: streamOf(EXAMPLE_KEY, 'realm', 'work'),
    DomainDescribed: streamOf(EXAMPLE_KEY, 'domain', 'work', 'decisions'),
    DomainDeleted: streamOf(EXAMPLE_KEY, 'domain', 'work', 'decisions'),
    FactAsserted: streamOf(EXAMPLE_KEY, 'fact', 'work', 'ada', 'works_at', 'mill'),
    FactEnded: streamOf(EXAMPLE_KEY, 'fact', 'work', 'ada', 'works_at', 'mill'),
    SourceMined: streamOf(EXAMPLE_KEY, 'source', 'repo:abc:README.md'),
    NodesBuilt: streamOf(EXAMPLE_KEY, 'source', 'repo:abc:README.md'),
    NodesPurged: streamOf(EXAMPLE_KEY, 'source', 'repo:abc:README.md'),
    SettingChanged: streamOf(EXAMPLE_KEY, 'setting', 'search.limit'),
    EmbedderChosen: streamOf(EXAMPLE_KEY, 'setting', 'embedder'),
  };
  return streams[name] ?? streamOf(EXAMPLE_KEY, 'entity', ENTITY);
}
