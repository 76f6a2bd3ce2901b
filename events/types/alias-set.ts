import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** A name means the same as another; the stream is that of the alias. */
export const AliasSet = defineEvent(
  'AliasSet',
  'term',
  z.strictObject({
    // By what names are compared, as the writer's release folded them.
    key: Text.min(1),
    alias: Text.min(1),
    canonical_key: Text.min(1),
    canonical: Text.min(1),
  }),
);
