/** Looking at tunnels: all of them, those that join two realms, those that end in a place. */
import {
  entityById,
  listRealms,
  listTunnels as tunnelRows,
  type Db,
} from '../../projections/index.js';
import { AltError } from '../../events/index.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { derivedTunnels, topicKey } from './derived-tunnels.js';
import type { DomainNode } from './domain-tags.js';
import { domainsOf, nodesOf, statsOf, type GraphStats } from './graph.js';
import { TUNNEL_KINDS, toTunnel, type Tunnel, type TunnelEnd, type TunnelKind } from './tunnel.js';

const BRIDGES_MAX = 50;
const PREVIEW_CHARACTERS_MAX = 300;

export interface TunnelOptions {
  /** Only tunnels with an end there. */
  readonly realm?: string | undefined;
  readonly kind?: TunnelKind | undefined;
  /** How many topics realms must share to be joined by them; the user's setting when absent. */
  readonly topicMinCount?: number | undefined;
}

interface Counted extends TunnelOptions {
  readonly topicMinCount: number;
}

function tunnelsIn(session: Session, db: Db, { kind, topicMinCount }: Counted): Tunnel[] {
  const dug = tunnelRows(db).map(toTunnel);
  if (kind === 'explicit') return dug;
  const all = [...dug, ...derivedTunnels(session, db, topicMinCount)];
  const wanted = kind === undefined ? all : all.filter((tunnel) => tunnel.kind === kind);
  return wanted.sort(oldestFirst);
}

function oldestFirst(a: Tunnel, b: Tunnel): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/**
 * Tunnels of every kind, oldest first.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown kind or a count below 1
 */
export async function listTunnels(session: Session, options: Counted): Promise<Tunnel[]> {
  const { realm, kind } = options;
  if (kind !== undefined && !TUNNEL_KINDS.includes(kind)) {
    throw new AltError('INVALID_ARGUMENT', `Unknown kind of tunnel: ${String(kind)}.`, {
      hint: `It is one of: ${TUNNEL_KINDS.join(', ')}.`,
    });
  }
  const filter = filterName(realm);
  if (matchesNothing(filter)) return [];
  const tunnels = await session.store.read((db) => tunnelsIn(session, db, options));
  const wanted =
    filter === undefined
      ? tunnels
      : tunnels.filter(({ source, target }) => [source.realm, target.realm].includes(filter));
  // What is kept for the next question stays ours.
  return wanted.map((tunnel) => {
    return { ...tunnel, source: { ...tunnel.source }, target: { ...tunnel.target } };
  });
}

/** What joins two realms: a domain that both have, or a tunnel that was dug. */
export interface Bridge {
  readonly kind: 'passive' | 'explicit';
  /** The shared domain; of a tunnel, that of its source. */
  readonly domain: string;
  readonly realms: string[];
  readonly gates: string[];
  /** How many memories it has; of a tunnel, those at both ends. */
  readonly count: number;
  /** The last date of its memories; '' when they have none. */
  readonly recent: string;
  /** The four of a tunnel. */
  readonly id?: string;
  readonly label?: string;
  readonly source?: TunnelEnd;
  readonly target?: TunnelEnd;
}

export interface BridgeOptions {
  readonly realmA?: string | undefined;
  readonly realmB?: string | undefined;
}

export interface Bridges {
  /** At most 50, most memories first. */
  readonly bridges: Bridge[];
  /** Realms that were asked for and are not there, as sentences. */
  readonly warnings: string[];
}

/** What joins the given realms, or any two where none are given. */
export async function findBridges(session: Session, options: BridgeOptions): Promise<Bridges> {
  const given = [options.realmA, options.realmB];
  const filters = given.map(filterName).filter((filter) => filter !== undefined);
  return session.store.read((db) => {
    const names = new Set(filters.length > 0 ? listRealms(db).map(({ name }) => name) : []);
    const isKnown = (filter: (typeof filters)[number]): boolean =>
      !matchesNothing(filter) && names.has(filter);
    const warnings = given.flatMap((text) => {
      const filter = filterName(text);
      return filter === undefined || isKnown(filter) ? [] : [`There is no realm '${text ?? ''}'.`];
    });
    if (warnings.length > 0) return { bridges: [], warnings };
    const joins = (realms: readonly string[]): boolean =>
      filters.every((filter) => !matchesNothing(filter) && realms.includes(filter));
    const passive = nodesOf(session, db).filter(({ realms }) => realms.size > 1);
    const bridges = [...passive.map(passiveBridge), ...explicitBridges(session, db)];
    const found = bridges.filter(({ realms }) => joins(realms)).sort(mostMemoriesFirst);
    return { bridges: found.slice(0, BRIDGES_MAX), warnings };
  });
}

