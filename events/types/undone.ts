import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Reference } from './values.js';

/** Events of this stream count as if they had not happened. */
export const Undone = defineEvent(
  'Undone',
  'any',
  z.strictObject({
    events: z.array(Reference).min(1),
  }),
);
