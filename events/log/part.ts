/**
 * Parts: pieces of segments, as they travel between machines and lie in a remote. A part says whose
 * bytes it holds, from where to where, and the chain value before them; so it is proved alone, and
 * what it continues is known.
 */
import type { Log } from './log.js';
import {
  chainAfterFrame,
  chainAfterHeader,
  decodeHeader,
  decodePartHeader,
  digestAt,
  encodePartHeader,
  FLAG_END,
  FLAG_ERASED,
  FLAG_HEADER,
  FRAME_HEAD_BYTES,
  HEADER_BYTES,
  readFrameHead,
} from './segment.js';
import { COMMIT_BYTES_MAX } from './writer.js';

/** Which bytes of which segment. */
export interface PartRange {
  readonly replica: string;
  /** First seq of the segment. */
  readonly segment: number;
  /** Of the first byte in the segment file, and just after the last. */
  readonly offset: number;
  readonly end: number;
}

const PART_NAME = /^([0-9a-f]{32})\/(\d{16})\.(\d{8})-(\d{8})\.part$/;
/** A segment holds 8 MiB, or one larger commit. */
const PART_BYTES_MAX = 2 * HEADER_BYTES + COMMIT_BYTES_MAX;

/** The size of a part's file. */
export const partSize = ({ offset, end }: PartRange): number => HEADER_BYTES + end - offset;

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** `<replica>/<first seq>.<offset>-<end>.part`; names sort in the order of the log. */
export function partName({ replica, segment, offset, end }: PartRange): string {
  return `${replica}/${digits(segment, 16)}.${digits(offset, 8)}-${digits(end, 8)}.part`;
}

/** What a part of that name holds; undefined for every name that no part can have. */
export function parsePartName(name: string): PartRange | undefined {
  const match = PART_NAME.exec(name);
  if (!match) return undefined;
  const [segment, offset, end] = match.slice(2).map(Number) as [number, number, number];
  const range = { replica: String(match[1]), segment, offset, end };
  // Digits beyond what a number can hold would name another part than they spell.
  return isPossible(range) && partName(range) === name ? range : undefined;
}

function isPossible(range: PartRange): boolean {
  const { segment, offset, end } = range;
  const begins = offset === 0 || offset >= HEADER_BYTES;
  return segment > 0 && begins && end > offset && partSize(range) <= PART_BYTES_MAX;
}

/**
 * The chain value before a byte of a segment that is held.
 *
 * @returns undefined where no commit begins or ends there.
 */
export function chainAt(
  log: Log,
  replica: string,
  place: { readonly segment: number; readonly offset: number },
): Buffer | undefined {
  const { segment, offset } = place;
  const bytes = log.bytesOf(replica, segment, { from: 0, to: Math.max(offset, HEADER_BYTES) });
  const header = decodeHeader(bytes);
  if (!header || bytes.length < offset) return undefined;
  if (offset === 0) return header.chain;
  const view = { bytes, start: 0, salt: header.salt };
  let chain = chainAfterHeader(header.chain, bytes);
  let at = HEADER_BYTES;
  let isBoundary = true;
  while (at < offset) {
    const head = readFrameHead(view, at);
    if (!head) return undefined;
    chain = chainAfterFrame(chain, bytes, at);
    at += FRAME_HEAD_BYTES + head.length;
    isBoundary = (head.flags & FLAG_END) !== 0;
  }
  return at === offset && isBoundary ? chain : undefined;
}

/**
 * A piece of the log, from a commit's begin (or the segment's) to a commit's end, as a part.
 *
 * @returns undefined where the log does not hold it, or not from boundary to boundary.
 */
export function encodePart(log: Log, range: PartRange): Buffer | undefined {
  const { replica, segment, offset, end } = range;
  const chain = chainAt(log, replica, range);
  const header = decodeHeader(log.bytesOf(replica, segment, { from: 0, to: HEADER_BYTES }));
  const bytes = log.bytesOf(replica, segment, { from: offset, to: end });
  if (!chain || !header || bytes.length !== end - offset) return undefined;
  const { dimension, salt } = header;
  const head = { dimension, replica, firstSeq: segment, chain, salt, offset };
  return Buffer.concat([encodePartHeader(head), bytes]);
}

/** The frames of a part, as far as they can be read one after the other. */
export function* framesOfPart(part: {
  readonly range: PartRange;
  readonly bytes: Buffer;
}): Generator<PartFrame, void, undefined> {
  const header = decodePartHeader(part.bytes);
  if (!header) return;
  const { offset } = part.range;
  const view = { bytes: part.bytes.subarray(HEADER_BYTES), start: offset, salt: header.salt };
  for (let at = offset === 0 ? HEADER_BYTES : 0; ;) {
    const head = readFrameHead(view, at);
    if (!head) return;
    const body = at + FRAME_HEAD_BYTES;
    yield {
      isHeader: (head.flags & FLAG_HEADER) !== 0,
      isErased: (head.flags & FLAG_ERASED) !== 0,
      digest: digestAt(view.bytes, at),
      payload: view.bytes.subarray(body, body + head.length),
    };
    at = body + head.length;
  }
}

export interface PartFrame {
  /** Of a commit. */
  readonly isHeader: boolean;
  readonly isErased: boolean;
  readonly digest: Buffer;
  readonly payload: Buffer;
}
