/**
 * The log of a dimension on disk: which replicas and segments there are, how to read and prove
 * them, and the few in-place acts: cutting off a torn tail, clearing erased payloads.
 */
import { join } from 'node:path';
import { decodeEvent, type EventPayload } from '../codec.js';
import { AltError, systemError } from '../errors.js';
import { makeFolderDurably, unusedPath, type Files } from '../files.js';
import { CommitReader } from './commit-reader.js';
import { NO_HEAD, type Head, type Place } from './stored.js';
import {
  digestAt,
  firstSeqOf,
  FLAG_ERASED,
  FRAME_HEAD_BYTES,
  frameState,
  segmentName,
} from './segment.js';

/** Of a frame's flags in its head. */
const FLAGS_OFFSET = 4;
const REPLICA_NAME = /^[0-9a-f]{32}$/;

/** What was found where an event was written. */
export interface ReadAgain {
  /** `unfinished`: erased, but its clearing was cut short. */
  readonly state: 'content' | 'erased' | 'unfinished';
  /** Undefined unless it is content and an event. */
  readonly payload: EventPayload | undefined;
}

/** Offsets in a segment file; `to` is just after the last byte. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Bytes that were cut off the end of this machine's own log. */
export interface TornTail {
  readonly segment: number;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Where they were kept. */
  readonly quarantined: string;
}

export class Log {
  readonly #files: Files;
  readonly #folder: string;
  readonly #quarantine: string;
  readonly #past: string;
  readonly #dimensions: ReadonlySet<string> | undefined;

  /**
   * `dimensionFolder` holds `log/` and `quarantine/`; neither needs to exist yet.
   * `dimensions`: whose segments count: the dimension's own id and those it adopted;
   * all when absent.
   */
  constructor(files: Files, dimensionFolder: string, dimensions?: readonly string[]) {
    this.#dimensions = dimensions && new Set(dimensions);
    this.#files = files;
    this.#folder = join(dimensionFolder, 'log');
    this.#quarantine = join(dimensionFolder, 'quarantine');
    this.#past = join(dimensionFolder, 'views', 'known-at');
  }

