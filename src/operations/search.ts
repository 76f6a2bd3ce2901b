/** Finding memories again. */
import * as z from 'zod';
import { sanitizeQuery } from '../search/sanitize-query.js';
import { MODES } from '../search/request.js';
import { defineOperation, READS } from './operation.js';
import { content, domainFilter, hit, realmFilter } from './shapes.js';

export const search = defineOperation({
  name: 'search',
  title: 'Search memories',
  description:
    'Use before stating anything about a person, project or past event. ' +
    'Finds memories by meaning and by words, best first.',
  annotations: READS,
  input: z.strictObject({
    query: z.string().min(1).max(10_000).describe('A question or words; one topic works best.'),
    n_results: z.int().min(1).max(100).default(10).describe('At most this many results.'),
    realm: realmFilter,
    domain: domainFilter,
    mode: z.enum(MODES).default('hybrid').describe('hybrid, vector (meaning) or keyword (words).'),
    explain: z.boolean().default(false).describe('Adds every number a rank came from.'),
  }),
  output: z.object({
    query: z.string(),
    mode: z.enum(MODES),
    filters: z.object({ realm: z.string().nullable(), domain: z.string().nullable() }),
    results: z.array(hit),
    count: z.int(),
    pending: z.int().describe('Passages without a vector yet: findable by their words only.'),
    fallback: z.literal('keyword_only').optional(),
    sanitized: z
      .object({
        method: z.string(),
        original_length: z.int(),
        clean_length: z.int(),
        clean_query: z.string(),
      })
      .optional(),
    warnings: z.array(z.string()),
  }),
  async handler(dimension, { query, n_results: limit, ...rest }) {
    const clean = sanitizeQuery(query);
    const isPlain = rest.mode === 'keyword' && /"|\b(AND|OR|NOT|NEAR)\b/.test(query);
    const asked = isPlain ? query : clean.cleanQuery;
    const { results, ...answer } = await dimension.searchAnswer(asked, { ...rest, limit });
    const hits = results.map(({ content: _, explanation, ...result }) => ({
      ...result,
      ...(explanation && { explanation: { ...explanation } }),
    }));
    const isCut = clean.wasSanitized && !isPlain;
    return {
      ...answer,
      query: asked,
      results: hits,
      count: hits.length,
      ...(isCut && {
        sanitized: {
          method: clean.method,
          original_length: clean.originalLength,
          clean_length: clean.cleanLength,
          clean_query: clean.cleanQuery,
        },
      }),
    };
  },
});

export const checkDuplicate = defineOperation({
  name: 'check_duplicate',
  title: 'Check for a duplicate',
  description:
    'Use before filing something that may be known already. ' +
    'Finds memories that say the same; equal text always counts.',
  annotations: READS,
  input: z.strictObject({
    content,
    threshold: z.number().min(0).max(1).default(0.9).describe('Similarity from which it counts.'),
  }),
  output: z.object({
    duplicate: z.boolean(),
    threshold: z.number(),
    matches: z.array(
      z.object({
        id: z.string(),
        realm: z.string(),
        domain: z.string(),
        similarity: z.number(),
        exact: z.boolean(),
        preview: z.string(),
      }),
    ),
    warnings: z.array(z.string()),
  }),
  async handler(dimension, { content: text, threshold }) {
    const found = await dimension.checkDuplicate(text, threshold);
    return { ...found, matches: found.matches.map(({ text: _, ...match }) => match) };
  },
});
