/**
 * The spaces of a dimension that are open in this process: the one that answers, and, after another
 * was chosen, the one that is being filled to take over. Until that is complete the old one goes
 * on answering, with its own embedder; a chosen one that cannot be loaded here never takes over.
 *
 * A space that was replaced is closed once all calls that may have it in hand have ended.
 */
import { AltError, isAltError } from '../../events/index.js';
import { countPassagesAfter, type Db } from '../../projections/index.js';
import { viewsFolderOf, type Store } from '../../replay/index.js';
import {
  localChoicesStamp,
  readServing,
  writeLocalChoices,
  writeServing,
  type LocalChoices,
} from './local-choices.js';
import { SpaceOpener, type SpacesOptions } from './space-opener.js';
import { closeSpace, wantedBy, wantedIn, type Space, type Wanted } from './space.js';

/** A model that did not load is tried again after so long: its files may have come. */
const OBSTACLE_MS = 60_000;
/** A call is begun anew so many times when its space was closed under its hands. */
const TRIES = 4;

interface Obstacle {
  readonly fit: string;
  readonly error: AltError;
  readonly untilMs: number;
}

export class Spaces {
  readonly opener: SpaceOpener;
  readonly #store: Store;
  readonly #options: SpacesOptions;
  #serving: Space | undefined;
  #upcoming: Space | undefined;
  #obstacle: Obstacle | undefined;
  #known: { readonly of: Db; readonly version: number; readonly wanted: Wanted } | undefined;
  #settling: Promise<Space> | undefined;
  #stamp: string | undefined;
  /** Rises whenever an open space is given up: what failed meanwhile may be begun anew. */
  #epoch = 0;
  readonly #calls = new Set<Promise<unknown>>();
  readonly #closings = new Set<Promise<unknown>>();

  constructor(store: Store, options: SpacesOptions) {
    this.#store = store;
    this.#options = options;
    this.opener = new SpaceOpener(store, options);
  }

  /** Where models are looked for. */
  get models(): SpacesOptions['models'] {
    return this.#options.models;
  }

  /** The space that is being filled to take over from the one that answers. */
  get upcoming(): Space | undefined {
    return this.#upcoming;
  }

  /** Why the chosen space cannot take over. */
  get obstacle(): AltError | undefined {
    return this.#obstacle?.error;
  }

  /**
   * The space that answers; the model itself loads at its first use.
   *
   * @throws {AltError} UNAVAILABLE
   */
  async serving(): Promise<Space> {
    this.#noticeOthers();
    const wanted = await this.wanted();
    const serving = this.#serving;
    if (serving && (await this.#keepsServing(serving, wanted))) return serving;
    this.#settling ??= this.#settle(wanted).finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  async #keepsServing(serving: Space, wanted: Wanted): Promise<boolean> {
    if (serving.fit === wanted.fit) return true;
    if (this.#upcoming?.fit === wanted.fit) return !(await this.#hasCaughtUp());
    const obstacle = this.#obstacle;
    return obstacle?.fit === wanted.fit && performance.now() < obstacle.untilMs;
  }

  /** Another process may have chosen another backend or device, or removed the cache. */
  #noticeOthers(): void {
    const stamp = this.#stampNow();
    if (this.#stamp !== undefined && stamp !== this.#stamp) this.reopen();
    this.#stamp = stamp;
  }

  #stampNow(): string {
    const isOpen = this.#serving ?? this.#upcoming;
    const cache = isOpen ? this.opener.cacheStamp() : '';
    return `${localChoicesStamp(this.#store.folder)} ${cache}`;
  }

  /** Writes what holds on this machine; spaces that are open stay so. */
  choose(choices: LocalChoices): void {
    writeLocalChoices(this.#store.folder, choices);
    this.#stamp = this.#stampNow();
  }

  /** Which embedder was chosen and, for the fitted one, which texts it is fitted on. */
  async wanted(): Promise<Wanted> {
    return this.#store.read((db) => {
      const version = db.dataVersion();
      // Naming the texts of a fit reads thousands of hashes: once per state of the views.
      if (this.#known?.of === db && this.#known.version === version) return this.#known.wanted;
      const wanted = wantedIn(db);
      this.#known = { of: db, version, wanted };
      return wanted;
    });
  }

  /** What an embedder of that name would be here and now. */
  async wantedBy(name: string): Promise<Wanted> {
    return this.#store.read((db) => wantedBy(db, name));
  }

  async #settle(wanted: Wanted): Promise<Space> {
    try {
      const old = this.#serving ?? (await this.#openRemembered(wanted));
      this.#serving = old;
      if (this.#upcoming?.fit !== wanted.fit) {
        const chosen = await this.#openChosen(wanted, old);
        this.#retire(this.#upcoming);
        this.#upcoming = chosen;
      }
      if (old && !(await this.#hasCaughtUp())) return old;
      return this.#takeOver();
    } finally {
      this.#stamp = this.#stampNow();
    }
  }

  /** Opens the chosen space; undefined when it cannot be and there is another one that answers. */
  async #openChosen(wanted: Wanted, old: Space | undefined): Promise<Space | undefined> {
    try {
      this.#obstacle = undefined;
      return await this.opener.open(wanted);
    } catch (error) {
      if (!old || !isAltError(error)) throw error;
      this.#obstacle = obstacleTo(wanted.fit, error);
      return undefined;
    }
  }

  /** The space that answered here before another was chosen, if it can still be made. */
  async #openRemembered(wanted: Wanted): Promise<Space | undefined> {
    const remembered = readServing(viewsFolderOf(this.#store));
    if (remembered === undefined || remembered.name === wanted.name) return undefined;
    try {
      const space = await this.opener.open(await this.wantedBy(remembered.name));
      if (space.embedder.spaceId === remembered.space) return space;
      await closeSpace(space);
    } catch (error) {
      if (!isAltError(error) || isAltError(error, 'DIMENSION_CLOSED')) throw error;
    }
    return undefined;
  }

  /** Whether the upcoming space lacks no passage that the serving one has. */
  async #hasCaughtUp(): Promise<boolean> {
    const [serving, upcoming] = [this.#serving, this.#upcoming];
    if (!upcoming) return false;
    if (!serving || serving.embedder.spaceId === upcoming.embedder.spaceId) return true;
    return this.#store.read((db, { generation }) => {
      const mark = upcoming.cache.mark(generation);
      const ahead = serving.cache.mark(generation);
      // New views have no marks yet: then nobody is ahead of anybody.
      return (ahead > 0 && mark >= ahead) || countPassagesAfter(db, mark) === 0;
    });
  }

  /** The upcoming space answers from now on. */
  #takeOver(): Space {
    const next = this.#upcoming;
    if (!next) throw new AltError('INTERNAL', 'There is no space to take over.');
    this.#retire(this.#serving);
    this.#serving = next;
    this.#upcoming = undefined;
    return next;
  }

