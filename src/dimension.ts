/**
 * A dimension: the public face of everything. Each method checks its input, acts, and answers with
 * plain JSON objects whose fields are spelled as on the command line and over MCP. Its parts are in
 * dimension/, each standing on the one before.
 */
import { reindexAll } from '../projections/index.js';
import { PastStore, verifyLog, type Verification } from '../replay/index.js';
import { encodeCursor } from './cursor.js';
import { diff, type DimensionDiff } from './diff.js';
import { Shipping } from './dimension/shipping.js';
import { knownAt } from './known-at.js';
import type { Identity } from './opening.js';
import { status, type Status } from './status.js';
import { Upkeep } from './upkeep.js';

/** What long work takes: it stops between two steps when asked, and tells how far it is. */
export interface LongWork {
  readonly signal?: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

export class Dimension extends Shipping {
  /** Checks and repairs. */
  readonly upkeep = new Upkeep(() => ({ ...this.opened(), session: this.session() }));

  /** The same open dimension for another actor: what one opens or closes, all have. */
  as(identity: Identity): Dimension {
    return new Dimension(this.opening, identity);
  }

  /**
   * The dimension as it was known at a point, for reading: nothing that came later is in it, so
   * that nothing later can influence an answer. What was erased since is gone there too. Close it.
   *
   * @param point a moment (ISO 8601, or a date, which counts to its end), an event
   *   (`replica:seq`), or a cursor of {@link Dimension.history}
   * @throws {AltError} INVALID_ARGUMENT, NOT_FOUND
   */
  async at(point: string): Promise<Dimension> {
    const vector = await this.session().store.read((db) => knownAt(db, point));
    return new Dimension(this.opening.at(vector), this.identity);
  }

  /** As {@link at}, for the time of some work; what was asked last stays open for the next. */
  async asKnownAt<Result>(
    point: string,
    work: (past: Dimension) => Promise<Result>,
  ): Promise<Result> {
    const vector = await this.session().store.read((db) => knownAt(db, point));
    return this.opening.pasts.use(vector, (past) => work(new Dimension(past, this.identity)));
  }

  /**
   * What changed from one point to another, or to now: see {@link at} for points.
   *
   * @throws {AltError} INVALID_ARGUMENT, NOT_FOUND
   */
  async diff(from: string, to?: string): Promise<DimensionDiff> {
    return diff(this.opening, from, to);
  }

  /** Of a dimension as it was: the cursor of what it holds; undefined for one that goes on. */
  get knownAt(): string | undefined {
    const { store } = this.session();
    return store instanceof PastStore ? encodeCursor(store.point) : undefined;
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
