import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { Json, Text } from './values.js';

/** A setting of the dimension got another value. */
export const SettingChanged = defineEvent(
  'SettingChanged',
  'setting',
  z.strictObject({
    key: Text.min(1).max(128),
    value: Json,
  }),
);
