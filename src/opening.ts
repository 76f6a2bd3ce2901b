/**
 * Finding, making and opening a dimension; what several views of one open dimension share.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AltError,
  nodeFiles,
  readDimensionFile,
  streamOf,
  systemError,
  type Actor,
  type DimensionIdentity,
  type Files,
  type Source,
  type VersionVector,
} from '../events/index.js';
import { EMBEDDER_SETTING } from '../projections/index.js';
import { PastStore, type Store, type Warning } from '../replay/index.js';
import { DimensionDialect } from './aaak/dimension-dialect.js';
import { modelSearch, readSettings } from './config.js';
import {
  chooseEmbedder,
  openEmbedder,
  resolveDevice,
  resolveEmbedderName,
} from './embedders/index.js';
import { Sweeper } from './erase/sweeper.js';
import { WatchedStore } from './erase/watched-store.js';
import { makeIdentity } from './make-identity.js';
import { nodeBoosts } from './nodes/boosts.js';
import { Pasts } from './pasts.js';
import { Searcher } from './search/searcher.js';
import type { Session } from './session.js';
import { realSystem } from './system.js';
import { checkShape } from './values.js';
import { resolveBackendName } from './vectors/backend.js';
import type { ChromaSettings } from './vectors/chroma-server.js';
import { Embedding } from './vectors/embedding.js';
import { readLocalChoices, writeLocalChoices } from './vectors/local-choices.js';
import { VERSION } from './version.js';

export interface DimensionOptions {
  /** The folder; `~` is the user's home. `~/.alt-memory` when absent. */
  readonly path?: string | undefined;
  /** For a new dimension: the embedder by name; `auto` picks the best that runs here. */
  readonly embedder?: string | undefined;
  /** Where models run, if nobody chose otherwise for this dimension; `auto` when absent. */
  readonly device?: string | undefined;
  /** For a new dimension: what searches its vectors here; `hnsw` when absent. */
  readonly backend?: string | undefined;
  /** Who asks; `{ kind: 'api' }` when absent. */
  readonly actor?: Actor | undefined;
  /** Whose words are filed; `user` when absent. */
  readonly source?: Source | undefined;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** `worker` keeps the event loop free while texts are embedded; `inline` starts faster. */
  readonly thread?: 'inline' | 'worker' | undefined;
  /** How long a search embeds pending memories first, where it does not say; 1,500 when absent. */
  readonly pendingBudgetMs?: number | undefined;
  /** A folder with further models; it comes before all others. */
  readonly modelsFolder?: string | undefined;
  readonly lockWaitMs?: number | undefined;
  /** Up to how many vectors each is looked at; beyond, their signs propose. 25,000 when absent. */
  readonly exactVectorsMax?: number | undefined;
  /** @internal For tests: beyond how many vectors an hnsw index proposes; 1,000,000 when absent. */
  readonly signsVectorsMax?: number | undefined;
  /** The server of the chroma backend; what the user's settings say when absent. */
  readonly chroma?: ChromaSettings | undefined;
  /** Whether compressions are remembered in a file; what the user's settings say when absent. */
  readonly aaakCache?: boolean | undefined;
  /** @internal Only what is under this vector: see {@link Opening.at}. */
  readonly point?: VersionVector | undefined;
  /** @internal For tests: a file system that fails on command. */
  readonly files?: Files | undefined;
}

/** On whose behalf a change is made. */
export interface Identity {
  readonly actor: Actor;
  readonly source: Source;
}

/** A dimension that is open. */
export interface Open {
  readonly session: Session;
  readonly embedding: Embedding;
  readonly searcher: Searcher;
  readonly dialect: DimensionDialect;
  readonly sweeper: Sweeper;
}

export class Opening {
  readonly path: string;
  readonly #options: DimensionOptions;
  #open: Open | undefined;
  #closed = false;
  /** What is open of it as it was. */
  readonly pasts: Pasts<Opening> = new Pasts((point) => this.at(point));

  constructor(options: DimensionOptions) {
    this.#options = options;
    this.path = resolvePath(options.path ?? join(homedir(), '.alt-memory'));
  }

