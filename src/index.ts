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
export { Codebook, type CodebookNames } from './aaak/codebook.js';
export type { CompressOptions } from './aaak/compress.js';
export { aaakDetectEmotions, aaakDetectFlags } from './aaak/detect.js';
export { AaakDialect, type DialectConfig } from './aaak/dialect.js';
export type { AaakSpec, ExpandingOptions, MemoriesOptions } from './aaak/dimension-dialect.js';
export {
  aaakCompress,
  aaakCompress as aaak_compress,
  aaakDecompress,
  aaakDecompress as aaak_decompress,
  aaakExpand,
  type ExpandOptions,
  type Expansion,
} from './aaak/library.js';
export type { CompressedMemory } from './aaak/memories.js';
export {
  aaakParseEntry,
  aaakParseEntry as aaak_parse_entry,
  aaakValidate,
  type ParsedEntry,
} from './aaak/parse.js';
export type { Story, StoryMemory, StoryOptions } from './aaak/story.js';
export { aaakCountTokens } from './aaak/text.js';
export {
  aaakCompressionStats,
  aaakExtractKeySentence,
  aaakExtractTopics,
  type CompressionStats,
} from './aaak/topics.js';
export { Background } from './background.js';
export {
  acceptModel,
  readSettings,
  type Environment,
  type ModelSettings,
  type Settings,
} from './config.js';
export { Dimension, type LongWork } from './dimension.js';
export type { DimensionOptions, Identity } from './opening.js';
export type { Added, AddOptions, EntityPage, ListOptions, NewEntity } from './entities.js';
export type { Deleted, Updated, UpdateOptions } from './entity-changes.js';
export type { Entity } from './entity.js';
export type { Fact, Triple } from './facts.js';
export { followLog, type FollowOptions } from './follow.js';
export type { History, HistoryOptions, LogEntry } from './history.js';
export type { Diagnosis, Differences, Vacuumed } from './maintenance.js';
export type { MineOptions, MineReport } from './mining/mine.js';
export { OPERATIONS, type OperationName } from './operations/list.js';
export type { Operation, OperationContext, OutputObject } from './operations/operation.js';
export type { Domain, Realm, Taxonomy } from './realms.js';
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
export { VERSION } from './version.js';