  #retire(space: Space | undefined): void {
    if (!space) return;
    this.#epoch += 1;
    space.retirement.abort();
    const closing = Promise.allSettled([...this.#calls])
      .then(() => closeSpace(space))
      // Whoever asked for it is gone; a model that did not load cannot be unloaded either.
      .catch(() => undefined)
      .finally(() => this.#closings.delete(closing));
    this.#closings.add(closing);
  }

  /** Whether another space has taken the place of that one: nothing more is put into it. */
  isRetired(space: Space): boolean {
    return space.retirement.signal.aborted;
  }

  /** Opens everything anew at the next use. */
  reopen(): void {
    this.#retire(this.#serving);
    this.#retire(this.#upcoming);
    this.#serving = undefined;
    this.#upcoming = undefined;
  }

  /** That space, opened by its caller, is the next to take over. */
  adopt(space: Space): void {
    this.#retire(this.#upcoming);
    this.#upcoming = space;
    this.#obstacle = undefined;
    this.#stamp = this.#stampNow();
  }

  /** The chosen space is not to be used for now: its model does not load here. */
  giveUp(error: AltError): void {
    this.#obstacle = this.#upcoming && obstacleTo(this.#upcoming.fit, error);
    this.#retire(this.#upcoming);
    this.#upcoming = undefined;
  }

  /** After its vectors are complete: the next process begins with it too. */
  remember(space: Space): void {
    const { name, embedder } = space;
    const known = readServing(viewsFolderOf(this.#store));
    if (known?.name === name && known.space === embedder.spaceId) return;
    writeServing(viewsFolderOf(this.#store), { name, space: embedder.spaceId });
  }

  /**
   * Runs a call that uses spaces; they stay open until it ends. When the cache turns out damaged,
   * or was closed because of another call, it is begun anew.
   */
  async healing<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const epoch = this.#epoch;
      const call = work();
      this.#calls.add(call);
      try {
        return await call;
      } catch (error) {
        if (!isAltError(error, 'CACHE_DAMAGED') || attempt === TRIES) throw error;
      } finally {
        this.#calls.delete(call);
      }
      if (epoch === this.#epoch) await this.#discardCache();
    }
  }

  /** Closes first: other calls find their cache closed and begin anew. */
  async #discardCache(): Promise<void> {
    const spaces = [this.#serving, this.#upcoming];
    this.#serving = undefined;
    this.#upcoming = undefined;
    this.#epoch += 1;
    for (const space of spaces) space?.cache.close();
    this.opener.discardCache();
    for (const space of spaces) await closeSpace(space);
  }

  async close(): Promise<void> {
    await this.#settling?.catch(() => undefined);
    this.reopen();
    await Promise.allSettled([...this.#closings]);
  }
}

const obstacleTo = (fit: string, error: AltError): Obstacle => {
  return { fit, error, untilMs: performance.now() + OBSTACLE_MS };
};