  /** The same dimension as it was, for reading: the events under a version vector. */
  at(point: VersionVector): Opening {
    return new Opening({ ...this.#options, path: this.path, point, aaakCache: false });
  }

  /** A dimension in another folder, opened in the same way. */
  elsewhere(path: string): Opening {
    return new Opening({ ...this.#options, path });
  }

  /** How long a search embeds pending memories first, where it does not say. */
  get pendingBudgetMs(): number | undefined {
    return this.#options.pendingBudgetMs;
  }

  /** Whether a dimension lies at the path. */
  get exists(): boolean {
    return this.#readIdentity() !== undefined;
  }

  /** True from {@link close} until it is opened again. */
  get isClosed(): boolean {
    return this.#closed;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /**
   * Creates the dimension if there is none.
   *
   * @returns true when it was created.
   * @throws {AltError} READ_ONLY, DIMENSION_DAMAGED, MIGRATION_REQUIRED, UPGRADE_REQUIRED
   */
  async init(identity: Partial<Identity> = {}): Promise<boolean> {
    this.#closed = false;
    if (this.#readIdentity()) {
      this.opened();
      return false;
    }
    const requested = resolveEmbedderName(this.#options.embedder ?? 'auto');
    const models = modelSearch(this.path, this.#options.modelsFolder);
    const name = requested === 'auto' ? (await chooseEmbedder(models)).name : requested;
    const embedder = await openEmbedder(name, { models });
    const backend = resolveBackendName(this.#options.backend ?? 'hnsw');
    const made = await makeIdentity(this.#files, this.path, this.#options.lockWaitMs);
    if (backend !== 'hnsw') writeLocalChoices(this.path, { backend });
    const { session } = this.#openAs(made);
    const space = name === 'numpy' ? 'numpy' : embedder.spaceId;
    return this.#created({ ...session, ...identity }, { requested, name, space });
  }

  async #created(
    session: Session,
    embedder: { readonly requested: string; readonly name: string; readonly space: string },
  ): Promise<boolean> {
    const { key, id } = session.store.identity;
    const stream = streamOf(key, 'dimension', id);
    return session.store.change({
      actor: session.actor,
      source: session.source,
      operation: 'create',
      decide(db) {
        if (db.get('SELECT 1 FROM events LIMIT 1')) return { events: [], result: false };
        const data = { dimension_id: id, release: VERSION };
        const setting = streamOf(key, 'setting', EMBEDDER_SETTING);
        const events = [
          { type: 'DimensionCreated', stream, data },
          { type: 'EmbedderChosen', stream: setting, data: embedder },
        ] as const;
        return { events, result: true };
      },
    });
  }

  #readIdentity(): DimensionIdentity | undefined {
    try {
      return readDimensionFile(this.#files, this.path);
    } catch (error) {
      throw systemError(error, `Opening ${this.path}`);
    }
  }

  get #files(): Files {
    return this.#options.files ?? nodeFiles;
  }

  #openAs(identity: DimensionIdentity): Open {
    const { actor = { kind: 'api' }, source = 'user', onWarning, thread } = this.#options;
    const label = [actor.kind, actor.tool].filter(Boolean).join(' ');
    const { lockWaitMs, modelsFolder, exactVectorsMax, signsVectorsMax } = this.#options;
    const options = { files: this.#files, system: realSystem, label, onWarning, lockWaitMs };
    const { point } = this.#options;
    const store = point
      ? new PastStore(this.path, identity, { ...options, point })
      : new WatchedStore(this.path, identity, options);
    const { files } = options;
    const session: Session = { store, actor, source, system: realSystem, files };
    const embedding = new Embedding(store, {
      thread: thread ?? 'inline',
      models: modelSearch(this.path, modelsFolder),
      exactVectorsMax,
      signsVectorsMax,
      chroma: this.#options.chroma ?? readSettings({ dimension: this.path }).chroma,
      device: resolveDevice(this.#options.device ?? readSettings().device),
      label,
    });
    const isCached = this.#options.aaakCache ?? readSettings({ dimension: this.path }).aaakCache;
    const dialect = new DimensionDialect({ store, now: () => realSystem.now(), isCached });
    const sweeper = new Sweeper({ session, embedding, dialect });
    if (store instanceof WatchedStore) {
      store.onErased = (erased) => {
        sweeper.notice(erased);
      };
    }
    this.#open = {
      session,
      embedding,
      searcher: new Searcher(store, embedding, nodeBoosts),
      dialect,
      sweeper,
    };
    this.#warnOfBackend(store);
    return this.#open;
  }

  /** A backend is named for new dimensions only. */
  #warnOfBackend(store: Store): void {
    if (store instanceof PastStore) return;
    const { backend } = readLocalChoices(this.path);
    const named = resolveBackendName(this.#options.backend ?? backend);
    if (named === backend) return;
    const message = `The dimension is searched by ${backend}, not ${named}: see "alt backend".`;
    store.warn({ code: 'BACKEND_DIFFERS', message });
  }

  /** @throws {AltError} DIMENSION_CLOSED, DIMENSION_NOT_FOUND */
  opened(): Open {
    if (this.#closed) {
      throw new AltError('DIMENSION_CLOSED', 'The dimension was closed.', {
        hint: 'Open it again with init() or reconnect(); nothing was lost.',
      });
    }
    if (this.#open) return this.#open;
    const identity = this.#readIdentity();
    if (identity) return this.#openAs(identity);
    throw new AltError('DIMENSION_NOT_FOUND', `There is no dimension at ${this.path}.`, {
      hint: 'Create one with "alt init", or name another with --dimension.',
    });
  }

  /** Harmless to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = this.#open;
    this.#open = undefined;
    await open?.sweeper.idle();
    open?.dialect.flush();
    open?.session.store.stop();
    await this.pasts.close();
    await open?.embedding.close();
    await open?.session.store.close();
  }

  /** Drops every handle and opens anew. */
  async reopen(): Promise<void> {
    await this.close();
    this.#closed = false;
    this.opened();
  }
}

/** Absolute, with `~` as the user's home. */
export function resolvePath(path: string): string {
  checkShape(path, 'text', 'The path');
  const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  return resolve(expanded);
}
