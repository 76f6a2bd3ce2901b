import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** A variant of a person's name stands for nobody else any more. */
export const PersonForgotten = defineEvent(
  'PersonForgotten',
  'person',
  z.strictObject({
    key: Text.min(1),
    variant: Text.min(1),
  }),
);
