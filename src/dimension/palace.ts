/** The palace graph: what joins realms, dug or seen in the memories. */
import { readSettings } from '../config.js';
import * as dig from '../palace/dig.js';
import * as gateways from '../palace/gateways.js';
import { buildGraph, type Graph } from '../palace/graph.js';
import { walk, type Step, type TraverseOptions, type Walk } from '../palace/traverse.js';
import type { Tunnel } from '../palace/tunnel.js';
import * as tunnels from '../palace/tunnels.js';
import { Knowing } from './knowing.js';

export class Palace extends Knowing {
  /** Domains by name, with an edge for every two realms that share one. */
  async buildGraph(): Promise<Graph> {
    return buildGraph(this.session());
  }

  /**
   * Joins two places; joined already, they get the label and memories that are given.
   *
   * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE, NOT_FOUND
   */
  async createTunnel(tunnel: dig.NewTunnel): Promise<Tunnel> {
    return (await this.digTunnel(tunnel)).tunnel;
  }

  /** As {@link createTunnel}, answering whether it is new. */
  async digTunnel(tunnel: dig.NewTunnel): Promise<dig.Dug> {
    return dig.digTunnel(this.session(), tunnel);
  }

  async deleteTunnel(id: string): Promise<dig.Closed> {
    return dig.closeTunnel(this.session(), id);
  }

  /** Tunnels of every kind, oldest first. @throws {AltError} INVALID_ARGUMENT */
  async listTunnels(options: tunnels.TunnelOptions = {}): Promise<Tunnel[]> {
    const topicMinCount = options.topicMinCount ?? this.topicMinCount();
    return tunnels.listTunnels(this.session(), { ...options, topicMinCount });
  }

  /** What joins two realms, most memories first, at most 50. */
  async findTunnels(options: tunnels.BridgeOptions = {}): Promise<tunnels.Bridge[]> {
    return (await this.findBridges(options)).bridges;
  }

  /** As {@link findTunnels}, saying which realm is not there. */
  async findBridges(options: tunnels.BridgeOptions = {}): Promise<tunnels.Bridges> {
    return tunnels.findBridges(this.session(), options);
  }

  /** Where tunnels lead from a place. @throws {AltError} INVALID_ARGUMENT when a name is blank */
  async followTunnels(realm: string, domain: string): Promise<tunnels.TunnelConnection[]> {
    return tunnels.followTunnels(this.session(), { realm, domain }, this.topicMinCount());
  }

  /**
   * The domains around one, nearest first, at most 50.
   *
   * @throws {AltError} NOT_FOUND with suggestions, INVALID_ARGUMENT
   */
  async traverse(startDomain: string, options: TraverseOptions = {}): Promise<Step[]> {
    return (await this.walk(startDomain, options)).results;
  }

  /** As {@link traverse}, saying whether there is more. */
  async walk(startDomain: string, options: TraverseOptions = {}): Promise<Walk> {
    return walk(this.session(), startDomain, options);
  }

  async graphStats(): Promise<tunnels.Overview> {
    return tunnels.graphStats(this.session(), this.topicMinCount());
  }

  /** Names that memories of a realm mention together. @throws {AltError} INVALID_ARGUMENT */
  async listGateways(options: gateways.GatewayOptions = {}): Promise<gateways.Gateway[]> {
    return gateways.listGateways(this.session(), options);
  }

  /** The gateways of one realm, of names that at least `minCount` memories mention together. */
  async computeGatewaysForRealm(realm: string, minCount = 2): Promise<gateways.Gateway[]> {
    return gateways.listGateways(this.session(), { realm, minCount });
  }

  /** Takes a gateway out of sight for good. @returns whether it was there. */
  async deleteGateway(id: string): Promise<boolean> {
    return gateways.deleteGateway(this.session(), id);
  }

  private topicMinCount(): number {
    return readSettings({ dimension: this.path }).topicTunnelMinCount;
  }
}
