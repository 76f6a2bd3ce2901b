/** Everything the log still says, from its first byte: also what was undone, deleted or revised. */
import type { CommitHeader, EventPayload, StoredCommit } from '../../events/index.js';
import { readHeads, type Db } from '../../projections/index.js';
import type { Session } from '../session.js';

export interface ScannedEvent {
  readonly header: CommitHeader;
  readonly seq: number;
  readonly digest: Buffer;
  readonly payload: EventPayload;
}

/** A damaged replica is read up to its damage, with a warning. */
export function* everyEvent({ store }: Session, db: Db): Generator<ScannedEvent> {
  for (const replica of readHeads(db).keys()) {
    const reader = store.log.read(replica);
    for (let commit = reader.next(); commit; commit = reader.next()) yield* eventsOf(commit);
    if (reader.end.kind !== 'damage') continue;
    const message = `The log of ${replica} is damaged: what stands behind that was not looked at.`;
    store.warn({ code: 'LOG_DAMAGED', message });
  }
}

function* eventsOf({ header, events }: StoredCommit): Generator<ScannedEvent> {
  for (const { seq, digest, payload } of events) {
    if (payload) yield { header, seq, digest, payload };
  }
}

/** Every text of a value, and the names of its fields below the first level. */
export function* textsIn(value: unknown, isTop = true): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* textsIn(item, false);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (!isTop) yield name;
    yield* textsIn(item, false);
  }
}
