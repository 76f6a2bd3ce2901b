import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** A variant of a person's name, and the name that is meant by it. */
export const PersonNamed = defineEvent(
  'PersonNamed',
  'person',
  z.strictObject({
    // By what names are compared, as the writer's release folded them.
    key: Text.min(1),
    variant: Text.min(1),
    canonical_key: Text.min(1),
    canonical: Text.min(1),
  }),
);
