/** Views: tables and indexes made from events, each of which can be thrown away. */
export { readHeads, readMeta, writeHead, writeMeta, type Heads } from './checkpoints.js';
export { Db, isDamagedDatabase, type SqlValue } from './database.js';
export { contentHash } from './entities.js';
export {
  countEntities,
  entitiesByNum,
  entitiesIn,
  entityByContent,
  entityById,
  entityNums,
  entityOfStream,
  firstContents,
  hashOfFirstContents,
  listEntities,
  newestEntity,
  placeCondition,
  sourceGroups,
  type EntityFilter,
  type EntityPage,
  type EntityRow,
  type Place,
} from './entity-queries.js';
export {
  countFacts,
  endInstant,
  factKey,
  factsAbout,
  factsOfStream,
  startInstant,
  type FactRow,
} from './facts.js';
export { reindexAll } from './fulltext.js';
export {
  erasedStreamsBy,
  formerSeqs,
  isErasedDigest,
  rememberErasedDigest,
  rememberErasedStream,
  rememberFork,
  wasErased,
} from './erasures.js';
export {
  countEvents,
  eventsOfCause,
  eventsOfDigests,
  eventsOfStream,
  findEvent,
  listEvents,
  seenBy,
  type JournalEntry,
  type JournalFilter,
} from './journal-entries.js';
export {
  insertCommit,
  insertEvent,
  isMarker,
  markErased,
  needsRefold,
  writerOf,
  type EventStatus,
} from './journal.js';
export { membersOfSource, type SourceMember } from './likeness.js';
export type { FoldEvent, Projection } from './projection.js';
export {
  documentFrequency,
  entitiesMatching,
  labelsOfEntities,
  ownersByLabel,
  passagesByLabel,
  passagesOfOwners,
  passageStats,
  passagesWithTerms,
  rankedEntities,
  type PassageRow,
  type PassageStats,
  type RankedEntity,
} from './ranking-queries.js';
export {
  describedIn,
  domainDescription,
  listDomains,
  listRealms,
  placeExists,
  realmDescription,
  type DomainRow,
  type RealmRow,
} from './realms.js';
export { EMBEDDER_SETTING, settingOf } from './settings.js';
export { sourceOfStream, type SourceRow } from './sources.js';
export { keywordText, standsAlone } from './text/keyword-text.js';
export { termFrequency, termHash, type PackedTerms } from './text/packed-terms.js';
export { cutPassages, type Passage } from './text/passages.js';
export { isWordCharacter } from './text/scripts.js';
export { queryTerms, terms } from './text/terms.js';
export { EmbeddingCache, type CachedVector } from './vectors/embedding-cache.js';
export type { Neighbour } from './vectors/exact-vectors.js';
export { isHnswAvailable } from './vectors/hnsw-file.js';
export { PassageIndex } from './vectors/passage-index.js';
export {
  eventsBeyond,
  holdsCursor,
  journalCursor,
  labelsBeyond,
  labelsClaimed,
  recordsBetween,
  recordsOfStreams,
  type JournalCursor,
  type PassageClaim,
  type PassageRecord,
} from './vectors/passage-records.js';
export {
  countPassagesAfter,
  labelsIn,
  passagesAfter,
  passageTexts,
  type PassageText,
} from './vectors/passage-rows.js';
export { VectorMemory } from './vectors/vector-memory.js';
export { createViews, LOGICAL_TABLES, PROJECTIONS, viewsAge } from './views.js';
