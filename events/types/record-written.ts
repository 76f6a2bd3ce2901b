import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId, Metadata, Name, Text, TimeMs } from './values.js';

/** An agent wrote into its diary, or into a layer of its memory: a memory that knows its writer. */
export const RecordWritten = defineEvent(
  'RecordWritten',
  'entity',
  z.strictObject({
    entity_id: EntityId,
    realm: Name,
    domain: Name,
    content: Text.min(1),
    // As the caller spells it, and by what agents are compared.
    agent: Text.min(1),
    agent_key: Name,
    kind: z.enum(['record', 'layer_entry']),
    // Of a record: 0 immediate, 1 daily summary, 2 pattern. Of a layer entry: the layer it is in.
    layer: z.int().min(0).max(3),
    topic: Text.min(1).max(128),
    date: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/)
      .optional(),
    metadata: Metadata.optional(),
    source_file: Text.optional(),
    created_at: TimeMs.optional(),
    updated_at: TimeMs.optional(),
    origin: z.enum(['add', 'batch', 'import', 'mine', 'hook']).optional(),
  }),
);
