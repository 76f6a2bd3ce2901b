import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** A dimension came into being; the first event of its log. */
export const DimensionCreated = defineEvent(
  'DimensionCreated',
  'dimension',
  z.strictObject({
    dimension_id: z.string().regex(/^[0-9a-f]{32}$/),
    release: Text,
  }),
);
