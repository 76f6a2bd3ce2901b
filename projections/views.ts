/** The list of all projections, and one database that holds them. */
import { CATALOGUE_SIZE } from '../events/index.js';
import { CHECKPOINT_SCHEMA, readMeta, writeMeta } from './checkpoints.js';
import type { Db } from './database.js';
import { entities } from './entities.js';
import { facts } from './facts.js';
import { JOURNAL_LOGICAL, JOURNAL_SCHEMA } from './journal.js';
import { people } from './people.js';
import { personas } from './personas.js';
import { nodes } from './nodes.js';
import { persons } from './persons.js';
import type { Projection } from './projection.js';
import { realms } from './realms.js';
import { settings } from './settings.js';
import { sources } from './sources.js';
import { terms } from './terms.js';
import { tunnels } from './tunnels.js';

export const PROJECTIONS: readonly Projection[] = [
  realms,
  entities,
  facts,
  terms,
  people,
  tunnels,
  sources,
  settings,
  personas,
  nodes,
  persons,
];

const JOURNAL_VERSION = 2;

/** Versions of everything that gives stored rows their meaning. */
type Versions = Readonly<Record<string, number>>;

const VERSIONS: Versions = {
  journal: JOURNAL_VERSION,
  catalogue: CATALOGUE_SIZE,
  ...Object.fromEntries(PROJECTIONS.map(({ name, version }) => [name, version])),
};

/** Creates all tables in an empty database. */
export function createViews(db: Db): void {
  db.transaction(() => {
    for (const schema of [CHECKPOINT_SCHEMA, JOURNAL_SCHEMA]) db.exec(schema);
    for (const { schema } of PROJECTIONS) db.exec(schema);
    writeMeta(db, 'versions', JSON.stringify(VERSIONS));
  });
}

/** Whether these views are this release's, an older one's (fold anew) or a newer one's. */
export function viewsAge(db: Db): 'current' | 'older' | 'newer' {
  const stored = JSON.parse(readMeta(db, 'versions') ?? '{}') as Versions;
  const names = new Set([...Object.keys(stored), ...Object.keys(VERSIONS)]);
  let age: 'current' | 'older' | 'newer' = 'current';
  for (const name of names) {
    const ours = VERSIONS[name] ?? 0;
    const theirs = stored[name] ?? 0;
    if (theirs > ours) return 'newer';
    if (theirs < ours) age = 'older';
  }
  return age;
}

/** The queries whose rows make the digest, by table name. */
export const LOGICAL_TABLES: Readonly<Record<string, string>> = Object.assign(
  {},
  JOURNAL_LOGICAL,
  ...PROJECTIONS.map(({ logical }) => logical),
) as Record<string, string>;
