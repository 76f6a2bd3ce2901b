import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** Someone said who they are: the text that a session begins with; '' for nothing. */
export const IdentitySet = defineEvent(
  'IdentitySet',
  'setting',
  z.strictObject({
    text: Text,
  }),
);
