/** The small world that events of the property tests are about: few names, so that they collide. */
import fc from 'fast-check';
import { streamOf, type StreamKind } from '../../events/index.js';
import { IDENTITY } from './replicas.js';

export const stream = (kind: StreamKind, ...names: string[]): string =>
  streamOf(IDENTITY.key, kind, ...names);

const ENTITY_IDS = ['ent_0123456789abcdefghjkmnpqrs', 'note-1', 'note-2'];
const REALMS = ['alpha', 'beta'];
const DOMAINS = ['decisions', 'ideas'];
export const TRIPLES = [
  { subject: 'Ada', predicate: 'works_at', object: 'Mill' },
  { realm: 'alpha', subject: 'ada ', predicate: 'works_at', object: '“Mill”' },
];
export const TERMS = ['ada', 'al'];
const TUNNEL_IDS = ['0123456789abcdef', 'fedcba9876543210'];
export const TUNNEL_ENDS = [
  { realm: 'alpha', domain: 'ideas' },
  { realm: 'beta', domain: 'ideas' },
] as const;
export const PERSONAS = ['coder', 'architect'];
export const SOURCE_KEYS = ['file:host:/notes.md', 'repo:abc:README.md'];
export const NODE_LINES = [
  'decided to use sqlite|Ada;Grace|→note-1,note-2',
  '"東京都の天気は晴れです"||2024-01-01:L1-L9|→note-2',
  `${'a long topic '.repeat(90)}||→note-1`,
];
const CONTENTS = [
  'The quick brown fox jumps over the lazy dog.',
  'the quick brown fox jumps over the lazy dog.',
  'Wir haben uns für SQLite entschieden, weil Schlüssel und Größe stimmen.',
  '東京都の天気は晴れです。 Привет, мир!',
  'Alice told Bob that Alina moved.',
  'Alicia met Bob; Alina said no.',
  '…\u0000🙂',
  Array.from({ length: 120 }, (_, n) => `Paragraph ${String(n)}: foxes and dogs.\n\n`).join(''),
];

export const SOURCE_STREAMS = SOURCE_KEYS.map((key) => stream('source', key));
export const ENTITY_STREAMS = ENTITY_IDS.map((id) => stream('entity', id));
export const FACT_STREAMS = TRIPLES.map(({ realm = '', ...triple }) =>
  stream('fact', realm, ...Object.values(triple)),
);

/** Every stream that the arbitraries write to, but for odd ones. */
export const STREAMS: readonly string[] = [
  ...ENTITY_STREAMS,
  ...FACT_STREAMS,
  ...REALMS.map((realm) => stream('realm', realm)),
  ...REALMS.flatMap((realm) => DOMAINS.map((domain) => stream('domain', realm, domain))),
  ...TUNNEL_IDS.map((id) => stream('tunnel', id)),
  stream('gateway', 'alpha', 'Ada', 'Mill'),
  ...TERMS.flatMap((key) => [stream('term', key), stream('person', key)]),
  ...SOURCE_STREAMS,
  ...['theme', 'embedder', 'persona', 'identity'].map((key) => stream('setting', key)),
  ...PERSONAS.map((name) => stream('persona', name)),
  stream('dimension', ''),
  stream('replica', 'a'),
];

export const pick = <Value>(values: readonly Value[]): fc.Arbitrary<Value> =>
  fc.constantFrom(...values);
export const optional = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

export const entityId = pick(ENTITY_IDS);
export const realm = pick(REALMS);
export const domain = pick(DOMAINS);
export const content = pick(CONTENTS);
export const timeMs = fc.integer({ min: 0, max: 9_999 });
export const metadata = fc.dictionary(
  pick(['a', 'b', '7', 'toString']),
  pick([null, 1, 0.5, 'x', true, ['y', null], { z: {} }]),
  { noNullPrototype: true },
);
export const instant = pick([
  ...['2024-01-01', '2024-03-01', '2024-03-01T12:00:00Z', '2024-06-30', '2025-01-01'],
]);
export const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
export const hex32 = pick(['0a'.repeat(16), 'ff'.repeat(16)]);
export const described = pick(['', 'What we decided', 'Was wir beschlossen']);

export const tunnelId = pick(TUNNEL_IDS);

/** Machines that dig the same tunnel may each begin at another end. */
export const dug = fc
  .record({
    tunnel_id: tunnelId,
    isTurned: fc.boolean(),
    memories: fc.tuple(optional(entityId), optional(entityId)),
    label: pick(['', 'same cause', 'see also']),
  })
  .map(({ isTurned, memories, ...rest }) => {
    const ends = TUNNEL_ENDS.map((end, at) => {
      const entity_id = memories[at];
      return entity_id === undefined ? end : { ...end, entity_id };
    });
    const [source, target] = isTurned ? ends.toReversed() : ends;
    return { ...rest, source, target, kind: 'explicit' as const };
  });
