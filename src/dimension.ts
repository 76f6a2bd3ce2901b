/**
 * A dimension: the public face of everything. Each method checks its input, acts, and answers with
 * plain JSON objects whose fields are spelled as on the command line and over MCP. Its parts are in
 * dimension/, each standing on the one before.
 */
import { reindexAll } from '../projections/index.js';
import { verifyLog, type Verification } from '../replay/index.js';
import { Undoing } from './dimension/undoing.js';
import type { Identity } from './opening.js';
import { status, type Status } from './status.js';
import { Upkeep } from './upkeep.js';

/** What long work takes: it stops between two steps when asked, and tells how far it is. */
export interface LongWork {
  readonly signal?: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

export class Dimension extends Undoing {
  /** Checks and repairs. */
  readonly upkeep = new Upkeep(() => ({ ...this.opened(), session: this.session() }));

  /** The same open dimension for another actor: what one opens or closes, all have. */
  as(identity: Identity): Dimension {
    return new Dimension(this.opening, identity);
  }

  async status(): Promise<Status> {
    const { session, embedding } = this.opened();
    return embedding.healing(() => status(session, embedding, this.path));
  }

  /** Empties the keyword and passage indexes and fills them from the memories. @returns rows. */
  async rebuildFts(): Promise<number> {
    const { store } = this.session();
    return store.withLock((db) => db.transaction(() => reindexAll(db)));
  }

  /** Folds the whole log into new views while the old ones go on; then mends the side files. */
  async rebuild(options: LongWork = {}): Promise<{ readonly events: number }> {
    const { store } = this.session();
    const { events } = await store.rebuild(options);
    await this.refreshSideFiles();
    return { events };
  }

  /** Proves the log and the views. Changes nothing. */
  async verify(options: LongWork = {}): Promise<Verification> {
    const { store } = this.session();
    return verifyLog(store, options);
  }
}
