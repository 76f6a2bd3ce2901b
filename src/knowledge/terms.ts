/** The nodes of the knowledge graph: what they are, and which names mean the same. */
import { AltError, type EventDataOf } from '../../events/index.js';
import { termsOf, type Db, type TermRow } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { change, streamIn, type ChangeOptions, type Session } from '../session.js';
import { checkMetadata, checkShape, type Metadata } from '../values.js';
import { asWord, checkTerm } from './fact.js';
import type { Names } from './names.js';
import { namesNow } from './people.js';

/** A node of the graph. */
export interface Term {
  /** By what its name is compared. */
  readonly key: string;
  readonly name: string;
  /** `unknown` until it is said. */
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const TYPE_CHARACTERS_MAX = 128;
export const UNKNOWN = 'unknown';

export const toTerm = ({ key, name, type, properties }: TermRow): Term => {
  return { key, name, type, properties: JSON.parse(properties) as Metadata };
};

/** The type of a node, as it is stored. */
export function checkType(type: unknown): string {
  return asWord(checkTerm(type, 'type', TYPE_CHARACTERS_MAX).name);
}

/**
 * Says what a node is. What is not given stays as it was.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE
 */
export async function defineTerm(
  session: Session,
  term: {
    readonly name: string;
    readonly type?: string | undefined;
    readonly properties?: Metadata | undefined;
  },
  options: Pick<ChangeOptions, 'batch'> = {},
): Promise<Term> {
  const { name, key } = checkTerm(term.name, 'name');
  const type = term.type === undefined ? undefined : checkType(term.type);
  const properties = term.properties === undefined ? undefined : checkProperties(term.properties);
  return change<Term>(session, {
    batch: options.batch,
    decide(db) {
      const [row] = termsOf(db, [key]);
      const before = row && toTerm(row);
      const after: Term = {
        key,
        name,
        type: type ?? before?.type ?? UNKNOWN,
        properties: properties ?? before?.properties ?? {},
      };
      const isKnown = before !== undefined && JSON.stringify(before) === JSON.stringify(after);
      return { events: isKnown ? [] : [termDefined(session, after)], result: after };
    },
  });
}

/** Properties may have any key; the places of memories are nothing special here. */
export function checkProperties(properties: Metadata): Metadata {
  checkShape(properties, 'object', 'properties');
  return checkMetadata({ properties }).properties as Metadata;
}

export function termDefined(session: Session, term: Term): NewEvent {
  const data = term as EventDataOf<'TermDefined'>;
  return { type: 'TermDefined', stream: streamIn(session, 'term', term.key), data };
}

/** The type and properties of a node, under the name that is meant before all others. */
export function termNow(db: Db, names: Names, key: string): Term | undefined {
  const rows = termsOf(db, names.keysOf(key));
  const root = names.root(key);
  const row = rows.find((term) => term.key === root) ?? rows[0];
  return row && toTerm(row);
}

/**
 * Says that a name means the same as another.
 *
 * @returns false when it was known.
 * @throws {AltError} INVALID_ARGUMENT where both are one name, or the other stands for this one.
 */
export async function setAlias(
  session: Session,
  alias: string,
  canonical: string,
): Promise<boolean> {
  const from = checkTerm(alias, 'alias');
  const to = checkTerm(canonical, 'canonical');
  if (from.key === to.key) {
    throw new AltError('INVALID_ARGUMENT', `'${from.name}' and '${to.name}' are one name.`, {
      hint: 'Names are compared without case, blanks and quotes: they need no alias.',
    });
  }
  return change<boolean>(session, {
    decide(db) {
      const names = namesNow(session, db);
      if (names.edge(from.key)?.canonicalKey === to.key) return { events: [], result: false };
      if (chainOf(names, to.key).includes(from.key)) {
        throw new AltError('INVALID_ARGUMENT', `'${to.name}' stands for '${from.name}' already.`, {
          hint: 'Give the names the other way round.',
        });
      }
      const data = {
        ...{ key: from.key, alias: from.name },
        ...{ canonical_key: to.key, canonical: to.name },
      };
      return { events: [aliasSet(session, data)], result: true };
    },
  });
}

export function aliasSet(session: Session, data: EventDataOf<'AliasSet'>): NewEvent {
  return { type: 'AliasSet', stream: streamIn(session, 'term', data.key), data };
}

/** The names that a name leads to, itself first. */
function chainOf(names: Names, key: string): string[] {
  const chain = [key];
  for (let next = names.edge(key); next; next = names.edge(next.canonicalKey)) {
    if (chain.includes(next.canonicalKey)) break;
    chain.push(next.canonicalKey);
  }
  return chain;
}
