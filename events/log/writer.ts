/**
 * Appends commits to this machine's own log. One `append` is one write and one fdatasync; when it
 * returns, the commit survives a kill and a power cut. When it throws, nothing of it was kept.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  decodeCommitHeader,
  decodeEvent,
  encodeCommitHeader,
  encodeEvent,
  type CommitHeader,
  type EventPayload,
} from '../codec.js';
import { AltError, systemError } from '../errors.js';
import { makeFolderDurably, type Files } from '../files.js';
import {
  chainAfterFrame,
  chainAfterHeader,
  decodeHeader,
  digestAt,
  encodeFrames,
  encodeHeader,
  FLAG_END,
  FLAG_ERASED,
  FLAG_HEADER,
  FRAME_HEAD_BYTES,
  HEADER_BYTES,
  PAYLOAD_BYTES_MAX,
  segmentName,
  type FrameToWrite,
} from './segment.js';
import type { Head, StoredCommit, StoredEvent } from './stored.js';

/** A segment is closed when the next commit would pass this size. */
const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;
/** A commit is built in memory; nothing that one call does is larger. */
export const COMMIT_BYTES_MAX = 64 * 1024 * 1024;

export interface WriterOptions {
  readonly files: Files;
  readonly randomBytes: (size: number) => Buffer;
  /** The replica's folder. */
  readonly folder: string;
  readonly dimension: string;
  readonly replica: string;
  /** When false, nothing is synced: for bulk work that says so. */
  readonly durable?: boolean;
}

/** What a caller says of a commit; the writer adds replica, seq and count. */
export type Envelope = Omit<CommitHeader, 'replica' | 'seq' | 'count'>;

/** An event as bytes. */
export interface EncodedEvent {
  readonly payload: Buffer;
  /** Undefined when the bytes are erased, or no event. */
  readonly event: EventPayload | undefined;
  readonly erased: boolean;
  /** Only for erased bytes: the digest of what stood there. */
  readonly digest?: Buffer;
}

export interface Appended {
  readonly commit: StoredCommit;
  readonly head: Head;
}

interface OpenSegment {
  readonly handle: number;
  readonly segment: number;
  readonly salt: Buffer;
}

/** Must only be used while the dimension's lock is held, from the true head of the log. */
export class LogWriter {
  readonly #options: WriterOptions;
  #open: OpenSegment | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  close(): void {
    if (this.#open) this.#options.files.close(this.#open.handle);
    this.#open = undefined;
  }

  /**
   * Appends one commit after `head` and syncs it.
   *
   * @throws {AltError} TOO_LARGE, DISK_FULL, READ_ONLY, IO_FAILED — nothing was kept.
   */
  append(head: Head, envelope: Envelope, events: readonly EventPayload[]): Appended {
    return this.appendEncoded(head, envelope, events.map(encodeForAppend));
  }

  /** As {@link append}, with events whose bytes are carried over as they lay elsewhere. */
  appendEncoded(head: Head, envelope: Envelope, events: readonly EncodedEvent[]): Appended {
    assert(events.length > 0, 'a commit holds at least one event');
    const { replica } = this.#options;
    const header = { ...envelope, replica, seq: head.seq + 1, count: events.length };
    const encoded = encodeCommitHeader(header);
    // What no reader could read must never be acknowledged.
    if (!decodeCommitHeader(encoded)) {
      throw new AltError(
        'INVALID_ARGUMENT',
        'The actor, source or batch of the change is invalid.',
      );
    }
    const frames = framesOf(encoded, events);
    const sizeBytes = checkSizes(frames);
    try {
      return this.#write(this.#placeFor(head, sizeBytes), { frames, header, events });
    } catch (error) {
      this.close();
      throw systemError(error, 'Writing to the log');
    }
  }

  /** The open segment to write to: the current one, or a new one when this commit would not fit. */
  #placeFor(head: Head, sizeBytes: number): { readonly head: Head; readonly open: OpenSegment } {
    const isFull = head.offset > HEADER_BYTES && head.offset + sizeBytes > SEGMENT_BYTES_MAX;
    if (head.segment === 0 || isFull) return this.#startSegment(head);
    if (this.#open?.segment !== head.segment) {
      this.close();
      const { files, folder } = this.#options;
      const handle = files.open(join(folder, segmentName(head.segment)), 'write');
      const salt = decodeHeader(files.read(handle, 0, HEADER_BYTES))?.salt;
      if (!salt) throw new AltError('LOG_DAMAGED', 'The header of the open segment is gone.');
      this.#open = { handle, segment: head.segment, salt };
    }
    return { head, open: this.#open };
  }

