/**
 * What goes with a place besides its memories and domains. Each kind is known to the part of the
 * library that made it; deleting a realm or a domain asks all of them what to close.
 */
import { nodeSourcesOfPlace, type Db } from '../projections/index.js';
import type { NewEvent } from '../replay/index.js';
import { nodesPurged } from './nodes/changes.js';
import { tunnelClosings, closingsOfPlace as tunnelsOfPlace } from './palace/dig.js';
import type { Session } from './session.js';

/** A realm, or one domain of it. */
export interface DoomedPlace {
  readonly realm: string;
  readonly domain?: string | undefined;
}

/** The events that close what ends in the place, each naming exactly what is seen there now. */
export type ClosingsOf = (session: Session, db: Db, place: DoomedPlace) => NewEvent[];

export interface Contributor {
  /** Under which count of the answer its events are. */
  readonly kind: 'tunnels' | 'nodes';
  readonly closingsOf: ClosingsOf;
}

/** Asked in this order when a place is deleted. */
const CONTRIBUTORS: readonly Contributor[] = [
  {
    kind: 'tunnels',
    closingsOf: (_, db, { realm, domain }) =>
      tunnelClosings(db, tunnelsOfPlace(db, realm, domain), 'cascade'),
  },
  {
    kind: 'nodes',
    closingsOf: (_, db, { realm, domain }) =>
      nodeSourcesOfPlace(db, realm, domain).map(nodesPurged),
  },
];

export type Closings = Readonly<Record<Contributor['kind'], readonly NewEvent[]>>;

export function closingsOfPlace(session: Session, db: Db, place: DoomedPlace): Closings {
  const closings: Record<Contributor['kind'], NewEvent[]> = { tunnels: [], nodes: [] };
  for (const { kind, closingsOf } of CONTRIBUTORS) {
    closings[kind].push(...closingsOf(session, db, place));
  }
  return closings;
}
