import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name, Text, Instant, FactId } from './values.js';

/** Someone said that a relationship holds, for a time or until further notice. */
export const FactAsserted = defineEvent(
  'FactAsserted',
  'fact',
  z.strictObject({
    fact_id: FactId,
    realm: Name.optional(),
    subject: Text.min(1),
    predicate: Text.min(1),
    object: Text.min(1),
    // By what names are compared, as the writer's release folded them.
    subject_key: Text,
    object_key: Text,
    valid_from: Instant.optional(),
    valid_to: Instant.optional(),
    source: Text.optional(),
    confidence: z.number().min(0).max(1).optional(),
    source_file: Text.optional(),
    source_entity_id: Text.optional(),
    source_node: Text.optional(),
    adapter_name: Text.optional(),
  }),
);
