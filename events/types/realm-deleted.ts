import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name } from './values.js';

/** A realm was deleted; what was in it is deleted by events of its own in the same commit. */
export const RealmDeleted = defineEvent(
  'RealmDeleted',
  'realm',
  z.strictObject({
    name: Name,
  }),
);
