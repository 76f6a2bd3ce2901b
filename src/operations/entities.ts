/** Memories: adding, reading, changing, deleting. */
import * as z from 'zod';
import { defineOperation, DESTROYS, READS, WRITES } from './operation.js';
import {
  content,
  domainFilter,
  domainName,
  dryRun,
  entity,
  entityId,
  metadata,
  newEntity,
  realmFilter,
  realmName,
} from './shapes.js';

export const addEntity = defineOperation({
  name: 'add_entity',
  title: 'Add a memory',
  description: 'Use to remember one thing. Realm and domain are made as needed. Answers its id.',
  annotations: WRITES,
  input: newEntity.extend({
    idempotency_key: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('The same key again gives the first answer and adds nothing.'),
  }),
  output: z.object({
    entity_id: z.string(),
    realm: z.string(),
    domain: z.string(),
    created: z.boolean(),
  }),
  async handler(dimension, { realm, domain, ...input }) {
    return dimension.fileEntity(realm, domain, {
      content: input.content,
      metadata: input.metadata,
      sourceFile: input.source_file,
      entityId: input.entity_id,
      idempotencyKey: input.idempotency_key,
    });
  },
});

export const getEntity = defineOperation({
  name: 'get_entity',
  title: 'Get a memory',
  description: 'Use when you have an id. Answers the whole memory, or found: false.',
  annotations: READS,
  travels: true,
  input: z.strictObject({ entity_id: entityId }),
  output: z.object({
    found: z.boolean(),
    entity: entity.optional(),
    entity_id: z.string().optional(),
  }),
  async handler(dimension, { entity_id }) {
    const found = await dimension.getEntity(entity_id);
    return found ? { found: true, entity: found } : { found: false, entity_id };
  },
});

export const updateEntity = defineOperation({
  name: 'update_entity',
  title: 'Update a memory',
  description:
    'Use when a memory is no longer right. What is not given stays; metadata is merged, ' +
    'null removes a key.',
  annotations: DESTROYS,
  input: z.strictObject({
    entity_id: entityId,
    content: content.optional(),
    metadata: metadata.optional(),
    realm: realmName.optional().describe('Moves the memory to this realm.'),
    domain: domainName.optional().describe('Moves the memory to this domain.'),
  }),
  output: z.object({
    updated: z.boolean(),
    entity_id: z.string(),
    changed: z.array(z.string()),
    entity: entity.optional(),
  }),
  async handler(dimension, { entity_id, ...changes }) {
    const updated = await dimension.changeEntity(entity_id, changes);
    const after = await dimension.getEntity(entity_id);
    return { ...updated, ...(after && { entity: after }) };
  },
});

export const deleteEntity = defineOperation({
  name: 'delete_entity',
  title: 'Delete a memory',
  description: 'Use to take one memory out of sight. Its history stays in the log.',
  annotations: DESTROYS,
  input: z.strictObject({ entity_id: entityId }),
  output: z.object({ deleted: z.boolean(), entity_id: z.string() }),
  async handler(dimension, { entity_id }) {
    return { deleted: await dimension.deleteEntity(entity_id), entity_id };
  },
});

export const deleteEntities = defineOperation({
  name: 'delete_entities',
  title: 'Delete memories',
  description: 'Use to take several memories out of sight at once. Answers how many existed.',
  annotations: DESTROYS,
  input: z.strictObject({ entity_ids: z.array(entityId).max(1_000), dry_run: dryRun }),
  output: z.object({ deleted: z.int(), missing: z.array(z.string()), dry_run: z.boolean() }),
  async handler(dimension, { entity_ids, dry_run }) {
    const found = await dimension.removeEntities(entity_ids, { dryRun: dry_run });
    return { ...found, dry_run };
  },
});

export const listEntities = defineOperation({
  name: 'list_entities',
  title: 'List memories',
  description: 'Use to page through memories, newest first, of a realm, a domain or all.',
  annotations: READS,
  travels: true,
  input: z.strictObject({
    realm: realmFilter,
    domain: domainFilter,
    limit: z.int().min(1).max(1_000).default(20).describe('Memories a page.'),
    offset: z.int().min(0).default(0).describe('Memories to skip.'),
  }),
  output: z.object({
    entities: z.array(entity),
    count: z.int(),
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
    has_more: z.boolean(),
  }),
  async handler(dimension, input) {
    const page = await dimension.pageEntities(input);
    const count = page.entities.length;
    return { ...page, count, has_more: page.offset + count < page.total };
  },
});

export const batchAddEntities = defineOperation({
  name: 'batch_add_entities',
  title: 'Add memories',
  description: 'Use to remember up to 1,000 things in one step: all of them or none.',
  annotations: WRITES,
  input: z.strictObject({ entities: z.array(newEntity).max(1_000) }),
  output: z.object({
    entity_ids: z.array(z.string()),
    count: z.int(),
    created: z.int(),
    unchanged: z.int(),
  }),
  async handler(dimension, { entities }) {
    const added = await dimension.fileEntities(entities);
    const created = added.filter((item) => item.created).length;
    return {
      entity_ids: added.map(({ entity_id }) => entity_id),
      count: added.length,
      created,
      unchanged: added.length - created,
    };
  },
});
