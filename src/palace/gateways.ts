/**
 * Gateways: two names that memories of one realm mention together. They are seen in the memories;
 * all that is ever recorded is that somebody does not want to see one.
 */
import { dismissedGateways, type Db } from '../../projections/index.js';
import { toIso } from '../entity.js';
import { filterName, matchesNothing } from '../names.js';
import { change, streamIn, type Session } from '../session.js';
import { checkInteger, checkShape } from '../values.js';
import { effectiveStrength, UNUSED, type Connection } from './dynamics.js';
import { gatewayId } from './ids.js';
import type { Pair } from './name-pairs.js';
import { tagsOf } from './tags.js';

export interface Gateway extends Connection {
  readonly id: string;
  readonly realm: string;
  /** Sorts before `entity_b`. */
  readonly entity_a: string;
  readonly entity_b: string;
  /** How many memories mention both. */
  readonly co_occurrence_count: number;
  /** Where they are, by name. */
  readonly domains: string[];
  readonly label: string;
  /** When the first memory that mentions both was made. */
  readonly created_at: string;
  readonly created_by: 'auto';
  /** What is left of it now: 0.05–5. */
  readonly strength: number;
  /** When the newest memory that mentions both was made. */
  readonly last_activated: string;
}

export interface GatewayOptions {
  readonly realm?: string | undefined;
  /** How many memories must mention both: at least 1; 2 when absent. */
  readonly minCount?: number | undefined;
}

const MIN_COUNT = 2;
const COUNT_MAX = 1_000_000;
const LABEL_DOMAINS_MAX = 3;
function byRealmAndCount(x: Pair, y: Pair): number {
  if (x.realm !== y.realm) return x.realm < y.realm ? -1 : 1;
  if (x.count !== y.count) return y.count - x.count;
  if (x.a !== y.a) return x.a < y.a ? -1 : 1;
  return x.b < y.b ? -1 : 1;
}

const idOf = ({ realm, a, b }: Pair): string => gatewayId(realm, a, b);

/** The pairs that nobody dismissed, in order. */
function gatewaysIn(session: Session, db: Db, options: GatewayOptions): Pair[] {
  const { minCount = MIN_COUNT } = options;
  checkInteger(minCount, { what: 'min_count', min: 1, max: COUNT_MAX });
  const filter = filterName(options.realm);
  if (matchesNothing(filter)) return [];
  const dismissed = dismissedGateways(db);
  const pairs = [...tagsOf(session, db).pairs.pairs(filter)].filter((pair) => {
    return pair.count >= minCount && (dismissed.size === 0 || !dismissed.has(idOf(pair)));
  });
  return pairs.sort(byRealmAndCount);
}

function toGateway(pair: Pair, nowMs: number): Gateway {
  const { realm, a, b, count } = pair;
  const domains = [...pair.domains.keys()].sort();
  const seen = { ...UNUSED, last_activated: toIso(pair.lastMs) };
  return {
    id: idOf(pair),
    realm,
    entity_a: a,
    entity_b: b,
    co_occurrence_count: count,
    domains,
    label: labelOf(pair, domains),
    created_at: toIso(pair.firstMs),
    created_by: 'auto',
    ...seen,
    strength: effectiveStrength(seen, nowMs),
  };
}

function labelOf({ a, b, count }: Pair, domains: readonly string[]): string {
  const shown = domains.slice(0, LABEL_DOMAINS_MAX);
  const more = domains.length - shown.length;
  const list = more > 0 ? [...shown, `+${String(more)}`] : shown;
  const counts = `${String(count)} entities, ${String(domains.length)} domains`;
  return `${a} ↔ ${b}: ${counts} (${list.join(', ')})`;
}

/**
 * The gateways of a realm or of all, by realm, most memories first.
 *
 * @throws {AltError} INVALID_ARGUMENT for a count below 1 and for options that are no object
 */
export async function listGateways(
  session: Session,
  options: GatewayOptions = {},
): Promise<Gateway[]> {
  checkShape(options, 'object', 'The options');
  const pairs = await session.store.read((db) => gatewaysIn(session, db, options));
  const now = session.system.now();
  return pairs.map((pair) => toGateway(pair, now));
}

/**
 * Takes a gateway out of sight for good, whatever memories are added later.
 *
 * @returns whether it was there, however few memories it is seen in.
 */
export async function deleteGateway(session: Session, id: string): Promise<boolean> {
  checkShape(id, 'text', 'gateway_id');
  return change(session, {
    decide(db) {
      const pair = gatewaysIn(session, db, { minCount: 1 }).find((other) => idOf(other) === id);
      if (!pair) return { events: [], result: false };
      const { realm, a, b } = pair;
      const stream = streamIn(session, 'gateway', realm, a, b);
      const data = { gateway_id: id, realm, entity_a: a, entity_b: b };
      return { events: [{ type: 'GatewayDismissed', stream, data }], result: true };
    },
  });
}

/** Since when a name is in a gateway, by name and realm. */
export function namesByRealm(session: Session, db: Db): Map<string, Map<string, number>> {
  const names = new Map<string, Map<string, number>>();
  for (const { a, b, realm, firstMs } of gatewaysIn(session, db, {})) {
    for (const name of [a, b]) {
      const realms = names.get(name) ?? new Map<string, number>();
      realms.set(realm, Math.min(realms.get(realm) ?? Infinity, firstMs));
      names.set(name, realms);
    }
  }
  return names;
}
