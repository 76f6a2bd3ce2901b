/** The value types that payloads of events share. */
import { z } from 'zod';

/** Text that every MessagePack library writes and reads alike: no lone surrogates. */
export const Text = z.string().refine((text) => text.isWellFormed(), 'is not well-formed Unicode');

/** A normalised name of a realm, domain, agent or persona. */
export const Name = Text.min(1).max(128);

export const EntityId = Text.min(1).max(256);

export const FactId = Text.min(1).max(256);

/** Milliseconds since 1970, UTC. */
export const TimeMs = z.int();

/** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, as checked by the command that wrote it. */
export const Instant = z.string().regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/);

/** Any JSON object. */
export const Metadata = z.record(z.string(), z.json());

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
