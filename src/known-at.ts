/** Which part of the log was known at a point: what `known_at` means. */
import { AltError, type VersionVector } from '../events/index.js';
import { heldOf, vectorThrough, vectorUntil } from '../replay/index.js';
import { readHeads, type Db } from '../projections/index.js';
import { parseCursor } from './cursor.js';
import { checkEventName, lastMoment } from './undo/selection.js';

const EVENT = /^[0-9a-f]{4,32}:\d+$/;

/**
 * The events that were known at a point.
 *
 * @param point a moment (ISO 8601, or a date, which counts to its end): everything up to it; an
 *   event (`replica:seq`): everything up to its commit, it included; or a cursor: exactly what is
 *   under it
 * @throws {AltError} INVALID_ARGUMENT for what is none of these; NOT_FOUND for an event or a cursor
 *   of a log that is not held
 */
export function knownAt(db: Db, point: unknown): VersionVector {
  const text = typeof point === 'string' ? point.trim() : '';
  if (EVENT.test(text)) return throughEvent(db, text);
  const cursor = text === '' ? undefined : parseCursor(text);
  if (cursor) {
    const held = heldOf(db, cursor);
    if (Object.keys(held).length > 0) return held;
    throw new AltError('NOT_FOUND', 'That cursor is of a log that is not held here.');
  }
  const ms = text === '' ? undefined : moment(text);
  if (ms !== undefined) return vectorUntil(db, ms);
  throw new AltError('INVALID_ARGUMENT', 'known_at must be a moment, an event or a cursor.', {
    hint: 'Such as 2026-11-24, 2026-11-24T09:30:00Z, an event of "alt log", or a cursor of it.',
  });
}

function moment(text: string): number | undefined {
  try {
    return lastMoment(text, 'known_at');
  } catch {
    // Said better by the caller, who knows what else it may be.
    return undefined;
  }
}

function throughEvent(db: Db, name: string): VersionVector {
  const { replica: start, seq } = checkEventName(name);
  const replicas = [...readHeads(db)].filter(
    ([id, head]) => id.startsWith(start) && head.seq >= seq,
  );
  const [found, ...others] = replicas;
  if (found && others.length === 0) return vectorThrough(db, found[0], seq);
  throw new AltError('NOT_FOUND', `There is no one event ${name}.`, {
    hint: '"alt log --json" shows the whole names of events.',
  });
}
