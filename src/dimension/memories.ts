/** Memories, the realms and domains they are filed in, and how they got there. */
import { AltError } from '../../events/index.js';
import * as entities from '../entities.js';
import * as changes from '../entity-changes.js';
import type { Entity } from '../entity.js';
import { history, type History, type HistoryOptions } from '../history.js';
import { mine, type MineOptions, type MineReport } from '../mining/mine.js';
import { resolvePath } from '../opening.js';
import * as realms from '../realms.js';
import type { ChangeOptions } from '../session.js';
import { DimensionBase } from './base.js';

export class Memories extends DimensionBase {
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
    const [added] = await entities.addEntities(this.session(), [item], options);
    if (!added) throw new AltError('INTERNAL', 'Nothing was added.');
    return added;
  }

  /**
   * Files up to 1,000 memories, all or none: objects, or tuples of realm, domain, content,
   * metadata, source file and id.
   *
   * @returns one id per item, in order.
   * @throws {AltError} as {@link addEntity}, naming the bad item
   */
  async batchAddEntities(
    items: readonly (entities.NewEntity | entities.NewEntityTuple)[],
    options: ChangeOptions = {},
  ): Promise<string[]> {
    const added = await this.fileEntities(items, options);
    return added.map(({ entity_id }) => entity_id);
  }

  /** As {@link batchAddEntities}, answering where each was filed and whether it is new. */
  async fileEntities(
    items: readonly (entities.NewEntity | entities.NewEntityTuple)[],
    options: ChangeOptions = {},
  ): Promise<entities.Added[]> {
    return entities.addEntities(this.session(), items, { ...options, origin: 'batch' });
  }

  /** The memory with that id; undefined when there is none. */
  async getEntity(id: string): Promise<Entity | undefined> {
    return entities.getEntity(this.session(), id);
  }

  /** Memories, newest first unless asked otherwise. */
  async listEntities(options: entities.ListOptions = {}): Promise<Entity[]> {
    return (await this.pageEntities(options)).entities;
  }

  /** As {@link listEntities}, with the total number. */
  async pageEntities(options: entities.ListOptions = {}): Promise<entities.EntityPage> {
    return entities.listEntities(this.session(), options);
  }

  /**
   * Changes content, metadata or place; the new place is made as needed.
   *
   * @returns whether there is a memory of that id.
   * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE
   */
  async updateEntity(id: string, options: changes.UpdateOptions): Promise<boolean> {
    return changes.holdsAfter(this.changeEntity(id, options));
  }

  /** As {@link updateEntity}, answering what changed. @throws {AltError} NOT_FOUND too */
  async changeEntity(id: string, options: changes.UpdateOptions): Promise<changes.Updated> {
    return changes.updateEntity(this.session(), id, options);
  }

  /** @returns whether it existed. */
  async deleteEntity(id: string, options: ChangeOptions = {}): Promise<boolean> {
    return (await this.deleteEntities([id], options)) === 1;
  }

  /** Takes memories out of sight, all in one commit. @returns how many existed. */
  async deleteEntities(
    ids: readonly string[],
    options: changes.DeleteOptions = {},
  ): Promise<number> {
    return (await this.removeEntities(ids, options)).deleted;
  }

  /** As {@link deleteEntities}, naming the ids that do not exist. */
  async removeEntities(
    ids: readonly string[],
    options: changes.DeleteOptions = {},
  ): Promise<changes.Deleted> {
    return changes.deleteEntities(this.session(), ids, options);
  }

  /** Brings a deleted memory back. @returns whether there is one of that id. */
  async restoreEntity(id: string): Promise<boolean> {
    return changes.restoreEntity(this.session(), id);
  }

  async createRealm(name: string, description = ''): Promise<realms.Made> {
    return realms.createRealm(this.session(), name, description);
  }

  async createDomain(
    realm: string,
    name: string,
    description = '',
  ): Promise<realms.Made & { readonly realm: string }> {
    return realms.createDomain(this.session(), { realm, name }, description);
  }

  async listRealms(): Promise<realms.Realm[]> {
    return realms.listRealms(this.session());
  }

  async listDomains(realm?: string): Promise<realms.Domain[]> {
    return realms.listDomains(this.session(), realm);
  }

  async getTaxonomy(): Promise<realms.Taxonomy> {
    return realms.getTaxonomy(this.session());
  }

  /** Mines a text or Markdown file, or a folder of them. */
  async mine(path: string, options: MineOptions = {}): Promise<MineReport> {
    return mine(this.session(), resolvePath(path), options);
  }

  /** What happened, newest first. */
  async history(options: HistoryOptions = {}): Promise<History> {
    return history(this.session(), options);
  }
}
