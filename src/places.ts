/** Realms and domains that a change needs: the events that make those which are not there yet. */
import { domainDescription, realmDescription, type Db } from '../projections/index.js';
import type { NewEvent } from '../replay/index.js';
import { streamIn, type Session } from './session.js';

/** Collects the events that make realms and domains which are not there yet. */
export class Places {
  readonly events: NewEvent[] = [];
  readonly #session: Session;
  readonly #db: Db;
  readonly #known = new Set<string>();

  constructor(session: Session, db: Db) {
    this.#session = session;
    this.#db = db;
  }

  need(realm: string, domain: string): void {
    this.needRealm(realm);
    const key = `${realm}/${domain}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    if (domainDescription(this.#db, realm, domain) !== undefined) return;
    this.events.push(domainDescribed(this.#session, { realm, name: domain, description: '' }));
  }

  needRealm(realm: string): void {
    if (this.#known.has(realm)) return;
    this.#known.add(realm);
    if (realmDescription(this.#db, realm) !== undefined) return;
    this.events.push(realmDescribed(this.#session, { name: realm, description: '' }));
  }
}

export function realmDescribed(
  session: Session,
  data: { readonly name: string; readonly description: string },
): NewEvent {
  return { type: 'RealmDescribed', stream: streamIn(session, 'realm', data.name), data };
}

export function domainDescribed(
  session: Session,
  data: { readonly realm: string; readonly name: string; readonly description: string },
): NewEvent {
  const stream = streamIn(session, 'domain', data.realm, data.name);
  return { type: 'DomainDescribed', stream, data };
}
