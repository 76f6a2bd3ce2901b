/** The value types that payloads of events share. */
import * as z from 'zod';

/** Text that every MessagePack library writes and reads alike: no lone surrogates. */
export const Text = z.string().refine((text) => text.isWellFormed(), 'is not well-formed Unicode');

/** A normalised name of a realm, domain, agent or persona. */
export const Name = Text.min(1).max(128);

export const EntityId = Text.min(1).max(256);

export const FactId = Text.min(1).max(256);

/** First 16 hex digits of a SHA-256 over the two places. */
export const TunnelId = z.string().regex(/^[0-9a-f]{16}$/);

/** A place that a tunnel ends in, and the memory there that it is about. */
export const TunnelEnd = z.strictObject({
  realm: Name,
  domain: Name,
  entity_id: EntityId.optional(),
});

/** Milliseconds since 1970, UTC. */
export const TimeMs = z.int().min(-8.64e15).max(8.64e15);

/** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, as checked by the command that wrote it. */
export const Instant = z.string().regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/);

/** `YYYY-MM-DD`. */
export const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

export type JsonValue = z.infer<ReturnType<typeof z.json>>;

/** How deep JSON may be nested: far less than the stack of any reader holds. */
const JSON_DEPTH_MAX = 64;

function isJson(value: unknown, depth = JSON_DEPTH_MAX): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value !== 'object') return false;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth - 1));
  const entries = Object.entries(value);
  return (
    isPlain(value) && entries.every(([key, item]) => key.isWellFormed() && isJson(item, depth - 1))
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Any JSON value: well-formed text, finite numbers. */
export const Json = z.custom<JsonValue>((value) => isJson(value), 'is not JSON');

/** Any JSON object. */
export const Metadata = z.custom<Record<string, JsonValue>>(
  (value) => typeof value === 'object' && value !== null && isPlain(value) && isJson(value),
  'is not a JSON object',
);

const bytes = (size: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === size, {
    message: `is not ${String(size)} bytes`,
  });

/** SHA-256 of an event's payload. */
export const Digest = bytes(32);

/** An HMAC under the dimension's key, shortened, in hex. */
export const Hash = z.string().regex(/^[0-9a-f]{32,64}$/);

/** [replica, seq, first 8 bytes of the event's digest]. */
export const Reference = z.tuple([bytes(16), z.int().positive(), bytes(8)]);
