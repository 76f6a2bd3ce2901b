/**
 * Tunnels that nobody dug: between realms whose memories share a topic, or a name that has gateways
 * in both. They come and go with the memories.
 */
import { closedTunnels, dismissedGateways, type Db } from '../../projections/index.js';
import { toIso } from '../entity.js';
import type { Session } from '../session.js';
import { checkInteger } from '../values.js';
import { namesByRealm } from './gateways.js';
import { tunnelId } from './ids.js';
import { tagsOf, type Tags } from './tags.js';
import type { TopicInRealm } from './topic-tags.js';
import type { Tunnel } from './tunnel.js';

const COUNT_MAX = 1_000_000;
/** What a memory without a topic is filed under: it joins nothing. */
const NO_TOPIC = 'general';

interface Shared {
  readonly kind: 'topic' | 'entity';
  /** As it stands in ids. */
  readonly key: string;
  readonly shown: string;
  /** Since when, by realm. */
  readonly realms: ReadonlyMap<string, number>;
}

/** By what topics are compared. */
export const topicKey = (topic: string): string => topic.normalize('NFC').toLowerCase();

/** Whatever their case; shown as they were spelled first. */
function sharedTopics(rows: readonly TopicInRealm[]): readonly Shared[] {
  const topics = new Map<string, Shared & { readonly realms: Map<string, number> }>();
  for (const { realm, topic, firstMs } of rows) {
    const key = topicKey(topic);
    if (key === NO_TOPIC) continue;
    const realms = topics.get(key)?.realms ?? new Map<string, number>();
    realms.set(realm, Math.min(realms.get(realm) ?? Infinity, firstMs));
    if (!topics.has(key)) topics.set(key, { kind: 'topic', key, shown: topic, realms });
  }
  return [...topics.values()];
}

interface Link {
  readonly shared: Shared;
  readonly realms: readonly [string, string];
  readonly sinceMs: number;
}

/** One link a pair of realms that have it. */
function linksOf(shared: Shared): Link[] {
  const all = [...shared.realms].sort(([a], [b]) => (a < b ? -1 : 1));
  return all.flatMap(([a, aMs], at) => {
    return all.slice(at + 1).map(([b, bMs]): Link => {
      return { shared, realms: [a, b], sinceMs: Math.max(aMs, bMs) };
    });
  });
}

const pairKey = ({ realms }: Link): string => realms.join('/');

function toTunnel({ shared, realms, sinceMs }: Link): Tunnel {
  const { kind, key, shown } = shared;
  const domain = `${kind}:${key}`;
  const [source, target] = [
    { realm: realms[0], domain },
    { realm: realms[1], domain },
  ];
  const label = `shared ${kind}: ${shown}`;
  const created_at = toIso(sinceMs);
  return { id: tunnelId(source, target), source, target, label, kind, created_at };
}

/**
 * Topic and entity tunnels that nobody closed.
 *
 * @param minTopics how many topics two realms must share before they are joined
 * @throws {AltError} INVALID_ARGUMENT
 */
export function derivedTunnels(session: Session, db: Db, minTopics: number): Tunnel[] {
  checkInteger(minTopics, { what: 'topic_min_count', min: 1, max: COUNT_MAX });
  const closed = closedTunnels(db);
  return seenTunnels(session, db, minTopics).filter(({ id }) => !closed.has(id));
}

interface Seen {
  readonly rows: readonly TopicInRealm[];
  readonly pairs: number;
  readonly dismissed: string;
  readonly minTopics: number;
  readonly tunnels: readonly Tunnel[];
}

/** What was seen last: there are many of them, and most changes of memories change none. */
const lastSeen = new WeakMap<Tags, Seen>();

function seenTunnels(session: Session, db: Db, minTopics: number): readonly Tunnel[] {
  const tags = tagsOf(session, db);
  const { rows } = tags.topics;
  const now = {
    ...{ rows, pairs: tags.pairs.version, minTopics },
    dismissed: [...dismissedGateways(db)].sort().join(' '),
  };
  const before = lastSeen.get(tags);
  if (before && isSameState(before, now)) return before.tunnels;
  const tunnels = [...topicLinks(rows, minTopics), ...nameLinks(session, db)].map(toTunnel);
  lastSeen.set(tags, { ...now, tunnels });
  return tunnels;
}

const isSameState = (a: Omit<Seen, 'tunnels'>, b: Omit<Seen, 'tunnels'>): boolean =>
  (['rows', 'pairs', 'dismissed', 'minTopics'] as const).every((field) => a[field] === b[field]);

function topicLinks(rows: readonly TopicInRealm[], minTopics: number): Link[] {
  const topics = sharedTopics(rows).flatMap(linksOf);
  const perPair = new Map<string, number>();
  for (const link of topics) perPair.set(pairKey(link), (perPair.get(pairKey(link)) ?? 0) + 1);
  return topics.filter((link) => (perPair.get(pairKey(link)) ?? 0) >= minTopics);
}

function nameLinks(session: Session, db: Db): Link[] {
  return [...namesByRealm(session, db)].flatMap(([name, realms]) => {
    return linksOf({ kind: 'entity', key: name, shown: name, realms });
  });
}
