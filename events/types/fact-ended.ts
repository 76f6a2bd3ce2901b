import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Instant, FactId } from './values.js';

/** A relationship no longer holds from the given moment on. */
export const FactEnded = defineEvent(
  'FactEnded',
  'fact',
  z.strictObject({
    fact_ids: z.array(FactId).min(1),
    ended: Instant,
  }),
);
