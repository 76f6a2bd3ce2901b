/** Views: tables and indexes made from events, each of which can be thrown away. */
export {
  heldVector,
  readHeads,
  readMeta,
  writeHead,
  writeMeta,
  type Heads,
} from './checkpoints.js';
export { compact } from './compact.js';
export { Db, isDamagedDatabase, type SqlValue } from './database.js';
export { contentHash } from './entities.js';
export {
  countEntities,
  entitiesByNum,
  entitiesOfSource,
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
  sourceFiles,
  sourceGroups,
  type EntityFilter,
  type EntityPage,
  type EntityRow,
  type Place,
} from './entity-queries.js';
export { nameUses, namesAround, namesOfFacts } from './fact-names.js';
export {
  countFacts,
  countMatching,
  factById,
  factsAbout,
  factsBetween,
  factsOfStream,
  factsOfTriple,
  factStats,
  findFacts,
  type Direction,
  type FactFilter,
  type FactPage,
  type FactRow,
  type FoundFact,
  type Roots,
} from './fact-queries.js';
export { endInstant, factKey, saidFrom, startInstant, toSecond } from './facts.js';
export { reindexAll } from './fulltext.js';
export {
  countForks,
  erasedStreamsBy,
  forksOf,
  formerSeqs,
  isErasedDigest,
  leftBranches,
  rememberErasedDigest,
  rememberErasedStream,
  rememberFork,
  wasErased,
} from './erasures.js';
export {
  derivedStreams,
  livingTextHashes,
  streamsWithErasures,
  writersSeen,
} from './erasure-queries.js';
export {
  countEvents,
  eventsOfCause,
  eventsOfDigests,
  eventsOfStream,
  findEvent,
  hasEventsUnder,
  lastCommitMs,
  lastDigest,
  listEvents,
  seenBy,
  streamsBetween,
  type JournalEntry,
  type JournalFilter,
} from './journal-entries.js';
export { taggedMemories, taggedOfStreams, type TaggedRow } from './graph-queries.js';
export {
  holdsCursor,
  journalCursor,
  streamsChanged,
  type JournalCursor,
} from './journal-cursor.js';
export { sharedStreams } from './shared-streams.js';
export { countIn, heldBeyond, lastSeqIn, type Unshipped } from './shipping-queries.js';
export {
  insertCommit,
  insertEvent,
  isMarker,
  markErased,
  needsRefold,
  writerOf,
  type EventStatus,
} from './journal.js';
export { knowsPeople, listPeople, peopleMap, type PersonRow } from './people.js';
export {
  activatedName,
  activePersona,
  knowsPersonas,
  listPersonas,
  personaByName,
  personaStreams,
  type PersonaRow,
} from './personas.js';
export {
  countNodes,
  nodeContent,
  nodeFrequency,
  nodePacks,
  nodeSources,
  nodesWithTerms,
  type NodeMatch,
  type NodeSourceRow,
} from './nodes.js';
export { namesInUse, personNames } from './persons.js';
export { findPersons, type KnownNames, type PersonMention } from './persons/find-persons.js';
export { relationIn } from './persons/relations.js';
export { COUNTED_KIN, DROPPED, KIN, ROLES, smallNumber } from './persons/words.js';
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
export {
  knownKeys,
  LETTERS_CHANGED_MAX,
  maybeSimilar,
  SimilarNames,
  SIMILAR_LENGTH_MIN,
  spellings,
} from './similar-names.js';
export {
  countRecords,
  listAgents,
  recordsOf,
  storyRows,
  weightiest,
  type AgentRow,
  type RecordFilter,
  type StoryRow,
} from './record-queries.js';
export { EMBEDDER_SETTING, IDENTITY_SETTING, PERSONA_SETTING, settingOf } from './settings.js';
export { allTerms, namesInOrder, termsOf, type NameRow, type TermRow } from './terms.js';
export { sourceOfStream, sourcesOfFile, type SourceRow } from './sources.js';
export { keywordText, standsAlone } from './text/keyword-text.js';
export {
  formatNodeLine,
  nodeTerms,
  nodeText,
  parseNodeLine,
  type NodeLine,
} from './text/node-lines.js';
export { termFrequency, termHash, type PackedTerms } from './text/packed-terms.js';
export { cutPassages, type Passage } from './text/passages.js';
export { isWordCharacter } from './text/scripts.js';
export { queryTerms, terms } from './text/terms.js';
export {
  closedTunnels,
  countTunnels,
  dismissedGateways,
  listTunnels,
  openTunnelStreams,
  tunnelById,
  tunnelsEndingIn,
  type TunnelRow,
} from './tunnels.js';
export { EmbeddingCache, type CachedVector } from './vectors/embedding-cache.js';
export { isHnswAvailable } from './vectors/hnsw-file.js';
export type { Neighbour } from './vectors/nearest.js';
export { PassageIndex } from './vectors/passage-index.js';
export {
  eventsBeyond,
  labelsBeyond,
  labelsClaimed,
  recordsBetween,
  recordsOfStreams,
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
