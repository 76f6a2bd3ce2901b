/**
 * Tunnels that somebody dug, one row each, and what somebody does not want to see: a closed tunnel
 * keeps its row, so that one which is only seen in the memories can be closed as well.
 *
 * An update never opens a closed tunnel; to dig it again makes it anew.
 */
import type { EventDataOf } from '../events/index.js';
import type { Db } from './database.js';
import { orderKey, type FoldEvent, type Projection } from './projection.js';

interface StoredTunnel {
  source_realm: string;
  source_domain: string;
}

const OPEN = 'SELECT source_realm, source_domain FROM tunnels WHERE stream = ? AND open = 1';

/** What is said anew of an open tunnel; '' where nothing is. */
interface Changes {
  /** The end that the writer calls the source. */
  readonly source: { readonly realm: string; readonly domain: string };
  readonly label?: string | undefined;
  readonly sourceEntity?: string | undefined;
  readonly targetEntity?: string | undefined;
}

/** @returns whether there was an open tunnel. */
function update(db: Db, event: FoldEvent, changes: Changes): boolean {
  const row = db.get<StoredTunnel>(OPEN, event.stream);
  if (!row) return false;
  const { realm, domain } = changes.source;
  const isTurned = row.source_realm !== realm || row.source_domain !== domain;
  const memories = [changes.sourceEntity ?? '', changes.targetEntity ?? ''];
  const [source = '', target = ''] = isTurned ? memories.reverse() : memories;
  db.run(
    `UPDATE tunnels SET label = coalesce(nullif(?, ''), label),
       source_entity = coalesce(nullif(?, ''), source_entity),
       target_entity = coalesce(nullif(?, ''), target_entity), updated_ms = ?
     WHERE stream = ?`,
    changes.label ?? '',
    source,
    target,
    event.commit.wall,
    event.stream,
  );
  return true;
}

function dug(db: Db, event: FoldEvent<EventDataOf<'TunnelDug'>>): void {
  const { stream, data, commit } = event;
  const { source, target, label } = data;
  const memories = { sourceEntity: source.entity_id, targetEntity: target.entity_id };
  if (update(db, event, { source, label, ...memories })) return;
  db.run(
    'INSERT OR REPLACE INTO tunnels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, NULL)',
    stream,
    data.tunnel_id,
    source.realm,
    source.domain,
    source.entity_id ?? '',
    target.realm,
    target.domain,
    target.entity_id ?? '',
    label,
    commit.wall,
    orderKey(event),
  );
}

function closed(db: Db, event: FoldEvent<EventDataOf<'TunnelClosed'>>): void {
  db.run(
    `INSERT INTO tunnels VALUES (?, ?, '', '', '', '', '', '', '', 0, ?, ?, NULL)
     ON CONFLICT (stream) DO UPDATE SET open = 0`,
    event.stream,
    event.data.tunnel_id,
    event.commit.wall,
    orderKey(event),
  );
}

export const tunnels: Projection = {
  name: 'tunnels',
  version: 1,
  schema: `
    CREATE TABLE tunnels (
      stream TEXT PRIMARY KEY,
      tunnel_id TEXT NOT NULL,
      source_realm TEXT NOT NULL,
      source_domain TEXT NOT NULL,
      source_entity TEXT NOT NULL,
      target_realm TEXT NOT NULL,
      target_domain TEXT NOT NULL,
      target_entity TEXT NOT NULL,
      label TEXT NOT NULL,
      open INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      created BLOB NOT NULL,
      updated_ms INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tunnels_id ON tunnels (tunnel_id);
    CREATE TABLE gateway_dismissals (
      stream TEXT PRIMARY KEY,
      gateway_id TEXT NOT NULL,
      realm TEXT NOT NULL,
      entity_a TEXT NOT NULL,
      entity_b TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;`,
  apply: {
    TunnelDug: dug,
    TunnelUpdated(db, event) {
      const { source, label, source_entity_id, target_entity_id } = event.data;
      const memories = { sourceEntity: source_entity_id, targetEntity: target_entity_id };
      update(db, event, { source, label, ...memories });
    },
    TunnelClosed: closed,
    GatewayDismissed(db, { stream, data }) {
      db.run(
        'INSERT OR REPLACE INTO gateway_dismissals VALUES (?, ?, ?, ?, ?)',
        stream,
        data.gateway_id,
        data.realm,
        data.entity_a,
        data.entity_b,
      );
    },
  },
  forget(db, stream) {
    if (stream.startsWith('tunnel:')) db.run('DELETE FROM tunnels WHERE stream = ?', stream);
    if (stream.startsWith('gateway:')) {
      db.run('DELETE FROM gateway_dismissals WHERE stream = ?', stream);
    }
  },
  logical: {
    tunnels: `SELECT stream, tunnel_id, source_realm, source_domain, source_entity, target_realm,
        target_domain, target_entity, label, open, created_ms, hex(created), updated_ms
      FROM tunnels ORDER BY stream`,
    gateway_dismissals: `SELECT stream, gateway_id, realm, entity_a, entity_b
      FROM gateway_dismissals ORDER BY stream`,
  },
};

