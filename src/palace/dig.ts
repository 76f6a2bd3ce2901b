/** Digging tunnels and closing them. */
import { AltError, isAltError } from '../../events/index.js';
import {
  countEntities,
  domainDescription,
  entityById,
  openTunnelStreams,
  tunnelById,
  tunnelsEndingIn,
  type Db,
  type TunnelRow,
} from '../../projections/index.js';
import type { Decision, NewEvent } from '../../replay/index.js';
import { normalizeName } from '../names.js';
import { change, streamIn, type Session } from '../session.js';
import { checkId, checkShape } from '../values.js';
import { derivedTunnels } from './derived-tunnels.js';
import { placeKey, tunnelId } from './ids.js';
import { toTunnel, type Tunnel, type TunnelEnd } from './tunnel.js';

export interface NewTunnel {
  readonly source_realm: string;
  readonly source_domain: string;
  readonly target_realm: string;
  readonly target_domain: string;
  /** Why they belong together: at most 500 characters. What is absent or '' stays as it was. */
  readonly label?: string | undefined;
  /** A memory at that end that the tunnel is about. */
  readonly source_entity_id?: string | undefined;
  readonly target_entity_id?: string | undefined;
}

export interface Dug {
  /** False when the two places were joined already. */
  readonly created: boolean;
  readonly tunnel: Tunnel;
}

const LABEL_CHARACTERS_MAX = 500;

interface CheckedTunnel {
  readonly id: string;
  readonly source: TunnelEnd;
  readonly target: TunnelEnd;
  readonly label: string;
}

function checkTunnel(tunnel: NewTunnel): CheckedTunnel {
  checkShape(tunnel, 'object', 'The tunnel');
  const source = checkEnd(tunnel, 'source');
  const target = checkEnd(tunnel, 'target');
  if (placeKey(source) === placeKey(target)) {
    const place = placeKey(source);
    throw new AltError('INVALID_ARGUMENT', `Source and target are the same place: ${place}.`, {
      hint: 'A tunnel joins two different domains.',
    });
  }
  return { id: tunnelId(source, target), source, target, label: checkTunnelLabel(tunnel.label) };
}

function checkEnd(tunnel: NewTunnel, end: 'source' | 'target'): TunnelEnd {
  const realm = checkPlaceName(tunnel[`${end}_realm`], `${end}_realm`, 'realm');
  const domain = checkPlaceName(tunnel[`${end}_domain`], `${end}_domain`, 'domain');
  const id = checkId(tunnel[`${end}_entity_id`], `${end}_entity_id`);
  return { realm, domain, ...(id !== undefined && { entity_id: id }) };
}

/** The normalised name; an error names the field. */
function checkPlaceName(value: unknown, field: string, kind: 'realm' | 'domain'): string {
  const text = typeof value === 'string' ? value : '';
  if (text.trim() === '') throw new AltError('INVALID_ARGUMENT', `${field} is blank.`);
  try {
    return normalizeName(text, kind);
  } catch (error) {
    if (!isAltError(error)) throw error;
    const { code, message, hint } = error;
    const options = { cause: error, hint };
    throw new AltError(code, `${field}: ${message}`, options);
  }
}

function checkTunnelLabel(value: unknown): string {
  if (value === undefined || value === null) return '';
  const label = typeof value === 'string' ? value.trim() : '\0';
  if (/\p{Cc}/u.test(label)) {
    throw new AltError('INVALID_ARGUMENT', 'label must be a text without control characters.');
  }
  if (label.length > LABEL_CHARACTERS_MAX) {
    throw new AltError('TOO_LARGE', 'label is longer than 500 characters.');
  }
  return label.toWellFormed();
}

/**
 * Joins two places. Joined already, they get the label and memories that are given.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE; NOT_FOUND for an unknown domain or memory
 */
