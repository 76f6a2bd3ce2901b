/**
 * What an event type is: a name, the kind of stream it belongs to, and one schema per version with
 * the pure step that lifts the version before it. A released (type, version) never changes.
 */
import type * as z from 'zod';

/** Kinds of things that events are about; the part of a stream id before its colon. */
export const STREAM_KINDS = [
  'dimension',
  'replica',
  'entity',
  'realm',
  'domain',
  'fact',
  'term',
  'person',
  'persona',
  'tunnel',
  'gateway',
  'source',
  'setting',
] as const;

export type StreamKind = (typeof STREAM_KINDS)[number];

/** The data of any event, before its type is known. */
export type EventData = Readonly<Record<string, unknown>>;

export interface EventVersion {
  readonly schema: z.ZodType;
  /** From the data of the version before this one; absent in version 1. Pure. */
  readonly upcast?: (data: EventData) => EventData;
}

export interface EventType<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  /** The kind of stream it is written to; 'any' for what names events of its own stream. */
  readonly stream: StreamKind | 'any';
  /** Today's version. */
  readonly version: number;
  /** Today's schema. */
  readonly schema: Schema;
  /** All versions, oldest first. */
  readonly versions: readonly EventVersion[];
}

/** The data of an event type, as today's schema has it. */
export type DataOf<Type extends EventType> = z.infer<Type['schema']>;

/** Defines an event type at its first version. */
export function defineEvent<Name extends string, Schema extends z.ZodType>(
  name: Name,
  stream: StreamKind | 'any',
  schema: Schema,
): EventType<Name, Schema> {
  return { name, stream, version: 1, schema, versions: [{ schema }] };
}

/** Adds the next version of an event type; earlier ones stay readable for ever. @internal */
export function nextVersion<Name extends string, Schema extends z.ZodType>(
  earlier: EventType<Name>,
  schema: Schema,
  upcast: (data: EventData) => EventData,
): EventType<Name, Schema> {
  const versions = [...earlier.versions, { schema, upcast }];
  return { name: earlier.name, stream: earlier.stream, version: versions.length, schema, versions };
}

/** What became of stored data when it was read. */
export type ReadData =
  | { readonly status: 'known'; readonly data: EventData }
  | { readonly status: 'unknown' }
  | { readonly status: 'invalid'; readonly problem: string };

/** Checks stored data against the schema of its version and lifts it to today's. */
export function readData(type: EventType | undefined, version: number, data: unknown): ReadData {
  const stored = type?.versions[version - 1];
  if (type === undefined || stored === undefined) return { status: 'unknown' };
  const parsed = stored.schema.safeParse(data);
  if (!parsed.success) return { status: 'invalid', problem: parsed.error.issues[0]?.message ?? '' };
  let lifted = parsed.data as EventData;
  for (const step of type.versions.slice(version)) lifted = step.upcast?.(lifted) ?? lifted;
  return { status: 'known', data: lifted };
}
