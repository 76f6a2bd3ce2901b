import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name, Text } from './values.js';

/** Somebody does not want to see that two names occur together in a realm. */
export const GatewayDismissed = defineEvent(
  'GatewayDismissed',
  'gateway',
  z.strictObject({
    gateway_id: Text.min(1),
    realm: Name,
    entity_a: Text.min(1),
    entity_b: Text.min(1),
  }),
);
