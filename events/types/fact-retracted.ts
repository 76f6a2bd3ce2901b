import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { FactId } from './values.js';

/** What was said never held: unlike an end, it was a mistake. */
export const FactRetracted = defineEvent(
  'FactRetracted',
  'fact',
  z.strictObject({
    fact_ids: z.array(FactId).min(1),
  }),
);
