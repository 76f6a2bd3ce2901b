/** Taking the side that lost: what it said is said again, by a change that has seen both. */
import { AltError, type EventDataOf } from '../../events/index.js';
import { entityOfStream, type Db, type EntityRow } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { nodeEventsAfter } from '../nodes/changes.js';
import { Places } from '../places.js';
import { change, type Session } from '../session.js';
import { checkShape } from '../values.js';
import { fieldsOf, isOfType, type Claim } from './claim.js';
import { findConflicts, type Conflict, type FoundConflict } from './conflicts.js';
import { metadataKey } from './entity-claims.js';
import { isEnd, isValidity } from './fact-claims.js';
import { isMemoryAt } from './other-claims.js';

export interface ConflictTaken {
  /** As it was: what was its loser counts from now on. */
  readonly taken: Conflict;
}

/**
 * @throws {AltError} NOT_FOUND for no conflict, or one that is settled; UNAVAILABLE where nothing
 *   can be said that would bring the loser back
 */
export async function takeConflict(session: Session, id: string): Promise<ConflictTaken> {
  checkShape(id, 'text', 'The conflict');
  return change<ConflictTaken>(session, {
    operation: 'take_conflict',
    decide(db) {
      const found = findConflicts(session, db).find(({ conflict }) => conflict.id === id);
      if (!found) throw noConflict(id);
      if (found.settledBy) throw settled(found);
      const events = eventsOf(session, db, found);
      return { events, result: { taken: found.conflict } };
    },
  });
}

function noConflict(id: string): AltError {
  return new AltError('NOT_FOUND', `There is no conflict '${id.slice(0, 80)}'.`, {
    hint: '"alt conflicts" shows the ids of those that are open.',
  });
}

function settled({ conflict }: FoundConflict): AltError {
  return new AltError(
    'NOT_FOUND',
    `A later change settled it: ${conflict.settled_by?.event ?? ''}.`,
    {
      hint: 'Change it as you would anything else, or undo that change.',
    },
  );
}

function eventsOf(session: Session, db: Db, found: FoundConflict): NewEvent[] {
  const { kind } = found.conflict;
  if (kind === 'entity') return ofEntity(session, db, found.loser);
  if (kind === 'fact') return [ofFact(found)];
  return [kind === 'tunnel' ? ofTunnel(found) : ofOther(found.loser)];
}

/** The same event again, or another of its type. */
function again(claim: Claim, data: object = fieldsOf(claim.event)): NewEvent {
  const { type, stream } = claim.event.entry;
  return { type, stream, data } as NewEvent;
}

function ofEntity(session: Session, db: Db, { event, field, value }: Claim): NewEvent[] {
  const stream = event.entry.stream ?? '';
  const row = entityOfStream(db, stream);
  if (!row) throw new AltError('NOT_FOUND', 'The memory is not there any more.');
  const after = afterwards(row, field, value);
  const places = new Places(session, db);
  if (after) places.need(after.realm, after.domain);
  const own = { ...entityEvent(row.id, field, value), stream } as NewEvent;
  return [...places.events, own, ...nodeEventsAfter(session, db, [{ before: row, after }])];
}

/** The memory as it will be, as far as others build on it. */
function afterwards(row: EntityRow, field: string, value: unknown): EntityRow | undefined {
  if (field === 'deleted') return value === true ? undefined : row;
  if (field === 'place') return { ...row, ...(value as object) };
  return field === 'content' ? { ...row, content: value as string } : row;
}

function entityEvent(entity_id: string, field: string, value: unknown): Omit<NewEvent, 'stream'> {
  if (field === 'deleted') {
    if (value !== true) return { type: 'EntityRestored', data: { entity_id } };
    return { type: 'EntityDeleted', data: { entity_id, reason: 'user' } };
  }
  if (field === 'place') {
    const { realm, domain } = value as EntityRow;
    return { type: 'EntityMoved', data: { entity_id, realm, domain } };
  }
  const key = metadataKey(field);
  const said = key === undefined ? { content: value } : { metadata: { [key]: value } };
  return { type: 'EntityRevised', data: { entity_id, ...said } };
}

function ofFact({ winner, loser, events }: FoundConflict): NewEvent {
  const data = fieldsOf(loser.event);
  if (!isValidity(loser)) {
    const key = loser.field.slice(loser.field.lastIndexOf('.') + 1);
    return again(loser, { fact_id: data.fact_id, [key]: loser.value });
  }
  const isShorter = isEnd(loser) && !isOfType(winner.event, 'FactAsserted');
  if (!isShorter && !loser.isWeak) return again(loser);
  // An end takes nothing back, neither an earlier one nor a retraction: it is asserted anew.
  const asserted = events.findLast((event) => isOfType(event, 'FactAsserted'));
  if (!asserted) throw new AltError('UNAVAILABLE', 'Nothing is known of what the fact said.');
  const said = { ...fieldsOf(asserted), ...(isShorter && { valid_to: data.ended }) };
  return again({ ...loser, event: asserted }, { ...said, ...(loser.isWeak && data) });
}

function ofTunnel({ loser, events }: FoundConflict): NewEvent {
  if (loser.field !== 'closed') return tunnelUpdated(loser);
  if (!loser.isWeak) return again(loser);
  // A change cannot open what was closed: it is dug again.
  const dug = events.findLast((event) => isOfType(event, 'TunnelDug'));
  if (!dug) throw new AltError('UNAVAILABLE', 'Nothing is known of where the tunnel led.');
  return again({ ...loser, event: dug });
}

/** Only the field that was lost. */
function tunnelUpdated({ event, field, value }: Claim): NewEvent {
  const { tunnel_id, source } = fieldsOf(event) as EventDataOf<'TunnelUpdated'>;
  const { realm, domain } = source;
  const isSource = isMemoryAt(field, source);
  const key = field === 'label' ? 'label' : isSource ? 'source_entity_id' : 'target_entity_id';
  const data = { tunnel_id, source: { realm, domain }, [key]: value };
  return { type: 'TunnelUpdated', stream: event.entry.stream ?? '', data };
}

/** Of a persona only the field; everything else says one thing. */
function ofOther(loser: Claim): NewEvent {
  if (!isOfType(loser.event, 'PersonaDefined')) return again(loser);
  const { name } = fieldsOf(loser.event);
  const own = loser.field === 'deleted' ? {} : { [loser.field]: loser.value };
  return again(loser, { name, ...own });
}
