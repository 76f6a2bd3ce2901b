import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Day, Name, Text } from './values.js';

/** The cross-references of a source were built anew: its lines take the place of all before. */
export const NodesBuilt = defineEvent(
  'NodesBuilt',
  'source',
  z.strictObject({
    source_file: Text.min(1),
    realm: Name,
    domain: Name,
    lines: z.array(Text.min(1)).min(1),
    generated_by: Text.min(1).max(256).optional(),
    date: Day.optional(),
    normalize_version: z.int().positive(),
  }),
);
