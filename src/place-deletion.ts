/**
 * Deleting realms and domains. Everything in the place ends by an event of its own that names it:
 * what another machine filed there meanwhile was not seen, is not named, and stays.
 */
import {
  describedIn,
  entitiesIn,
  entityById,
  listDomains,
  placeExists,
  type Db,
} from '../projections/index.js';
import type { NewEvent } from '../replay/index.js';
import { normalizeName } from './names.js';
import { nodeEventsAfter } from './nodes/changes.js';
import { closingsOfPlace, tunnelClosings } from './palace/dig.js';
import { Places } from './places.js';
import { change, type Session } from './session.js';

/** Memories in one commit: folding it keeps all others waiting, for a fraction of a second. */
const MEMORIES_PER_COMMIT = 2_000;

/** A realm, or one domain of it. */
interface DoomedPlace {
  readonly realm: string;
  readonly domain?: string | undefined;
}

export interface PlaceDeletionOptions {
  /** Only say what would go. */
  readonly dryRun?: boolean | undefined;
}

/** What was deleted, or would be where `dry_run` says so. */
export interface DomainDeletion {
  /** False when there was none: then nothing was appended. */
  readonly deleted: boolean;
  readonly realm: string;
  readonly name: string;
  readonly entities: number;
  readonly tunnels: number;
  readonly dry_run: boolean;
}

export interface RealmDeletion extends Omit<DomainDeletion, 'realm'> {
  readonly domains: number;
}

/** @throws {AltError} INVALID_ARGUMENT for what can be no name */
export async function deleteRealm(
  session: Session,
  name: string,
  options: PlaceDeletionOptions = {},
): Promise<RealmDeletion> {
  const realm = normalizeName(name, 'realm');
  const { deleted, domains, entities, tunnels, dry_run } = await remove(
    session,
    { realm },
    options,
  );
  return { deleted, name: realm, domains, entities, tunnels, dry_run };
}

/** The realm stays. @throws {AltError} INVALID_ARGUMENT for what can be no name */
export async function deleteDomain(
  session: Session,
  place: { readonly realm: string; readonly name: string },
  options: PlaceDeletionOptions = {},
): Promise<DomainDeletion> {
  const realm = normalizeName(place.realm, 'realm');
  const name = normalizeName(place.name, 'domain');
  const { deleted, entities, tunnels, dry_run } = await remove(
    session,
    { realm, domain: name },
    options,
  );
  return { deleted, realm, name, entities, tunnels, dry_run };
}

interface Removed {
  readonly deleted: boolean;
  readonly domains: number;
  readonly entities: number;
  readonly tunnels: number;
  readonly dry_run: boolean;
}

async function remove(
  session: Session,
  place: DoomedPlace,
  options: PlaceDeletionOptions,
): Promise<Removed> {
  if (options.dryRun === true) {
    const { counts } = await session.store.read((db) => planOf(session, db, { place }));
    return { ...counts, dry_run: true };
  }
  const batch = session.system.randomBytes(16);
  let before = 0;
  for (;;) {
    const { counts, isLast } = await change(session, {
      batch,
      decide(db) {
        const plan = planOf(session, db, { place, limit: MEMORIES_PER_COMMIT });
        return { events: plan.events, result: plan };
      },
    });
    const deleted = counts.deleted || before > 0;
    before += counts.entities;
    if (isLast) return { ...counts, deleted, entities: before, dry_run: false };
  }
}

interface Plan {
  readonly events: readonly NewEvent[];
  readonly counts: Omit<Removed, 'dry_run'>;
  /** False when more memories than one commit takes are in the place: it goes with the last. */
  readonly isLast: boolean;
}

/** What deleting the place comes to, as it is seen in `db`. @internal */
export function planOf(
  session: Session,
  db: Db,
  request: { readonly place: DoomedPlace; readonly limit?: number },
): Plan {
  const { place, limit = -1 } = request;
  if (!placeExists(db, place.realm, place.domain)) {
    const counts = { deleted: false, domains: 0, entities: 0, tunnels: 0 };
    return { events: [], counts, isLast: true };
  }
  const seen = entitiesIn(db, place, limit);
  const memories = seen.map(({ id, stream }): NewEvent => {
    const data = { entity_id: id, reason: 'cascade' as const };
    return { type: 'EntityDeleted', stream, data };
  });
  const gone = seen.flatMap(({ id }) => {
    const before = entityById(db, id);
    return before ? [{ before, after: undefined }] : [];
  });
  const nodes = nodeEventsAfter(session, db, gone);
  const isLast = seen.length !== limit;
  const ending = isLast ? endingOf(session, db, place) : NO_ENDING;
  const { domains, tunnels } = ending;
  return {
    events: [...memories, ...nodes, ...ending.events],
    counts: { deleted: true, domains, entities: memories.length, tunnels },
    isLast,
  };
}

interface Ending {
  readonly events: readonly NewEvent[];
  readonly domains: number;
  readonly tunnels: number;
}

const NO_ENDING: Ending = { events: [], domains: 0, tunnels: 0 };

/** What is closed with the last of the memories, the place itself at the very end. */
function endingOf(session: Session, db: Db, place: DoomedPlace): Ending {
  const { realm, domain } = place;
  const tunnels = tunnelClosings(db, closingsOfPlace(db, realm, domain), 'cascade');
  const described = describedIn(db, realm);
  const going = described.domains.filter(({ name }) => domain === undefined || name === domain);
  const domains = going.map(({ stream, name }): NewEvent => {
    return { type: 'DomainDeleted', stream, data: { realm, name } };
  });
  const itself = domain === undefined ? described.realms.map(realmDeleted) : [];
  // A realm that was there for this domain only is there on its own from now on.
  const staying = new Places(session, db);
  if (domain !== undefined) staying.needRealm(realm);
  return {
    events: [...tunnels, ...domains, ...itself, ...staying.events],
    domains: countDomains(db, place),
    // Machines that dug from either end have a stream each for one tunnel.
    tunnels: new Set(tunnels.map(({ data }) => ('tunnel_id' in data ? data.tunnel_id : ''))).size,
  };
}

const realmDeleted = ({ stream, name }: { stream: string; name: string }): NewEvent => {
  return { type: 'RealmDeleted', stream, data: { name } };
};

/** Domains of a realm, described or filled. */
function countDomains(db: Db, { realm, domain }: DoomedPlace): number {
  if (domain !== undefined) return 1;
  return listDomains(db, realm).length;
}
