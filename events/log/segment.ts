/**
 * Bytes of a segment: its header, the heads of its frames, and the chain through them.
 * Every offset and size here is described in docs/FORMAT.md.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const FORMAT_VERSION = 1;
/** Bytes of a segment header. */
export const HEADER_BYTES = 104;
/** Bytes of a frame before its payload. */
export const FRAME_HEAD_BYTES = 41;
/** The longest payload of one frame. */
export const PAYLOAD_BYTES_MAX = 16 * 1024 * 1024;
/** The chain value before a replica's first segment. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

export const FLAG_HEADER = 0x01;
export const FLAG_END = 0x02;
export const FLAG_ERASED = 0x80;
const FLAGS_KNOWN = FLAG_HEADER | FLAG_END | FLAG_ERASED;

const MAGIC = Buffer.from('ALTLOG');
const PART_MAGIC = Buffer.from('ALTPRT');
const SALT_BYTES = 16;
const SEGMENT_NAME = /^(\d{16})\.seg$/;

/** What a segment starts with; of a part, the same of the segment that it is a piece of. */
export interface SegmentHeader {
  readonly formatVersion: number;
  readonly minReader: number;
  /** 32 hex digits each. */
  readonly dimension: string;
  readonly replica: string;
  readonly firstSeq: number;
  /** Chain value at the end of the previous segment; of a part, before its first byte. */
  readonly chain: Buffer;
  readonly salt: Buffer;
}

export interface PartHeader extends SegmentHeader {
  /** Where in the segment file the part begins. */
  readonly offset: number;
}

/** The file name of the segment whose first event has that seq. */
export function segmentName(firstSeq: number): string {
  return `${String(firstSeq).padStart(16, '0')}.seg`;
}

/** The first seq of the segment with that file name; undefined for any other name. */
export function firstSeqOf(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function encodeHeader(header: Omit<SegmentHeader, 'formatVersion' | 'minReader'>): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes, 0);
  bytes.writeUInt8(FORMAT_VERSION, 6);
  bytes.writeUInt8(FORMAT_VERSION, 7);
  bytes.write(header.dimension, 8, 'hex');
  bytes.write(header.replica, 24, 'hex');
  bytes.writeBigUInt64BE(BigInt(header.firstSeq), 40);
  header.chain.copy(bytes, 48);
  header.salt.copy(bytes, 80, 0, SALT_BYTES);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 100)), 100);
  return bytes;
}

/** The header of a part: laid out as that of a segment, with an offset in the reserved bytes. */
export function encodePartHeader(header: Omit<PartHeader, 'formatVersion' | 'minReader'>): Buffer {
  const bytes = encodeHeader(header);
  PART_MAGIC.copy(bytes, 0);
  bytes.writeUInt32BE(header.offset, 96);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 100)), 100);
  return bytes;
}

/** The header at the start of `bytes`, or undefined if there is no valid one. */
export function decodeHeader(bytes: Buffer): SegmentHeader | undefined {
  return decodeHeaderAs(MAGIC, bytes);
}

/** The part header at the start of `bytes`, or undefined if there is no valid one. */
export function decodePartHeader(bytes: Buffer): PartHeader | undefined {
  const header = decodeHeaderAs(PART_MAGIC, bytes);
  return header && { ...header, offset: bytes.readUInt32BE(96) };
}

function decodeHeaderAs(magic: Buffer, bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 6).equals(magic)) return undefined;
  if (bytes.readUInt32BE(100) !== crc32(bytes.subarray(0, 100))) return undefined;
  return {
    formatVersion: bytes.readUInt8(6),
    minReader: bytes.readUInt8(7),
    dimension: bytes.toString('hex', 8, 24),
    replica: bytes.toString('hex', 24, 40),
    firstSeq: Number(bytes.readBigUInt64BE(40)),
    chain: Buffer.from(bytes.subarray(48, 80)),
    salt: Buffer.from(bytes.subarray(80, 96)),
  };
}

/** In one call: making a hash object costs more than hashing a short payload. */
const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

/** The chain after a segment's header. */
export function chainAfterHeader(previous: Buffer, headerBytes: Buffer): Buffer {
  return sha256(Buffer.concat([previous, headerBytes.subarray(0, HEADER_BYTES)]));
}

// Scratch: the chain takes one step for every frame that is read or written.
const link = Buffer.alloc(69);

/** The chain after the frame whose head starts at `offset` of `bytes`. */
export function chainAfterFrame(previous: Buffer, bytes: Buffer, offset: number): Buffer {
  previous.copy(link, 0);
  bytes.copy(link, 32, offset, offset + 5);
  link.writeUInt8(bytes.readUInt8(offset + 4) & ~FLAG_ERASED, 36);
  bytes.copy(link, 37, offset + 9, offset + FRAME_HEAD_BYTES);
  return sha256(link);
}

