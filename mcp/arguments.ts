/**
 * Arguments as agents send them, made into what an operation takes: other products' names for the
 * same argument, numbers and JSON in quotes, limits out of range. What cannot be read without
 * guessing is refused, saying what was meant most likely.
 *
 * Works on the JSON Schema of an operation. The operation checks the values once more itself.
 */
import { isDeepStrictEqual } from 'node:util';
import { AltError } from '../src/index.js';
import type { JsonSchema, ObjectSchema } from './schemas.js';

export type Values = Readonly<Record<string, unknown>>;

export interface ReadArguments {
  readonly input: Values;
  /** What was changed, as sentences for the caller. */
  readonly warnings: readonly string[];
}

/** An alias counts only where a tool has the canonical argument and none of the alias's name. */
const ALIASES: readonly (readonly [alias: string, canonical: string])[] = [
  ['agent_name', 'agent'],
  ['wing', 'realm'],
  ['room', 'domain'],
  ['drawer_id', 'entity_id'],
  ['id', 'entity_id'],
  ['drawer_ids', 'entity_ids'],
  ['ids', 'entity_ids'],
  ['source_wing', 'source_realm'],
  ['source_room', 'source_domain'],
  ['target_wing', 'target_realm'],
  ['target_room', 'target_domain'],
  ['source_drawer_id', 'source_entity_id'],
  ['target_drawer_id', 'target_entity_id'],
  ['wing_a', 'realm_a'],
  ['wing_b', 'realm_b'],
  ['start_room', 'start_domain'],
  ['limit', 'n_results'],
  ['top_k', 'n_results'],
];

/** Said by clients of older products and without meaning here: anywhere, or beside an argument. */
const IGNORED: readonly (readonly [name: string, beside?: string])[] = [
  ['wait_for_previous'],
  ['context', 'n_results'],
];

/** @throws {AltError} INVALID_ARGUMENT naming every argument that is unknown or missing */
export function readArguments(schema: ObjectSchema, given: Values): ReadArguments {
  const warnings: string[] = [];
  const named = resolveAliases(schema, given, warnings);
  const required = schema.required ?? [];
  const input: [string, unknown][] = [];
  for (const [name, value] of Object.entries(named)) {
    const property = schema.properties[name];
    const isAbsent = value === '' && !required.includes(name);
    if (!property || isAbsent) continue;
    input.push([name, clamp(name, repair(value, property), { property, warnings })]);
  }
  refuseUnfit(schema, named);
  return { input: Object.fromEntries(input), warnings };
}

function resolveAliases(schema: ObjectSchema, given: Values, warnings: string[]): Values {
  const { properties } = schema;
  const named = new Map(Object.entries(given));
  for (const [name, beside] of IGNORED) {
    const applies = beside === undefined || Object.hasOwn(properties, beside);
    if (applies && !Object.hasOwn(properties, name)) named.delete(name);
  }
  for (const [alias, canonical] of ALIASES) {
    const isKnown = Object.hasOwn(properties, alias) || !Object.hasOwn(properties, canonical);
    if (isKnown || !named.has(alias)) continue;
    moveValue(named, alias, canonical);
    warnings.push(`'${alias}' was read as '${canonical}'.`);
  }
  for (const key of metadataKeys(schema)) moveIntoMetadata(key, schema, { named, warnings });
  return Object.fromEntries(named);
}

function moveValue(named: Map<string, unknown>, alias: string, canonical: string): void {
  const value = named.get(alias);
  if (named.has(canonical) && !isDeepStrictEqual(named.get(canonical), value)) {
    throw new AltError('INVALID_ARGUMENT', `${alias} and ${canonical} are one argument.`, {
      hint: `Give only ${canonical}.`,
    });
  }
  named.delete(alias);
  named.set(canonical, value);
}

/** Arguments of older products that are keys of the metadata here. */
function metadataKeys({ properties }: ObjectSchema): readonly string[] {
  return properties.system_prompt ? ['model', 'framework'] : ['added_by'];
}

