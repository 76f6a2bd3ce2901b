/**
 * Which realms and domains were made or described. A realm also exists while a memory is in it;
 * what `listRealms` answers joins both, so that a memory added elsewhere at the moment of a
 * deletion is never without a realm.
 */
import type { Db } from './database.js';
import { orderKey, type Projection } from './projection.js';

export const realms: Projection = {
  name: 'realms',
  version: 1,
  schema: `
    CREATE TABLE realms (
      stream TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      created BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX realms_name ON realms (name);
    CREATE TABLE domains (
      stream TEXT PRIMARY KEY,
      realm TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      created BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX domains_name ON domains (realm, name);`,
  apply: {
    RealmDescribed(db, { stream, data, commit, seq }) {
      db.run(
        `INSERT INTO realms VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (stream) DO UPDATE SET description = excluded.description`,
        stream,
        data.name,
        data.description,
        commit.wall,
        orderKey({ commit, seq }),
      );
    },
    RealmDeleted(db, { stream }) {
      db.run('DELETE FROM realms WHERE stream = ?', stream);
    },
    DomainDescribed(db, { stream, data, commit, seq }) {
      db.run(
        `INSERT INTO domains VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (stream) DO UPDATE SET description = excluded.description`,
        stream,
        data.realm,
        data.name,
        data.description,
        commit.wall,
        orderKey({ commit, seq }),
      );
    },
    DomainDeleted(db, { stream }) {
      db.run('DELETE FROM domains WHERE stream = ?', stream);
    },
  },
  forget(db, stream) {
    if (stream.startsWith('realm:')) db.run('DELETE FROM realms WHERE stream = ?', stream);
    if (stream.startsWith('domain:')) db.run('DELETE FROM domains WHERE stream = ?', stream);
  },
  logical: {
    realms:
      'SELECT stream, name, description, created_ms, hex(created) FROM realms ORDER BY stream',
    domains: `SELECT stream, realm, name, description, created_ms, hex(created)
      FROM domains ORDER BY stream`,
  },
};

export interface RealmRow {
  readonly name: string;
  readonly description: string;
  readonly createdMs: number;
  readonly entityCount: number;
  readonly domainCount: number;
}

export interface DomainRow {
  readonly realm: string;
  readonly name: string;
  readonly description: string;
  readonly createdMs: number;
  readonly entityCount: number;
}

// The same name may have a stream of its own under an adopted dimension's key: the first counts.
const ALL_DOMAINS = `
  SELECT realm, name,
    coalesce((
      SELECT description FROM domains AS own
      WHERE own.realm = every.realm AND own.name = every.name ORDER BY created_ms LIMIT 1
    ), '') AS description,
    coalesce((
      SELECT min(created_ms) FROM domains AS own
      WHERE own.realm = every.realm AND own.name = every.name
    ), (
      SELECT min(created_ms) FROM entities
      WHERE living = 1 AND entities.realm = every.realm AND entities.domain = every.name
    )) AS createdMs,
    coalesce((
      SELECT entities FROM place_counts AS own
      WHERE own.realm = every.realm AND own.domain = every.name
    ), 0) AS entityCount
  FROM (
    SELECT realm, domain AS name FROM place_counts UNION SELECT realm, name FROM domains
  ) AS every`;

/** Domains of one realm or of all, by realm and name. */
export function listDomains(db: Db, realm?: string): DomainRow[] {
  if (realm === undefined) return db.all<DomainRow>(`${ALL_DOMAINS} ORDER BY realm, name`);
  return db.all<DomainRow>(`${ALL_DOMAINS} WHERE realm = ? ORDER BY realm, name`, realm);
}

/** Realms by name. */
export function listRealms(db: Db): RealmRow[] {
  return db.all<RealmRow>(`
    WITH filled AS MATERIALIZED (
      SELECT realm AS name, sum(entityCount) AS entities, count(*) AS domains,
        min(createdMs) AS created_ms
      FROM (${ALL_DOMAINS}) GROUP BY realm
    )
    SELECT name,
      coalesce((
        SELECT description FROM realms AS own WHERE own.name = every.name
        ORDER BY created_ms LIMIT 1
      ), '') AS description,
      coalesce((
        SELECT min(created_ms) FROM realms AS own WHERE own.name = every.name
      ), filled.created_ms) AS createdMs,
      coalesce(filled.entities, 0) AS entityCount, coalesce(filled.domains, 0) AS domainCount
    FROM (SELECT name FROM filled UNION SELECT name FROM realms) AS every
      LEFT JOIN filled USING (name)
    ORDER BY name`);
}

export function realmDescription(db: Db, name: string): string | undefined {
  const sql = 'SELECT description FROM realms WHERE name = ? ORDER BY created_ms LIMIT 1';
  return db.get<{ description: string }>(sql, name)?.description;
}

export function domainDescription(db: Db, realm: string, name: string): string | undefined {
  const sql =
    'SELECT description FROM domains WHERE realm = ? AND name = ? ORDER BY created_ms LIMIT 1';
  return db.get<{ description: string }>(sql, realm, name)?.description;
}

/** Whether there is such a place: described, or with a memory in it. */
export function placeExists(db: Db, realm: string, domain?: string): boolean {
  const found = (sql: string, ...names: string[]): boolean => db.get(sql, ...names) !== undefined;
  if (domain !== undefined) {
    return (
      found('SELECT 1 FROM domains WHERE realm = ? AND name = ?', realm, domain) ||
      found('SELECT 1 FROM place_counts WHERE realm = ? AND domain = ?', realm, domain)
    );
  }
  return (
    found('SELECT 1 FROM realms WHERE name = ?', realm) ||
    found('SELECT 1 FROM domains WHERE realm = ?', realm) ||
    found('SELECT 1 FROM place_counts WHERE realm = ?', realm)
  );
}

/** The streams by which a realm and its domains were made; one name may have several. */
export function describedIn(
  db: Db,
  realm: string,
): {
  readonly realms: { readonly stream: string; readonly name: string }[];
  readonly domains: { readonly stream: string; readonly name: string }[];
} {
  return {
    realms: db.all('SELECT stream, name FROM realms WHERE name = ? ORDER BY stream', realm),
    domains: db.all(
      'SELECT stream, name FROM domains WHERE realm = ? ORDER BY name, stream',
      realm,
    ),
  };
}
