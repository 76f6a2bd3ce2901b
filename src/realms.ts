/** Realms and domains: making, describing and listing them. */
import {
  domainDescription,
  listDomains as domainRows,
  listRealms as realmRows,
  placeExists,
  realmDescription,
  type RealmRow,
} from '../projections/index.js';
import { toIso } from './entity.js';
import { groupBy } from './group-by.js';
import { filterName, matchesNothing, normalizeName } from './names.js';
import { domainDescribed, Places, realmDescribed } from './places.js';
import { change, type Session } from './session.js';
import { checkLabel } from './values.js';

export interface Realm {
  readonly name: string;
  readonly description: string;
  readonly created_at: string;
  readonly entity_count: number;
  readonly domain_count: number;
}

export interface Domain {
  readonly name: string;
  readonly realm: string;
  readonly description: string;
  readonly created_at: string;
  readonly entity_count: number;
}

/** Realm -> domain -> how many memories. */
export type Taxonomy = Readonly<Record<string, Readonly<Record<string, number>>>>;

export async function listRealms(session: Session): Promise<Realm[]> {
  return (await session.store.read(realmRows)).map(toRealm);
}

export function toRealm(row: RealmRow): Realm {
  return {
    name: row.name,
    description: row.description,
    created_at: toIso(row.createdMs),
    entity_count: row.entityCount,
    domain_count: row.domainCount,
  };
}

export async function listDomains(session: Session, realm?: string): Promise<Domain[]> {
  const filter = filterName(realm);
  if (matchesNothing(filter)) return [];
  const rows = await session.store.read((db) => domainRows(db, filter));
  return rows.map((row) => ({
    name: row.name,
    realm: row.realm,
    description: row.description,
    created_at: toIso(row.createdMs),
    entity_count: row.entityCount,
  }));
}

export async function getTaxonomy(session: Session): Promise<Taxonomy> {
  const rows = await session.store.read((db) => domainRows(db));
  const ofRealm = groupBy(rows, ({ realm }) => realm);
  // Names are data: as keys of an object of its own kind, `constructor` would be one that is there.
  const counts = [...ofRealm].map(([realm, domains]) => {
    return [realm, Object.fromEntries(domains.map((row) => [row.name, row.entityCount]))] as const;
  });
  return Object.fromEntries(counts);
}

export interface Made {
  /** As it is stored. */
  readonly name: string;
  readonly description: string;
  readonly created: boolean;
}

/** Makes a realm, or describes it anew when a description is given that differs. */
export async function createRealm(session: Session, name: string, description = ''): Promise<Made> {
  const realm = normalizeName(name, 'realm');
  const text = checkLabel(description, 'description');
  return change(session, {
    decide(db) {
      const before = realmDescription(db, realm);
      const after = text === '' ? (before ?? '') : text;
      const created = !placeExists(db, realm);
      const result = { name: realm, description: after, created };
      if (before === after) return { events: [], result };
      return { events: [realmDescribed(session, { name: realm, description: after })], result };
    },
  });
}

/** Makes a domain and its realm, or describes it anew when a description is given that differs. */
export async function createDomain(
  session: Session,
  place: { readonly realm: string; readonly name: string },
  description = '',
): Promise<Made & { readonly realm: string }> {
  const realm = normalizeName(place.realm, 'realm');
  const name = normalizeName(place.name, 'domain');
  const text = checkLabel(description, 'description');
  return change(session, {
    decide(db) {
      const before = domainDescription(db, realm, name);
      const after = text === '' ? (before ?? '') : text;
      const created = !placeExists(db, realm, name);
      const result = { realm, name, description: after, created };
      if (before === after) return { events: [], result };
      const places = new Places(session, db);
      places.need(realm, name);
      // `need` made an undescribed domain where there was none; the description replaces it.
      const events = before === undefined ? places.events.slice(0, -1) : places.events;
      const described = domainDescribed(session, { realm, name, description: after });
      return { events: [...events, described], result };
    },
  });
}
