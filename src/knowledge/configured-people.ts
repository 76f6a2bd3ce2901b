/** The people map of config.json: a copy, for dimensions that were never told of people. */
import { configValues, writeConfig } from '../config.js';
import type { PeopleMap } from './names.js';

const PEOPLE_KEY = 'people_map';

/** The people of what was read of config.json. */
const read = new WeakMap<object, PeopleMap>();

/**
 * Variants of names and the names that are meant; {} where config.json has none. The same object as
 * long as the file says the same.
 */
export function configuredPeople(): PeopleMap {
  const values = configValues();
  const people = read.get(values) ?? peopleIn(values[PEOPLE_KEY]);
  read.set(values, people);
  return people;
}

function peopleIn(people: unknown): PeopleMap {
  if (typeof people !== 'object' || people === null || Array.isArray(people)) return {};
  const entries = Object.entries(people as Record<string, unknown>).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== '',
  );
  return Object.fromEntries(entries);
}

/**
 * Mirrors a dimension's map of people to config.json.
 *
 * @throws {AltError} CONFIG_DAMAGED when the file cannot be read; READ_ONLY, DISK_FULL, BUSY
 */
export async function writePeople(people: PeopleMap): Promise<void> {
  await writeConfig(PEOPLE_KEY, people);
}
