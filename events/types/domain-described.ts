import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Name, Text } from './values.js';

/** A domain was made in a realm, or described anew. */
export const DomainDescribed = defineEvent(
  'DomainDescribed',
  'domain',
  z.strictObject({
    realm: Name,
    name: Name,
    description: Text,
  }),
);
