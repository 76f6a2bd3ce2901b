import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name, Text } from './values.js';

/** A realm was made, or described anew. */
export const RealmDescribed = defineEvent(
  'RealmDescribed',
  'realm',
  z.strictObject({
    name: Name,
    description: Text,
  }),
);
