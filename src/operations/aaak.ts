/** The compressed dialect: entries made of texts, expanded, taken apart, explained. */
import * as z from 'zod';
import { AltError } from '../../events/index.js';
import { lengthOf } from '../aaak/length.js';
import type { ParsedEntry } from '../aaak/parse.js';
import { defineOperation, READS } from './operation.js';

const TEXT_CHARACTERS_MAX = 100_000;

const text = z.string().max(TEXT_CHARACTERS_MAX).describe('A text, or an entry of AAAK.');
const nullableText = z.string().nullable();

export const aaakCompress = defineOperation({
  name: 'aaak_compress',
  title: 'Compress to AAAK',
  description:
    'Use to carry a text in few tokens: one line of codes and markers. Lossy; the text stays ' +
    'where it is. get_aaak_spec explains the form.',
  annotations: READS,
  input: z.strictObject({
    text,
    max_len: z.int().min(20).max(100_000).optional().describe('Longest entry; 500 if absent.'),
  }),
  output: z.object({
    aaak: z.string(),
    original_length: z.int(),
    compressed_length: z.int(),
    ratio: z.number().describe('Original to compressed, in characters.'),
    truncated: z.boolean(),
  }),
  async handler(dimension, { text: original, max_len: maxLen }) {
    checkText(original);
    const aaak = await dimension.aaakCompress(original, { maxLen });
    const [before, after] = [lengthOf(original), lengthOf(aaak)];
    return {
      aaak,
      original_length: before,
      compressed_length: after,
      ratio: Math.round((before / Math.max(after, 1)) * 100) / 100,
      truncated: aaak !== original.trim() && isCut(aaak, original),
    };
  },
});

/** Compression writes an ellipsis where it left something out; the text may have its own. */
function isCut(aaak: string, original: string): boolean {
  const count = (where: string): number => where.split('…').length - 1;
  return count(aaak) > count(original) || / \| …\+\d+ \| /.test(aaak);
}

export const aaakDecompress = defineOperation({
  name: 'aaak_decompress',
  title: 'Expand AAAK',
  description:
    'Use to read an entry of AAAK. `exact` says whether it is the original to the letter, from ' +
    'its DR: reference or the cache; else it is a reading.',
  annotations: READS,
  input: z.strictObject({ text }),
  output: z.object({
    text: z.string(),
    exact: z.boolean(),
    source: z.enum(['log', 'cache', 'reading']),
    reason: z.enum(['deleted', 'not_found', 'ambiguous']).optional(),
    refs: z.array(z.string()).describe('The memories that the entry points to.'),
  }),
  async handler(dimension, input) {
    checkText(input.text);
    const { refs, ...expansion } = await dimension.aaakExpand(input.text);
    return { ...expansion, refs: [...refs] };
  },
});

const codes = z.array(z.string());

const parsed = z.object({
  raw: z.string(),
  kind: z.enum(['entry', 'file', 'plain', 'empty']),
  session: z.boolean(),
  date: nullableText,
  category: nullableText,
  entities: z.array(z.object({ code: nullableText, name: nullableText, type: nullableText })),
  relationships: z.array(z.object({ source: z.string(), target: z.string(), label: z.string() })),
  groups: z.array(
    z.object({ count: z.int(), kind: z.string(), owner: nullableText, members: codes }),
  ),
  attributes: z.record(z.string(), codes),
  emotions: codes,
  emotion: nullableText,
  flags: codes,
  importance: z.int().nullable(),
  omitted: z.int(),
  refs: codes,
  text: codes,
  header: z.record(z.string(), z.unknown()).nullable(),
  arc: codes,
  zettels: z.array(z.record(z.string(), z.unknown())),
  tunnels: z.array(z.object({ from: z.string(), to: z.string(), label: z.string() })),
  valid: z.boolean(),
});

/** Plain data that somebody else may go on writing to. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

export const aaakParse = defineOperation({
  name: 'aaak_parse',
  title: 'Parse AAAK',
  description: 'Use to take an entry of AAAK apart. Of plain text `valid` is false.',
  annotations: READS,
  input: z.strictObject({ text }),
  output: parsed,
  async handler(dimension, input) {
    checkText(input.text);
    return structuredClone(await dimension.aaakParse(input.text)) as Writable<ParsedEntry>;
  },
});

export const getAaakSpec = defineOperation({
  name: 'get_aaak_spec',
  title: 'AAAK, explained',
  description: 'Use before reading or writing AAAK by hand: the whole form, and the codes in use.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({ spec: z.string(), version: z.int() }),
  async handler(dimension) {
    return dimension.getAaakSpec();
  },
});

function checkText(given: string): void {
  if (given.trim() === '') throw new AltError('INVALID_ARGUMENT', 'text is blank.');
}
