import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId } from './values.js';

/** A memory was taken out of sight; its history stays. */
export const EntityDeleted = defineEvent(
  'EntityDeleted',
  'entity',
  z.strictObject({
    entity_id: EntityId,
    reason: z.enum(['user', 'sync', 'dedup', 'remine', 'cascade']),
  }),
);
