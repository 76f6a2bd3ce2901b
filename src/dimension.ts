/**
 * A dimension: the public face of everything. Each method checks its input, acts, and answers with
 * plain JSON objects whose fields are spelled as on the command line and over MCP.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AltError,
  FileLock,
  makeFolderDurably,
  newIdentity,
  nodeFiles,
  readDimensionFile,
  streamOf,
  systemError,
  writeDimensionFile,
  type Actor,
  type DimensionIdentity,
  type Files,
  type Source,
} from '../events/index.js';
import { EMBEDDER_SETTING, reindexAll } from '../projections/index.js';
import { Store, verifyLog, type Damage, type Verification, type Warning } from '../replay/index.js';
import { chooseEmbedder, openEmbedder, resolveEmbedderName } from './embedders/index.js';
import { Embedding, type DrainOptions } from './embedding.js';
import * as entities from './entities.js';
import * as changes from './entity-changes.js';
import type { Entity } from './entity.js';
import * as facts from './facts.js';
import { history, type History, type HistoryOptions } from './history.js';
import { mine, type MineOptions, type MineReport } from './mining/mine.js';
import * as maintenance from './maintenance.js';
import * as realms from './realms.js';
import { checkDuplicate, type Duplicate } from './search/duplicates.js';
import { Searcher, type SearchAnswer, type SearchOptions } from './search/searcher.js';
import type { SearchResult } from './search/search.js';
import type { ChangeOptions, Session } from './session.js';
import { status, type Status } from './status.js';
import { realSystem } from './system.js';
import { VERSION } from './version.js';

export interface DimensionOptions {
  /** The folder; `~` is the user's home. `~/.alt-memory` when absent. */
  readonly path?: string | undefined;
  /** For a new dimension: the embedder by name; `auto` picks the best that runs here. */
  readonly embedder?: string | undefined;
  /** Who asks; `{ kind: 'api' }` when absent. */
  readonly actor?: Actor | undefined;
  /** Whose words are filed; `user` when absent. */
  readonly source?: Source | undefined;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** `worker` keeps the event loop free while texts are embedded; `inline` starts faster. */
  readonly thread?: 'inline' | 'worker' | undefined;
  /** How long a search embeds pending memories first, where it does not say; 1,500 when absent. */
  readonly pendingBudgetMs?: number | undefined;
  /** A folder with further models. */
  readonly modelsFolder?: string | undefined;
  readonly lockWaitMs?: number | undefined;
  /** Up to how many vectors each is looked at; beyond, an index proposes. 25,000 when absent. */
  readonly exactVectorsMax?: number | undefined;
  /** @internal For tests: a file system that fails on command. */
  readonly files?: Files | undefined;
}

/** On whose behalf a change is made. */
export interface Identity {
  readonly actor: Actor;
  readonly source: Source;
}

/** What long work takes: it stops between two steps when asked, and tells how far it is. */
export interface LongWork {
  readonly signal?: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

interface Open {
  readonly session: Session;
  readonly embedding: Embedding;
  readonly searcher: Searcher;
}

export class Dimension {
  readonly path: string;
  readonly #options: DimensionOptions;
  /** Shared with the views that {@link as} gives. */
  #state: { open?: Open | undefined; closed: boolean } = { closed: false };

  constructor(options: DimensionOptions = {}) {
    this.#options = options;
    this.path = resolvePath(options.path ?? join(homedir(), '.alt-memory'));
  }

