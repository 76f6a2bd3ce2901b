/**
 * What knowledge_graph.json and entity_registry.json hold: readable copies of what the log says,
 * in a fixed order, whatever this machine's settings are.
 */
import { allTerms, findFacts, toSecond, type Db, type FoundFact } from '../../projections/index.js';
import { toIso } from '../entity.js';
import { recordOf, type RegisteredEntity } from './entity-record.js';
import { toFact, type Fact } from './fact.js';
import { Names } from './names.js';
import { registeredRoots } from './suggest-merge.js';
import { toTerm, UNKNOWN, type Term } from './terms.js';

export interface KnowledgeGraphFile {
  readonly version: 1;
  readonly exported_at: string;
  /** Oldest first. */
  readonly facts: Fact[];
  /** By key. */
  readonly entities: Term[];
}

export interface EntityRegistryFile {
  readonly version: 1;
  /** By name; sorted. */
  readonly entities: Readonly<
    Record<string, { readonly key: string } & Omit<RegisteredEntity, 'name' | 'source'>>
  >;
}

/** @param nowMs stands in the file as `exported_at`, and tells which facts are current */
export function knowledgeGraphFile(db: Db, nowMs: number): KnowledgeGraphFile {
  const names = Names.of(db);
  const now = toSecond(nowMs);
  const facts = findFacts(db, { roots: names.rootsIn(db) }).reverse();
  return {
    version: 1,
    exported_at: toIso(nowMs),
    facts: facts.map((row) => toFact(row, now)),
    entities: nodes(db, facts),
  };
}

/** Every name that is used in a fact or defined, as it is spelled. */
function nodes(db: Db, facts: readonly FoundFact[]): Term[] {
  const terms = new Map<string, Term>();
  for (const row of allTerms(db)) if (!terms.has(row.key)) terms.set(row.key, toTerm(row));
  for (const { subject, subjectKey, object, objectKey } of facts) {
    for (const [key, name] of [[subjectKey, subject] as const, [objectKey, object] as const]) {
      if (!terms.has(key)) terms.set(key, { key, name, type: UNKNOWN, properties: {} });
    }
  }
  return [...terms.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** @param nowMs tells which facts are current */
export function entityRegistryFile(db: Db, nowMs: number): EntityRegistryFile {
  const names = Names.of(db);
  const facts = findFacts(db, { roots: names.rootsIn(db) });
  const ofRoot = factsByRoot(names, facts);
  const records = [...registeredRoots(db, names, facts)].flatMap((root) => {
    const record = recordOf(db, names, { root, facts: ofRoot.get(root) ?? [], nowMs });
    if (!record) return [];
    const { name, type, aliases, first_seen, last_seen, fact_count } = record;
    return [[name, { key: root, type, aliases, first_seen, last_seen, fact_count }] as const];
  });
  records.sort(([a], [b]) => (a < b ? -1 : 1));
  return { version: 1, entities: Object.fromEntries(records) };
}

function factsByRoot(names: Names, facts: readonly FoundFact[]): Map<string, FoundFact[]> {
  const ofRoot = new Map<string, FoundFact[]>();
  for (const fact of facts) {
    for (const root of new Set([names.root(fact.subjectKey), names.root(fact.objectKey)])) {
      const own = ofRoot.get(root) ?? [];
      own.push(fact);
      ofRoot.set(root, own);
    }
  }
  return ofRoot;
}
