/** The graph without a dimension in hand: each takes one, or the path of one. */
import { Dimension } from '../dimension.js';
import type { Closed, NewTunnel } from './dig.js';
import type { Graph } from './graph.js';
import type { Step, TraverseOptions } from './traverse.js';
import type { Tunnel } from './tunnel.js';
import type {
  Bridge,
  BridgeOptions,
  Overview,
  TunnelConnection,
  TunnelOptions,
} from './tunnels.js';

/** Opened and closed again when only its path is given. Never made. */
async function using<Result>(
  place: Dimension | string,
  work: (dimension: Dimension) => Promise<Result>,
): Promise<Result> {
  if (typeof place !== 'string') return work(place);
  const dimension = new Dimension({ path: place });
  try {
    return await work(dimension);
  } finally {
    await dimension.close();
  }
}

/** As {@link Dimension.buildGraph}. */
export async function buildGraph(place: Dimension | string): Promise<Graph> {
  return using(place, (dimension) => dimension.buildGraph());
}

/** As {@link Dimension.createTunnel}. */
export async function createTunnel(place: Dimension | string, tunnel: NewTunnel): Promise<Tunnel> {
  return using(place, (dimension) => dimension.createTunnel(tunnel));
}

/** As {@link Dimension.deleteTunnel}. */
export async function deleteTunnel(place: Dimension | string, id: string): Promise<Closed> {
  return using(place, (dimension) => dimension.deleteTunnel(id));
}

/** As {@link Dimension.listTunnels}. */
export async function listTunnels(
  place: Dimension | string,
  options: TunnelOptions = {},
): Promise<Tunnel[]> {
  return using(place, (dimension) => dimension.listTunnels(options));
}

/** As {@link Dimension.findTunnels}. */
export async function findTunnels(
  place: Dimension | string,
  options: BridgeOptions = {},
): Promise<Bridge[]> {
  return using(place, (dimension) => dimension.findTunnels(options));
}

/** As {@link Dimension.followTunnels}. */
export async function followTunnels(
  place: Dimension | string,
  realm: string,
  domain: string,
): Promise<TunnelConnection[]> {
  return using(place, (dimension) => dimension.followTunnels(realm, domain));
}

/** As {@link Dimension.traverse}. */
export async function traverse(
  place: Dimension | string,
  startDomain: string,
  options: TraverseOptions = {},
): Promise<Step[]> {
  return using(place, (dimension) => dimension.traverse(startDomain, options));
}

/** As {@link Dimension.graphStats}. */
export async function graphStats(place: Dimension | string): Promise<Overview> {
  return using(place, (dimension) => dimension.graphStats());
}
