/** The knowledge graph in its first form. */
import * as z from 'zod';
import { defineOperation, DESTROYS, READS, WRITES_ONCE } from './operation.js';
import { fact, triple } from './shapes.js';

const date = z.string().describe('YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.');

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
    source: z.string().optional().describe('Where it was said: a file, a person, a URL.'),
    confidence: z.number().min(0).max(1).optional(),
  }),
  output: z.object({ fact_id: z.string(), created: z.boolean() }),
  async handler(dimension, { subject, predicate, object, ...input }) {
    return dimension.kg.add(
      { subject, predicate, object },
      {
        validFrom: input.valid_from,
        validTo: input.valid_to,
        source: input.source,
        confidence: input.confidence,
      },
    );
  },
});

export const kgQuery = defineOperation({
  name: 'kg_query',
  title: 'Query facts',
  description: 'Use to see what is known about a name, as subject or object, newest first.',
  annotations: READS,
  input: z.strictObject({
    entity: z.string().optional().describe('A subject or object; all facts when absent.'),
  }),
  output: z.object({ entity: z.string().nullable(), facts: z.array(fact), count: z.int() }),
  async handler(dimension, { entity }) {
    const facts = await dimension.kg.query(entity);
    return { entity: entity ?? null, facts, count: facts.length };
  },
});

export const kgInvalidate = defineOperation({
  name: 'kg_invalidate',
  title: 'End a fact',
  description: 'Use when a relationship no longer holds. Ends every open fact of that triple.',
  annotations: DESTROYS,
  input: z.strictObject({ ...triple, ended: date.optional().describe('When; now if absent.') }),
  output: z.object({ invalidated: z.int(), ended: z.string(), facts: z.array(z.string()) }),
  async handler(dimension, { ended, ...rest }) {
    return dimension.kg.invalidate(rest, { ended });
  },
});