  #startSegment(head: Head): { readonly head: Head; readonly open: OpenSegment } {
    this.close();
    const { files, folder, dimension, replica, randomBytes } = this.#options;
    makeFolderDurably(files, folder);
    const segment = head.seq + 1;
    const salt = randomBytes(16);
    const bytes = encodeHeader({ dimension, replica, firstSeq: segment, chain: head.chain, salt });
    const path = join(folder, segmentName(segment));
    const handle = files.open(path, 'create');
    try {
      files.write(handle, bytes, 0);
      // Always synced: readers take a bad header with something after it for damage.
      files.sync(handle);
      files.syncFolder(folder);
    } catch (error) {
      files.close(handle);
      files.remove(path);
      throw error;
    }
    this.#open = { handle, segment, salt };
    const chain = chainAfterHeader(head.chain, bytes);
    const tail = Buffer.alloc(0);
    return { head: { ...head, segment, offset: HEADER_BYTES, chain, tail }, open: this.#open };
  }

  #sync(handle: number): void {
    if (this.#options.durable !== false) this.#options.files.sync(handle);
  }

  #write(
    at: { readonly head: Head; readonly open: OpenSegment },
    content: {
      readonly frames: readonly FrameToWrite[];
      readonly header: CommitHeader;
      readonly events: readonly EncodedEvent[];
    },
  ): Appended {
    const { files } = this.#options;
    const { head, open } = at;
    const bytes = encodeFrames(content.frames, { salt: open.salt, offset: head.offset });
    try {
      files.write(open.handle, bytes, head.offset);
      this.#sync(open.handle);
    } catch (error) {
      this.#cutBack(open.handle, head.offset);
      throw error;
    }
    return describe(bytes, head, content);
  }

  /** Takes back what a failed write left, so that no reader ever sees an unacknowledged commit. */
  #cutBack(handle: number, sizeBytes: number): void {
    try {
      this.#options.files.truncate(handle, sizeBytes);
      this.#options.files.sync(handle);
    } catch {
      // The disk refuses this too. What is left has no END flag or was never acknowledged; the
      // next holder of the lock reads the log again before it writes.
    }
  }
}

/** What is projected is what a reader will read, not what was asked to be written. */
function encodeForAppend(event: EventPayload): EncodedEvent {
  const payload = encodeEvent(event);
  const readBack = decodeEvent(payload);
  assert(readBack, 'The event cannot be read back.');
  return { payload, event: readBack, erased: false };
}

function framesOf(header: Buffer, events: readonly EncodedEvent[]): FrameToWrite[] {
  const last = events.length - 1;
  return [
    { payload: header, flags: FLAG_HEADER },
    ...events.map(({ payload, erased, digest }, index) => ({
      payload,
      flags: (index === last ? FLAG_END : 0) | (erased ? FLAG_ERASED : 0),
      ...(digest && { digest }),
    })),
  ];
}

function checkSizes(frames: readonly FrameToWrite[]): number {
  let sizeBytes = 0;
  for (const { payload } of frames) {
    sizeBytes += FRAME_HEAD_BYTES + payload.length;
    if (payload.length > PAYLOAD_BYTES_MAX || sizeBytes > COMMIT_BYTES_MAX) {
      throw new AltError('TOO_LARGE', 'The change is larger than one commit of the log may be.', {
        hint: 'Split it into several calls.',
      });
    }
  }
  return sizeBytes;
}

/** What was just written, as a reader would find it. */
function describe(
  bytes: Buffer,
  head: Head,
  content: { readonly header: CommitHeader; readonly events: readonly EncodedEvent[] },
): Appended {
  const { header } = content;
  const events: StoredEvent[] = [];
  let chain = chainAfterFrame(head.chain, bytes, 0);
  let at = FRAME_HEAD_BYTES + bytes.readUInt32BE(0);
  let last = 0;
  for (const { event, erased } of content.events) {
    const length = bytes.readUInt32BE(at);
    events.push({
      seq: header.seq + events.length,
      digest: Buffer.from(digestAt(bytes, at)),
      place: {
        replica: header.replica,
        segment: head.segment,
        offset: head.offset + at,
        length,
      },
      payload: event,
      erased,
    });
    chain = chainAfterFrame(chain, bytes, at);
    last = at;
    at += FRAME_HEAD_BYTES + length;
  }
  const tail = Buffer.from(bytes.subarray(last, last + FRAME_HEAD_BYTES));
  const seq = header.seq + events.length - 1;
  const offset = head.offset + at;
  return {
    commit: { header, events },
    head: { seq, segment: head.segment, offset, chain, at: header.at, tail },
  };
}
