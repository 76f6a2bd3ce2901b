import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name } from './values.js';

/** A domain was deleted; what was in it is deleted by events of its own in the same commit. */
export const DomainDeleted = defineEvent(
  'DomainDeleted',
  'domain',
  z.strictObject({
    realm: Name,
    name: Name,
  }),
);