  /** The same open dimension for another actor: what one opens or closes, all have. */
  as(identity: Identity): Dimension {
    const view = new Dimension({ ...this.#options, ...identity });
    view.#state = this.#state;
    return view;
  }

  /** Whether a dimension lies at the path. */
  get exists(): boolean {
    return this.#readIdentity() !== undefined;
  }

  /** True from {@link close} until it is opened again. */
  get isClosed(): boolean {
    return this.#state.closed;
  }

  get isOpen(): boolean {
    return this.#state.open !== undefined;
  }

  /**
   * Creates the dimension if there is none.
   *
   * @returns true when it was created.
   * @throws {AltError} READ_ONLY, DIMENSION_DAMAGED, MIGRATION_REQUIRED, UPGRADE_REQUIRED
   */
  async init(): Promise<boolean> {
    this.#state.closed = false;
    if (this.#readIdentity()) {
      await this.#session();
      return false;
    }
    const requested = resolveEmbedderName(this.#options.embedder ?? 'auto');
    const name = requested === 'auto' ? (await chooseEmbedder()).name : requested;
    const embedder = await openEmbedder(name);
    const { session } = this.#openAs(await this.#makeIdentity());
    const space = name === 'numpy' ? 'numpy' : embedder.spaceId;
    return this.#created(session, { requested, name, space });
  }

  /** Under the lock: of several processes that found no dimension here, one makes it. */
  async #makeIdentity(): Promise<DimensionIdentity> {
    const lock = new FileLock(join(this.path, 'lock.db'), { files: this.#files, label: 'init' });
    try {
      makeFolderDurably(this.#files, this.path);
      const release = await lock.acquire(this.#options.lockWaitMs);
      try {
        const existing = readDimensionFile(this.#files, this.path);
        const identity = existing ?? newIdentity((size) => realSystem.randomBytes(size));
        if (!existing) writeDimensionFile(this.#files, this.path, identity);
        return identity;
      } finally {
        release();
      }
    } catch (error) {
      throw systemError(error, `Making a dimension at ${this.path}`);
    } finally {
      lock.close();
    }
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
    const { lockWaitMs, modelsFolder, exactVectorsMax } = this.#options;
    const options = { files: this.#files, system: realSystem, label, onWarning, lockWaitMs };
    const store = new Store(this.path, identity, options);
    const session: Session = { store, actor, source, system: realSystem };
    const embedding = new Embedding(store, {
      thread: thread ?? 'inline',
      modelsFolder,
      exactVectorsMax,
      label,
    });
    this.#state.open = { session, embedding, searcher: new Searcher(store, embedding) };
    return this.#state.open;
  }

  async #opened(): Promise<Open> {
    if (this.#state.closed) {
      throw new AltError('DIMENSION_CLOSED', 'The dimension was closed.', {
        hint: 'Open it again with init() or reconnect(); nothing was lost.',
      });
    }
    if (this.#state.open) return Promise.resolve(this.#state.open);
    const identity = this.#readIdentity();
    if (identity) return Promise.resolve(this.#openAs(identity));
    throw new AltError('DIMENSION_NOT_FOUND', `There is no dimension at ${this.path}.`, {
      hint: 'Create one with "alt init", or name another with --dimension.',
    });
  }

  async #session(): Promise<Session> {
    const { session } = await this.#opened();
    const { actor = session.actor, source = session.source } = this.#options;
    return { ...session, actor, source };
  }

  /**
   * Files a memory and returns its id once it is durable. Realm and domain are made as needed.
   *
   * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE, ALREADY_EXISTS, BUSY, DISK_FULL
   */
  async addEntity(
    ...[realm, domain, content, options]: [string, string, string, entities.AddOptions?]
  ): Promise<string> {
    const added = await this.fileEntity(realm, domain, { content, ...options });
    return added.entity_id;
  }

  /** As {@link addEntity}, answering where it was filed and whether it is new. */
  async fileEntity(
    realm: string,
    domain: string,
    memory: entities.AddOptions & { readonly content: string },
  ): Promise<entities.Added> {
    const { content, metadata, sourceFile, entityId, ...rest } = memory;
    const item = { realm, domain, content, metadata, source_file: sourceFile, entity_id: entityId };
    const options = { ...rest, origin: 'add' } as const;
    const [added] = await entities.addEntities(await this.#session(), [item], options);
    if (!added) throw new AltError('INTERNAL', 'Nothing was added.');
    return added;
  }

  /** Files up to 1,000 memories, all or none. @returns one answer per item, in order. */
  async batchAddEntities(
    items: readonly entities.NewEntity[],
    options: ChangeOptions = {},
  ): Promise<entities.Added[]> {
    const session = await this.#session();
    return entities.addEntities(session, items, { ...options, origin: 'batch' });
  }

  /** The memory with that id; undefined when there is none. */
  async getEntity(id: string): Promise<Entity | undefined> {
    return entities.getEntity(await this.#session(), id);
  }

  /** Memories, newest first. */
  async listEntities(options: entities.ListOptions = {}): Promise<Entity[]> {
    return (await this.pageEntities(options)).entities;
  }

  /** As {@link listEntities}, with the total number. */
  async pageEntities(options: entities.ListOptions = {}): Promise<entities.EntityPage> {
    return entities.listEntities(await this.#session(), options);
  }

  /** Changes content, metadata or place. @throws {AltError} NOT_FOUND, INVALID_ARGUMENT */
  async updateEntity(id: string, options: changes.UpdateOptions): Promise<changes.Updated> {
    return changes.updateEntity(await this.#session(), id, options);
  }

  /** @returns whether it existed. */
  async deleteEntity(id: string, options: ChangeOptions = {}): Promise<boolean> {
    return (await this.deleteEntities([id], options)).deleted === 1;
  }

  async deleteEntities(
    ids: readonly string[],
    options: ChangeOptions = {},
  ): Promise<changes.Deleted> {
    return changes.deleteEntities(await this.#session(), ids, options);
  }

  /** Brings a deleted memory back. @returns whether there is one of that id. */
  async restoreEntity(id: string): Promise<boolean> {
    return changes.restoreEntity(await this.#session(), id);
  }

  async createRealm(name: string, description = ''): Promise<realms.Made> {
    return realms.createRealm(await this.#session(), name, description);
  }

  async createDomain(
    realm: string,
    name: string,
    description = '',
  ): Promise<realms.Made & { readonly realm: string }> {
    return realms.createDomain(await this.#session(), { realm, name }, description);
  }

  async listRealms(): Promise<realms.Realm[]> {
    return realms.listRealms(await this.#session());
  }

  async listDomains(realm?: string): Promise<realms.Domain[]> {
    return realms.listDomains(await this.#session(), realm);
  }

  async getTaxonomy(): Promise<realms.Taxonomy> {
    return realms.getTaxonomy(await this.#session());
  }

  /** The best matches, best first. @throws {AltError} INVALID_ARGUMENT for an unknown mode */
  async search(question: string, options: SearchOptions = {}): Promise<SearchResult[]> {
    return (await this.searchAnswer(question, options)).results;
  }

  /** As {@link search}, with what the reader should know about the answer. */
  async searchAnswer(question: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { searcher } = await this.#opened();
    const { pendingBudgetMs } = this.#options;
    return searcher.search(question, { pendingBudgetMs, ...options });
  }

  /** Memories that say the same. @param threshold similarity from 0 to 1 */
  async checkDuplicate(content: string, threshold = 0.9): Promise<Duplicate> {
    const { session, embedding } = await this.#opened();
    return checkDuplicate({ session, embedding }, content, threshold);
  }

  /** The knowledge graph. */
  readonly kg = {
    add: async (triple: facts.Triple, options: facts.AssertOptions = {}) =>
      facts.assertFact(await this.#session(), triple, options),
    invalidate: async (
      triple: facts.Triple,
      options: ChangeOptions & { readonly ended?: string | undefined } = {},
    ) => facts.endFact(await this.#session(), triple, options),
    query: async (entity?: string) => facts.queryFacts(await this.#session(), entity),
  };

  /** Mines a text or Markdown file, or a folder of them. */
  async mine(path: string, options: MineOptions = {}): Promise<MineReport> {
    return mine(await this.#session(), resolvePath(path), options);
  }

  /** What happened, newest first. */
  async history(options: HistoryOptions = {}): Promise<History> {
    return history(await this.#session(), options);
  }

  async status(): Promise<Status> {
    const { session, embedding } = await this.#opened();
    return embedding.healing(() => status(session, embedding, this.path));
  }

  /** Embeds what is pending. @returns how many passages are pending after it. */
  async embedPending(options: DrainOptions = {}): Promise<number> {
    const { embedding } = await this.#opened();
    return embedding.healing(() => embedding.drain(options));
  }

  /** Empties the keyword and passage indexes and fills them from the memories. @returns rows. */
  async rebuildFts(): Promise<number> {
    const { store } = await this.#session();
    return store.withLock((db) => db.transaction(() => reindexAll(db)));
  }

  /** Folds the whole log into new views while the old ones go on answering. */
  async rebuild(options: LongWork = {}): Promise<{ readonly events: number }> {
    const { store } = await this.#session();
    const { events } = await store.rebuild(options);
    return { events };
  }

  /** Proves the log and the views. Changes nothing. */
  async verify(options: LongWork = {}): Promise<Verification> {
    const { store } = await this.#session();
    return verifyLog(store, options);
  }

  /** What SQLite finds wrong with the live views, as sentences; empty when they are sound. */
  async integrity(): Promise<string[]> {
    return maintenance.checkIntegrity(await this.#opened());
  }

  /** Gives the space of deleted rows back. */
  async vacuum(): Promise<maintenance.Vacuumed> {
    return maintenance.vacuum(await this.#opened());
  }

  /** Looks at log, views, indexes and vectors and says what is wrong. Changes nothing. */
  async diagnose(options: Pick<LongWork, 'signal'> = {}): Promise<maintenance.Diagnosis> {
    const open = await this.#opened();
    return open.embedding.healing(() => maintenance.diagnose(open, options));
  }

  /**
   * Looks for damage in this machine's own log and, unless `dryRun`, mends it: whole commits behind
   * the damage go on under a new replica id, damaged bytes move to quarantine.
   *
   * @returns what was found, the lost seqs among it; undefined when the log is sound.
   */
  async salvage(options: { readonly dryRun: boolean }): Promise<Damage | undefined> {
    const { store, actor } = await this.#session();
    const damage = await store.repair(actor, options);
    if (damage && !options.dryRun) await store.rebuild();
    return damage;
  }

  /** Drops every handle and opens anew. */
  async reconnect(): Promise<void> {
    await this.close();
    this.#state.closed = false;
    await this.#session();
  }

  /** Harmless to call twice. */
  async close(): Promise<void> {
    this.#state.closed = true;
    const open = this.#state.open;
    this.#state.open = undefined;
    await open?.embedding.close();
    open?.session.store.close();
  }
}

/** Absolute, with `~` as the user's home. */
function resolvePath(path: string): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  return resolve(expanded);
}
