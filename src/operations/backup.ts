/** Memories going out and coming in, many at once; and whether anything was saved. */
import * as z from 'zod';
import { DESTROYS, defineOperation, READS } from './operation.js';
import { domainFilter, entity, realmFilter } from './shapes.js';

export const importEntities = defineOperation({
  name: 'import_entities',
  title: 'Import memories',
  description:
    'Use to take in an export: times are kept, ids in use are skipped or replaced. ' +
    'Items that cannot be read are skipped and reported.',
  annotations: { ...DESTROYS, idempotent: false },
  input: z.strictObject({
    entities: z
      .array(z.unknown())
      .max(10_000)
      .describe(
        'Memories as export_collection gives them: realm, domain, content; id, metadata, ' +
          'source_file, created_at, updated_at if known.',
      ),
    overwrite: z.boolean().default(false).describe('true: an id in use is replaced.'),
  }),
  output: z.object({
    imported: z.int().describe('Memories that are there now, overwritten ones among them.'),
    overwritten: z.int(),
    skipped: z.array(
      z.object({
        index: z.int(),
        id: z.string().optional(),
        reason: z.enum(['exists', 'blank', 'invalid']),
        error: z.string().optional(),
      }),
    ),
    count: z.int(),
  }),
  async handler(dimension, { entities, overwrite }, { signal, onProgress }) {
    const report = await dimension.importEntitiesReport(entities, {
      overwrite,
      signal,
      onProgress: (done) => onProgress?.(done, entities.length),
    });
    const { imported, overwritten, skipped, count } = report;
    return { imported, overwritten, skipped, count };
  },
});

export const exportCollection = defineOperation({
  name: 'export_collection',
  title: 'Export memories',
  description:
    'Use for a backup: whole memories with full paths, oldest first, ready for import_entities. ' +
    'More than 10,000 or 16 MiB: page with limit and offset.',
  annotations: READS,
  input: z.strictObject({
    realm: realmFilter,
    domain: domainFilter,
    limit: z.int().min(1).max(10_000).optional().describe('Memories a page.'),
    offset: z.int().min(0).default(0).describe('Memories to skip.'),
  }),
  output: z.object({
    entities: z.array(entity),
    count: z.int(),
    total: z.int(),
    has_more: z.boolean(),
    filters: z.object({ realm: z.string().nullable(), domain: z.string().nullable() }),
  }),
  async handler(dimension, input) {
    const page = await dimension.exportPage(input);
    const entities = page.entities.map(({ metadata, ...rest }) => {
      return { ...rest, metadata: { ...metadata } };
    });
    const filters = { realm: input.realm ?? null, domain: input.domain ?? null };
    return { ...page, entities, filters };
  },
});

export const memoriesFiledAway = defineOperation({
  name: 'memories_filed_away',
  title: 'See what was filed away',
  description: 'Use to confirm that memories were saved: how many there are, when, the last one.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({
    total_entities: z.int(),
    last_saved_at: z.string().nullable(),
    last_content_preview: z.string().nullable(),
    checkpoint: z
      .object({
        at: z.string(),
        messages: z.int(),
        session: z.string(),
        realm: z.string(),
      })
      .nullable()
      .describe('The last time a hook saved a session; null when none did.'),
  }),
  async handler(dimension) {
    return { ...(await dimension.memoriesFiledAway()), checkpoint: null };
  },
});
