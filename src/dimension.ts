/**
 * A dimension: the public face of everything. Each method checks its input, acts, and answers with
 * plain JSON objects whose fields are spelled as on the command line and over MCP.
 */
import { AltError } from '../events/index.js';
import { reindexAll } from '../projections/index.js';
import { verifyLog, type Verification } from '../replay/index.js';
import * as entities from './entities.js';
import * as changes from './entity-changes.js';
import type { Entity } from './entity.js';
import { history, type History, type HistoryOptions } from './history.js';
import { KnowledgeGraph } from './knowledge-graph.js';
import { mine, type MineOptions, type MineReport } from './mining/mine.js';
import { Opening, resolvePath, type DimensionOptions, type Identity } from './opening.js';
import * as realms from './realms.js';
import { checkDuplicate, type Duplicate } from './search/duplicates.js';
import type { SearchOptions } from './search/options.js';
import * as memories from './search/search-memories.js';
import type { SearchResult } from './search/search.js';
import type { SearchAnswer } from './search/searcher.js';
import type { ChangeOptions, Session } from './session.js';
import { status, type Status } from './status.js';
import { Upkeep } from './upkeep.js';
import type { DrainOptions } from './vectors/embedding.js';
import * as switching from './vectors/switching.js';

/** What long work takes: it stops between two steps when asked, and tells how far it is. */
export interface LongWork {
  readonly signal?: AbortSignal;
  readonly onProgress?: (events: number) => void;
}

