/** The palace graph: tunnels between domains, and walking along them. */
import * as z from 'zod';
import type { Bridge } from '../palace/tunnels.js';
import { defineOperation, DESTROYS, READS, WRITES_ONCE } from './operation.js';
import { domainName, realmFilter, realmName, tunnel, tunnelKind } from './shapes.js';

const memory = z.string().optional().describe('A memory there that it is about.');
const tunnelId = z.string().describe('Id of a tunnel: 16 hex digits.');

export const createTunnel = defineOperation({
  name: 'create_tunnel',
  title: 'Create a tunnel',
  description:
    'Use to link two domains that belong together. ' +
    'The same two again, from either end, get the new label and memories.',
  annotations: WRITES_ONCE,
  input: z.strictObject({
    source_realm: realmName,
    source_domain: domainName,
    target_realm: realmName,
    target_domain: domainName,
    label: z.string().max(500).default('').describe('Why they are linked.'),
    source_entity_id: memory,
    target_entity_id: memory,
  }),
  output: z.object({ created: z.boolean(), tunnel }),
  async handler(dimension, input) {
    return dimension.digTunnel(input);
  },
});

export const deleteTunnel = defineOperation({
  name: 'delete_tunnel',
  title: 'Delete a tunnel',
  description: 'Use to unlink two domains; what is in them stays. An unknown id is no error.',
  annotations: DESTROYS,
  input: z.strictObject({ tunnel_id: tunnelId }),
  output: z.object({ deleted: z.boolean(), tunnel_id: z.string() }),
  async handler(dimension, input) {
    const { found } = await dimension.deleteTunnel(input.tunnel_id);
    return { deleted: found, tunnel_id: input.tunnel_id };
  },
});

export const listTunnels = defineOperation({
  name: 'list_tunnels',
  title: 'List tunnels',
  description:
    'Use to see what is linked, oldest first: explicit, and by a shared topic or entity.',
  annotations: READS,
  input: z.strictObject({
    realm: realmFilter,
    kind: tunnelKind.optional().describe('Only this kind.'),
  }),
  output: z.object({ tunnels: z.array(tunnel), count: z.int() }),
  async handler(dimension, input) {
    const tunnels = await dimension.listTunnels(input);
    return { tunnels, count: tunnels.length };
  },
});

const bridge = z.object({
  domain: z.string(),
  realms: z.array(z.string()),
  gates: z.array(z.string()),
  count: z.int(),
  recent: z.string().describe('The last date of its memories.'),
  via: z.enum(['shared_domain', 'tunnel']),
  tunnel_id: z.string().optional(),
  label: z.string().optional(),
});

function toBridge({ domain, realms, gates, count, recent, id, label }: Bridge) {
  const place = { domain, realms, gates, count, recent };
  if (id === undefined) return { ...place, via: 'shared_domain' as const };
  return { ...place, via: 'tunnel' as const, tunnel_id: id, label };
}

export const findTunnels = defineOperation({
  name: 'find_tunnels',
  title: 'Find bridges between realms',
  description:
    'Use to see what joins two realms: domains that both have, and tunnels. ' +
    'At most 50, fullest first.',
  annotations: READS,
  input: z.strictObject({
    realm_a: realmName.optional(),
    realm_b: realmName.optional(),
  }),
  output: z.object({
    bridges: z.array(bridge),
    count: z.int(),
    warnings: z.array(z.string()).optional(),
  }),
  async handler(dimension, input) {
    const found = await dimension.findBridges({ realmA: input.realm_a, realmB: input.realm_b });
    const bridges = found.bridges.map(toBridge);
    const warnings = found.warnings.length > 0 ? { warnings: found.warnings } : {};
    return { bridges, count: bridges.length, ...warnings };
  },
});

export const followTunnels = defineOperation({
  name: 'follow_tunnels',
  title: 'Follow tunnels',
  description: 'Use to see where the tunnels of one domain lead, with the memory at the other end.',
  annotations: READS,
  input: z.strictObject({ realm: realmName, domain: domainName }),
  output: z.object({
    realm: z.string(),
    domain: z.string(),
    connections: z.array(
      z.object({
        direction: z.enum(['outgoing', 'incoming']),
        connected_realm: z.string(),
        connected_domain: z.string(),
        label: z.string(),
        kind: tunnelKind,
        tunnel_id: z.string(),
        entity_id: z.string().optional(),
        entity_preview: z.string().optional(),
      }),
    ),
    count: z.int(),
  }),
  async handler(dimension, { realm, domain }) {
    const connections = await dimension.followTunnels(realm, domain);
    return { realm, domain, connections, count: connections.length };
  },
});

export const traverse = defineOperation({
  name: 'traverse',
  title: 'Walk the graph',
  description:
    'Use to see what lies around a domain: those that share a realm with it or a tunnel joins, ' +
    'nearest first, at most 50.',
  annotations: READS,
  input: z.strictObject({
    start_domain: domainName,
    max_hops: z.int().min(0).max(10).default(2).describe('How far to go.'),
    realm: realmName.optional().describe('Begin in this realm only.'),
  }),
  output: z.object({
    start: z.string(),
    results: z.array(
      z.object({
        domain: z.string(),
        realms: z.array(z.string()),
        gates: z.array(z.string()),
        count: z.int(),
        hop: z.int(),
        connected_via: z
          .array(z.string())
          .optional()
          .describe('Realms, and tunnels as tunnel:<id>.'),
      }),
    ),
    count: z.int(),
    truncated: z.boolean(),
  }),
  async handler(dimension, { start_domain: start, max_hops: maxHops, realm }) {
    const walked = await dimension.walk(start, { maxHops, realm });
    return { ...walked, count: walked.results.length };
  },
});

export const graphStats = defineOperation({
  name: 'graph_stats',
  title: 'Get graph statistics',
  description: 'Use for an overview of the graph: how many domains, what realms share, tunnels.',
  annotations: READS,
  input: z.strictObject({}),
  output: z.object({
    total_domains: z.int(),
    tunnel_domains: z.int(),
    total_edges: z.int(),
    domains_per_realm: z.record(z.string(), z.int()),
    top_tunnels: z.array(
      z.object({ domain: z.string(), realms: z.array(z.string()), count: z.int() }),
    ),
    explicit_tunnels: z.int(),
    tunnels_by_kind: z.object({ explicit: z.int(), topic: z.int(), entity: z.int() }),
  }),
  async handler(dimension) {
    const stats = await dimension.graphStats();
    return { ...stats, domains_per_realm: { ...stats.domains_per_realm } };
  },
});
