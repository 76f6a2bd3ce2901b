/** Reading the knowledge graph: what holds, what held when, in what order. */
import { AltError } from '../../events/index.js';
import {
  countMatching,
  endInstant,
  factKey,
  factStats,
  findFacts,
  spellings,
  startInstant,
  toSecond,
  type Db,
  type Direction,
  type FactFilter,
  type FactPage,
  type FoundFact,
} from '../../projections/index.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { checkInstant, checkInteger, checkLabel, checkShape } from '../values.js';
import { checkPredicate, toFact, type Fact } from './fact.js';
import type { Names } from './names.js';
import { namesNow } from './people.js';

export interface FactQuery {
  readonly predicate?: string | undefined;
  /** What held then: at that second, or at some second of that day. Any time when absent. */
  readonly asOf?: string | undefined;
  /** Where the name stands: `outgoing` = subject, `incoming` = object, `both` (when absent). */
  readonly direction?: Direction | undefined;
  /** What was said in that realm and what was said in none; everything when absent. */
  readonly realm?: string | undefined;
  /** Only what was said there. */
  readonly source?: string | undefined;
  /** Only what holds now. */
  readonly currentOnly?: boolean | undefined;
  /** At most this many; all when absent. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

export type TimelineQuery = Pick<FactQuery, 'realm' | 'source' | 'limit' | 'offset'>;

export interface FactsFound {
  /** As it was asked for; null for none. */
  readonly entity: string | null;
  /** How the node is spelled that the name was taken for, where that differs. */
  readonly resolved_as?: string;
  readonly facts: Fact[];
  /** How many there are in all. */
  readonly total: number;
  readonly has_more: boolean;
}

export interface GraphStats {
  readonly total_facts: number;
  readonly unique_subjects: number;
  readonly unique_predicates: number;
  /** Names that are used in a fact or defined; those that mean the same are one. */
  readonly entities: number;
  readonly current_facts: number;
  /** That have ended; those to come are neither current nor expired. */
  readonly expired_facts: number;
  /** Sorted. */
  readonly relationship_types: string[];
}

const DIRECTIONS: readonly string[] = ['outgoing', 'incoming', 'both'];
const COUNT_MAX = Number.MAX_SAFE_INTEGER;
const OUTGOING = { direction: 'outgoing' } as const;
const INCOMING = { direction: 'incoming' } as const;

type Ask = Omit<FactFilter, 'roots' | 'keys'> & {
  readonly entity: string | undefined;
  readonly page: FactPage;
};

/**
 * Facts in which a name is subject or object, newest first; all facts without a name.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown direction, a date that is none, bad bounds.
 */
export async function queryFacts(
  session: Session,
  entity?: string | null,
  options: FactQuery = {},
): Promise<FactsFound> {
  const ask = checkQuery(session, entity, options);
  return session.store.read((db) => answer(session, db, ask));
}

/** As {@link queryFacts}, in the order in which the facts begin; unknown starts come last. */
export async function timeline(
  session: Session,
  entity?: string | null,
  options: TimelineQuery = {},
): Promise<FactsFound> {
  const ask = checkQuery(session, entity, options);
  const inOrder: Ask = { ...ask, page: { ...ask.page, order: 'start' } };
  return session.store.read((db) => answer(session, db, inOrder));
}

function checkQuery(session: Session, entity: unknown, options: FactQuery): Ask {
  checkShape(options, 'object', 'The query');
  const { direction = 'both', currentOnly = false } = options;
  if (!DIRECTIONS.includes(direction)) {
    throw new AltError('INVALID_ARGUMENT', `Unknown direction '${direction}'.`, {
      hint: `Directions are ${DIRECTIONS.join(', ')}.`,
    });
  }
  const bounds = { min: 0, max: COUNT_MAX };
  const { limit, offset = 0 } = options;
  return {
    entity: nameAsked(entity),
    direction,
    predicate: isBlank(options.predicate) ? undefined : checkPredicate(options.predicate),
    realms: realmsAsked(options.realm),
    source: checkLabel(options.source, 'source') || undefined,
    during: checkDuring(session, options.asOf, currentOnly),
    page: {
      limit: limit === undefined ? undefined : checkInteger(limit, { what: 'limit', ...bounds }),
      offset: checkInteger(offset, { what: 'offset', ...bounds }),
    },
  };
}

