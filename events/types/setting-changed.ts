import { z } from 'zod';
import { defineEvent } from '../event-type.js';

/** A setting of the dimension got another value. */
export const SettingChanged = defineEvent(
  'SettingChanged',
  'setting',
  z.strictObject({
    key: z.string().min(1).max(128),
    value: z.json(),
  }),
);
