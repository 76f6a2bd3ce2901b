import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId } from './values.js';

/** A deleted memory was brought back as it last was. */
export const EntityRestored = defineEvent(
  'EntityRestored',
  'entity',
  z.strictObject({
    entity_id: EntityId,
  }),
);