export interface TunnelRow {
  readonly id: string;
  readonly stream: string;
  readonly sourceRealm: string;
  readonly sourceDomain: string;
  /** A living memory; null when there is none, or none any more. */
  readonly sourceEntity: string | null;
  readonly targetRealm: string;
  readonly targetDomain: string;
  readonly targetEntity: string | null;
  readonly label: string;
  readonly createdMs: number;
  readonly updatedMs: number | null;
}

// The same tunnel may have a stream of its own under an adopted dimension's key: the first counts.
const TUNNEL = `
  SELECT tunnel_id AS id, stream, source_realm AS sourceRealm, source_domain AS sourceDomain,
    (SELECT id FROM entities WHERE id = source_entity AND living = 1) AS sourceEntity,
    target_realm AS targetRealm, target_domain AS targetDomain,
    (SELECT id FROM entities WHERE id = target_entity AND living = 1) AS targetEntity,
    label, created_ms AS createdMs, updated_ms AS updatedMs
  FROM (SELECT *, min(created) FROM tunnels WHERE open = 1 GROUP BY tunnel_id)`;

/** Every open tunnel that was dug, oldest first. */
export function listTunnels(db: Db): TunnelRow[] {
  return db.all<TunnelRow>(`${TUNNEL} ORDER BY created_ms, tunnel_id`);
}

/** The open tunnel with that id that was dug. */
export function tunnelById(db: Db, id: string): TunnelRow | undefined {
  return db.get<TunnelRow>(`${TUNNEL} WHERE tunnel_id = ?`, id);
}

/** Ids of the open tunnels with an end in the realm, or in one domain of it. */
export function tunnelsEndingIn(db: Db, realm: string, domain?: string): string[] {
  const rows = db.all<{ id: string }>(
    `WITH place (realm, domain) AS (VALUES (?, ?))
     SELECT DISTINCT tunnel_id AS id FROM tunnels, place WHERE open = 1 AND (
       (source_realm = realm AND domain IN ('', source_domain)) OR
       (target_realm = realm AND domain IN ('', target_domain)))
     ORDER BY tunnel_id`,
    realm,
    domain ?? '',
  );
  return rows.map(({ id }) => id);
}

/** The streams in which the tunnel is open. */
export function openTunnelStreams(db: Db, id: string): string[] {
  const sql = 'SELECT stream FROM tunnels WHERE tunnel_id = ? AND open = 1 ORDER BY stream';
  return db.all<{ stream: string }>(sql, id).map(({ stream }) => stream);
}

/** Ids of the tunnels that were closed and not dug again. */
export function closedTunnels(db: Db): Set<string> {
  const rows = db.all<{ id: string }>('SELECT tunnel_id AS id FROM tunnels WHERE open = 0');
  return new Set(rows.map(({ id }) => id));
}

/** How many open tunnels were dug. */
export function countTunnels(db: Db): number {
  const sql = 'SELECT count(DISTINCT tunnel_id) AS count FROM tunnels WHERE open = 1';
  return db.get<{ count: number }>(sql)?.count ?? 0;
}

/** Ids of the gateways that somebody does not want to see. */
export function dismissedGateways(db: Db): Set<string> {
  const rows = db.all<{ id: string }>('SELECT gateway_id AS id FROM gateway_dismissals');
  return new Set(rows.map(({ id }) => id));
}
