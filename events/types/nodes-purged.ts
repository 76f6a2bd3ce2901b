import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** The cross-references of a source were taken away, because nothing of the source is left. */
export const NodesPurged = defineEvent(
  'NodesPurged',
  'source',
  z.strictObject({
    source_file: Text.min(1),
  }),
);
