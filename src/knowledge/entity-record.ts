/** What the registry tells of a name, by its facts, its definition and its aliases. */
import {
  findFacts,
  spellings,
  termsOf,
  toSecond,
  type Db,
  type FoundFact,
} from '../../projections/index.js';
import { toIso } from '../entity.js';
import type { Names } from './names.js';
import { UNKNOWN } from './terms.js';

export interface RegisteredEntity {
  readonly name: string;
  /** As it was defined, else by its newest `is_a`; `unknown` otherwise. */
  readonly type: string;
  /** Other names that mean the same, sorted. */
  readonly aliases: string[];
  readonly first_seen: string;
  readonly last_seen: string;
  /** Of the first fact that has one; '' otherwise. */
  readonly source: string;
  /** In which it is subject or object. */
  readonly fact_count: number;
}

export const IS_A = 'is_a';
export const FOUND_IN = 'found_in';
export const MERGED_INTO = 'merged_into';
/** Relationships that say how names are filed, not how things are. */
export const STRUCTURAL: ReadonlySet<string> = new Set([IS_A, FOUND_IN, MERGED_INTO, 'alias']);

/** Whether a name is more than a word in a fact: an alias or variant, defined, or typed. */
export function isRegistered(db: Db, names: Names, key: string): boolean {
  if (names.has(key) || termsOf(db, [key]).length > 0) return true;
  return typeFacts(db, names, key).length > 0;
}

/** What a node is said to be, newest first. */
export function typeFacts(db: Db, names: Names, key: string): FoundFact[] {
  const keys = names.keysOf(key);
  return findFacts(db, {
    ...{ roots: names.rootsIn(db, keys), keys },
    ...{ direction: 'outgoing', predicate: IS_A },
  });
}

/** The record of a node; undefined where nothing is known of it. */
export function recordOf(
  db: Db,
  names: Names,
  of: { readonly root: string; readonly facts: readonly FoundFact[]; readonly nowMs: number },
): RegisteredEntity | undefined {
  const { root, facts, nowMs } = of;
  const keys = names.keysOf(root);
  const terms = termsOf(db, keys);
  const edges = keys.flatMap((key) => names.edge(key) ?? []);
  const times = [
    ...facts.map(({ createdMs }) => createdMs),
    ...terms.map(({ definedMs }) => definedMs),
    ...edges.flatMap(({ setMs }) => setMs ?? []),
  ];
  const spelled = names.spelling(root) ?? spellings(db, [root])[0]?.name;
  if (spelled === undefined) return undefined;
  // Names that only config.json knows have no time of their own.
  const first = times.reduce((least, ms) => Math.min(least, ms), times[0] ?? nowMs);
  const last = times.reduce((most, ms) => Math.max(most, ms), first);
  const oldestFirst = facts.toReversed();
  return {
    name: spelled,
    type: terms.find(({ type }) => type !== UNKNOWN)?.type ?? typeByFacts(facts, keys, nowMs),
    aliases: aliasesOf(edges, spelled),
    first_seen: toIso(first),
    last_seen: toIso(last),
    source: oldestFirst.find(({ source }) => source !== '')?.source ?? '',
    fact_count: facts.length,
  };
}

const aliasesOf = (edges: readonly { readonly name: string }[], spelled: string): string[] =>
  [...new Set(edges.map(({ name }) => name))].filter((name) => name !== spelled).sort();

/** By the newest that holds now, else by the newest; facts come newest first. */
function typeByFacts(facts: readonly FoundFact[], keys: readonly string[], nowMs: number): string {
  const now = toSecond(nowMs);
  const said = facts.filter(({ predicate, subjectKey }) => {
    return predicate === IS_A && keys.includes(subjectKey);
  });
  const current = said.find((fact) => fact.fromInstant <= now && now <= fact.toInstant);
  return (current ?? said[0])?.object ?? UNKNOWN;
}
