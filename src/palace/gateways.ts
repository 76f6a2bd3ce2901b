/**
 * Gateways: two names that memories of one realm mention together. They are seen in the memories;
 * all that is ever recorded is that somebody does not want to see one.
 */
import {
  dismissedGateways,
  namesInMemories,
  type Db,
  type NamesRow,
} from '../../projections/index.js';
import { toIso } from '../entity.js';
import { filterName, matchesNothing } from '../names.js';
import { change, streamIn, type Session } from '../session.js';
import { checkInteger, checkShape } from '../values.js';
import { atPosition } from './at-position.js';
import { effectiveStrength, UNUSED, type Connection } from './dynamics.js';
import { gatewayId } from './ids.js';

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
/** What is longer names nobody. */
const NAME_CHARACTERS_MAX = 128;
/** Pairs grow with the square of the names; a memory with more is a list of names, no context. */
const NAMES_MAX = 50;

/** Two names in one realm. */
interface Pair {
  readonly realm: string;
  readonly a: string;
  readonly b: string;
  count: number;
  readonly domains: Set<string>;
  firstMs: number;
  lastMs: number;
}

const pairsOf = atPosition((db) => readPairs(db));

function readPairs(db: Db): readonly Pair[] {
  const pairs = new Map<string, Pair>();
  for (const row of namesInMemories(db)) {
    const names = namesIn(row.names);
    for (const [at, a] of names.entries()) {
      for (const b of names.slice(at + 1)) addPair(pairs, row, [a, b]);
    }
  }
  return [...pairs.values()].sort(byRealmAndCount);
}

function addPair(pairs: Map<string, Pair>, row: NamesRow, names: readonly [string, string]): void {
  const { realm, domain, createdMs } = row;
  const key = JSON.stringify([realm, ...names]);
  const pair = pairs.get(key);
  if (pair) {
    pair.count += 1;
    pair.domains.add(domain);
    pair.firstMs = Math.min(pair.firstMs, createdMs);
    pair.lastMs = Math.max(pair.lastMs, createdMs);
    return;
  }
  const [a, b] = names;
  const times = { firstMs: createdMs, lastMs: createdMs };
  pairs.set(key, { realm, a, b, count: 1, domains: new Set([domain]), ...times });
}

/** The different names of a memory, in order: from `A;B`, a list of names or of `{name}`. */
function namesIn(json: string): string[] {
  const value = JSON.parse(json) as unknown;
  const items: unknown[] = typeof value === 'string' ? value.split(';') : (value as unknown[]);
  const names = new Set<string>();
  for (const item of items) {
    const named = typeof item === 'object' && item !== null ? (item as { name?: unknown }) : {};
    const text = typeof item === 'string' ? item : named.name;
    const name = typeof text === 'string' ? text.normalize('NFC').trim() : '';
    if (name !== '' && name.length <= NAME_CHARACTERS_MAX) names.add(name);
    if (names.size === NAMES_MAX) break;
  }
  return [...names].sort();
}

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
  return pairsOf(session, db).filter((pair) => {
    if (pair.count < minCount || (filter !== undefined && pair.realm !== filter)) return false;
    return dismissed.size === 0 || !dismissed.has(idOf(pair));
  });
}

function toGateway(pair: Pair, nowMs: number): Gateway {
  const { realm, a, b, count } = pair;
  const domains = [...pair.domains].sort();
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
 * @throws {AltError} INVALID_ARGUMENT for a count below 1
 */
export async function listGateways(
  session: Session,
  options: GatewayOptions = {},
): Promise<Gateway[]> {
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
