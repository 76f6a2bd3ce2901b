/** A tunnel as everybody sees it, and how one is read from its row. */
import type { TunnelRow } from '../../projections/index.js';
import { toIso } from '../entity.js';

export type TunnelKind = 'explicit' | 'topic' | 'entity';

export const TUNNEL_KINDS = ['explicit', 'topic', 'entity'] as const satisfies TunnelKind[];

export interface TunnelEnd {
  readonly realm: string;
  /** Of a tunnel that nobody dug: `topic:` or `entity:` and what is shared, in both realms. */
  readonly domain: string;
  /** A living memory that the tunnel is about. */
  readonly entity_id?: string;
}

/** Joins two places, whichever is called the source. */
export interface Tunnel {
  /** 16 hex digits that follow from the two places. */
  readonly id: string;
  readonly source: TunnelEnd;
  readonly target: TunnelEnd;
  /** '' when none. */
  readonly label: string;
  readonly kind: TunnelKind;
  /** ISO 8601, UTC, milliseconds. */
  readonly created_at: string;
  readonly updated_at?: string;
}

function toEnd(realm: string, domain: string, entity: string | null): TunnelEnd {
  return { realm, domain, ...(entity !== null && { entity_id: entity }) };
}

export function toTunnel(row: TunnelRow): Tunnel {
  return {
    id: row.id,
    source: toEnd(row.sourceRealm, row.sourceDomain, row.sourceEntity),
    target: toEnd(row.targetRealm, row.targetDomain, row.targetEntity),
    label: row.label,
    kind: 'explicit',
    created_at: toIso(row.createdMs),
    ...(row.updatedMs !== null && { updated_at: toIso(row.updatedMs) }),
  };
}
