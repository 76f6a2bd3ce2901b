import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { FactId, Instant, Text } from './values.js';

/** More became known of a fact; what is absent stays as it was. */
export const FactAmended = defineEvent(
  'FactAmended',
  'fact',
  z.strictObject({
    fact_id: FactId,
    valid_from: Instant.optional(),
    source: Text.optional(),
    confidence: z.number().min(0).max(1).optional(),
    source_file: Text.optional(),
    source_entity_id: Text.optional(),
    source_node: Text.optional(),
    adapter_name: Text.optional(),
  }),
);