export async function digTunnel(session: Session, tunnel: NewTunnel): Promise<Dug> {
  const checked = checkTunnel(tunnel);
  const created = await change(session, {
    decide(db) {
      checkExists(db, checked.source, 'source');
      checkExists(db, checked.target, 'target');
      const before = tunnelById(db, checked.id);
      return { events: eventsFor(session, checked, before), result: before === undefined };
    },
  });
  const row = await session.store.read((db) => tunnelById(db, checked.id));
  if (row) return { created, tunnel: toTunnel(row) };
  throw new AltError('NOT_FOUND', `Tunnel ${checked.id} was closed by somebody else just now.`);
}

function checkExists(db: Db, { realm, domain, entity_id }: TunnelEnd, end: string): void {
  const isDescribed = domainDescription(db, realm, domain) !== undefined;
  if (!isDescribed && countEntities(db, { realm, domain }) === 0) {
    const message = `The ${end} is not there: realm '${realm}' has no domain '${domain}'.`;
    throw new AltError('NOT_FOUND', message, {
      hint: 'Make the domain first, or file a memory in it; "alt domains" lists what there is.',
    });
  }
  if (entity_id === undefined || entityById(db, entity_id)) return;
  throw new AltError('NOT_FOUND', `${end}_entity_id: no memory has the id '${entity_id}'.`, {
    hint: 'Run "alt list" or "alt search" to find ids.',
  });
}

function eventsFor(
  session: Session,
  { id, source, target, label }: CheckedTunnel,
  before: TunnelRow | undefined,
): NewEvent[] {
  if (!before) {
    const stream = streamIn(session, 'tunnel', id);
    const data = { tunnel_id: id, source, target, label, kind: 'explicit' as const };
    return [{ type: 'TunnelDug', stream, data }];
  }
  const isTurned = before.sourceRealm !== source.realm || before.sourceDomain !== source.domain;
  const ends = [before.sourceEntity, before.targetEntity];
  const [sourceEntity, targetEntity] = isTurned ? ends.reverse() : ends;
  const changes = {
    ...(label !== '' && label !== before.label && { label }),
    ...differing('source_entity_id', source.entity_id, sourceEntity),
    ...differing('target_entity_id', target.entity_id, targetEntity),
  };
  if (Object.keys(changes).length === 0) return [];
  const place = { realm: source.realm, domain: source.domain };
  const data = { tunnel_id: id, source: place, ...changes };
  return [{ type: 'TunnelUpdated', stream: before.stream, data }];
}

function differing<Key extends string>(
  key: Key,
  given: string | undefined,
  before: string | null | undefined,
): Partial<Record<Key, string>> {
  if (given === undefined || given === before) return {};
  return { [key]: given } as Partial<Record<Key, string>>;
}

export interface Closed {
  /** The id that was given. */
  readonly deleted: string;
  readonly found: boolean;
}

/** Closes a tunnel; one that is seen in the memories is shown no more. */
export async function closeTunnel(session: Session, id: string): Promise<Closed> {
  checkShape(id, 'text', 'tunnel_id');
  return change(session, {
    decide(db): Decision<Closed> {
      const events = tunnelClosings(db, [id], 'user');
      if (events.length === 0 && derivedTunnels(session, db, 1).some((seen) => seen.id === id)) {
        const data = { tunnel_id: id, reason: 'user' as const };
        events.push({ type: 'TunnelClosed', stream: streamIn(session, 'tunnel', id), data });
      }
      return { events, result: { deleted: id, found: events.length > 0 } };
    },
  });
}

/**
 * Ids of the tunnels that end in a realm, or in one domain of it: what goes when the place goes.
 * Tunnels that nobody dug go by themselves.
 */
export function closingsOfPlace(db: Db, realm: string, domain?: string): string[] {
  return tunnelsEndingIn(db, realm, domain);
}

/** The events that close tunnels which were dug; none for one that is not open. */
export function tunnelClosings(
  db: Db,
  ids: readonly string[],
  reason: 'user' | 'cascade',
): NewEvent[] {
  return ids.flatMap((id) => {
    return openTunnelStreams(db, id).map((stream): NewEvent => {
      return { type: 'TunnelClosed', stream, data: { tunnel_id: id, reason } };
    });
  });
}
