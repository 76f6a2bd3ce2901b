import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Metadata, Name, Text } from './values.js';

/** A persona was made, or described anew; what is absent stays as it was. */
export const PersonaDefined = defineEvent(
  'PersonaDefined',
  'persona',
  z.strictObject({
    name: Name,
    system_prompt: Text.optional(),
    description: Text.optional(),
    // Replaces what was there, as a whole.
    metadata: Metadata.optional(),
  }),
);
