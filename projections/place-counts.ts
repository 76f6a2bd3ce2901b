/**
 * How many living memories there are in each place: what would be counted at every look at the
 * realms is kept beside the memories, and moves with them.
 */
import type { Db } from './database.js';

export const PLACE_COUNTS_SCHEMA = `
  CREATE TABLE place_counts (
    realm TEXT NOT NULL,
    domain TEXT NOT NULL,
    entities INTEGER NOT NULL,
    PRIMARY KEY (realm, domain)
  ) STRICT, WITHOUT ROWID;`;

export const PLACE_COUNTS_LOGICAL: Readonly<Record<string, string>> = {
  place_counts: 'SELECT realm, domain, entities FROM place_counts ORDER BY realm, domain',
};

interface Filed {
  readonly realm: string;
  readonly domain: string;
}

/** A living memory is in the place from now on. */
export function countIn(db: Db, { realm, domain }: Filed): void {
  db.run(
    `INSERT INTO place_counts VALUES (?, ?, 1)
     ON CONFLICT (realm, domain) DO UPDATE SET entities = entities + 1`,
    realm,
    domain,
  );
}

/** A living memory is no longer in the place. */
export function countOut(db: Db, { realm, domain }: Filed): void {
  const last = 'DELETE FROM place_counts WHERE realm = ? AND domain = ? AND entities = 1';
  if (db.run(last, realm, domain).changes > 0) return;
  const sql = 'UPDATE place_counts SET entities = entities - 1 WHERE realm = ? AND domain = ?';
  db.run(sql, realm, domain);
}

/** How many living memories are in a place, or in all. */
export function countInPlace(
  db: Db,
  { realm, domain }: { readonly [Name in keyof Filed]?: string | undefined },
): number {
  const given = Object.entries({ realm, domain }).filter(([, name]) => name !== undefined);
  const where = ['1', ...given.map(([column]) => `${column} = ?`)].join(' AND ');
  const sql = `SELECT coalesce(sum(entities), 0) AS count FROM place_counts WHERE ${where}`;
  return db.get<{ count: number }>(sql, ...given.map(([, name]) => name ?? ''))?.count ?? 0;
}
