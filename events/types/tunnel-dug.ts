import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text, TunnelEnd, TunnelId } from './values.js';

/** Two places were linked; linked already, they get the label and memories that are said anew. */
export const TunnelDug = defineEvent(
  'TunnelDug',
  'tunnel',
  z.strictObject({
    tunnel_id: TunnelId,
    source: TunnelEnd,
    target: TunnelEnd,
    /** '' when none was given. */
    label: Text,
    // Topic and entity tunnels are seen in the memories; nobody digs them.
    kind: z.literal('explicit'),
  }),
);
