import { z } from 'zod';
import { defineEvent } from '../event-type.js';

/** The embedder whose vectors this dimension is searched by. */
export const EmbedderChosen = defineEvent(
  'EmbedderChosen',
  'setting',
  z.strictObject({
    requested: z.string().min(1),
    name: z.string().min(1),
    space: z.string().min(1),
  }),
);
