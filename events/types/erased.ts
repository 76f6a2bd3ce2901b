import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Digest } from './values.js';

/** Content was erased for good, here and wherever this event arrives. */
export const Erased = defineEvent(
  'Erased',
  'any',
  z.strictObject({
    digests: z.array(Digest),
    whole_stream: z.boolean(),
  }),
);
