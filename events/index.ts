/** What can happen, and the log it is written to. Knows nothing of views, search or commands. */
export {
  CATALOGUE,
  CATALOGUE_SIZE,
  eventType,
  MARKERS,
  RESERVED,
  type EventDataOf,
  type EventName,
} from './catalogue.js';
export {
  ACTOR_KINDS,
  decodeReference,
  decodeEvent,
  encodeJson,
  encodeReference,
  type Actor,
  type CommitHeader,
  type EventPayload,
  type EventReference,
  type Source,
} from './codec.js';
export {
  newIdentity,
  parseDimensionFile,
  printDimensionFile,
  readDimensionFile,
  writeDimensionFile,
  type DimensionIdentity,
} from './dimension-file.js';
export {
  AltError,
  ERROR_CODES,
  explained,
  isAltError,
  systemError,
  type ErrorCode,
} from './errors.js';
export { readData, STREAM_KINDS, type EventData, type StreamKind } from './event-type.js';
export {
  closeToOthers,
  entriesOf,
  makeFolderDurably,
  makePrivateFile,
  nodeFiles,
  isLink,
  realPath,
  readBytes,
  readText,
  replaceFile,
  unusedPath,
  type Files,
  type FileStat,
} from './files.js';
export { FileLock, type Release } from './lock.js';
export type { CommitReader, ReadEnd } from './log/commit-reader.js';
export {
  NO_HEAD,
  type Head,
  type Place,
  type StoredCommit,
  type StoredEvent,
} from './log/stored.js';
export {
  examinePart,
  type Continuation,
  type Examined,
  type Expected,
} from './log/examine-part.js';
export type { PartTrouble, Trouble } from './log/part-trouble.js';
export { commonEnd } from './log/divergence.js';
export { Log, logDamaged, type TornTail } from './log/log.js';
export {
  chainAt,
  encodePart,
  framesOfPart,
  parsePartName,
  partName,
  partSize,
  type PartRange,
} from './log/part.js';
export { putBytes } from './log/put-bytes.js';
export { salvageCommits, type SalvagedCommit } from './log/salvage.js';
export { decodeHeader, eraseFrame, HEADER_BYTES, segmentName } from './log/segment.js';
export { LogWriter, type Appended, type EncodedEvent, type Envelope } from './log/writer.js';
export {
  compareEvents,
  compareTimes,
  nextTime,
  type LogicalTime,
  type OrderKey,
  type VersionVector,
} from './order.js';
export { ReplicaIdentity } from './replica-file.js';
export { keyedHash, streamOf } from './streams.js';
export type { System } from './system.js';
