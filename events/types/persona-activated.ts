import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Text } from './values.js';

/** Another persona became the active one; '' for none. */
export const PersonaActivated = defineEvent(
  'PersonaActivated',
  'setting',
  z.strictObject({
    name: Text.max(128),
  }),
);
