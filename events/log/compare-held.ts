/** Holds a part against the bytes that are here already: the same, or what it is instead. */
import type { Log } from './log.js';
import { chainAt, type PartRange } from './part.js';
import { trouble, type Trouble } from './part-trouble.js';
import {
  decodeHeader,
  digestAt,
  FLAG_END,
  FLAG_ERASED,
  FRAME_HEAD_BYTES,
  frameState,
  HEADER_BYTES,
  readFrameHead,
  type PartHeader,
  type SegmentView,
} from './segment.js';

export interface PartToCompare {
  readonly range: PartRange;
  readonly header: PartHeader;
  /** Without the part's own header. */
  readonly view: SegmentView;
}

const another = trouble('fork', 'other commits stand at that place than are held here');

/**
 * Whether the part's first bytes are those that are held: equal in headers, lengths and digests. A
 * payload that was erased on either side is no difference.
 *
 * @param overlap how many bytes are held here, from the part's first on
 */
export function compareHeld(log: Log, part: PartToCompare, overlap: number): Trouble | undefined {
  const { range, header, view } = part;
  const { replica, segment, offset } = range;
  if (!chainAt(log, replica, range)?.equals(header.chain)) return another;
  const bytes = log.bytesOf(replica, segment, { from: offset, to: offset + overlap });
  const start = offset === 0 ? HEADER_BYTES : 0;
  if (!bytes.subarray(0, start).equals(view.bytes.subarray(0, start))) {
    return decodeHeader(view.bytes) ? another : trouble('damaged', 'the segment header is altered');
  }
  return compareFrames({ bytes, start: offset, salt: header.salt }, view, start);
}

function compareFrames(held: SegmentView, view: SegmentView, from: number): Trouble | undefined {
  let isWhole = true;
  for (let at = from; at < held.bytes.length;) {
    const frame = readFrameHead(held, at);
    if (!frame) return trouble('damaged', 'what is held here is: see "alt verify"');
    const end = at + FRAME_HEAD_BYTES + frame.length;
    const wrong = compareFrame(held, view, { at, end });
    if (wrong === 'other') return another;
    if (wrong) return trouble('damaged', `it is altered at byte ${String(view.start + at)}`);
    isWhole = end <= held.bytes.length && (frame.flags & FLAG_END) !== 0;
    at = end;
  }
  return isWhole ? undefined : trouble('damaged', 'it does not end with a whole commit');
}

function compareFrame(
  held: SegmentView,
  view: SegmentView,
  { at, end }: { readonly at: number; readonly end: number },
): 'other' | 'damaged' | undefined {
  const body = at + FRAME_HEAD_BYTES;
  const theirs = readFrameHead(view, at);
  if (!theirs) return 'damaged';
  const ours = readFrameHead(held, at);
  const isSame =
    theirs.length === ours?.length &&
    ((theirs.flags ^ ours.flags) & ~FLAG_ERASED) === 0 &&
    digestAt(view.bytes, at).equals(digestAt(held.bytes, at));
  if (!isSame) return 'other';
  const payload = view.bytes.subarray(body, end);
  if (payload.equals(held.bytes.subarray(body, end))) return undefined;
  const state = frameState(theirs.flags, payload, digestAt(view.bytes, at));
  return state === 'altered' ? 'damaged' : undefined;
}
