/**
 * Holds a text against what is known: names that look like slips of others, claims that known facts
 * contradict. Looks nothing up elsewhere.
 */
import { AltError } from '../../events/index.js';
import {
  factKey,
  factsBetween,
  knownKeys,
  LETTERS_CHANGED_MAX,
  maybeSimilar,
  SIMILAR_LENGTH_MIN,
  spellings,
  toSecond,
  type Db,
  type FactRow,
} from '../../projections/index.js';
import type { Session } from '../session.js';
import { checkContent } from '../values.js';
import { findClaims, type Claim } from './claims.js';
import { STRUCTURAL } from './entity-record.js';
import type { Names } from './names.js';
import { namesNow } from './people.js';
import { lettersChanged } from './similarity.js';

/** Something in a text that may be wrong. */
export type TextIssue =
  | {
      readonly type: 'similar_name';
      readonly detail: string;
      /** The one in the text, then the one that may be meant. */
      readonly names: [string, string];
      /** In how many letters they differ: 1 or 2. */
      readonly distance: number;
    }
  | {
      readonly type: 'relationship_mismatch';
      readonly detail: string;
      readonly entity: string;
      readonly claim: { readonly predicate: string; readonly object: string };
      readonly kg_fact: { readonly predicate: string; readonly object: string };
    }
  | {
      readonly type: 'stale_fact';
      readonly detail: string;
      readonly entity: string;
      readonly valid_to: string;
    };

const TEXT_CHARACTERS_MAX = 100_000;
const NAME_WORDS_MAX = 5;
/** Names of a text that are compared with others. */
const NAMES_MAX = 200;

interface Graph {
  readonly db: Db;
  readonly names: Names;
  /** The second that is now. */
  readonly now: string;
}

/**
 * What in a text does not fit what is known, names first.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE for more than 100,000 characters
 */
export async function checkText(session: Session, text: string): Promise<TextIssue[]> {
  const checked = checkContent(text, 'text');
  if (checked.length > TEXT_CHARACTERS_MAX) {
    throw new AltError('TOO_LARGE', 'text has more than 100,000 characters.', {
      hint: 'Check it in parts.',
    });
  }
  return session.store.read((db) => {
    const graph = { db, names: namesNow(session, db), now: toSecond(session.system.now()) };
    return [...similarNames(graph, checked), ...contradictions(graph, checked)];
  });
}

/** The keys of known names that stand in the text as whole words, in order. */
function namesIn({ db, names }: Graph, text: string): string[] {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  const keys = new Set<string>();
  for (const start of words.keys()) {
    for (let count = 1; count <= NAME_WORDS_MAX; count += 1) {
      const run = words.slice(start, start + count);
      keysOfRun(run.join(' ')).forEach((key) => keys.add(key));
    }
  }
  return known({ db, names }, [...keys]);
}

/** What stands around a name; behind it, a run of it is tried once, from its first character. */
const EDGES = /^[^\p{L}\p{N}]+|(?<![^\p{L}\p{M}\p{N}+#])[^\p{L}\p{M}\p{N}+#]+$/gu;

/** Without what is around it: quotes, stops, brackets, a genitive. */
function keysOfRun(run: string): string[] {
  const name = run.replace(EDGES, '');
  const nominative = name.replace(/['’]s$/u, '');
  return [...new Set([name, nominative])].map(factKey).filter((key) => key !== '');
}

function known({ db, names }: Pick<Graph, 'db' | 'names'>, keys: readonly string[]): string[] {
  const stored = new Set(knownKeys(db, keys));
  return keys.filter((key) => stored.has(key) || names.has(key));
}

function similarNames(graph: Graph, text: string): TextIssue[] {
  const { db, names } = graph;
  const inText = new Set(namesIn(graph, text));
  const asked = [...inText].filter((key) => length(key) >= SIMILAR_LENGTH_MIN).slice(0, NAMES_MAX);
  if (asked.length === 0) return [];
  const proposed = [...maybeSimilar(db, asked), ...names.maybeSimilar(asked)];
  const others = [...new Set(proposed)].filter((key) => {
    return length(key) >= SIMILAR_LENGTH_MIN && !inText.has(key);
  });
  const pairs = asked.flatMap((key) =>
    others
      .filter((other) => names.root(other) !== names.root(key))
      .map((other) => ({ key, other, distance: lettersChanged(key, other, LETTERS_CHANGED_MAX) }))
      .filter(({ distance }) => distance <= LETTERS_CHANGED_MAX),
  );
  const spelled = spellingsOf(graph, [...new Set(pairs.flatMap(({ key, other }) => [key, other]))]);
  return pairs.map(({ key, other, distance }) => {
    const [name, like] = [spelled(key), spelled(other)];
    const detail = `'${name}' is like '${like}', which is known as well: which is meant?`;
    return { type: 'similar_name', detail, names: [name, like], distance };
  });
}

const length = (key: string): number => [...key].length;

/** How names of these keys are spelled. */
function spellingsOf({ db, names }: Graph, keys: readonly string[]): (key: string) => string {
  const stored = new Map(spellings(db, keys).map(({ key, name }) => [key, name]));
  return (key) => stored.get(key) ?? names.edge(key)?.name ?? names.spelling(key) ?? key;
}

function contradictions(graph: Graph, text: string): TextIssue[] {
  const isKnown = (name: string): boolean => known(graph, [factKey(name)]).length > 0;
  return findClaims(text.normalize('NFC'), isKnown).flatMap((claim) => issuesOf(graph, claim));
}

function issuesOf({ db, names, now }: Graph, claim: Claim): TextIssue[] {
  const [subjects, objects] = [claim.subject, claim.object].map((name) => {
    return names.keysOf(factKey(name));
  });
  const facts = factsBetween(db, subjects ?? [], objects ?? []);
  const isCurrent = (fact: FactRow): boolean => fact.fromInstant <= now && now <= fact.toInstant;
  const [same, others] = [
    facts.filter(({ predicate }) => bare(predicate) === bare(claim.predicate)),
    facts.filter(({ predicate }) => bare(predicate) !== bare(claim.predicate)),
  ];
  if (same.some(isCurrent)) return [];
  const issues: TextIssue[] = others
    .filter((fact) => isCurrent(fact) && !STRUCTURAL.has(fact.predicate))
    .map((fact) => mismatch(claim, fact));
  const ended = same.filter(({ toInstant }) => toInstant < now);
  const last = ended.reduce<FactRow | undefined>((latest, fact) => {
    return latest && latest.toInstant >= fact.toInstant ? latest : fact;
  }, undefined);
  return last ? [...issues, stale(claim, last)] : issues;
}

/** `brother`, `brother_of` and `is_brother_of` are one relationship. */
const bare = (predicate: string): string => predicate.replace(/^is_/, '').replace(/_of$/, '');

function mismatch({ subject, predicate, object }: Claim, fact: FactRow): TextIssue {
  return {
    type: 'relationship_mismatch',
    detail:
      `The text says that ${subject} is ${object}'s ${predicate}; ` +
      `what is known is ${fact.subject} ${fact.predicate} ${fact.object}.`,
    entity: subject,
    claim: { predicate, object },
    kg_fact: { predicate: fact.predicate, object: fact.object },
  };
}

function stale({ subject, predicate, object }: Claim, fact: FactRow): TextIssue {
  const valid_to = fact.validTo ?? fact.toInstant;
  const detail = `That ${subject} is ${object}'s ${predicate} held until ${valid_to}.`;
  return { type: 'stale_fact', detail, entity: subject, valid_to };
}