function moveIntoMetadata(
  name: string,
  { properties }: ObjectSchema,
  { named, warnings }: { readonly named: Map<string, unknown>; readonly warnings: string[] },
): void {
  const { metadata } = properties;
  if (!metadata || Object.hasOwn(properties, name) || !named.has(name)) return;
  const repaired = repair(named.get('metadata') ?? {}, metadata);
  if (typeof repaired !== 'object' || repaired === null) return;
  named.set('metadata', { [name]: named.get(name), ...repaired });
  named.delete(name);
  warnings.push(`'${name}' was read as 'metadata.${name}'.`);
}

/** The value as the schema's type where the text leaves no doubt; anything else as it is. */
function repair(value: unknown, { type }: JsonSchema): unknown {
  if (typeof value !== 'string' || typeof type !== 'string') return value;
  return READERS[type]?.(value.trim()) ?? value;
}

/** Each answers undefined when the text is nothing of the kind. */
const READERS: Partial<Readonly<Record<string, (text: string) => unknown>>> = {
  integer: (text) => (/^[+-]?\d{1,15}(\.0+)?$/.test(text) ? Number(text) : undefined),
  number: (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined),
  boolean: (text) => BOOLEANS.get(text.toLowerCase()),
  object: (text) => fromJson(text, (parsed) => !Array.isArray(parsed)),
  array: (text) => fromJson(text, Array.isArray),
};

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function fromJson(text: string, isFit: (parsed: object) => boolean): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && isFit(parsed) ? parsed : undefined;
  } catch {
    // No JSON: the operation says what it wanted instead.
    return undefined;
  }
}

function clamp(
  name: string,
  value: unknown,
  to: { readonly property: JsonSchema; readonly warnings: string[] },
): unknown {
  const { type, minimum = -Infinity, maximum = Infinity } = to.property;
  if (type !== 'integer' || typeof value !== 'number' || !Number.isInteger(value)) return value;
  const clamped = Math.min(Math.max(value, minimum), maximum);
  if (clamped !== value) {
    to.warnings.push(`${name} ${String(value)} is out of range; ${String(clamped)} was used.`);
  }
  return clamped;
}

function refuseUnfit(schema: ObjectSchema, named: Values): void {
  const allowed = Object.keys(schema.properties);
  const unknown = Object.keys(named).filter((name) => !allowed.includes(name));
  const missing = (schema.required ?? []).filter((name) => {
    const value = named[name];
    return value === undefined || (typeof value === 'string' && value.trim() === '');
  });
  if (unknown.length === 0 && missing.length === 0) return;
  const problems = [
    ...(unknown.length > 0 ? [`Unknown: ${unknown.join(', ')}.`] : []),
    ...(missing.length > 0 ? [`Missing: ${missing.join(', ')}.`] : []),
  ];
  const meant = unknown.flatMap((name) => {
    const near = nearest(name, allowed);
    return near === undefined ? [] : [`Did you mean '${near}' by '${name}'?`];
  });
  const hint = [...meant, takes(schema)].join(' ');
  throw new AltError('INVALID_ARGUMENT', problems.join(' '), { hint });
}

/** Which arguments there are, as a sentence. */
export function takes({ properties }: ObjectSchema): string {
  const names = Object.keys(properties);
  return names.length > 0 ? `It takes: ${names.join(', ')}.` : 'It takes no arguments.';
}

/** The candidate that is the fewest edits away, if they are fewer than half its letters. */
function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = editsBetween(name.toLowerCase(), candidate);
    if (edits * 2 <= candidate.length && edits < (best?.edits ?? Infinity)) {
      best = { candidate, edits };
    }
  }
  return best?.candidate;
}

/** An argument's name is short; a longer text is none. */
const NAME_CHARACTERS_MAX = 64;

/** How many letters to insert, delete or replace. */
function editsBetween(from: string, to: string): number {
  if (from.length > NAME_CHARACTERS_MAX) return Infinity;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= to.length; other += 1) {
      const replaced = (row[other - 1] ?? 0) + (from[at - 1] === to[other - 1] ? 0 : 1);
      next.push(Math.min((row[other] ?? 0) + 1, (next[other - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
