/** Finding memories again. */
import * as z from 'zod';
import { CANDIDATE_STRATEGIES, MODES } from '../search/request.js';
import { sanitizeQuery, sanitizing } from '../search/sanitize-query.js';
import { defineOperation, READS } from './operation.js';
import { content, domainFilter, hit, metadata, realmFilter } from './shapes.js';

/** What asks in the owner's query language: it means every word as it stands. */
const QUERY_LANGUAGE = /"|(?:^|\s)(?:AND|OR|NOT|NEAR)(?:\s|\(|$)/u;

export const search = defineOperation({
  name: 'search',
  title: 'Search memories',
  description:
    'Use before stating anything about a person, project or past event. ' +
    'Finds memories by meaning and by words, best first.',
  annotations: READS,
  travels: true,
  input: z.strictObject({
    query: z.string().min(1).max(10_000).describe('A question or words; one topic works best.'),
    n_results: z.int().min(1).max(100).default(10).describe('At most this many results.'),
    realm: realmFilter,
    domain: domainFilter,
    mode: z.enum(MODES).default('hybrid').describe('hybrid, vector (meaning) or keyword (words).'),
    max_distance: z
      .number()
      .min(0)
      .max(2)
      .default(0)
      .describe('Only what is so near by meaning, 0 to 2; 0 for any.'),
    candidate_strategy: z
      .enum(CANDIDATE_STRATEGIES)
      .default('union')
      .describe('vector: only what is near by meaning; union: what shares rare words too.'),
    explain: z.boolean().default(false).describe('Adds every number a rank came from.'),
  }),
  output: z.object({
    query: z.string(),
    mode: z.enum(MODES),
    filters: z.object({ realm: z.string().nullable(), domain: z.string().nullable() }),
    results: z.array(hit),
    count: z.int(),
    total_candidates: z.int().describe('How many memories were ranked.'),
    pending: z.int().describe('Passages without a vector yet: findable by their words only.'),
    fallback: z.literal('keyword_only').optional(),
    fallback_reason: z.string().optional(),
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
    const { max_distance: maxDistance, candidate_strategy: candidateStrategy, ...options } = rest;
    const isVerbatim = rest.mode === 'keyword' && QUERY_LANGUAGE.test(query);
    const clean = isVerbatim ? undefined : sanitizeQuery(query);
    const { results, ...answer } = await dimension.searchAnswer(clean?.cleanQuery ?? query, {
      ...options,
      limit,
      maxDistance,
      candidateStrategy,
    });
    const hits = results.map(({ content: _, explanation, ...result }) => ({
      ...result,
      ...(explanation && { explanation: { ...explanation } }),
    }));
    return {
      ...answer,
      results: hits,
      count: hits.length,
      ...(clean?.wasSanitized === true && { sanitized: { ...sanitizing(clean) } }),
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
        metadata,
        similarity: z.number(),
        exact: z.boolean(),
        preview: z.string(),
      }),
    ),
    vector_disabled: z.literal(true).optional().describe('Only equal text was looked for.'),
    warnings: z.array(z.string()),
  }),
  async handler(dimension, { content: text, threshold }) {
    const found = await dimension.checkDuplicate(text, threshold);
    const matches = found.matches.map(({ text: _, metadata: own, ...match }) => {
      return { ...match, metadata: { ...own } };
    });
    return { ...found, matches };
  },
});
