import * as z from 'zod';
import { defineEvent } from '../event-type.js';
import { EntityId, Name, Text, TimeMs, Hash } from './values.js';

/** A file or text was mined: where it lies, what was read, and its chunks in order. */
export const SourceMined = defineEvent(
  'SourceMined',
  'source',
  z.strictObject({
    source_key: Text.min(1),
    source_file: Text,
    host: Text.optional(),
    mode: z.enum(['projects', 'convos', 'extract', 'text', 'record', 'sweep']),
    realm: Name,
    domain: Name,
    hash: Hash,
    size_bytes: z.int().nonnegative(),
    mtime_ms: TimeMs.optional(),
    normalize_version: z.int().positive(),
    layout: z.array(z.tuple([EntityId, z.int().positive(), z.int().positive()])),
    added: z.int().nonnegative(),
    removed: z.int().nonnegative(),
  }),
);