function passiveBridge({ domain, realms, gates, count, dates }: DomainNode): Bridge {
  const recent = dates.at(-1) ?? '';
  return { kind: 'passive', domain, realms: [...realms.keys()], gates: [...gates], count, recent };
}

function explicitBridges(session: Session, db: Db): Bridge[] {
  const domains = domainsOf(session, db);
  const countAt = ({ realm, domain }: TunnelEnd): number =>
    domains.get(domain)?.realms.get(realm)?.count ?? 0;
  return tunnelRows(db)
    .map(toTunnel)
    .filter(({ source, target }) => source.realm !== target.realm)
    .map(({ id, source, target, label }) => ({
      kind: 'explicit',
      id,
      domain: source.domain,
      realms: [source.realm, target.realm],
      gates: [],
      count: countAt(source) + countAt(target),
      recent: '',
      label,
      source,
      target,
    }));
}

function mostMemoriesFirst(a: Bridge, b: Bridge): number {
  if (a.count !== b.count) return b.count - a.count;
  if (a.domain !== b.domain) return a.domain < b.domain ? -1 : 1;
  return (a.id ?? '') < (b.id ?? '') ? -1 : 1;
}

/** The other end of a tunnel that ends in a place. */
export interface TunnelConnection {
  /** As the tunnel was dug: away from its source, or towards it. */
  readonly direction: 'outgoing' | 'incoming';
  readonly connected_realm: string;
  readonly connected_domain: string;
  readonly label: string;
  readonly kind: TunnelKind;
  readonly tunnel_id: string;
  /** A memory at the other end, and the first 300 characters of it. */
  readonly entity_id?: string;
  readonly entity_preview?: string;
}

/** A domain as tunnels have it: also one that only a tunnel has. */
function domainOfTunnel(domain: string): ReturnType<typeof filterName> {
  if (typeof domain === 'string' && domain.startsWith('topic:')) return topicKey(domain);
  const isMade = typeof domain === 'string' && domain.startsWith('entity:');
  return isMade ? domain.normalize('NFC') : filterName(domain);
}

/** Where tunnels lead from a place, oldest first. */
export async function followTunnels(
  session: Session,
  place: { readonly realm: string; readonly domain: string },
  topicMinCount: number,
): Promise<TunnelConnection[]> {
  const realm = filterName(place.realm);
  const domain = domainOfTunnel(place.domain);
  for (const [name, value] of Object.entries({ realm, domain })) {
    if (value === undefined) throw new AltError('INVALID_ARGUMENT', `${name} is blank.`);
  }
  const isHere = (end: TunnelEnd): boolean => end.realm === realm && end.domain === domain;
  return session.store.read((db) => {
    return tunnelsIn(session, db, { topicMinCount }).flatMap((tunnel) => {
      const { source, target } = tunnel;
      if (isHere(source)) return [connection(db, tunnel, 'outgoing')];
      return isHere(target) ? [connection(db, tunnel, 'incoming')] : [];
    });
  });
}

function connection(
  db: Db,
  tunnel: Tunnel,
  direction: TunnelConnection['direction'],
): TunnelConnection {
  const { id, label, kind } = tunnel;
  const end = direction === 'outgoing' ? tunnel.target : tunnel.source;
  const entity = end.entity_id === undefined ? undefined : entityById(db, end.entity_id);
  return {
    direction,
    connected_realm: end.realm,
    connected_domain: end.domain,
    label,
    kind,
    tunnel_id: id,
    ...(entity && { entity_id: entity.id, entity_preview: previewOf(entity.content) }),
  };
}

const previewOf = (content: string): string =>
  content.slice(0, PREVIEW_CHARACTERS_MAX).toWellFormed();

/** The graph in numbers. */
export interface Overview extends GraphStats {
  readonly tunnels_by_kind: Readonly<Record<TunnelKind, number>>;
}

export async function graphStats(session: Session, topicMinCount: number): Promise<Overview> {
  return session.store.read((db) => {
    const counts = { explicit: 0, topic: 0, entity: 0 };
    for (const { kind } of tunnelsIn(session, db, { topicMinCount })) counts[kind] += 1;
    return { ...statsOf(session, db), tunnels_by_kind: counts };
  });
}
