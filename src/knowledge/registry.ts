/** `dimension.registry`: who and what is known by name, and which names mean the same. */
import { factKey, findFacts, toSecond, type Db, type FoundFact } from '../../projections/index.js';
import { change, newId, type Session } from '../session.js';
import { checkContent, checkInteger, checkLabel } from '../values.js';
import { CONFIDENCE_MIN, detectNames, type DetectedName } from './detect-names.js';
import {
  FOUND_IN,
  IS_A,
  isRegistered,
  MERGED_INTO,
  recordOf,
  typeFacts,
  type RegisteredEntity,
} from './entity-record.js';
import { checkDetails, checkTerm, checkTriple } from './fact.js';
import { Ledger } from './ledger.js';
import type { Names } from './names.js';
import { namesNow } from './people.js';
import { spellingOf } from './queries.js';
import { aliasSet, checkType, setAlias, termDefined, termNow, UNKNOWN } from './terms.js';
import { suggestMerges, type MergeSuggestion } from './suggest-merge.js';

export interface Related {
  readonly entity: string;
  /** The relationship by which it was reached; `(inverse)` when against its direction. */
  readonly relationship: string;
  /** 1 for what a fact names together with the name that was asked for. */
  readonly distance: number;
}

export interface Researched {
  readonly word: string;
  readonly inferred_type: string;
  /** 0–1. */
  readonly confidence: number;
  /** Whether somebody said so, and not a guess. */
  readonly confirmed: boolean;
}

const DISTANCE_MAX = 10;
const RELATED_MAX = 1_000;

export class EntityRegistry {
  readonly #session: () => Session;

  constructor(session: () => Session) {
    this.#session = session;
  }

  /**
   * Finds names in a text; each that is not known yet becomes `is_a` what it seems to be, and
   * `found_in` the source where there is one. What is only a guess is left.
   *
   * @returns how many were new.
   * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE
   */
  async register(text: string, source = ''): Promise<number> {
    const session = this.#session();
    const label = checkLabel(source, 'source');
    const found = detectNames(checkContent(text, 'text')).filter(({ confidence }) => {
      return confidence >= CONFIDENCE_MIN;
    });
    return change<number>(session, {
      decide(db) {
        const names = namesNow(session, db);
        const unknown = found.filter(({ name }) => !isRegistered(db, names, factKey(name)));
        const ledger = new Ledger(session, db, names);
        for (const name of unknown) registerName({ session, ledger }, name, label);
        return { events: ledger.events, result: unknown.length };
      },
    });
  }

  /** The name that is meant; null for a name that is not registered. */
  async resolve(name: string): Promise<string | null> {
    const { key } = checkTerm(name, 'name');
    const session = this.#session();
    return session.store.read((db) => {
      const names = namesNow(session, db);
      const root = resolvedRoot(db, names, { key, nowMs: session.system.now() });
      return root === undefined ? null : (spellingOf(db, names, root) ?? root);
    });
  }

  /** What is known of a name; null when nothing is. */
  async getEntity(name: string): Promise<RegisteredEntity | null> {
    const { key } = checkTerm(name, 'name');
    const session = this.#session();
    return session.store.read((db) => {
      const names = namesNow(session, db);
      const nowMs = session.system.now();
      const root = resolvedRoot(db, names, { key, nowMs }) ?? names.root(key);
      const keys = names.keysOf(root);
      const facts = findFacts(db, { roots: names.rootsIn(db, keys), keys });
      return recordOf(db, names, { root, facts, nowMs }) ?? null;
    });
  }

