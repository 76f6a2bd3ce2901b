import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name } from './values.js';

/** A persona was deleted; its realm and the memories in it stay. */
export const PersonaDeleted = defineEvent(
  'PersonaDeleted',
  'persona',
  z.strictObject({
    name: Name,
  }),
);
