/**
 * One commit out of the bytes of a segment: every frame proved by CRC and digest, the commit
 * complete, in sequence, and later than the one before. Touches no file: the same proof serves what
 * lies in the log and what arrives from elsewhere.
 */
import { decodeCommitHeader, decodeEvent, type CommitHeader } from '../codec.js';
import { compareTimes } from '../order.js';
import {
  chainAfterFrame,
  digestAt,
  FLAG_END,
  FLAG_HEADER,
  FRAME_HEAD_BYTES,
  frameState,
  readFrameHead,
  type FrameState,
  type SegmentView,
} from './segment.js';
import type { Head, StoredCommit, StoredEvent } from './stored.js';

export interface ParsedCommit {
  readonly commit: StoredCommit;
  readonly head: Head;
}

/** Why no commit stands there. */
export interface CommitProblem {
  /** Offset in the segment file. */
  readonly offset: number;
  readonly reason: string;
  /** What was written stands and is wrong: damage wherever it is found. */
  readonly certain: boolean;
}

/** What a commit must continue. */
export interface Before {
  readonly head: Head;
  readonly replica: string;
}

/** The commit at `at` of the view's bytes, which are of the head's segment. */
export function parseCommit(
  view: SegmentView,
  at: number,
  before: Before,
): ParsedCommit | CommitProblem {
  const problem = (where: number, reason: string, certain = false): CommitProblem => {
    return { offset: view.start + where, reason, certain };
  };
  const first = frameAt(view, at, FLAG_HEADER);
  if (!first) return problem(at, 'no commit header');
  const header = decodeCommitHeader(first.payload);
  if (first.state !== 'content' || !header) {
    return problem(at, 'the commit header is altered', first.state === 'content');
  }
  const wrong = outOfSequence(header, before);
  if (wrong !== undefined) return problem(at, wrong, true);
  const { segment } = before.head;
  let chain = chainAfterFrame(before.head.chain, view.bytes, at);
  let next = at + FRAME_HEAD_BYTES + first.length;
  let last = at;
  const events: StoredEvent[] = [];
  for (let flags = first.flags; (flags & FLAG_END) === 0;) {
    const frame = frameAt(view, next, 0);
    if (!frame) return problem(next, 'no event frame');
    if (frame.state === 'altered') return problem(next, 'the event is altered');
    const place = { replica: before.replica, segment, offset: view.start + next };
    events.push(storedEvent(frame, header.seq + events.length, place));
    chain = chainAfterFrame(chain, view.bytes, next);
    last = next;
    next += FRAME_HEAD_BYTES + frame.length;
    flags = frame.flags;
  }
  if (events.length !== header.count) return problem(at, 'the event count is wrong', true);
  const tail = Buffer.from(view.bytes.subarray(last, last + FRAME_HEAD_BYTES));
  const seq = header.seq + events.length - 1;
  const head = { seq, segment, offset: view.start + next, chain, at: header.at, tail };
  return { commit: { header, events }, head };
}

function outOfSequence(header: CommitHeader, { head, replica }: Before): string | undefined {
  if (header.replica !== replica) return 'the commit is another replica’s';
  if (header.seq !== head.seq + 1) return 'the seq does not follow';
  if (compareTimes(header.at, head.at) <= 0) return 'the logical time does not rise';
  return undefined;
}

interface Frame {
  readonly length: number;
  readonly flags: number;
  readonly payload: Buffer;
  readonly digest: Buffer;
  readonly state: FrameState;
}

/** The whole frame at `at`, if there is one and it is of that kind: FLAG_HEADER or 0. */
function frameAt(view: SegmentView, at: number, kind: number): Frame | undefined {
  const head = readFrameHead(view, at);
  if (!head || (head.flags & FLAG_HEADER) !== kind) return undefined;
  const end = at + FRAME_HEAD_BYTES + head.length;
  if (end > view.bytes.length) return undefined;
  const payload = view.bytes.subarray(at + FRAME_HEAD_BYTES, end);
  const digest = digestAt(view.bytes, at);
  return { ...head, payload, digest, state: frameState(head.flags, payload, digest) };
}

function storedEvent(
  frame: Frame,
  seq: number,
  place: { readonly replica: string; readonly segment: number; readonly offset: number },
): StoredEvent {
  return {
    seq,
    digest: Buffer.from(frame.digest),
    place: { ...place, length: frame.length },
    payload: frame.state === 'content' ? decodeEvent(frame.payload) : undefined,
    erased: frame.state !== 'content',
    ...(frame.state === 'unfinished' && { unfinished: true }),
  };
}
