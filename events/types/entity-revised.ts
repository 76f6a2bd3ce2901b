import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId, Text, Metadata } from './values.js';

/** A memory got other words or other metadata; a key of `metadata` that is null is taken away. */
export const EntityRevised = defineEvent(
  'EntityRevised',
  'entity',
  z.strictObject({
    entity_id: EntityId,
    content: Text.min(1).optional(),
    metadata: Metadata.optional(),
  }),
);