// One scratch buffer: the CRC of a frame is taken once per frame read or written.
const crcInput = Buffer.alloc(SALT_BYTES + 45);

/** CRC of the frame head at `at` of the view's bytes. */
function frameCrc({ salt, bytes, start }: SegmentView, at: number): number {
  const fileOffset = start + at;
  salt.copy(crcInput, 0, 0, SALT_BYTES);
  crcInput.writeUInt32BE(Math.floor(fileOffset / 2 ** 32), 16);
  crcInput.writeUInt32BE(fileOffset >>> 0, 20);
  bytes.copy(crcInput, 24, at, at + 4);
  crcInput.writeUInt8(bytes.readUInt8(at + 4) & ~FLAG_ERASED, 28);
  bytes.copy(crcInput, 29, at + 9, at + FRAME_HEAD_BYTES);
  return crc32(crcInput);
}

export interface FrameHead {
  readonly length: number;
  readonly flags: number;
}

/** Where in a segment file the bytes at hand lie. */
export interface SegmentView {
  readonly salt: Buffer;
  readonly bytes: Buffer;
  /** Offset in the segment file of the first of `bytes`. */
  readonly start: number;
}

/** The frame head at `at` of the view's bytes, or undefined if what stands there is no frame. */
export function readFrameHead(view: SegmentView, at: number): FrameHead | undefined {
  const { bytes } = view;
  if (at + FRAME_HEAD_BYTES > bytes.length) return undefined;
  const flags = bytes.readUInt8(at + 4);
  if ((flags & ~FLAGS_KNOWN) !== 0) return undefined;
  const length = bytes.readUInt32BE(at);
  if (length === 0 || length > PAYLOAD_BYTES_MAX) return undefined;
  if (bytes.readUInt32BE(at + 5) !== frameCrc(view, at)) {
    return undefined;
  }
  return { length, flags };
}

/** The digest in the frame head at `at`. */
export function digestAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at + 9, at + FRAME_HEAD_BYTES);
}

/**
 * What a payload is: what was written; erased through and through; erased, but not all of it yet
 * (a clearing was cut short); or none of these. The flag of a clearing is synced before its first
 * zero, so a payload that still matches its digest is content whatever the flag says.
 */
export type FrameState = 'content' | 'erased' | 'unfinished' | 'altered';

export function frameState(flags: number, payload: Buffer, digest: Uint8Array): FrameState {
  const isErased = (flags & FLAG_ERASED) !== 0;
  if (isErased && payload.every((byte) => byte === 0)) return 'erased';
  if (sha256(payload).equals(digest)) return 'content';
  return isErased ? 'unfinished' : 'altered';
}

export interface FrameToWrite {
  readonly payload: Uint8Array;
  readonly flags: number;
  /** Of what stood there before it was erased; else the payload's own. */
  readonly digest?: Buffer;
}

/** Frames as bytes for the given place of a segment. */
export function encodeFrames(
  frames: readonly FrameToWrite[],
  place: { readonly salt: Buffer; readonly offset: number },
): Buffer {
  let size = 0;
  for (const { payload } of frames) size += FRAME_HEAD_BYTES + payload.length;
  const bytes = Buffer.allocUnsafe(size);
  const view = { salt: place.salt, bytes, start: place.offset };
  let at = 0;
  for (const { payload, flags, digest } of frames) {
    bytes.writeUInt32BE(payload.length, at);
    bytes.writeUInt8(flags, at + 4);
    (digest ?? sha256(payload)).copy(bytes, at + 9);
    bytes.writeUInt32BE(frameCrc(view, at), at + 5);
    bytes.set(payload, at + FRAME_HEAD_BYTES);
    at += FRAME_HEAD_BYTES + payload.length;
  }
  return bytes;
}

/**
 * The first place at or after `from` where a whole, valid frame with the END flag stands:
 * what tells damage in the middle from a tail that was never finished.
 */
export function findEndFrame(view: SegmentView, from: number): number | undefined {
  const last = view.bytes.length - FRAME_HEAD_BYTES;
  for (let at = from; at <= last; at += 1) {
    if ((view.bytes.readUInt8(at + 4) & FLAG_END) === 0) continue;
    const head = readFrameHead(view, at);
    if (head && at + FRAME_HEAD_BYTES + head.length <= view.bytes.length) return at;
  }
  return undefined;
}

/** Takes the content of the frame at `at` of the bytes away, as it is taken away in the log. */
export function eraseFrame(bytes: Buffer, at: number): void {
  const body = at + FRAME_HEAD_BYTES;
  bytes.writeUInt8(bytes.readUInt8(at + 4) | FLAG_ERASED, at + 4);
  bytes.fill(0, body, body + bytes.readUInt32BE(at));
}
