import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId, Name } from './values.js';

/** A memory was put elsewhere. */
export const EntityMoved = defineEvent(
  'EntityMoved',
  'entity',
  z.strictObject({
    entity_id: EntityId,
    realm: Name,
    domain: Name,
  }),
);
