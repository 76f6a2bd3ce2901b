/**
 * The people map: variants of names and the names that are meant. One event a variant, so that what
 * two machines say of different people merges. config.json holds a copy, and serves dimensions that
 * were never told of people.
 */
import { AltError } from '../../events/index.js';
import {
  knowsPeople,
  listPeople,
  namesOfFacts,
  peopleMap,
  type Db,
  type PersonRow,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { followed } from '../followed.js';
import { change, streamIn, type Session } from '../session.js';
import { checkShape } from '../values.js';
import { configuredPeople, writePeople } from './configured-people.js';
import { checkTerm } from './fact.js';
import { Names, type PeopleMap } from './names.js';

export interface PeopleMapSaved {
  readonly saved: true;
  readonly count: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

interface Person {
  readonly key: string;
  readonly variant: string;
  readonly canonicalKey: string;
  readonly canonical: string;
}

const PEOPLE_MAX = 5_000;
const NAME_CHARACTERS_MAX = 128;

interface HeldNames {
  /** Whether the dimension was told of people; then config.json does not count. */
  readonly knowsPeople: boolean;
  readonly own: Names;
  /** The names with the map of config.json that they were made with. */
  configured?: { readonly people: PeopleMap; readonly names: Names };
}

/** Holds until a name is said to stand for another; facts only bring names into use. */
const heldNames = followed<HeldNames>({
  workOut(db) {
    return { knowsPeople: knowsPeople(db), own: Names.of(db) };
  },
  follow(db, held, streams) {
    if (streams.some((stream) => /^(term|person):/.test(stream))) return undefined;
    const facts = streams.filter((stream) => stream.startsWith('fact:'));
    const used = facts.length > 0 ? namesOfFacts(db, facts) : [];
    held.own.use(used);
    held.configured?.names.use(used);
    return held;
  },
});

/** Which names mean the same, for this dimension on this machine. */
export function namesNow(session: Pick<Session, 'store'>, db: Db): Names {
  const held = heldNames(session, db);
  if (held.knowsPeople) return held.own;
  const people = configuredPeople();
  if (Object.keys(people).length === 0) return held.own;
  if (held.configured?.people !== people) {
    held.configured = { people, names: Names.of(db, people) };
  }
  return held.configured.names;
}

/** Variant -> the name that is meant. */
export async function getPeopleMap(session: Session): Promise<Record<string, string>> {
  return session.store.read((db) => {
    return { ...(knowsPeople(db) ? peopleMap(db) : configuredPeople()) };
  });
}

/**
 * Replaces the people map. A variant that is its own canonical name is dropped, a canonical name
 * that is a variant itself is followed.
 *
 * @throws {AltError} INVALID_ARGUMENT for blank or circular names or a variant with two meanings;
 *   TOO_LARGE for more than 5,000 entries or names of more than 128 characters.
 */
export async function setPeopleMap(session: Session, map: PeopleMap): Promise<PeopleMapSaved> {
  const people = checkPeople(map);
  const result = await change<PeopleMapSaved>(session, {
    decide(db) {
      const before = listPeople(db);
      const events = changesBetween(session, before, people);
      const known = new Set(before.map(({ key }) => key));
      const named = new Set(people.map(({ key }) => key));
      const added = people.filter(({ key }) => !known.has(key)).length;
      const removed = [...known].filter((key) => !named.has(key)).length;
      const said = events.filter(({ type }) => type === 'PersonNamed').length;
      const counts = { added, removed, changed: said - added };
      return { events, result: { saved: true, count: people.length, ...counts } };
    },
  });
  await mirror(session, people);
  return result;
}

/** What was said is safe in the log: a copy that cannot be written is a warning. */
async function mirror(session: Session, people: readonly Person[]): Promise<void> {
  try {
    const entries = people.map(({ variant, canonical }) => [variant, canonical] as const);
    await writePeople(Object.fromEntries(entries));
  } catch (error) {
    if (!(error instanceof AltError)) throw error;
    const message = `Saved, but not copied to config.json: ${error.message}`;
    session.store.warn({ code: error.code, message });
  }
}

function checkPeople(map: PeopleMap): Person[] {
  checkShape(map, 'object', 'The people map');
  const entries = Object.entries(map);
  if (entries.length > PEOPLE_MAX) {
    throw new AltError('TOO_LARGE', 'The people map has at most 5,000 entries.', {
      hint: 'Keep the names that are written in more than one way.',
    });
  }
  const people = new Map<string, Person>();
  for (const [given, meant] of entries) {
    const variant = checkTerm(given, 'A variant of a name', NAME_CHARACTERS_MAX);
    const what = `The name that '${variant.name}' stands for`;
    const canonical = checkTerm(meant, what, NAME_CHARACTERS_MAX);
    if (variant.key === canonical.key) continue;
    const before = people.get(variant.key);
    if (before && before.canonicalKey !== canonical.key) {
      throw new AltError(
        'INVALID_ARGUMENT',
        `'${variant.name}' stands for both '${before.canonical}' and '${canonical.name}'.`,
        { hint: 'Names are compared without case, blanks and quotes: keep one of the two.' },
      );
    }
    const names = { variant: variant.name, canonical: canonical.name };
    people.set(variant.key, { key: variant.key, canonicalKey: canonical.key, ...names });
  }
  return [...people.values()].map((person) => follow(person, people));
}

function follow(person: Person, people: ReadonlyMap<string, Person>): Person {
  let { canonicalKey, canonical } = person;
  const seen = new Set([person.key]);
  for (let next = people.get(canonicalKey); next; next = people.get(canonicalKey)) {
    if (seen.has(canonicalKey)) {
      const circle = `'${person.variant}' and '${person.canonical}' stand for each other.`;
      throw new AltError('INVALID_ARGUMENT', circle, {
        hint: 'Choose the name that is meant, and let the others stand for it.',
      });
    }
    seen.add(canonicalKey);
    ({ canonicalKey, canonical } = next);
  }
  return { ...person, canonicalKey, canonical };
}

function changesBetween(
  session: Session,
  before: readonly PersonRow[],
  after: readonly Person[],
): NewEvent[] {
  const wanted = new Map(after.map((person) => [person.key, person]));
  const held = new Map(before.map((person) => [person.key, person]));
  // The same variant may have two streams, of two dimensions that became one: each is forgotten.
  const gone = before.filter(({ key }) => !wanted.has(key));
  const said = after.filter(({ key, variant, canonical }) => {
    const row = held.get(key);
    return row?.variant !== variant || row.canonical !== canonical;
  });
  return [
    ...gone.map(({ stream, key, variant }): NewEvent => {
      return { type: 'PersonForgotten', stream, data: { key, variant } };
    }),
    ...said.map(({ key, variant, canonicalKey, canonical }): NewEvent => {
      const data = { key, variant, canonical_key: canonicalKey, canonical };
      return { type: 'PersonNamed', stream: streamIn(session, 'person', key), data };
    }),
  ];
}
