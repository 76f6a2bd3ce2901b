/** Walking the graph: from a domain to those that share a realm with it or that a tunnel joins. */
import { AltError } from '../../events/index.js';
import { listTunnels, type Db, type TunnelRow } from '../../projections/index.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { checkShape } from '../values.js';
import type { DomainNode, InRealm } from './domain-tags.js';
import { domainsOf, NO_NODE } from './graph.js';

const HOPS = 2;
const HOPS_MAX = 10;
const STEPS_MAX = 50;
const SUGGESTIONS_MAX = 5;

export interface TraverseOptions {
  /** 0–10, 2 when absent; what lies outside is taken for the nearest of them. */
  readonly maxHops?: number | undefined;
  /** Begin in this realm only, where others have a domain of that name too. */
  readonly realm?: string | undefined;
}

/** A domain that was reached. */
export interface Step {
  readonly domain: string;
  readonly realms: string[];
  readonly gates: string[];
  readonly count: number;
  /** 0 for the start. */
  readonly hop: number;
  /** The realms and the tunnels (`tunnel:<id>`) that lead to it; absent for the start. */
  readonly connected_via?: string[];
}

export interface Walk {
  /** The normalised name. */
  readonly start: string;
  /** At most 50, nearest first, then most memories first. */
  readonly results: Step[];
  /** Whether more were reached. */
  readonly truncated: boolean;
}

/**
 * Walks from a domain, breadth first.
 *
 * @throws {AltError} INVALID_ARGUMENT; NOT_FOUND for a domain that the graph does not have, with up
 *   to five `details.suggestions`
 */
export async function walk(
  session: Session,
  startDomain: string,
  options: TraverseOptions = {},
): Promise<Walk> {
  checkShape(startDomain, 'text', 'start_domain');
  const maxHops = checkHops(options.maxHops ?? HOPS);
  const start = filterName(startDomain);
  if (start === undefined) throw new AltError('INVALID_ARGUMENT', 'start_domain is blank.');
  const realm = filterName(options.realm);
  return session.store.read((db) => {
    const map = mapOf(session, db);
    const node = matchesNothing(start) ? undefined : map.nodes.get(start);
    const from = node && !matchesNothing(realm) ? within(node, realm) : undefined;
    if (!from) throw unknownDomain(startDomain, [...map.nodes.keys()]);
    const steps = stepsFrom(map, from, {
      maxHops,
      realm: matchesNothing(realm) ? undefined : realm,
    });
    const results = steps.sort(nearestFirst).slice(0, STEPS_MAX);
    return { start: from.domain, results, truncated: steps.length > STEPS_MAX };
  });
}

function checkHops(value: number): number {
  if (Number.isInteger(value)) return Math.min(Math.max(value, 0), HOPS_MAX);
  throw new AltError('INVALID_ARGUMENT', 'max_hops must be a whole number from 0 to 10.');
}

interface GraphMap {
  readonly nodes: ReadonlyMap<string, DomainNode>;
  readonly domainsByRealm: ReadonlyMap<string, readonly string[]>;
  readonly tunnels: readonly TunnelRow[];
}

/** Domains with memories, and those without that a tunnel ends in. */
function mapOf(session: Session, db: Db): GraphMap {
  const tunnels = listTunnels(db);
  const nodes = new Map(domainsOf(session, db));
  for (const row of tunnels) {
    addEmpty(nodes, row.sourceRealm, row.sourceDomain);
    addEmpty(nodes, row.targetRealm, row.targetDomain);
  }
  const domainsByRealm = new Map<string, string[]>();
  for (const { domain, realms } of nodes.values()) {
    if (domain === NO_NODE) continue;
    for (const realm of realms.keys()) {
      const domains = domainsByRealm.get(realm);
      if (domains) domains.push(domain);
      else domainsByRealm.set(realm, [domain]);
    }
  }
  return { nodes, domainsByRealm, tunnels };
}

function addEmpty(nodes: Map<string, DomainNode>, realm: string, domain: string): void {
  const before = nodes.get(domain);
  if (before && before.count > 0) return;
  const realms = new Map<string, InRealm>(before?.realms);
  realms.set(realm, { count: 0, gates: new Set() });
  const ordered = new Map([...realms].sort(([a], [b]) => (a < b ? -1 : 1)));
  nodes.set(domain, { domain, realms: ordered, count: 0, gates: [], dates: [] });
}

