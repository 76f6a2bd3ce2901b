/** The library. */
export {
  AltError,
  ERROR_CODES,
  isAltError,
  type Actor,
  type ErrorCode,
  type Source,
} from '../events/index.js';
export type { Damage, Verification, Warning } from '../replay/index.js';
export type { ExportFilter, ExportPage, ExportPageOptions } from './backup/export.js';
export { readImportFile, writeExportFile } from './backup/files.js';
export { EXPORT_FORMATS, type ExportFormat, type ExportTextOptions } from './backup/formats.js';
export type { ImportItem, SkippedItem } from './backup/import-items.js';
export type { ImportItems, ImportOptions, ImportReport } from './backup/import.js';
export { readItems } from './backup/json-items.js';
export type { Exported } from './backup/markdown.js';
export { Background } from './background.js';
export {
  acceptModel,
  readSettings,
  type Environment,
  type ModelSettings,
  type Settings,
} from './config.js';
export type { Condition } from './condition.js';
export { Dimension, type LongWork } from './dimension.js';
export type { DimensionOptions, Identity } from './opening.js';
export type {
  Added,
  AddOptions,
  EntityPage,
  ListOptions,
  NewEntity,
  NewEntityTuple,
} from './entities.js';
export type { Deleted, DeleteOptions, Updated, UpdateOptions } from './entity-changes.js';
export type { Entity } from './entity.js';
export type { Fact, Triple } from './facts.js';
export { exportDimension } from './export-dimension.js';
export type { FiledAway } from './filed-away.js';
export { followLog, type FollowOptions } from './follow.js';
export type { History, HistoryOptions, LogEntry } from './history.js';
export type { Diagnosis, Differences, Vacuumed } from './maintenance.js';
export type { MineOptions, MineReport } from './mining/mine.js';
export { OPERATIONS, type OperationName } from './operations/list.js';
export type { Operation, OperationContext, OutputObject } from './operations/operation.js';
export type { DomainDeletion, PlaceDeletionOptions, RealmDeletion } from './place-deletion.js';
export type { Domain, Realm, Taxonomy } from './realms.js';
export type { Deduplicated, DedupOptions } from './search/dedup.js';
export type { Duplicate, DuplicateMatch } from './search/duplicates.js';
export {
  downloadModel,
  type Downloaded,
  type DownloadOptions,
} from './embedders/model-download.js';
export {
  listModels,
  modelPath,
  modelTerms,
  verifyModels,
  type ModelInfo,
  type ModelVerification,
} from './models.js';
export type { Mode } from './search/request.js';
export type { SearchResult } from './search/search.js';
export type { SearchOptions } from './search/options.js';
export type { MemoriesFound, MemoryHit, SearchMemoriesOptions } from './search/search-memories.js';
export type { SearchAnswer } from './search/searcher.js';
export { extractLineRange, renderWithLineNumbers } from './search/text-helpers.js';
export type { Status } from './status.js';
export { newSessionId } from './system.js';
export type { EntityVersion } from './versions.js';
export { VERSION } from './version.js';
