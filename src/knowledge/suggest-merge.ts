/**
 * Registered names that may mean the same. Only names are compared that begin alike or of which the
 * same is said: all with all would not end.
 */
import { setImmediate } from 'node:timers/promises';
import { AltError } from '../../events/index.js';
import {
  allTerms,
  findFacts,
  spellings,
  type Db,
  type FoundFact,
} from '../../projections/index.js';
import { groupBy } from '../group-by.js';
import type { Session } from '../session.js';
import { IS_A, STRUCTURAL } from './entity-record.js';
import type { Names } from './names.js';
import { namesNow } from './people.js';
import { likeness, likenessMax, overlap } from './similarity.js';

export type MergeSuggestion = [name: string, name: string, similarity: number];

interface Candidate {
  readonly key: string;
  readonly name: string;
  /** `predicate:object` of what is said of it. */
  readonly said: ReadonlySet<string>;
}

const BEGINNING_LETTERS = 2;
/** What is said of more names than these tells none of them apart. */
const SHARED_BY_MAX = 50;
const SUGGESTIONS_MAX = 1_000;
/** Where thousands of names begin alike, the first pairs by name must do: some seconds' work. */
const COMPARED_MAX = 300_000;
/** The event loop is given a turn this often. */
const SLICE_MS = 8;

export async function suggestMerges(
  session: Session,
  threshold: number,
): Promise<MergeSuggestion[]> {
  if (!(typeof threshold === 'number' && threshold >= 0 && threshold <= 1)) {
    throw new AltError('INVALID_ARGUMENT', 'threshold must be a number from 0 to 1.');
  }
  const candidates = await session.store.read((db) => registered(db, namesNow(session, db)));
  const suggestions: MergeSuggestion[] = [];
  let compared = 0;
  let sliceStart = performance.now();
  for (const [a, b] of pairsToCompare(candidates)) {
    compared += 1;
    if (compared > COMPARED_MAX) break;
    if (performance.now() - sliceStart > SLICE_MS) {
      await setImmediate();
      sliceStart = performance.now();
    }
    const similarity = similarityOf(a, b, threshold);
    if (similarity >= threshold) suggestions.push([a.name, b.name, similarity]);
  }
  suggestions.sort((a, b) => b[2] - a[2] || compare(a[0], b[0]) || compare(a[1], b[1]));
  return suggestions.slice(0, SUGGESTIONS_MAX);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The keys of the nodes that are registered, of those that mean the same the one that is meant. */
export function registeredRoots(db: Db, names: Names, facts: readonly FoundFact[]): Set<string> {
  const keys = [
    ...[...names.edges].map(({ key }) => key),
    ...allTerms(db).map(({ key }) => key),
    ...facts.filter(({ predicate }) => predicate === IS_A).map(({ subjectKey }) => subjectKey),
  ];
  return new Set(keys.map((key) => names.root(key)).sort());
}

function registered(db: Db, names: Names): Candidate[] {
  const facts = findFacts(db, { roots: names.rootsIn(db) });
  const said = new Map<string, Set<string>>();
  for (const { subjectKey, predicate, objectKey } of facts) {
    if (STRUCTURAL.has(predicate)) continue;
    const root = names.root(subjectKey);
    const statements = said.get(root) ?? new Set();
    said.set(root, statements.add(`${predicate}:${names.root(objectKey)}`));
  }
  const roots = [...registeredRoots(db, names, facts)];
  const spelled = new Map(spellings(db, roots).map(({ key, name }) => [key, name]));
  return roots.map((key) => {
    const name = names.spelling(key) ?? spelled.get(key) ?? key;
    return { key, name, said: said.get(key) ?? new Set() };
  });
}

const beginningOf = ({ key }: Candidate): string => [...key].slice(0, BEGINNING_LETTERS).join('');

/** Each pair once: those that begin alike, then others of which something in common is said. */
function* pairsToCompare(candidates: readonly Candidate[]): Iterable<[Candidate, Candidate]> {
  const byBeginning = groupBy(candidates, beginningOf);
  for (const members of byBeginning.values()) yield* pairsOf(members);
  const bySaying = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const saying of candidate.said) {
      bySaying.set(saying, [...(bySaying.get(saying) ?? []), candidate]);
    }
  }
  const done = new Set<string>();
  for (const members of bySaying.values()) {
    if (members.length > SHARED_BY_MAX) continue;
    for (const [a, b] of pairsOf(members)) {
      const pair = `${a.key}\0${b.key}`;
      if (beginningOf(a) === beginningOf(b) || done.has(pair)) continue;
      done.add(pair);
      yield [a, b];
    }
  }
}

function* pairsOf(members: readonly Candidate[]): Iterable<[Candidate, Candidate]> {
  for (const [index, a] of members.entries()) {
    for (const b of members.slice(index + 1)) yield [a, b];
  }
}

function similarityOf(a: Candidate, b: Candidate, threshold: number): number {
  const bySaid = overlap(a.said, b.said);
  const byName = likenessMax(a.key, b.key) >= threshold ? likeness(a.key, b.key) : 0;
  return Math.round(Math.max(bySaid, byName) * 10_000) / 10_000;
}
