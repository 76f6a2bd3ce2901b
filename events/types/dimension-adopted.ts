import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Digest } from './values.js';

/** The replicas of another dimension were taken in; its id and key belong to this one now. */
export const DimensionAdopted = defineEvent(
  'DimensionAdopted',
  'dimension',
  z.strictObject({
    dimension_id: z.string().regex(/^[0-9a-f]{32}$/),
    key: Digest,
  }),
);
