/** The catalogue of events as Markdown: one row for each version of each type, from its schema. */
import { readFileSync } from 'node:fs';
import { toJSONSchema } from 'zod';

const TYPES = new URL('../../events/types/', import.meta.url);
const BYTE_SIZES = [8, 16, 32];

/** What happened, from the doc comment of the type's file. */
function meaningOf(name) {
  const file = name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
  const source = readFileSync(new URL(`${file}.ts`, TYPES), 'utf8');
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const/.exec(source)?.[1];
  if (comment === undefined) throw new Error(`${name} has no doc comment.`);
  return comment.replace(/\s*\n \*\s*|\s+/g, ' ').trim();
}

function range(least, most, unit = '') {
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return ` of at least ${least}${unit}`;
  return least === undefined ? ` of up to ${most}${unit}` : ` of ${least} to ${most}${unit}`;
}

/** Bounds that are none: those of whole numbers in general. */
const isBound = (value) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;

function textOf(schema) {
  const { pattern, minLength, maxLength } = toJSONSchema(schema, { unrepresentable: 'any' });
  if (minLength === 1 && maxLength === undefined) return 'text, not empty';
  return pattern ? `text like \`${pattern}\`` : `text${range(minLength, maxLength, ' characters')}`;
}

function numberOf(schema) {
  const { type, minimum, exclusiveMinimum, maximum } = toJSONSchema(schema);
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
  const bounds = [least, maximum].map((bound) => (isBound(bound) ? bound : undefined));
  return `${type}${range(...bounds)}`;
}

/** A schema that is a function says what it takes by taking it. */
function customOf(schema) {
  const takes = (value) => schema.safeParse(value).success;
  const size = BYTE_SIZES.find((count) => takes(new Uint8Array(count)));
  if (size !== undefined) return `bin(${size})`;
  if (takes(null)) return 'any JSON value';
  if (takes({})) return 'map of JSON values';
  throw new Error('There is no word for a custom schema of the catalogue.');
}

function listOf(schema) {
  const { minItems = 0 } = toJSONSchema(schema, { unrepresentable: 'any' });
  return `[${wordsFor(schema.element)}, …]${minItems > 0 ? ', not empty' : ''}`;
}

/** A map within a map: its own fields, marked as those of an event are. */
function objectOf({ shape }) {
  const fields = Object.entries(shape).map(([field, type]) => {
    return `${field}${type.def.type === 'optional' ? '?' : ''}: ${wordsFor(type)}`;
  });
  return `{${fields.join(', ')}}`;
}

const WORDS = {
  string: textOf,
  number: numberOf,
  custom: customOf,
  boolean: () => 'boolean',
  object: objectOf,
  literal: ({ values }) => [...values].map((value) => `\`${value}\``).join(' / '),
  enum: ({ options }) => options.map((option) => `\`${option}\``).join(' / '),
  optional: (schema) => wordsFor(schema.unwrap()),
  array: listOf,
  tuple: ({ def }) => `[${def.items.map(wordsFor).join(', ')}]`,
};

function wordsFor(schema) {
  const words = WORDS[schema.def.type];
  if (!words) throw new Error(`There is no word for the schema type ${schema.def.type}.`);
  return words(schema);
}

const cell = (text) => text.replaceAll('|', '\\|');
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;

function table(columns, rows) {
  return [row(...columns), row(...columns.map(() => '---')), ...rows, ''];
}

function summaryRow({ name, stream, versions }) {
  return versions.map((_, index) => row(`\`${name}\``, `${index + 1}`, stream, meaningOf(name)));
}

function fieldRows({ name, versions }) {
  return versions.flatMap(({ schema }, index) =>
    Object.entries(schema.shape).map(([field, type]) => {
      const mark = type.def.type === 'optional' ? '?' : '';
      return row(`\`${name}\` ${index + 1}`, `\`${field}\`${mark}`, wordsFor(type));
    }),
  );
}

export function catalogueTable({ CATALOGUE, RESERVED }) {
  const types = Object.values(CATALOGUE);
  const reserved = Object.entries(RESERVED).map(([name, stream]) => row(`\`${name}\``, stream));
  return [
    'What happened, and on which kind of stream; `any`: on the stream of the events it names.',
    '',
    ...table(['type', 'v', 'stream', 'what happened'], types.flatMap(summaryRow)),
    'Their data. A field marked ? may be absent; there are no others.',
    '',
    ...table(['type and v', 'field', 'holds'], types.flatMap(fieldRows)),
    'Names kept for releases to come; until then readers keep, forward and skip them.',
    '',
    ...table(['type', 'stream'], reserved),
  ].join('\n');
}
