/** The knowledge graph: saying, ending and finding facts. */
import * as z from 'zod';
import type { Fact } from '../knowledge/fact.js';
import { defineOperation, DESTROYS, READS, WRITES_ONCE } from './operation.js';
import { fact, triple } from './shapes.js';

const date = z.string().describe('YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.');
const name = z.string().max(1_024);
const realm = z.string().optional();
const page = {
  limit: z.int().min(1).max(1_000).default(100).describe('At most this many facts.'),
  offset: z.int().min(0).default(0).describe('Facts to skip.'),
};

/** Without what nobody said: most facts have no provenance besides their source. */
const brief = (whole: Fact): Fact =>
  Object.fromEntries(
    Object.entries(whole).filter(([key, value]) => value !== null || key.startsWith('valid_')),
  ) as unknown as Fact;

export const kgAdd = defineOperation({
  name: 'kg_add',
  title: 'Add a fact',
  description:
    'Use for a relationship that holds for a time: subject, predicate, object. ' +
    'Saying it twice is one fact.',
  annotations: WRITES_ONCE,
  input: z.strictObject({
    ...triple,
    valid_from: date.optional(),
    valid_to: date.optional(),
    source: z.string().max(4_096).optional().describe('A file, a person, a URL.'),
    confidence: z.number().min(0).max(1).optional(),
    realm: realm.describe("A fact of that realm alone, such as a persona's."),
  }),
  output: z.object({ fact_id: z.string(), created: z.boolean(), fact }),
  async handler(dimension, { subject, predicate, object, ...input }) {
    const told = await dimension.kg.tell(
      { subject, predicate, object },
      {
        validFrom: input.valid_from,
        validTo: input.valid_to,
        source: input.source,
        realm: input.realm,
        confidence: input.confidence,
      },
    );
    return { ...told, fact: brief(told.fact) };
  },
});

export const kgQuery = defineOperation({
  name: 'kg_query',
  title: 'Query facts',
  description:
    'Use to see what is known about a name, as subject or object, newest first; ' +
    'as_of tells what held then.',
  annotations: READS,
  travels: true,
  input: z.strictObject({
    entity: name.optional().describe('A subject or object; all facts when absent.'),
    predicate: z.string().max(128).optional().describe('Only this relationship.'),
    as_of: date.optional().describe('What held at that second or on that day.'),
    all: z.boolean().default(false).describe('Every fact: only as_of counts besides.'),
    direction: z
      .enum(['outgoing', 'incoming', 'both'])
      .default('both')
      .describe('Where the name stands: outgoing = subject.'),
    current_only: z.boolean().default(false).describe('Only what holds now.'),
    realm: realm.describe('What holds in that realm: its facts and those of none.'),
    source: z.string().max(4_096).optional().describe('Only what was said there.'),
    ...page,
  }),
  output: z.object({
    entity: z.string().nullable(),
    predicate: z.string().nullable(),
    as_of: z.string().nullable(),
    direction: z.string(),
    resolved_as: z.string().optional().describe('What the name was taken for.'),
    facts: z.array(fact.extend({ direction: z.string().optional() })),
    count: z.int(),
    total: z.int(),
    has_more: z.boolean(),
  }),
  async handler(dimension, { all, as_of, current_only: currentOnly, limit, offset, ...input }) {
    const { direction, realm: within, source } = input;
    const bounds = { asOf: as_of, currentOnly, realm: within, source, limit, offset };
    const [entity, predicate] = all ? [] : [input.entity, input.predicate];
    const asked = all ? bounds : { ...bounds, predicate, direction };
    const { facts, ...found } = await dimension.kg.find(entity, asked);
    return {
      ...found,
      ...{ predicate: predicate ?? null, as_of: as_of ?? null, direction },
      ...{ facts: facts.map(brief), count: facts.length },
    };
  },
});

export const kgInvalidate = defineOperation({
  name: 'kg_invalidate',
  title: 'End a fact',
  description:
    'Use when a relationship no longer holds. Ends every open fact of that triple; when there is ' +
    'none, answers which of the subject hold.',
  annotations: DESTROYS,
  input: z.strictObject({
    ...triple,
    ended: date.optional().describe('When; now if absent.'),
    realm: realm.describe('Where the fact was said, if in a realm.'),
  }),
  output: z.object({
    invalidated: z.int(),
    ended: z.string(),
    facts: z.array(z.string()).describe('Ids of the facts that ended.'),
    candidates: z.array(fact).optional().describe('Current facts of the subject.'),
  }),
  async handler(dimension, { ended, realm: within, ...rest }) {
    const { candidates, ...done } = await dimension.kg.end(rest, { ended, realm: within });
    return { ...done, ...(candidates && { candidates: candidates.map(brief) }) };
  },
});

export const kgStats = defineOperation({
  name: 'kg_stats',
  title: 'Count facts',
  description: 'Use to see how much the knowledge graph holds and which relationships there are.',
  annotations: READS,
  travels: true,
  input: z.strictObject({}),
  output: z.object({
    total_facts: z.int(),
    unique_subjects: z.int(),
    unique_predicates: z.int(),
    entities: z.int(),
    current_facts: z.int(),
    expired_facts: z.int(),
    relationship_types: z.array(z.string()),
  }),
  async handler(dimension) {
    return dimension.kg.stats();
  },
});

export const kgTimeline = defineOperation({
  name: 'kg_timeline',
  title: 'Tell a timeline',
  description: 'Use for the story of a name, or of all: facts in the order in which they begin.',
  annotations: READS,
  travels: true,
  input: z.strictObject({
    entity: name.optional().describe('A subject or object; all facts when absent.'),
    realm: realm.describe('What holds in that realm: its facts and those of none.'),
    ...page,
  }),
  output: z.object({
    entity: z.string().nullable(),
    resolved_as: z.string().optional(),
    timeline: z.array(fact.extend({ direction: z.string().optional() })),
    count: z.int(),
    total: z.int(),
    has_more: z.boolean(),
  }),
  async handler(dimension, { entity, ...bounds }) {
    const { facts, ...found } = await dimension.kg.pageTimeline(entity, bounds);
    return { ...found, timeline: facts.map(brief), count: facts.length };
  },
});