  folderOf(replica: string): string {
    return join(this.#folder, replica);
  }

  /** Ids of all replicas that have a folder, sorted. */
  replicas(): string[] {
    return this.#files
      .list(this.#folder)
      .filter((name) => REPLICA_NAME.test(name))
      .sort();
  }

  /** First seqs of a replica's segments, ascending. */
  segments(replica: string): number[] {
    const seqs = this.#files.list(this.folderOf(replica)).map(firstSeqOf);
    return seqs.filter((seq) => seq !== undefined).sort((a, b) => a - b);
  }

  /** A reader of what follows `from` in a replica's log. */
  read(replica: string, from: Head = NO_HEAD): CommitReader {
    const source = { folder: this.folderOf(replica), replica, dimensions: this.#dimensions };
    return new CommitReader(this.#files, source, from);
  }

  /** How the log on disk stands to what was read of it. Two stats. */
  compare(replica: string, head: Head): 'even' | 'beyond' | 'short' {
    const folder = this.folderOf(replica);
    const next = join(folder, segmentName(head.seq + 1));
    if (head.segment !== head.seq + 1 && this.#files.stat(next)) return 'beyond';
    if (head.segment === 0) return 'even';
    const stat = this.#files.stat(join(folder, segmentName(head.segment)));
    if (!stat || stat.sizeBytes < head.offset) return 'short';
    return stat.sizeBytes > head.offset ? 'beyond' : 'even';
  }

  /** Changes when a replica's folder comes or goes. One stat. */
  stamp(): string {
    return String(this.#files.stat(this.#folder)?.mtimeNs ?? '');
  }

  /**
   * Checks that the log still holds what was folded up to `head`: the segment reaches that far, and
   * the last frame is the one that was read.
   *
   * @throws {AltError} LOG_DAMAGED
   */
  checkHead(replica: string, head: Head): void {
    if (head.segment === 0) return;
    const path = join(this.folderOf(replica), segmentName(head.segment));
    const stat = this.#files.stat(path);
    if (!stat || stat.sizeBytes < head.offset) {
      throw logDamaged(replica, head, 'the log is shorter than what was already read from it');
    }
    if (head.tail.length === 0) return;
    const at = head.offset - FRAME_HEAD_BYTES - head.tail.readUInt32BE(0);
    const found = this.#readAt(path, at, FRAME_HEAD_BYTES);
    if (!sameFrame(found, head.tail)) {
      throw logDamaged(replica, head, 'the log holds other bytes than were already read from it');
    }
  }

  /**
   * Reads one event again.
   *
   * @throws {AltError} LOG_DAMAGED when its bytes are not those that were written.
   */
  readEvent(place: Place, digest: Uint8Array): ReadAgain {
    const path = join(this.folderOf(place.replica), segmentName(place.segment));
    if (!this.#files.stat(path)) throw altered(place);
    const bytes = this.#readAt(path, place.offset, FRAME_HEAD_BYTES + place.length);
    const isWhole = bytes.length === FRAME_HEAD_BYTES + place.length;
    if (!isWhole || !digestAt(bytes, 0).equals(digest)) throw altered(place);
    const payload = bytes.subarray(FRAME_HEAD_BYTES);
    const state = frameState(bytes.readUInt8(4), payload, digest);
    if (state === 'altered') throw altered(place);
    return { state, payload: state === 'content' ? decodeEvent(payload) : undefined };
  }

  /** Size of a segment's file; undefined where there is none. */
  sizeOf(replica: string, segment: number): number | undefined {
    return this.#files.stat(join(this.folderOf(replica), segmentName(segment)))?.sizeBytes;
  }

  /** The bytes of a segment from one offset to another, fewer where the file ends. */
  bytesOf(replica: string, segment: number, range: ByteRange): Buffer {
    const path = join(this.folderOf(replica), segmentName(segment));
    return this.#readAt(path, range.from, range.to - range.from);
  }

  /** Syncs a segment that another process may have written, before anything is built on it. */
  sync(replica: string, segment: number): void {
    const handle = this.#files.open(join(this.folderOf(replica), segmentName(segment)), 'write');
    try {
      this.#files.sync(handle);
    } finally {
      this.#files.close(handle);
    }
  }

  /**
   * Moves what follows `head` in its segment to quarantine: the rest of a commit that was never
   * finished. Only under the lock, only in this machine's own log, only for a reader's `tail`.
   *
   * @throws {AltError} DISK_FULL when there is no room to keep the bytes; the log is untouched.
   */
  cutTail(replica: string, end: { readonly segment: number; readonly offset: number }): TornTail {
    const path = join(this.folderOf(replica), segmentName(end.segment));
    try {
      const bytes = this.#readAt(path, end.offset, Number.MAX_SAFE_INTEGER);
      const quarantined = this.#keep(bytes, `${replica}-${segmentName(end.segment)}-tail`);
      if (end.offset === 0) this.#files.remove(path);
      else this.#truncate(path, end.offset);
      this.#files.syncFolder(this.folderOf(replica));
      return { ...end, sizeBytes: bytes.length, quarantined };
    } catch (error) {
      throw systemError(error, 'Setting an unfinished write aside');
    }
  }

  #keep(bytes: Buffer, name: string): string {
    makeFolderDurably(this.#files, this.#quarantine);
    const path = unusedPath(this.#files, this.#quarantine, name);
    const handle = this.#files.open(path, 'create');
    try {
      this.#files.write(handle, bytes, 0);
      this.#files.sync(handle);
    } finally {
      this.#files.close(handle);
    }
    this.#files.syncFolder(this.#quarantine);
    return path;
  }

  #truncate(path: string, sizeBytes: number): void {
    const handle = this.#files.open(path, 'write');
    try {
      this.#files.truncate(handle, sizeBytes);
      this.#files.sync(handle);
    } finally {
      this.#files.close(handle);
    }
  }

  /**
   * Zeroes the payloads at the given places and marks them erased, then syncs. Harmless to repeat:
   * an interrupted clearing is simply done again. The marks are on disk before the first zero, so
   * that a half-cleared payload is never taken for a damaged one.
   */
  clear(places: readonly Place[]): void {
    const byFile = new Map<string, Place[]>();
    for (const place of places) {
      const path = join(this.folderOf(place.replica), segmentName(place.segment));
      byFile.set(path, [...(byFile.get(path) ?? []), place]);
    }
    for (const [path, inFile] of byFile) this.#clearIn(path, inFile);
    // Views of the past were folded from what was there, and are never folded on.
    if (places.length > 0) this.#files.remove(this.#past);
  }

  #clearIn(path: string, places: readonly Place[]): void {
    const handle = this.#files.open(path, 'write');
    try {
      for (const { offset } of places) {
        const flags = this.#files.read(handle, offset + FLAGS_OFFSET, 1);
        flags.writeUInt8(flags.readUInt8(0) | FLAG_ERASED, 0);
        this.#files.write(handle, flags, offset + FLAGS_OFFSET);
      }
      this.#files.sync(handle);
      for (const { offset, length } of places) {
        this.#files.write(handle, Buffer.alloc(length), offset + FRAME_HEAD_BYTES);
      }
      this.#files.sync(handle);
    } finally {
      this.#files.close(handle);
    }
  }

  #readAt(path: string, offset: number, length: number): Buffer {
    const handle = this.#files.open(path, 'read');
    try {
      const rest = Math.max(0, this.#files.sizeOf(handle) - offset);
      return this.#files.read(handle, offset, Math.min(length, rest));
    } finally {
      this.#files.close(handle);
    }
  }
}

function sameFrame(found: Buffer, tail: Buffer): boolean {
  if (found.length !== tail.length) return false;
  const masked = Buffer.from(found);
  const known = Buffer.from(tail);
  masked.writeUInt8(masked.readUInt8(4) & ~FLAG_ERASED, 4);
  known.writeUInt8(known.readUInt8(4) & ~FLAG_ERASED, 4);
  return masked.equals(known);
}

function altered(place: Place): AltError {
  return logDamaged(place.replica, place, 'an event is not what was written');
}

/** The error for bytes that are missing or altered, with the place. */
export function logDamaged(
  replica: string,
  place: { readonly segment: number; readonly offset: number },
  reason: string,
): AltError {
  const segment = `${replica}/${segmentName(place.segment)}`;
  return new AltError(
    'LOG_DAMAGED',
    `Segment ${segment} is damaged at byte ${String(place.offset)}: ${reason}.`,
    {
      hint: 'Run "alt verify" for the whole picture, then "alt repair --mode scan".',
      details: { segment, offset: place.offset, reason },
    },
  );
}
