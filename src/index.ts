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
export type { ExportFilter, ExportPage, ExportPageOptions } from './backup/export.js';
export { readImportFile, writeExportFile } from './backup/files.js';
export { EXPORT_FORMATS, type ExportFormat, type ExportTextOptions } from './backup/formats.js';
export type { ImportItem, SkippedItem } from './backup/import-items.js';
export type { ImportItems, ImportOptions, ImportReport } from './backup/import.js';
export { readItems } from './backup/json-items.js';
export type { Exported } from './backup/markdown.js';
export type { Blame, BlamedLine } from './blame.js';
export { Background } from './background.js';
export {
  acceptModel,
  readSettings,
  type Environment,
  type ModelSettings,
  type Settings,
} from './config.js';
export type { Condition } from './condition.js';
export type { Conflict, ConflictOptions, Conflicts, ConflictSide } from './conflicts/conflicts.js';
export type { ConflictTaken } from './conflicts/take.js';
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
export type { EraseOptions, EraseReceipt } from './erase/erase.js';
export type { ErasedThing } from './erase/plan.js';
export type { RemainsIn } from './erase/remains.js';
export type { ScrubReport, SecretFound } from './erase/scrub.js';
export type { EraseSelection } from './erase/selection.js';
export type { UnheardRemote, UnheardReplica } from './erase/witnesses.js';
export { exportDimension } from './export-dimension.js';
export type { FiledAway } from './filed-away.js';
export type { BackupOptions } from './machines/backup.js';
export type { CloneOptions } from './dimension/shipping.js';
export type { RemoteKind, RemoteOptions } from './machines/remote-of.js';
export { followRemotes, type FollowRemotesOptions } from './machines/follow-remotes.js';
export type { RemoteStatus } from './machines/remotes.js';
export type { PartReport, TransferReport } from './machines/report.js';
export { serveRemote, type Served, type ServeOptions } from './machines/serve.js';
export { readOrMakeToken } from './machines/token.js';
export type { ShipOptions } from './machines/ship.js';
export { followLog, type FollowOptions } from './follow.js';
export type { History, HistoryOptions, LogEntry } from './history.js';
export type { TextIssue } from './knowledge/check-text.js';
export type { RegisteredEntity } from './knowledge/entity-record.js';
export type { Fact, FactDetails, Triple } from './knowledge/fact.js';
export type { AssertOptions, Ended, EndOptions, NewFact } from './knowledge/facts.js';
export type { GraphImported, GraphToImport } from './knowledge/import-graph.js';
export type { Told } from './knowledge/knowledge-graph.js';
export type { PeopleMapSaved } from './knowledge/people.js';
export type { FactQuery, FactsFound, GraphStats, TimelineQuery } from './knowledge/queries.js';
export type { Related, Researched } from './knowledge/registry.js';
export {
  entityRegistryFile,
  knowledgeGraphFile,
  type EntityRegistryFile,
  type KnowledgeGraphFile,
} from './knowledge/side-files.js';
export type { Term } from './knowledge/terms.js';
export type { Diagnosis, Differences, Vacuumed } from './maintenance.js';
export type { MineOptions, MineReport } from './mining/mine.js';
export { OPERATIONS, UNLISTED_OPERATIONS, type OperationName } from './operations/list.js';
export type { NodeOptions } from './dimension/noding.js';
export type { NodeMetadata, StoredNode } from './nodes/list.js';
export type { NodesRebuilt } from './nodes/rebuild.js';
export type { Operation, OperationContext, OutputObject } from './operations/operation.js';
export type { NewTunnel } from './palace/dig.js';
export { effectiveStrength, potentiate, type Connection } from './palace/dynamics.js';
export type { Gateway, GatewayOptions } from './palace/gateways.js';
export type { Graph, GraphEdge, GraphNode } from './palace/graph.js';
export {
  buildGraph,
  createTunnel,
  deleteTunnel,
  findTunnels,
  followTunnels,
  graphStats,
  listTunnels,
  traverse,
} from './palace/standalone.js';
export type { Step, TraverseOptions, Walk } from './palace/traverse.js';
export type { Tunnel, TunnelEnd, TunnelKind } from './palace/tunnel.js';
export type { Bridge, BridgeOptions, TunnelConnection, TunnelOptions } from './palace/tunnels.js';
export type { PersonaGone, PersonaOptions, PersonaSet } from './personas/define.js';
export type { Character, NoPersona, Persona } from './personas/personas.js';
export type { Layer } from './records/layers.js';
export type { DiaryEntry } from './records/record.js';
export type {
  AgentSummary,
  DiaryOptions,
  DiaryPage,
  RecordOptions,
  RecordWritten,
} from './records/records.js';
export type { DomainDeletion, PlaceDeletionOptions, RealmDeletion } from './place-deletion.js';
export type { Domain, Realm, Taxonomy } from './realms.js';
export { restoreDimension, type Restored, type RestoreOptions } from './restore-dimension.js';
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
export type { AgentWakeUp, AgentWakeUpOptions, Section } from './wake-up/agent-wake-up.js';
export type {
  LayerEntry,
  LayerOptions,
  LayersRead,
  LayersWanted,
  LayerWritten,
} from './wake-up/layer-entries.js';
export type { MemoryStack } from './wake-up/memory-stack.js';
export type { Deep, DeepHit, DeepOptions, Recalled, RecallOptions } from './wake-up/recall.js';
export type { StoryEntry } from './wake-up/story.js';
export type { Summarized } from './wake-up/summarize.js';
export type { LayerStatus, WakeUp, WakeUpOptions } from './wake-up/wake-up.js';
export type { UndoSelection } from './undo/selection.js';
export type { BuiltOn, UndoOptions, UndoReport } from './undo/undo.js';
export type { Change, DimensionDiff } from './diff.js';
