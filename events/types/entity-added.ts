import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId, Name, Text, Metadata, TimeMs } from './values.js';

/** Someone filed a memory: what was remembered and where, not how it gets indexed. */
export const EntityAdded = defineEvent(
  'EntityAdded',
  'entity',
  z.strictObject({
    entity_id: EntityId,
    realm: Name,
    domain: Name,
    content: Text.min(1),
    metadata: Metadata.optional(),
    source_file: Text.optional(),
    created_at: TimeMs.optional(),
    updated_at: TimeMs.optional(),
    origin: z.enum(['add', 'batch', 'import', 'mine', 'hook']).optional(),
  }),
);