/** The part of a node that lies in one realm; the whole node without one. */
function within(node: DomainNode, realm: string | undefined): DomainNode | undefined {
  if (realm === undefined) return node;
  const part = node.realms.get(realm);
  if (!part) return undefined;
  const { domain, dates } = node;
  const realms = new Map([[realm, part]]);
  return { domain, realms, count: part.count, gates: [...part.gates].sort(), dates };
}

function toStep(node: DomainNode, hop: number): Step {
  const { domain, realms, gates, count } = node;
  return { domain, realms: [...realms.keys()], gates: [...gates], count, hop };
}

interface Bounds {
  readonly maxHops: number;
  /** Where the walk begins, if not in every realm. */
  readonly realm: string | undefined;
}

function stepsFrom(map: GraphMap, start: DomainNode, { maxHops, realm }: Bounds): Step[] {
  const steps = [toStep(start, 0)];
  const seen = new Set([start.domain, NO_NODE]);
  const spent = new Set<string>();
  let frontier: readonly DomainNode[] = [start];
  for (let hop = 1; hop <= maxHops && frontier.length > 0; hop += 1) {
    const reached = neighboursOf(map, frontier, spent);
    addTunnels(reached, map, { frontier, realm: hop === 1 ? realm : undefined });
    const next = [...reached].filter(([domain]) => !seen.has(domain));
    frontier = next.flatMap(([domain, via]) => {
      seen.add(domain);
      const node = map.nodes.get(domain);
      if (node) steps.push({ ...toStep(node, hop), connected_via: [...via].sort(realmsFirst) });
      return node ? [node] : [];
    });
  }
  return steps;
}

type Reached = Map<string, Set<string>>;

function reach(reached: Reached, domain: string, via: string): void {
  const ways = reached.get(domain);
  if (ways) ways.add(via);
  else reached.set(domain, new Set([via]));
}

/** Every realm is gone through once: whoever shares it is reached then. */
function neighboursOf(map: GraphMap, frontier: readonly DomainNode[], spent: Set<string>): Reached {
  const reached: Reached = new Map();
  const realms = new Set(frontier.flatMap((node) => [...node.realms.keys()]));
  for (const realm of realms) {
    if (spent.has(realm)) continue;
    spent.add(realm);
    for (const domain of map.domainsByRealm.get(realm) ?? []) reach(reached, domain, realm);
  }
  return reached;
}

function addTunnels(
  reached: Reached,
  { tunnels }: GraphMap,
  {
    frontier,
    realm,
  }: { readonly frontier: readonly DomainNode[]; readonly realm?: string | undefined },
): void {
  const names = new Set(frontier.map(({ domain }) => domain));
  const isHere = (inRealm: string, domain: string): boolean =>
    names.has(domain) && (realm === undefined || realm === inRealm);
  for (const { id, sourceRealm, sourceDomain, targetRealm, targetDomain } of tunnels) {
    if (isHere(sourceRealm, sourceDomain)) reach(reached, targetDomain, `tunnel:${id}`);
    if (isHere(targetRealm, targetDomain)) reach(reached, sourceDomain, `tunnel:${id}`);
  }
}

function realmsFirst(a: string, b: string): number {
  const [x, y] = [a, b].map((via) => Number(via.startsWith('tunnel:')));
  return (x ?? 0) - (y ?? 0) || (a < b ? -1 : 1);
}

function nearestFirst(a: Step, b: Step): number {
  if (a.hop !== b.hop) return a.hop - b.hop;
  if (a.count !== b.count) return b.count - a.count;
  return a.domain < b.domain ? -1 : 1;
}

function unknownDomain(asked: string, domains: readonly string[]): AltError {
  const suggestions = suggestionsFor(asked, domains);
  const hint =
    suggestions.length > 0
      ? `There are: ${suggestions.join(', ')}.`
      : 'List what there is with "alt domains" or list_domains.';
  return new AltError('NOT_FOUND', `The domain '${asked}' was not found in the graph.`, {
    hint,
    details: { suggestions },
  });
}

/** Names that contain what was asked for come first, then those that contain a word of it. */
function suggestionsFor(asked: string, domains: readonly string[]): string[] {
  const query = asked.normalize('NFC').trim().toLowerCase().replace(/[ -]/g, '_');
  const words = query.split('_').filter((word) => word !== '');
  const names = domains.toSorted();
  const whole = names.filter((name) => name.includes(query));
  const partly = names.filter((name) => words.some((word) => name.includes(word)));
  return [...new Set([...whole, ...partly])].slice(0, SUGGESTIONS_MAX);
}
