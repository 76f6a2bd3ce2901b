/**
 * The graph that is seen in the memories: its nodes are names of domains, across realms. A domain
 * that two realms have joins them, whether anybody said so or not.
 */
import { listTunnels, type Db } from '../../projections/index.js';
import type { Session } from '../session.js';
import { gatesIn, type DomainNode } from './domain-tags.js';
import { tagsOf } from './tags.js';

/** Too common a name to join anything. */
export const NO_NODE = 'general';
const TOP_MAX = 10;

export interface GraphNode {
  /** By name. */
  readonly realms: string[];
  /** The gates of its memories, by name. */
  readonly gates: string[];
  /** How many memories it has, in all realms. */
  readonly count: number;
  /** The last five dates of its memories, oldest first. */
  readonly dates: string[];
}

/** A domain that two realms share. */
export interface GraphEdge {
  readonly domain: string;
  readonly realm_a: string;
  readonly realm_b: string;
  readonly gates: string[];
  /** How many memories it has in the two realms. */
  readonly count: number;
}

export interface Graph {
  /** By name of the domain. */
  readonly nodes: Readonly<Record<string, GraphNode>>;
  readonly edges: GraphEdge[];
}

/** Every domain with memories by name, `general` too. */
export const domainsOf = (session: Session, db: Db): ReadonlyMap<string, DomainNode> =>
  tagsOf(session, db).domains.nodes;

/** The nodes of the graph, by name. */
export function nodesOf(session: Session, db: Db): DomainNode[] {
  return [...domainsOf(session, db).values()].filter(({ domain }) => domain !== NO_NODE);
}

/** One edge a pair of realms, whatever gates there are. */
function edgesOf({ domain, realms }: DomainNode): GraphEdge[] {
  const all = [...realms];
  return all.flatMap(([realm_a, a], at) => {
    return all.slice(at + 1).map(([realm_b, b]) => {
      const count = a.count + b.count;
      return { domain, realm_a, realm_b, gates: gatesIn([a, b]), count };
    });
  });
}

/** All nodes and edges that are seen in the memories. */
export async function buildGraph(session: Session): Promise<Graph> {
  return session.store.read((db) => {
    const nodes = nodesOf(session, db);
    const described = nodes.map(({ domain, realms, gates, count, dates }) => {
      const node = { realms: [...realms.keys()], gates: [...gates], count, dates: [...dates] };
      return [domain, node] as const;
    });
    return { nodes: Object.fromEntries(described), edges: nodes.flatMap(edgesOf) };
  });
}

export interface GraphStats {
  readonly total_domains: number;
  /** Domains that two realms or more share. */
  readonly tunnel_domains: number;
  /** One a pair of realms and shared domain, and one a tunnel that was dug. */
  readonly total_edges: number;
  /** Most first. */
  readonly domains_per_realm: Readonly<Record<string, number>>;
  /** At most ten, those of most realms first. */
  readonly top_tunnels: {
    readonly domain: string;
    readonly realms: string[];
    readonly count: number;
  }[];
  readonly explicit_tunnels: number;
}

export function statsOf(session: Session, db: Db): GraphStats {
  const nodes = nodesOf(session, db);
  const shared = nodes.filter(({ realms }) => realms.size > 1);
  const explicit = listTunnels(db).length;
  const perRealm = new Map<string, number>();
  for (const realm of nodes.flatMap(({ realms }) => [...realms.keys()])) {
    perRealm.set(realm, (perRealm.get(realm) ?? 0) + 1);
  }
  const top = shared.toSorted((a, b) => b.realms.size - a.realms.size || b.count - a.count);
  const pairs = shared.map(({ realms: { size } }) => (size * (size - 1)) / 2);
  return {
    total_domains: nodes.length,
    tunnel_domains: shared.length,
    total_edges: pairs.reduce((sum, count) => sum + count, explicit),
    domains_per_realm: Object.fromEntries([...perRealm].sort(mostFirst)),
    top_tunnels: top.slice(0, TOP_MAX).map(({ domain, realms, count }) => {
      return { domain, realms: [...realms.keys()], count };
    }),
    explicit_tunnels: explicit,
  };
}

function mostFirst(a: readonly [string, number], b: readonly [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
}