const isBlank = (text: unknown): boolean => text === undefined || text === null || text === '';

/** A name as it was asked for; nothing for none, which asks for all. */
function nameAsked(entity: unknown): string | undefined {
  if (isBlank(entity)) return undefined;
  checkShape(entity, 'text', 'entity');
  return entity as string;
}

/** What holds in a realm is what was said there, and what was said without one. */
function realmsAsked(realm: string | undefined): readonly string[] | undefined {
  const name = filterName(realm);
  if (matchesNothing(name)) return [];
  return name === undefined ? undefined : [name, ''];
}

/** The seconds at one of which a fact must hold: of a date, its whole day. */
function checkDuring(
  session: Session,
  asOf: string | undefined,
  currentOnly: boolean,
): Ask['during'] {
  const date = checkInstant(asOf, 'as_of');
  const now = toSecond(session.system.now());
  const then = date === undefined ? undefined : [startInstant(date), endInstant(date)];
  if (!currentOnly) return then && { from: then[0] ?? now, to: then[1] ?? now };
  if (!then) return { from: now, to: now };
  throw new AltError('INVALID_ARGUMENT', 'as_of and current_only name two times: give one.');
}

function answer(session: Session, db: Db, ask: Ask): FactsFound {
  const names = namesNow(session, db);
  const { entity, page, ...rest } = ask;
  const keys = entity === undefined ? undefined : names.keysOf(factKey(entity));
  const filter = { ...rest, roots: names.rootsIn(db, keys), keys };
  const rows = findFacts(db, filter, page);
  const { offset = 0 } = page;
  const isWhole = offset === 0 && rows.length < (page.limit ?? Infinity);
  const total = isWhole ? rows.length : countMatching(db, filter);
  const now = toSecond(session.system.now());
  const resolved = entity === undefined ? undefined : resolvedAs(db, names, entity);
  return {
    entity: entity ?? null,
    ...(resolved !== undefined && { resolved_as: resolved }),
    facts: rows.map((row) => toFact(row, now, keys && seenFrom(row, keys))),
    total,
    has_more: offset + rows.length < total,
  };
}

/** Says on which side the name stands that was asked for. */
const seenFrom = (row: FoundFact, keys: readonly string[]): Pick<Fact, 'direction'> =>
  keys.includes(row.subjectKey) ? OUTGOING : INCOMING;

/** How the node is spelled that a name was taken for, unless it is spelled as the name. */
function resolvedAs(db: Db, names: Names, entity: string): string | undefined {
  const root = names.root(factKey(entity));
  const name = spellingOf(db, names, root);
  return name === undefined || name === entity.trim() ? undefined : name;
}

/** How a node is spelled: as others are said to stand for it, as defined, as first said. */
export function spellingOf(db: Db, names: Names, root: string): string | undefined {
  return names.spelling(root) ?? spellings(db, [root])[0]?.name;
}

/** Facts in which the name is subject (or where `direction` says), with their direction. */
export async function queryEntity(
  session: Session,
  name: string,
  options: Pick<FactQuery, 'asOf' | 'direction'> = {},
): Promise<Fact[]> {
  checkShape(name, 'text', 'name');
  const { asOf, direction = 'outgoing' } = options;
  return (await queryFacts(session, name, { asOf, direction })).facts;
}

/** Facts of one relationship, newest first, each seen from its subject. */
export async function queryRelationship(
  session: Session,
  predicate: string,
  options: Pick<FactQuery, 'asOf'> = {},
): Promise<Fact[]> {
  const checked = checkPredicate(predicate);
  const { facts } = await queryFacts(session, null, { predicate: checked, asOf: options.asOf });
  return facts.map((fact) => ({ ...fact, direction: 'outgoing' }));
}

export async function graphStats(session: Session): Promise<GraphStats> {
  const now = toSecond(session.system.now());
  const stats = await session.store.read((db) => {
    return factStats(db, namesNow(session, db).rootsIn(db), now);
  });
  return {
    total_facts: stats.total,
    unique_subjects: stats.subjects,
    unique_predicates: stats.predicates.length,
    entities: stats.nodes,
    current_facts: stats.current,
    expired_facts: stats.expired,
    relationship_types: stats.predicates,
  };
}
