/** The library. */
export { AltError, ERROR_CODES, isAltError, type Actor, type ErrorCode, type Source } from '../events/index.js';
export type { Verification, Warning } from '../replay/index.js';
export { Dimension, type DimensionOptions } from './dimension.js';
export type { Added, AddOptions, EntityPage, ListOptions, NewEntity, UpdateOptions } from './entities.js';
export type { Entity } from './entity.js';
export type { Fact, Triple } from './facts.js';
export type { History, HistoryOptions, LogEntry } from './history.js';
export type { MineOptions, MineReport } from './mining/mine.js';
export { OPERATIONS, type OperationName } from './operations/list.js';
export type { Operation, OperationContext, OutputObject } from './operations/operation.js';
export type { Domain, Realm, Taxonomy } from './realms.js';
export type { Duplicate, DuplicateMatch } from './search/duplicates.js';
export type { Mode, SearchResult } from './search/search.js';
export type { SearchAnswer, SearchOptions } from './search/searcher.js';
export type { Status } from './status.js';
export { VERSION } from './version.js';
