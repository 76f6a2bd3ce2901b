/** What the events of a memory say of its fields, found by folding the memory aside. */
import { Db, entityOfStream, type EntityRow } from '../../projections/index.js';
import type { LoadedEvent } from '../../replay/index.js';
import { createEntityTables, foldEntityEvent } from '../stream-events.js';
import { claims, fieldsOf, isOfType, weakly, type Claim } from './claim.js';

/** Tables in which memories are folded, one after the other. Close them. */
export class EntityClaims {
  readonly #db = new Db(':memory:', { create: true, building: true });

  constructor() {
    createEntityTables(this.#db);
  }

  close(): void {
    this.#db.close();
  }

  /** @param events the living ones of one memory, in total order */
  of(events: readonly LoadedEvent[]): Claim[] {
    let before: EntityRow | undefined;
    return events.flatMap((event) => {
      foldEntityEvent(this.#db, event);
      const after = entityOfStream(this.#db, event.entry.stream ?? '');
      const said = after ? claimsOf(event, before, after) : [];
      before = after;
      return said;
    });
  }
}

const placeOf = ({ realm, domain }: Pick<EntityRow, 'realm' | 'domain'>) => ({ realm, domain });

function claimsOf(event: LoadedEvent, before: EntityRow | undefined, after: EntityRow): Claim[] {
  const data = fieldsOf(event);
  if (isOfType(event, 'EntityAdded', 'RecordWritten')) return added(event, before, after);
  // What came before the memory itself says nothing.
  if (!before) return [];
  if (isOfType(event, 'EntityDeleted')) return claims(event, { deleted: true });
  if (isOfType(event, 'EntityRestored')) return claims(event, { deleted: false });
  const lives = weakly(event, 'deleted', false);
  if (isOfType(event, 'EntityMoved')) {
    return [...claims(event, { place: placeOf(data as unknown as EntityRow) }), lives];
  }
  const { content, metadata = {} } = data;
  return [...claims(event, { content, ...keysOf(metadata as Metadata) }), lives];
}

type Metadata = Readonly<Record<string, unknown>>;

/** What is filed already, with the same words, is filed again by nobody. */
function added(event: LoadedEvent, before: EntityRow | undefined, after: EntityRow): Claim[] {
  const lives = claims(event, { deleted: false });
  const { content } = fieldsOf(event);
  if (before?.living === 1 && before.content === content) return lives;
  const taken = Object.keys(metadataOf(before)).map((key) => [key, null] as const);
  const metadata = { ...Object.fromEntries(taken), ...metadataOf(after) };
  const place = placeOf(after);
  return [...claims(event, { content, place, ...keysOf(metadata) }), ...lives];
}

const metadataOf = (row: EntityRow | undefined): Metadata =>
  row ? (JSON.parse(row.metadata) as Metadata) : {};

const METADATA = 'metadata.';

/** Each key is a field of its own. */
const keysOf = (metadata: Metadata): Metadata =>
  Object.fromEntries(Object.entries(metadata).map(([key, value]) => [METADATA + key, value]));

/** The key of a field that is one of metadata. */
export const metadataKey = (field: string): string | undefined =>
  field.startsWith(METADATA) ? field.slice(METADATA.length) : undefined;
