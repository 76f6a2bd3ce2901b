import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Digest } from './values.js';

/** What a replica had written from one seq on goes on under a new replica id (docs/FORMAT.md). */
export const ReplicaForked = defineEvent(
  'ReplicaForked',
  'replica',
  z.strictObject({
    old: z.string().regex(/^[0-9a-f]{32}$/),
    from: z.int().positive(),
    lost: Digest,
    new: z.string().regex(/^[0-9a-f]{32}$/),
    first: z.int().positive(),
  }),
);
