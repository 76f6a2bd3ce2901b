/** Whole places and whole collections: making, deleting, exporting, importing, looking after. */
import { exportCollection, exportEntities, exportPage } from '../backup/export.js';
import type { ExportFilter, ExportPage, ExportPageOptions } from '../backup/export.js';
import { exportText, type ExportTextOptions } from '../backup/formats.js';
import { importEntities, type ImportItems } from '../backup/import.js';
import type { ImportOptions, ImportReport } from '../backup/import.js';
import { exportMarkdown, type Exported } from '../backup/markdown.js';
import { blame, type Blame } from '../blame.js';
import { conditionOf, type Condition } from '../condition.js';
import type { Entity } from '../entity.js';
import { memoriesFiledAway, type FiledAway } from '../filed-away.js';
import { resolvePath } from '../opening.js';
import * as deletion from '../place-deletion.js';
import { dedup, type DedupOptions, type Deduplicated } from '../search/dedup.js';
import { entityHistory, type EntityVersion } from '../versions.js';
import { Compressing } from './compressing.js';

export class Holdings extends Compressing {
  /** @returns the realm's name as it is stored. @throws {AltError} INVALID_ARGUMENT */
  async getOrCreateRealm(name: string, description = ''): Promise<string> {
    return (await this.createRealm(name, description)).name;
  }

  /** @returns the domain's name as it is stored. @throws {AltError} INVALID_ARGUMENT */
  async getOrCreateDomain(realm: string, name: string, description = ''): Promise<string> {
    return (await this.createDomain(realm, name, description)).name;
  }

  /** Deletes a realm with everything in it. @returns whether it existed. */
  async deleteRealm(name: string): Promise<boolean> {
    return (await this.removeRealm(name)).deleted;
  }

  /** As {@link deleteRealm}, answering what went, or would go. */
  async removeRealm(
    name: string,
    options: deletion.PlaceDeletionOptions = {},
  ): Promise<deletion.RealmDeletion> {
    return this.settled(deletion.deleteRealm(this.session(), name, options));
  }

  /** Deletes a domain with everything in it; its realm stays. @returns whether it existed. */
  async deleteDomain(realm: string, name: string): Promise<boolean> {
    return (await this.removeDomain(realm, name)).deleted;
  }

  /** As {@link deleteDomain}, answering what went, or would go. */
  async removeDomain(
    realm: string,
    name: string,
    options: deletion.PlaceDeletionOptions = {},
  ): Promise<deletion.DomainDeletion> {
    return this.settled(deletion.deleteDomain(this.session(), { realm, name }, options));
  }

  /** Every version of a memory, oldest first, from the log; none for an id never used. */
  async entityHistory(id: string): Promise<EntityVersion[]> {
    return entityHistory(this.session(), id);
  }

  /** Of every line of a memory who wrote it, when and from where; undefined for an unused id. */
  async blame(id: string): Promise<Blame | undefined> {
    return blame(this.session(), id);
  }

  /** All memories as plain JSON, oldest first. For many, see {@link exportEntities}. */
  async exportCollection(filter: ExportFilter = {}): Promise<Entity[]> {
    return exportCollection(this.session(), filter);
  }

  /** The same one by one, as they all were at the beginning, without holding them in memory. */
  exportEntities(filter: ExportFilter = {}): AsyncGenerator<Entity, void, undefined> {
    return exportEntities(this.session(), filter);
  }

  /** A part of the export. @throws {AltError} TOO_LARGE for more than fits into one message */
  async exportPage(options: ExportPageOptions = {}): Promise<ExportPage> {
    return exportPage(this.session(), options);
  }

  /** The export as text, piece by piece: one memory a line, a JSON list, or every event. */
  exportText(options: ExportTextOptions = {}): AsyncGenerator<string, void, undefined> {
    return exportText(this.session(), options);
  }

  /**
   * Writes the memories into `folder` as Markdown.
   *
   * @throws {AltError} PATH_DENIED where a link lies in the way; IO_FAILED, READ_ONLY
   */
  async exportMarkdown(folder: string, filter: ExportFilter = {}): Promise<Exported> {
    return exportMarkdown(this.session(), resolvePath(folder), filter);
  }

  /** Takes in an export: a list, or whatever yields its items. @returns how many were imported. */
  async importEntities(items: ImportItems, options: ImportOptions = {}): Promise<number> {
    return (await this.importEntitiesReport(items, options)).imported;
  }

  /** As {@link importEntities}, saying of every item left out why. */
  async importEntitiesReport(
    items: ImportItems,
    options: ImportOptions = {},
  ): Promise<ImportReport> {
    return importEntities(this.session(), items, options);
  }

  /** Finds memories of a source that say what an older one says; `dryRun: false` deletes them. */
  async dedup(options: DedupOptions = {}): Promise<Deduplicated> {
    return this.settled(dedup({ ...this.opened(), session: this.session() }, options));
  }

  async memoriesFiledAway(): Promise<FiledAway> {
    return memoriesFiledAway(this.session());
  }

  /** One word for how the dimension is, and what to do; also where there is none. */
  async diagnose(): Promise<Condition> {
    return conditionOf(this.path, () => this.opened());
  }
}
