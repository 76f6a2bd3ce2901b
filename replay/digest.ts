/** What a view database says, as one hash a table: the same whatever the order of arrival. */
import { createHash } from 'node:crypto';
import { LOGICAL_TABLES, type Db } from '../projections/index.js';

/** Table name -> SHA-256, hex, over its rows in a fixed order. */
export type Digest = Readonly<Record<string, string>>;

export function digestViews(db: Db): Digest {
  const digest: Record<string, string> = {};
  for (const [table, query] of Object.entries(LOGICAL_TABLES)) {
    const hash = createHash('sha256');
    for (const row of db.iterate<Record<string, unknown>>(query)) {
      hash.update(JSON.stringify(Object.values(row)));
      hash.update('\n');
    }
    digest[table] = hash.digest('hex');
  }
  return digest;
}

/** The names of the tables in which two digests differ. */
export function differingTables(a: Digest, b: Digest): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => a[name] !== b[name]).sort();
}

/** One hash over all tables. */
export function digestOfAll(digest: Digest): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(digest).sort()) hash.update(`${name}:${digest[name] ?? ''}\n`);
  return hash.digest('hex');
}
