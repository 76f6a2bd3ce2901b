/** Where two branches under one replica id part: what is held here, and a piece of the other. */
import type { Log } from './log.js';
import { chainAt, type PartRange } from './part.js';
import {
  decodePartHeader,
  digestAt,
  FLAG_END,
  FLAG_ERASED,
  FRAME_HEAD_BYTES,
  HEADER_BYTES,
  readFrameHead,
  type SegmentView,
} from './segment.js';

type FrameHead = NonNullable<ReturnType<typeof readFrameHead>>;

/**
 * The end of the last whole commit that both have, as a place in the segment of the part; its very
 * begin where not even the headers of the segments are the same.
 *
 * @returns undefined where they part before it, or the part cannot be read.
 */
export function commonEnd(
  log: Log,
  { range, bytes }: { readonly range: PartRange; readonly bytes: Buffer },
): { readonly segment: number; readonly offset: number } | undefined {
  const { replica, segment, offset, end } = range;
  const header = decodePartHeader(bytes);
  if (!header || log.sizeOf(replica, segment) === undefined) return undefined;
  if (!chainAt(log, replica, range)?.equals(header.chain)) return undefined;
  const theirs = { bytes: bytes.subarray(HEADER_BYTES), start: offset, salt: header.salt };
  const held = log.bytesOf(replica, segment, { from: offset, to: end });
  const start = offset === 0 ? HEADER_BYTES : 0;
  if (!held.subarray(0, start).equals(theirs.bytes.subarray(0, start))) return { segment, offset };
  const ours = { bytes: held, start: offset, salt: header.salt };
  return { segment, offset: offset + lastCommon(ours, theirs, start) };
}

function lastCommon(ours: SegmentView, theirs: SegmentView, start: number): number {
  let common = start;
  for (let at = start; ;) {
    const frame = sameFrame(ours, theirs, at);
    if (!frame) return common;
    at += FRAME_HEAD_BYTES + frame.length;
    if ((frame.flags & FLAG_END) !== 0) common = at;
  }
}

/** The frame that both have there; an erased one is the same. */
function sameFrame(ours: SegmentView, theirs: SegmentView, at: number): FrameHead | undefined {
  const [one, other] = [readFrameHead(ours, at), readFrameHead(theirs, at)];
  if (!one || one.length !== other?.length) return undefined;
  if (((one.flags ^ other.flags) & ~FLAG_ERASED) !== 0) return undefined;
  return digestAt(ours.bytes, at).equals(digestAt(theirs.bytes, at)) ? one : undefined;
}
