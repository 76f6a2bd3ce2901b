/**
 * Walks the commits of one replica, segment by segment, from any head on. It proves each frame
 * (CRC, digest), each commit (complete, in sequence, later than the one before) and each step from
 * one segment to the next (chain), and says why it stopped.
 */
import { join } from 'node:path';
import type { Files } from '../files.js';
import { parseCommit, type CommitProblem } from './parse-commit.js';
import {
  chainAfterHeader,
  decodeHeader,
  findEndFrame,
  FORMAT_VERSION,
  HEADER_BYTES,
  segmentName,
  type SegmentHeader,
  type SegmentView,
} from './segment.js';
import type { Head, StoredCommit } from './stored.js';

/** Why a reader stopped. `tail`: from `offset` on no whole commit, and nothing whole after it. */
export interface ReadEnd {
  readonly kind: 'end' | 'tail' | 'damage' | 'newer';
  readonly segment: number;
  readonly offset: number;
  readonly reason: string;
}

/** Whose commits to read, and from where. */
export interface CommitSource {
  readonly folder: string;
  readonly replica: string;
  /** Ids of the dimensions whose segments count; undefined for all. */
  readonly dimensions: ReadonlySet<string> | undefined;
}

export class CommitReader {
  readonly #files: Files;
  readonly #folder: string;
  readonly #replica: string;
  readonly #dimensions: ReadonlySet<string> | undefined;
  #head: Head;
  #view: SegmentView | undefined;
  #end: ReadEnd | undefined;

  /** Reads what follows `from` in the replica's folder. */
  constructor(files: Files, log: CommitSource, from: Head) {
    this.#files = files;
    this.#folder = log.folder;
    this.#replica = log.replica;
    this.#dimensions = log.dimensions;
    this.#head = from;
  }

  /** The end of what was read so far. */
  get head(): Head {
    return this.#head;
  }

  /** Why `next` gave undefined. */
  get end(): ReadEnd {
    const { segment, offset } = this.#head;
    return this.#end ?? { kind: 'end', segment, offset, reason: '' };
  }

  /** The next whole commit, or undefined at the end: see {@link end}. */
  next(): StoredCommit | undefined {
    while (this.#end === undefined) {
      this.#view ??= this.#load();
      if (this.#view === undefined) return undefined;
      if (this.#head.offset >= this.#view.start + this.#view.bytes.length) {
        if (!this.#openNext()) return undefined;
        continue;
      }
      const at = this.#head.offset - this.#view.start;
      const parsed = parseCommit(this.#view, at, { head: this.#head, replica: this.#replica });
      if ('commit' in parsed) {
        this.#head = parsed.head;
        return parsed.commit;
      }
      this.#stopAt(parsed);
    }
    return undefined;
  }

  #stop(kind: ReadEnd['kind'], offset: number, reason: string): undefined {
    this.#end = { kind, segment: this.#head.segment, offset, reason };
    return undefined;
  }

  /** Loads what follows the head in its segment; moves to the first segment from no head at all. */
  #load(): SegmentView | undefined {
    if (this.#head.segment === 0) return this.#openNext() && this.#view;
    const { segment, offset } = this.#head;
    const bytes = this.#readFile(segment, offset);
    const header = this.#readFile(segment, 0, HEADER_BYTES);
    const salt = header && decodeHeader(header)?.salt;
    if (!bytes || !salt) return this.#stop('damage', 0, 'the segment or its header is gone');
    return { bytes, start: offset, salt };
  }

  #readFile(segment: number, offset: number, length?: number): Buffer | undefined {
    const path = this.#path(segment);
    if (!this.#files.stat(path)) return undefined;
    const handle = this.#files.open(path, 'read');
    try {
      const rest = Math.max(0, this.#files.sizeOf(handle) - offset);
      return this.#files.read(handle, offset, Math.min(length ?? rest, rest));
    } finally {
      this.#files.close(handle);
    }
  }

  /** Moves on to the segment that starts with the next seq; undefined if there is none to read. */
  #openNext(): true | undefined {
    const segment = this.#head.seq + 1;
    const bytes = this.#head.segment === segment ? undefined : this.#readFile(segment, 0);
    if (!bytes) return this.#endHere();
    const header = decodeHeader(bytes);
    const before = this.#head;
    this.#head = { ...before, segment, offset: 0, tail: Buffer.alloc(0) };
    if (!header) {
      // A header is synced before anything follows it: one that was never finished stands alone.
      const isDamage = bytes.length > HEADER_BYTES || this.#hasLaterSegment();
      return this.#stop(isDamage ? 'damage' : 'tail', 0, 'the segment header is incomplete');
    }
    const wrong = this.#wrongWith(header, before.chain);
    if (wrong) return this.#stop(wrong.kind, 0, wrong.reason);
    const chain = chainAfterHeader(before.chain, bytes);
    this.#head = { ...this.#head, offset: HEADER_BYTES, chain };
    this.#view = { bytes, start: 0, salt: header.salt };
    return true;
  }

  /** Why a segment with that header cannot be read on, after a log with that chain. */
  #wrongWith(
    header: SegmentHeader,
    chain: Buffer,
  ): { readonly kind: ReadEnd['kind']; readonly reason: string } | undefined {
    if (header.minReader > FORMAT_VERSION) {
      const reason = `a reader of format ${String(header.minReader)} is needed`;
      return { kind: 'newer', reason };
    }
    if (this.#dimensions?.has(header.dimension) === false) {
      return { kind: 'damage', reason: 'the segment is of another dimension' };
    }
    const fits = header.firstSeq === this.#head.segment && header.replica === this.#replica;
    if (fits && header.chain.equals(chain)) return undefined;
    return { kind: 'damage', reason: 'the segment does not continue the one before' };
  }

  /** Nothing is there to go on with: the end, unless a segment further on says otherwise. */
  #endHere(): true | undefined {
    if (!this.#hasLaterSegment()) return undefined;
    if (this.#grew()) return true;
    return this.#stop('damage', this.#head.offset, 'what leads to the next segment is missing');
  }

  /** Tells a tail that was never finished from damage. */
  #stopAt(problem: CommitProblem): void {
    const { offset, reason } = problem;
    const hasLaterSegment = this.#hasLaterSegment();
    if (this.#grew()) return;
    const later = this.#view && findEndFrame(this.#view, offset - this.#view.start);
    const isDamage = problem.certain || later !== undefined || hasLaterSegment;
    this.#stop(isDamage ? 'damage' : 'tail', isDamage ? offset : this.#head.offset, reason);
  }

  /**
   * Whether somebody appended to the segment since it was loaded: it is then loaded again. Asked
   * after looking for a later segment, whose being there means that this one is complete.
   */
  #grew(): boolean {
    if (!this.#view) return false;
    const stat = this.#files.stat(this.#path(this.#head.segment));
    const isLonger = (stat?.sizeBytes ?? 0) > this.#view.start + this.#view.bytes.length;
    if (isLonger) this.#view = undefined;
    return isLonger;
  }

  #path(segment: number): string {
    return join(this.#folder, segmentName(segment));
  }

  #hasLaterSegment(): boolean {
    const current = segmentName(this.#head.segment);
    return this.#files.list(this.#folder).some((name) => name > current && name.endsWith('.seg'));
  }
}
