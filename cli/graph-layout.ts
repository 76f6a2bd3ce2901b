/** How the graph looks to people: one function a thing, text out, nothing written. */
import type { Step, Tunnel, TunnelConnection } from '../src/index.js';
import { excerpt, printable } from './layout.js';

const PREVIEW_CHARACTERS_MAX = 100;

const labelled = (label: string | undefined): string =>
  label === undefined || label === '' ? '' : ` - ${label}`;

export function tunnelLine({ id, source, target, label, kind }: Tunnel): string {
  const ends = `${source.realm}/${source.domain} <-> ${target.realm}/${target.domain}`;
  return printable(`  ${id}  ${kind.padEnd(8)}  ${ends}${labelled(label)}`);
}

interface BridgeRow {
  readonly domain: string;
  readonly realms: readonly string[];
  readonly count: number;
  readonly via: string;
  readonly tunnel_id?: string;
  readonly label?: string;
}

export function bridgeLine({ domain, realms, count, tunnel_id, label }: BridgeRow): string {
  const how = tunnel_id === undefined ? 'shared domain' : `tunnel ${tunnel_id}`;
  const between = `${domain.padEnd(20)}  ${realms.join(', ')}`;
  return printable(`  ${between}  ${String(count)} entities  (${how})${labelled(label)}`);
}

export function connectionLines(connection: TunnelConnection): string {
  const { direction, connected_realm: realm, connected_domain: domain, label } = connection;
  const arrow = direction === 'outgoing' ? '->' : '<-';
  const line = printable(`  ${arrow} ${realm}/${domain}${labelled(label)}`);
  if (connection.entity_preview === undefined) return line;
  return `${line}\n     ${excerpt(connection.entity_preview, PREVIEW_CHARACTERS_MAX)}`;
}

export function stepLine({ domain, realms, count, hop, connected_via: via }: Step): string {
  const indent = '  '.repeat(hop + 1);
  const how = via === undefined ? '' : `  via ${via.join(', ')}`;
  return printable(`${indent}${domain} [${realms.join(', ')}] ${String(count)} entities${how}`);
}
