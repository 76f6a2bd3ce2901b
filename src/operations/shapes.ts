/** Schemas that several operations share. */
import * as z from 'zod';

export const realmName = z.string().describe('Name of a realm: a top-level bucket of memories.');
export const domainName = z.string().describe('Name of a domain: a category within a realm.');
export const realmFilter = realmName.optional().describe('Only this realm.');
export const domainFilter = domainName.optional().describe('Only this domain.');
export const entityId = z.string().describe('Id of a memory.');
export const content = z.string().describe('The text to remember, verbatim.');
export const metadata = z
  .record(z.string(), z.unknown())
  .describe('Any JSON object of at most 64 KiB.');
export const dryRun = z.boolean().default(false).describe('true: only say what would go.');
const sourceFile = z.string().describe('Where the text comes from: a path or a label.');

export const entity = z.object({
  id: z.string(),
  realm: z.string(),
  domain: z.string(),
  content: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  source_file: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const newEntity = z.strictObject({
  realm: realmName,
  domain: domainName,
  content,
  metadata: metadata.optional(),
  source_file: sourceFile.optional(),
  entity_id: entityId.optional(),
});

export const hit = entity.omit({ content: true }).extend({
  text: z.string(),
  distance: z.number().nullable(),
  similarity: z.number().nullable(),
  bm25_score: z.number().nullable(),
  score: z.number(),
  node_boost: z.number(),
  matched_via: z.string().describe('vector, keyword or both; +node when its file was lifted.'),
  node_preview: z.string().optional(),
  hydrated_text: z.string().optional().describe('The text with what stands before and after it.'),
  chunk_index: z.int().optional(),
  total_chunks: z.int().optional(),
  passage: z.object({ start: z.int(), end: z.int() }).optional(),
  explanation: z.record(z.string(), z.unknown()).optional(),
});

export const realm = z.object({
  name: z.string(),
  description: z.string(),
  created_at: z.string(),
  entity_count: z.int(),
  domain_count: z.int(),
});

export const domain = z.object({
  name: z.string(),
  realm: z.string(),
  description: z.string(),
  created_at: z.string(),
  entity_count: z.int(),
});

export const triple = {
  subject: z.string().max(1_024).describe('What the fact is about.'),
  predicate: z.string().max(128).describe('The relationship; stored in lower case, spaces as _.'),
  object: z.string().max(1_024).describe('What the subject is related to.'),
};

export const fact = z.object({
  id: z.string(),
  subject: z.string(),
  predicate: z.string(),
  object: z.string(),
  realm: z.string().optional(),
  valid_from: z.string().nullable(),
  valid_to: z.string().nullable(),
  source: z.string(),
  confidence: z.number(),
  created_at: z.string(),
  current: z.boolean().describe('Valid now.'),
});

const tunnelEnd = z.object({
  realm: z.string(),
  domain: z.string(),
  entity_id: z.string().optional(),
});

export const tunnelKind = z.enum(['explicit', 'topic', 'entity']);

export const tunnel = z.object({
  id: z.string(),
  source: tunnelEnd,
  target: tunnelEnd,
  label: z.string(),
  kind: tunnelKind,
  created_at: z.string(),
  updated_at: z.string().optional(),
});
