import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId, Text, TunnelEnd, TunnelId } from './values.js';

/** A tunnel got another label, or its ends other memories; what is absent stays. */
export const TunnelUpdated = defineEvent(
  'TunnelUpdated',
  'tunnel',
  z.strictObject({
    tunnel_id: TunnelId,
    // Which end the writer calls the source: machines that dug the same tunnel may differ.
    source: TunnelEnd.omit({ entity_id: true }),
    label: Text.optional(),
    source_entity_id: EntityId.optional(),
    target_entity_id: EntityId.optional(),
  }),
);