  /** Says that `alias` means `canonical`. @returns false when it was known. */
  async addSynonym(alias: string, canonical: string): Promise<boolean> {
    return setAlias(this.#session(), alias, canonical);
  }

  /**
   * Names that facts lead to from this one, the nearest first; at most 1,000. What it `is_a` leads
   * nowhere.
   *
   * @param maxDistance facts on the way, 1–10
   */
  async findRelated(name: string, maxDistance = 2): Promise<Related[]> {
    const { key } = checkTerm(name, 'name');
    const bounds = { what: 'maxDistance', min: 1, max: DISTANCE_MAX };
    const distance = checkInteger(maxDistance, bounds);
    const session = this.#session();
    return session.store.read((db) => related(db, namesNow(session, db), { key, distance }));
  }

  /**
   * Makes two names one: from now on `source` means `target`, and all that is known of either is
   * known of both, with its dates.
   *
   * @returns false when either is not registered.
   */
  async merge(source: string, target: string): Promise<boolean> {
    const [from, to] = [checkTerm(source, 'source'), checkTerm(target, 'target')];
    const session = this.#session();
    return change<boolean>(session, {
      decide(db) {
        const names = namesNow(session, db);
        const known = [from, to].every(({ key }) => isRegistered(db, names, key));
        if (!known) return { events: [], result: false };
        const [old, meant] = [names.root(from.key), names.root(to.key)];
        if (old === meant) return { events: [], result: true };
        const alias = aliasSet(session, {
          ...{ key: old, alias: spellingOf(db, names, old) ?? from.name },
          ...{ canonical_key: meant, canonical: spellingOf(db, names, meant) ?? to.name },
        });
        return { events: [alias], result: true };
      },
    });
  }

  /**
   * Pairs of registered names that may mean the same: by their letters, or by what is said of them.
   *
   * @param threshold similarity from 0 to 1
   * @returns [name, name, similarity], the most similar first.
   */
  async suggestMerge(threshold = 0.85): Promise<MergeSuggestion[]> {
    return suggestMerges(this.#session(), threshold);
  }

  /** What a word seems to be, by what is known here: nothing is looked up elsewhere. */
  async research(word: string): Promise<Researched> {
    const { name, key } = checkTerm(word, 'word');
    const session = this.#session();
    return session.store.read((db) => {
      const names = namesNow(session, db);
      const type = termNow(db, names, key)?.type ?? UNKNOWN;
      if (type !== UNKNOWN) return toResearched(name, type, 1);
      const [said] = typeFacts(db, names, key);
      return said ? toResearched(name, said.object, said.confidence) : toResearched(name);
    });
  }

  /** Says what a word is. @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
  async confirmResearch(word: string, type: string): Promise<Researched> {
    const { name, key } = checkTerm(word, 'word');
    const checked = checkType(type);
    const session = this.#session();
    return change<Researched>(session, {
      decide(db) {
        const names = namesNow(session, db);
        const ledger = new Ledger(session, db, names);
        const before = termNow(db, names, key);
        ledger.assert({
          id: newId(session, 'fact', { index: 0 }),
          triple: checkTriple({ subject: name, predicate: IS_A, object: checked }),
          details: { confidence: 1 },
          replace: true,
        });
        const term = { key, name, type: checked, properties: before?.properties ?? {} };
        const events = before?.type === checked ? [] : [termDefined(session, term)];
        return { events: [...ledger.events, ...events], result: toResearched(name, checked, 1) };
      },
    });
  }
}

const toResearched = (word: string, type = UNKNOWN, confidence = 0): Researched => {
  return { word, inferred_type: type, confidence, confirmed: confidence === 1 };
};

function registerName(
  { session, ledger }: { readonly session: Session; readonly ledger: Ledger },
  { name, type, confidence }: DetectedName,
  source: string,
): void {
  const details = checkDetails({ source, confidence });
  const said = [{ predicate: IS_A, object: type as string }];
  if (source !== '') said.push({ predicate: FOUND_IN, object: source });
  for (const rest of said) {
    const triple = checkTriple({ subject: name, ...rest });
    ledger.assert({ id: newId(session, 'fact', { index: 0 }), triple, details, replace: false });
  }
}

/** The key of the name that is meant, past what it was merged into; undefined if not registered. */
function resolvedRoot(
  db: Db,
  names: Names,
  of: { readonly key: string; readonly nowMs: number },
): string | undefined {
  const { key, nowMs } = of;
  if (!isRegistered(db, names, key)) return undefined;
  let root = names.root(key);
  for (const seen = new Set([root]); ; seen.add(root)) {
    const into = mergedInto(db, names, { root, now: toSecond(nowMs) });
    if (into === undefined || seen.has(into)) return root;
    root = into;
  }
}

/** By a fact that says so, as other products write it. */
function mergedInto(
  db: Db,
  names: Names,
  { root, now }: { readonly root: string; readonly now: string },
): string | undefined {
  const keys = names.keysOf(root);
  const [said] = findFacts(
    db,
    {
      ...{ roots: names.rootsIn(db, keys), keys },
      ...{ direction: 'outgoing', predicate: MERGED_INTO, during: { from: now, to: now } },
    },
    { limit: 1 },
  );
  return said && names.root(said.objectKey);
}

function related(
  db: Db,
  names: Names,
  of: { readonly key: string; readonly distance: number },
): Related[] {
  const found: Related[] = [];
  const seen = new Set([names.root(of.key)]);
  let frontier = [names.root(of.key)];
  for (let distance = 1; distance <= of.distance && frontier.length > 0; distance += 1) {
    const keys = frontier.flatMap((root) => names.keysOf(root));
    const from = new Set(keys);
    const facts = findFacts(db, { roots: names.rootsIn(db, keys), keys });
    frontier = [];
    for (const { key, name, relationship } of facts.flatMap((fact) => stepsOf(fact, from))) {
      const root = names.root(key);
      if (seen.has(root)) continue;
      seen.add(root);
      frontier.push(root);
      found.push({ entity: names.spelling(root) ?? name, relationship, distance });
    }
    if (found.length >= RELATED_MAX) return found.slice(0, RELATED_MAX);
  }
  return found;
}

interface Step {
  readonly key: string;
  readonly name: string;
  readonly relationship: string;
}

function stepsOf(fact: FoundFact, from: ReadonlySet<string>): Step[] {
  const { subject, subjectKey, predicate, object, objectKey } = fact;
  const steps: Step[] = [];
  if (from.has(subjectKey) && predicate !== IS_A) {
    steps.push({ key: objectKey, name: object, relationship: predicate });
  }
  if (from.has(objectKey)) {
    steps.push({ key: subjectKey, name: subject, relationship: `${predicate}(inverse)` });
  }
  return steps;
}