export class Dimension {
  readonly #opening: Opening;
  readonly #identity: Partial<Identity>;
  /** The knowledge graph. */
  readonly kg = new KnowledgeGraph(() => this.#session());
  /** Checks and repairs. */
  readonly upkeep = new Upkeep(() => ({ ...this.#opening.opened(), session: this.#session() }));

  constructor(options: DimensionOptions | Opening = {}, identity: Partial<Identity> = {}) {
    this.#opening = options instanceof Opening ? options : new Opening(options);
    this.#identity = identity;
  }

  /** The same open dimension for another actor: what one opens or closes, all have. */
  as(identity: Identity): Dimension {
    return new Dimension(this.#opening, identity);
  }

  get path(): string {
    return this.#opening.path;
  }

  /** Whether a dimension lies at the path. */
  get exists(): boolean {
    return this.#opening.exists;
  }

  /** True from {@link close} until it is opened again. */
  get isClosed(): boolean {
    return this.#opening.isClosed;
  }

  get isOpen(): boolean {
    return this.#opening.isOpen;
  }

  /**
   * Creates the dimension if there is none.
   *
   * @returns true when it was created.
   * @throws {AltError} READ_ONLY, DIMENSION_DAMAGED, MIGRATION_REQUIRED, UPGRADE_REQUIRED
   */
  async init(): Promise<boolean> {
    return this.#opening.init(this.#identity);
  }

  #session(): Session {
    return { ...this.#opening.opened().session, ...this.#identity };
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
    const [added] = await entities.addEntities(this.#session(), [item], options);
    if (!added) throw new AltError('INTERNAL', 'Nothing was added.');
    return added;
  }

  /** Files up to 1,000 memories, all or none. @returns one answer per item, in order. */
  async batchAddEntities(
    items: readonly entities.NewEntity[],
    options: ChangeOptions = {},
  ): Promise<entities.Added[]> {
    const session = this.#session();
    return entities.addEntities(session, items, { ...options, origin: 'batch' });
  }

  /** The memory with that id; undefined when there is none. */
  async getEntity(id: string): Promise<Entity | undefined> {
    return entities.getEntity(this.#session(), id);
  }

  /** Memories, newest first. */
  async listEntities(options: entities.ListOptions = {}): Promise<Entity[]> {
    return (await this.pageEntities(options)).entities;
  }

  /** As {@link listEntities}, with the total number. */
  async pageEntities(options: entities.ListOptions = {}): Promise<entities.EntityPage> {
    return entities.listEntities(this.#session(), options);
  }

  /** Changes content, metadata or place. @throws {AltError} NOT_FOUND, INVALID_ARGUMENT */
  async updateEntity(id: string, options: changes.UpdateOptions): Promise<changes.Updated> {
    return changes.updateEntity(this.#session(), id, options);
  }

  /** @returns whether it existed. */
  async deleteEntity(id: string, options: ChangeOptions = {}): Promise<boolean> {
    return (await this.deleteEntities([id], options)).deleted === 1;
  }

  async deleteEntities(
    ids: readonly string[],
    options: ChangeOptions = {},
  ): Promise<changes.Deleted> {
    return changes.deleteEntities(this.#session(), ids, options);
  }

  /** Brings a deleted memory back. @returns whether there is one of that id. */
  async restoreEntity(id: string): Promise<boolean> {
    return changes.restoreEntity(this.#session(), id);
  }

  async createRealm(name: string, description = ''): Promise<realms.Made> {
    return realms.createRealm(this.#session(), name, description);
  }

  async createDomain(
    realm: string,
    name: string,
    description = '',
  ): Promise<realms.Made & { readonly realm: string }> {
    return realms.createDomain(this.#session(), { realm, name }, description);
  }

  async listRealms(): Promise<realms.Realm[]> {
    return realms.listRealms(this.#session());
  }

  async listDomains(realm?: string): Promise<realms.Domain[]> {
    return realms.listDomains(this.#session(), realm);
  }

  async getTaxonomy(): Promise<realms.Taxonomy> {
    return realms.getTaxonomy(this.#session());
  }

  /** The best matches, best first. @throws {AltError} INVALID_ARGUMENT for an unknown mode */
  async search(question: string, options: SearchOptions = {}): Promise<SearchResult[]> {
    return (await this.searchAnswer(question, options)).results;
  }

  /** As {@link search}, with what the reader should know about the answer. */
  async searchAnswer(question: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { searcher } = this.#opening.opened();
    const { pendingBudgetMs } = this.#opening;
    return searcher.search(question, { pendingBudgetMs, ...options });
  }

  /** Hybrid search for programs: near memories, why they were found, what was left out. */
  async searchMemories(
    query: string,
    options: memories.SearchMemoriesOptions = {},
  ): Promise<memories.MemoriesFound> {
    const { searcher } = this.#opening.opened();
    const { pendingBudgetMs } = this.#opening;
    return memories.searchMemories(searcher, query, { pendingBudgetMs, ...options });
  }

  /** Memories that say the same. @param threshold similarity from 0 to 1 */
  async checkDuplicate(
    content: string,
    threshold = 0.9,
    within: Pick<SearchOptions, 'realm' | 'domain'> = {},
  ): Promise<Duplicate> {
    return checkDuplicate(this.#opening.opened(), content, { threshold, ...within });
  }

  /** Mines a text or Markdown file, or a folder of them. */
  async mine(path: string, options: MineOptions = {}): Promise<MineReport> {
    return mine(this.#session(), resolvePath(path), options);
  }

  /** What happened, newest first. */
  async history(options: HistoryOptions = {}): Promise<History> {
    return history(this.#session(), options);
  }

  async status(): Promise<Status> {
    const { session, embedding } = this.#opening.opened();
    return embedding.healing(() => status(session, embedding, this.path));
  }

  /** Embeds what is pending. @returns how many passages are pending after it. */
  async embedPending(options: DrainOptions = {}): Promise<number> {
    const { embedding } = this.#opening.opened();
    return embedding.healing(() => embedding.drain(options));
  }

  /**
   * Chooses another embedder; searches go on by the old one until its vectors are there.
   *
   * @throws {AltError} INVALID_ARGUMENT, UNAVAILABLE, EMBEDDING_FAILED, CANCELLED, BUSY
   */
  async setEmbedder(
    model: string,
    options: switching.SwitchOptions & { readonly device?: string | undefined } = {},
  ): Promise<switching.EmbedderSwitch> {
    const open = this.#switchContext();
    return open.embedding.healing(() => switching.setEmbedder(open, model, options));
  }

  /**
   * Chooses what searches the vectors on this machine: `hnsw`, or `chroma` for a server.
   *
   * @throws {AltError} INVALID_ARGUMENT, UNAVAILABLE, CANCELLED, BUSY
   */
  async setBackend(
    backend: string,
    options: switching.SwitchOptions = {},
  ): Promise<switching.BackendSwitch> {
    const open = this.#switchContext();
    return open.embedding.healing(() => switching.setBackend(open, backend, options));
  }

  async getBackend(): Promise<switching.BackendStatus> {
    const open = this.#switchContext();
    return open.embedding.healing(() => switching.getBackend(open));
  }

  #switchContext(): switching.SwitchContext {
    return { session: this.#session(), embedding: this.#opening.opened().embedding };
  }

  /** Empties the keyword and passage indexes and fills them from the memories. @returns rows. */
  async rebuildFts(): Promise<number> {
    const { store } = this.#session();
    return store.withLock((db) => db.transaction(() => reindexAll(db)));
  }

  /** Folds the whole log into new views while the old ones go on answering. */
  async rebuild(options: LongWork = {}): Promise<{ readonly events: number }> {
    const { store } = this.#session();
    const { events } = await store.rebuild(options);
    return { events };
  }

  /** Proves the log and the views. Changes nothing. */
  async verify(options: LongWork = {}): Promise<Verification> {
    const { store } = this.#session();
    return verifyLog(store, options);
  }

  /** Drops every handle and opens anew. */
  async reconnect(): Promise<void> {
    await this.#opening.reopen();
  }

  /** Harmless to call twice. */
  async close(): Promise<void> {
    await this.#opening.close();
  }
}
