/** Views: tables and indexes made from events, each of which can be thrown away. */
export {
  readHeads,
  readMeta,
  writeHead,
  writeMeta,
  type Heads,
} from './checkpoints.js';
export { Db, isDamagedDatabase, type SqlValue } from './database.js';
export { contentHash } from './entities.js';
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
  countEvents,
  eventsOfCause,
  eventsOfStream,
  findEvent,
  insertCommit,
  insertEvent,
  isErasedDigest,
  isMarker,
  listEvents,
  markErased,
  needsRefold,
  rememberErasedDigest,
  seenBy,
  streamsOfDigest,
  writerOf,
  type EventStatus,
  type JournalEntry,
  type JournalFilter,
} from './journal.js';
export type { FoldEvent, Projection } from './projection.js';
export {
  domainDescription,
  listDomains,
  listRealms,
  realmDescription,
  type DomainRow,
  type RealmRow,
} from './realms.js';
export { EMBEDDER_SETTING, settingOf } from './settings.js';
export { sourceOfStream, type SourceRow } from './sources.js';
export { createViews, LOGICAL_TABLES, PROJECTIONS, viewsAge } from './views.js';
