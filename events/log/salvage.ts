/**
 * Finds the whole commits that follow a damaged place of a replica's log. Reads only; what becomes
 * of them is decided in replay/repair.ts.
 *
 * A frame proves itself by salt, offset and digest, so commits are found without anything before
 * them; they are taken in the order of their seqs.
 */
import { join } from 'node:path';
import { decodeCommitHeader, decodeEvent, type CommitHeader } from '../codec.js';
import type { Files } from '../files.js';
import {
  digestAt,
  FLAG_END,
  FLAG_HEADER,
  FRAME_HEAD_BYTES,
  frameState,
  readFrameHead,
  segmentName,
  type SegmentView,
} from './segment.js';
import type { EncodedEvent } from './writer.js';

/** Where the salt stands in a segment header; read even when the header fails its CRC. */
const SALT_START = 80;
const SALT_END = 96;

/** A commit that is whole and true, wherever it was found. */
export interface SalvagedCommit {
  readonly header: CommitHeader;
  readonly events: readonly EncodedEvent[];
  /** Digest of the commit header's frame. */
  readonly digest: Buffer;
}

export interface SalvageSource {
  readonly files: Files;
  /** The replica's folder. */
  readonly folder: string;
  readonly replica: string;
}

/** The whole commits from `from` on in that segment, and in all later ones. */
export function salvageCommits(
  source: SalvageSource,
  segments: readonly number[],
  from: { readonly segment: number; readonly offset: number },
): SalvagedCommit[] {
  const found: SalvagedCommit[] = [];
  for (const segment of segments) {
    if (segment < from.segment) continue;
    const view = load(source, segment);
    const start = segment === from.segment ? from.offset : 0;
    found.push(...commitsIn(view, start, source.replica));
  }
  return found;
}

function load({ files, folder }: SalvageSource, segment: number): SegmentView {
  const handle = files.open(join(folder, segmentName(segment)), 'read');
  try {
    const bytes = files.read(handle, 0, files.sizeOf(handle));
    return { bytes, start: 0, salt: bytes.subarray(SALT_START, SALT_END) };
  } finally {
    files.close(handle);
  }
}

function commitsIn(view: SegmentView, start: number, replica: string): SalvagedCommit[] {
  const found: SalvagedCommit[] = [];
  for (let at = start; at + FRAME_HEAD_BYTES <= view.bytes.length;) {
    const isHeader = ((view.bytes[at + 4] ?? 0) & FLAG_HEADER) !== 0;
    const commit = isHeader ? commitAt(view, at) : undefined;
    if (commit && commit.salvaged.header.replica === replica) found.push(commit.salvaged);
    at = commit ? commit.end : at + 1;
  }
  return found;
}

interface FoundFrame {
  readonly payload: Buffer;
  readonly erased: boolean;
  readonly flags: number;
  readonly digest: Buffer;
  readonly end: number;
}

function frameAt(view: SegmentView, at: number): FoundFrame | undefined {
  const head = readFrameHead(view, at);
  if (!head) return undefined;
  const end = at + FRAME_HEAD_BYTES + head.length;
  if (end > view.bytes.length) return undefined;
  const payload = Buffer.from(view.bytes.subarray(at + FRAME_HEAD_BYTES, end));
  const digest = Buffer.from(digestAt(view.bytes, at));
  const state = frameState(head.flags, payload, digest);
  if (state === 'altered') return undefined;
  // A clearing that was cut short is finished here: the bytes move on as zeros.
  if (state === 'unfinished') payload.fill(0);
  return { payload, erased: state !== 'content', flags: head.flags, digest, end };
}

function commitAt(
  view: SegmentView,
  at: number,
): { readonly salvaged: SalvagedCommit; readonly end: number } | undefined {
  const first = frameAt(view, at);
  if (!first || first.erased) return undefined;
  const header = decodeCommitHeader(first.payload);
  if (!header) return undefined;
  const events: EncodedEvent[] = [];
  let { end, flags } = first;
  while ((flags & FLAG_END) === 0) {
    const frame = frameAt(view, end);
    if (!frame || (frame.flags & FLAG_HEADER) !== 0) return undefined;
    const { payload, digest, erased } = frame;
    const event = erased ? undefined : decodeEvent(payload);
    events.push({ payload, event, erased, ...(erased && { digest }) });
    ({ end, flags } = frame);
  }
  if (events.length !== header.count) return undefined;
  return { salvaged: { header, events, digest: first.digest }, end };
}
