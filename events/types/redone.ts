import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Reference } from './values.js';

/** Events of this stream that were undone count again. */
export const Redone = defineEvent(
  'Redone',
  'any',
  z.strictObject({
    events: z.array(Reference).min(1),
  }),
);
