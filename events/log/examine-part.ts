/**
 * What a part that arrived is to the log that is held: known already, its continuation, or neither
 * and why. Reads only; nothing of a part is believed before it was proved here.
 */
import { compareHeld } from './compare-held.js';
import type { Log } from './log.js';
import { parseCommit, type ParsedCommit } from './parse-commit.js';
import { partSize, type PartRange } from './part.js';
import { trouble, type Trouble } from './part-trouble.js';
import {
  chainAfterHeader,
  decodeHeader,
  decodePartHeader,
  FORMAT_VERSION,
  HEADER_BYTES,
  type PartHeader,
  type SegmentHeader,
  type SegmentView,
} from './segment.js';
import type { Head } from './stored.js';

/** How a part goes on from what is held. */
export interface Continuation {
  /** Offset in the segment file of the first byte that is new; 0 begins a segment. */
  readonly from: number;
  /** The new bytes, up to the end of the last of `commits`: a piece of the part's own buffer. */
  readonly bytes: Buffer;
  readonly commits: readonly ParsedCommit[];
  /** Why the rest must wait, where there is one. */
  readonly rest?: Trouble;
}

export type Examined = { readonly held: true } | Continuation | Trouble;

export interface Expected {
  /** The end of what is held of the part's replica. */
  readonly head: Head;
  readonly dimension: string;
  /** No commit may be of a later time than this, ms. */
  readonly notAfterMs: number;
}

export function examinePart(
  log: Log,
  part: { readonly range: PartRange; readonly bytes: Buffer },
  expected: Expected,
): Examined {
  const { range, bytes } = part;
  const { head } = expected;
  if (bytes.length !== partSize(range)) return trouble('damaged', 'it is cut short or too long');
  const header = decodePartHeader(bytes);
  if (!header) return trouble('damaged', 'its header is altered');
  const wrong = wrongHeader(header, range, expected.dimension);
  if (wrong) return wrong;
  const view = { bytes: bytes.subarray(HEADER_BYTES), start: range.offset, salt: header.salt };
  const overlap = overlapOf(log, range, head);
  if (typeof overlap !== 'number') return overlap;
  const differs = overlap > 0 && compareHeld(log, { range, header, view }, overlap);
  if (differs) return differs;
  if (overlap === view.bytes.length) return { held: true };
  const start = startOf(view, { range, header, head });
  return 'code' in start ? start : continuation(view, start, { ...expected, ...range });
}

function wrongHeader(header: PartHeader, range: PartRange, dimension: string): Trouble | undefined {
  if (header.minReader > FORMAT_VERSION) {
    return trouble('newer', `a reader of format ${String(header.minReader)} is needed`);
  }
  if (header.dimension !== dimension) {
    return trouble('other_dimension', 'it is of another dimension, which was not adopted');
  }
  const fits =
    header.replica === range.replica &&
    header.firstSeq === range.segment &&
    header.offset === range.offset;
  return fits ? undefined : trouble('damaged', 'its name and its header differ');
}

/** How many of the part's bytes are held already. */
function overlapOf(log: Log, range: PartRange, head: Head): number | Trouble {
  const { replica, segment, offset, end } = range;
  const another = trouble('fork', 'other commits stand at that place than are held here');
  if (segment > head.segment) {
    const isNext = segment === head.seq + 1 && offset === 0;
    if (isNext) return 0;
    return segment <= head.seq ? another : trouble('gap', 'what comes before it is not here yet');
  }
  const held = segment === head.segment ? head.offset : log.sizeOf(replica, segment);
  if (held === undefined) return another;
  if (segment < head.segment && end > held) return another;
  if (offset > held) return trouble('gap', 'what comes before it is not here yet');
  return Math.min(end, held) - offset;
}

/** The head from which the part's new bytes are read on. */
function startOf(
  view: SegmentView,
  part: { readonly range: PartRange; readonly header: PartHeader; readonly head: Head },
): Head | Trouble {
  const { range, header, head } = part;
  if (range.segment === head.segment) {
    const isOurs = range.offset < head.offset || header.chain.equals(head.chain);
    return isOurs ? head : trouble('fork', 'it continues other commits than are held here');
  }
  const wrong = wrongSegment(decodeHeader(view.bytes), header);
  if (wrong) return wrong;
  if (!header.chain.equals(head.chain)) {
    return trouble('fork', 'it continues other commits than are held here');
  }
  const chain = chainAfterHeader(head.chain, view.bytes);
  return { ...head, segment: range.segment, offset: HEADER_BYTES, chain, tail: Buffer.alloc(0) };
}

/** A part that begins a segment holds its header, and says the same in its own. */
function wrongSegment(segment: SegmentHeader | undefined, part: PartHeader): Trouble | undefined {
  if (!segment) return trouble('damaged', 'the segment header is altered');
  if (segment.minReader > FORMAT_VERSION) {
    return trouble('newer', `a reader of format ${String(segment.minReader)} is needed`);
  }
  const fits =
    segment.dimension === part.dimension &&
    segment.replica === part.replica &&
    segment.firstSeq === part.firstSeq &&
    segment.salt.equals(part.salt) &&
    segment.chain.equals(part.chain);
  return fits ? undefined : trouble('damaged', 'the header of the segment is not that of the part');
}

/** Parses what is new, commit by commit: all of it is whole, or nothing of it is taken. */
function continuation(
  view: SegmentView,
  start: Head,
  given: Expected & { readonly replica: string; readonly end: number },
): Continuation | Trouble {
  const from = given.head.segment === start.segment ? start.offset : 0;
  const commits: ParsedCommit[] = [];
  let rest: Trouble | undefined;
  let end = start.offset;
  for (let head = start; head.offset < given.end && !rest;) {
    const parsed = parseCommit(view, head.offset - view.start, { head, replica: given.replica });
    if (!('commit' in parsed)) {
      return trouble('damaged', `${parsed.reason} at byte ${String(parsed.offset)}`);
    }
    if (parsed.head.at.ms > given.notAfterMs) {
      rest = trouble('future', 'a commit is of more than 10 minutes from now: check the clocks');
      break;
    }
    commits.push(parsed);
    head = parsed.head;
    end = head.offset;
  }
  if (commits.length === 0) return rest ?? trouble('damaged', 'it holds no commit');
  const bytes = view.bytes.subarray(from - view.start, end - view.start);
  return { from, bytes, commits, ...(rest && { rest }) };
}
