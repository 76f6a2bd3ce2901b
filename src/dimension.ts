/**
 * A dimension: the public face of everything. Each method checks its input, acts, and answers with
 * plain JSON objects whose fields are spelled as on the command line and over MCP.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AltError,
  makeFolderDurably,
  newIdentity,
  nodeFiles,
  readDimensionFile,
  streamOf,
  writeDimensionFile,
  type Actor,
  type DimensionIdentity,
  type Files,
  type Source,
} from '../events/index.js';
import { EMBEDDER_SETTING, reindexAll } from '../projections/index.js';
import { digestViews, Store, verifyLog, type Verification, type Warning } from '../replay/index.js';
import { chooseEmbedder, openEmbedder, resolveEmbedderName } from './embedders/index.js';
import { Embedding, type DrainOptions } from './embedding.js';
import * as entities from './entities.js';
import type { Entity } from './entity.js';
import * as facts from './facts.js';
import { history, type History, type HistoryOptions } from './history.js';
import { mine, type MineOptions, type MineReport } from './mining/mine.js';
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
  /** A folder with further models. */
  readonly modelsFolder?: string | undefined;
  readonly lockWaitMs?: number | undefined;
  /** @internal For tests: a file system that fails on command. */
  readonly files?: Files | undefined;
}

interface Open {
  readonly session: Session;
  readonly embedding: Embedding;
  readonly searcher: Searcher;
}

export class Dimension {
  readonly path: string;
  readonly #options: DimensionOptions;
  #open: Open | undefined;
  #closed = false;

  constructor(options: DimensionOptions = {}) {
    this.#options = options;
    this.path = resolvePath(options.path ?? join(homedir(), '.alt-memory'));
  }

  /** Whether a dimension lies at the path. */
  get exists(): boolean {
    return readDimensionFile(this.#files, this.path) !== undefined;
  }

  /** False after {@link close}. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /**
   * Creates the dimension if there is none.
   *
   * @returns true when it was created.
   * @throws {AltError} READ_ONLY, DIMENSION_DAMAGED, MIGRATION_REQUIRED, UPGRADE_REQUIRED
   */
  async init(): Promise<boolean> {
    this.#closed = false;
    if (readDimensionFile(this.#files, this.path)) {
      await this.#session();
      return false;
    }
    const requested = resolveEmbedderName(this.#options.embedder ?? 'auto');
    const name = requested === 'auto' ? (await chooseEmbedder()).name : requested;
    const embedder = await openEmbedder(name);
    makeFolderDurably(this.#files, this.path);
    const identity = newIdentity(realSystem.randomBytes);
    writeDimensionFile(this.#files, this.path, identity);
    // Two processes may both have found none: what lies there now is what counts.
    const { session } = this.#openAs(readDimensionFile(this.#files, this.path) ?? identity);
    const space = name === 'numpy' ? 'numpy' : embedder.spaceId;
    return this.#created(session, { requested, name, space });
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

  get #files(): Files {
    return this.#options.files ?? nodeFiles;
  }

  #openAs(identity: DimensionIdentity): Open {
    const { actor = { kind: 'api' }, source = 'user', onWarning, thread } = this.#options;
    const label = [actor.kind, actor.tool].filter(Boolean).join(' ');
    const { lockWaitMs, modelsFolder } = this.#options;
    const options = { files: this.#files, system: realSystem, label, onWarning, lockWaitMs };
    const store = new Store(this.path, identity, options);
    const session: Session = { store, actor, source, system: realSystem };
    const embedding = new Embedding(store, { thread: thread ?? 'inline', modelsFolder, label });
    this.#open = { session, embedding, searcher: new Searcher(store, embedding) };
    return this.#open;
  }

  async #opened(): Promise<Open> {
    if (this.#closed) {
      throw new AltError('DIMENSION_CLOSED', 'The dimension was closed.', {
        hint: 'Open it again with init() or reconnect(); nothing was lost.',
      });
    }
    if (this.#open) return Promise.resolve(this.#open);
    const identity = readDimensionFile(this.#files, this.path);
    if (identity) return Promise.resolve(this.#openAs(identity));
    throw new AltError('DIMENSION_NOT_FOUND', `There is no dimension at ${this.path}.`, {
      hint: 'Create one with "alt init", or name another with --dimension.',
    });
  }

  async #session(): Promise<Session> {
    return (await this.#opened()).session;
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
  async updateEntity(id: string, options: entities.UpdateOptions): Promise<entities.Updated> {
    return entities.updateEntity(await this.#session(), id, options);
  }

  /** @returns whether it existed. */
  async deleteEntity(id: string, options: ChangeOptions = {}): Promise<boolean> {
    return (await this.deleteEntities([id], options)).deleted === 1;
  }

  async deleteEntities(
    ids: readonly string[],
    options: ChangeOptions = {},
  ): Promise<entities.Deleted> {
    return entities.deleteEntities(await this.#session(), ids, options);
  }

  /** Brings a deleted memory back. @returns whether there is one of that id. */
  async restoreEntity(id: string): Promise<boolean> {
    return entities.restoreEntity(await this.#session(), id);
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
    return (await this.#opened()).searcher.search(question, options);
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
    return status(session, embedding, this.path);
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
  async rebuild(
    options: { readonly onProgress?: (events: number) => void } = {},
  ): Promise<{ readonly events: number }> {
    const { store } = await this.#session();
    const { events } = await store.rebuild(options);
    return { events };
  }

  /** Proves the log and the views. Changes nothing. */
  async verify(
    options: { readonly onProgress?: (events: number) => void } = {},
  ): Promise<Verification> {
    const { store } = await this.#session();
    return verifyLog(store.log, () => store.read(digestViews), options);
  }

  /** Drops every handle and opens anew. */
  async reconnect(): Promise<void> {
    await this.close();
    this.#closed = false;
    await this.#session();
  }

  /** Harmless to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = this.#open;
    this.#open = undefined;
    await open?.embedding.close();
    open?.session.store.close();
  }
}

/** Absolute, with `~` as the user's home. */
function resolvePath(path: string): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  return resolve(expanded);
}
