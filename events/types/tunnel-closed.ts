import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { TunnelId } from './values.js';

/** A tunnel is no more; one that was seen in the memories is shown no more. */
export const TunnelClosed = defineEvent(
  'TunnelClosed',
  'tunnel',
  z.strictObject({
    tunnel_id: TunnelId,
    reason: z.enum(['user', 'cascade', 'stale']),
  }),
);
