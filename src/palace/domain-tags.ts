/** The names of domains with memories: in which realms each is, with which gates and dates. */
import { countDown, countUp, within, type Counts } from './counts.js';
import type { Tagged } from './tagged.js';

const DATES_MAX = 5;

export interface InRealm {
  readonly count: number;
  readonly gates: ReadonlySet<string>;
}

/** What is known of a name of a domain. */
export interface DomainNode {
  readonly domain: string;
  /** By name of the realm, in order. */
  readonly realms: ReadonlyMap<string, InRealm>;
  readonly count: number;
  readonly gates: readonly string[];
  readonly dates: readonly string[];
}

interface Counted {
  readonly realms: Map<string, { count: number; readonly gates: Counts<string> }>;
  readonly dates: Counts<string>;
  /** Until something changes. */
  node: DomainNode | undefined;
}

const newInRealm = () => ({ count: 0, gates: new Map<string, number>() });
const newDomain = (): Counted => ({ realms: new Map(), dates: new Map(), node: undefined });

export class DomainTags {
  readonly #domains = new Map<string, Counted>();
  #nodes: ReadonlyMap<string, DomainNode> | undefined;

  add({ realm, domain, gate, date }: Tagged): void {
    const { realms, dates } = this.#changing(domain);
    const inRealm = within(realms, realm, newInRealm);
    inRealm.count += 1;
    countUp(inRealm.gates, gate);
    countUp(dates, date);
  }

  remove({ realm, domain, gate, date }: Tagged): void {
    const { realms, dates } = this.#changing(domain);
    countDown(dates, date);
    const inRealm = realms.get(realm);
    if (!inRealm) return;
    inRealm.count -= 1;
    countDown(inRealm.gates, gate);
    if (inRealm.count === 0) realms.delete(realm);
    if (realms.size === 0) this.#domains.delete(domain);
  }

  #changing(domain: string): Counted {
    const counted = within(this.#domains, domain, newDomain);
    counted.node = undefined;
    this.#nodes = undefined;
    return counted;
  }

  /** By name. */
  get nodes(): ReadonlyMap<string, DomainNode> {
    this.#nodes ??= new Map(
      [...this.#domains]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([domain, counted]) => [domain, (counted.node ??= toNode(domain, counted))]),
    );
    return this.#nodes;
  }
}

function toNode(domain: string, counted: Counted): DomainNode {
  const realms = [...counted.realms].sort(byBytes).map(([realm, { count, gates }]) => {
    const named = [...gates.keys()].filter((gate) => gate !== '');
    return [realm, { count, gates: new Set(named) }] as const;
  });
  const inRealms = realms.map(([, inRealm]) => inRealm);
  const dates = [...counted.dates.keys()].filter((date) => date !== '');
  return {
    domain,
    realms: new Map(realms),
    count: inRealms.reduce((sum, { count }) => sum + count, 0),
    gates: gatesIn(inRealms),
    dates: dates.sort().slice(-DATES_MAX),
  };
}

/** As SQLite sorts texts. */
const byBytes = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));

export function gatesIn(realms: readonly InRealm[]): string[] {
  return [...new Set(realms.flatMap(({ gates }) => [...gates]))].sort();
}
