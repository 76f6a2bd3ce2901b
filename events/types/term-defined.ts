import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Metadata, Text } from './values.js';

/** What a node of the knowledge graph is. */
export const TermDefined = defineEvent(
  'TermDefined',
  'term',
  z.strictObject({
    // By what names are compared, as the writer's release folded them.
    key: Text.min(1),
    name: Text.min(1),
    type: Text.min(1),
    properties: Metadata,
  }),
);
