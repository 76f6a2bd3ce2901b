/** Which events of a commit that arrives were erased here: their content stays off the disk. */
import type {
  EventPayload,
  Log,
  Place,
  StoredCommit,
  StoredEvent,
  VersionVector,
} from '../events/index.js';
import {
  eventsOfStream,
  formerSeqs,
  isErasedDigest,
  wasErased,
  type Db,
  type JournalEntry,
} from '../projections/index.js';
import { checkEvent } from './fold.js';
import { erasedIn, type LoadedEvent } from './living.js';

export class ErasedHere {
  readonly #db: Db;
  readonly #log: Log;
  /** Most dimensions never erased anything, and are not asked of each event. */
  readonly #hasErasures: boolean;

  constructor(db: Db, log: Log) {
    this.#db = db;
    this.#log = log;
    const asked = ['erased_digests', 'erased_streams'].map((table) => {
      return db.get(`SELECT 1 FROM ${table} LIMIT 1`);
    });
    this.#hasErasures = asked.some((found) => found !== undefined);
  }

  /**
   * Where the commit's frames lie that must be cleared; also those whose clearing was cut short.
   *
   * @param seen what the commit's writer had seen of other replicas
   */
  placesIn(commit: StoredCommit, seen: VersionVector): Place[] {
    const { header } = commit;
    return commit.events
      .filter((stored) => stored.unfinished === true || this.#isErased({ header, stored, seen }))
      .map(({ place }) => place);
  }

  #isErased(arriving: Arriving): boolean {
    if (!this.#hasErasures) return false;
    const { stored, seen } = arriving;
    const { payload, digest } = stored;
    if (!payload) return isErasedDigest(this.#db, digest);
    const candidate = toLoaded(arriving, payload);
    const erasures = wasErased(this.#db, payload.stream) ? this.#erasuresOf(payload.stream) : [];
    const erased = erasedIn([...erasures, candidate], {
      isErasedDigest: (of) => isErasedDigest(this.#db, of),
      // Only asked of what arrives: erasures themselves are never erased.
      seenBy: () => seen,
      formerSeqs: (entry) => formerSeqs(this.#db, entry.replica, entry.seq),
    });
    return erased.has(candidate);
  }

  #erasuresOf(stream: string): LoadedEvent[] {
    return eventsOfStream(this.#db, stream)
      .filter(({ type, status }) => type === 'Erased' && status === 'known')
      .map((entry) => {
        const { payload } = this.#log.readEvent(entry.place, entry.digest);
        return { entry, data: payload && checkEvent(payload).data };
      });
  }
}

interface Arriving {
  readonly header: StoredCommit['header'];
  readonly stored: StoredEvent;
  readonly seen: VersionVector;
}

function toLoaded({ header, stored }: Arriving, payload: EventPayload): LoadedEvent {
  const { status, data } = checkEvent(payload);
  const entry: JournalEntry = {
    replica: header.replica,
    seq: stored.seq,
    stream: payload.stream,
    type: payload.type,
    v: payload.v,
    status,
    digest: stored.digest,
    place: stored.place,
    commit: header,
  };
  return { entry, data };
}
