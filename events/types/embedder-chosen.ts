import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** The embedder whose vectors this dimension is searched by. */
export const EmbedderChosen = defineEvent(
  'EmbedderChosen',
  'setting',
  z.strictObject({
    requested: Text.min(1),
    name: Text.min(1),
    space: Text.min(1),
  }),
);
