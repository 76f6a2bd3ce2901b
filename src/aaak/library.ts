/**
 * The dialect without a dimension: plain functions. What a process compressed it can expand to the
 * very text again; anything else becomes a sentence that reads by itself.
 */
import { compress, type CompressOptions } from './compress.js';
import type { Codebook } from './codebook.js';
import { readFields } from './fields.js';
import { readable } from './read.js';
import { Recall, type Origin } from './recall.js';

export interface Expansion {
  readonly text: string;
  /** Whether `text` is the original, to the letter. */
  readonly exact: boolean;
  /** Where it comes from: a memory in the log, a remembered compression, the entry itself. */
  readonly source: 'log' | 'cache' | 'reading';
  /** Why it is a reading: `deleted`, `not_found`, `ambiguous`. */
  readonly reason?: 'deleted' | 'not_found' | 'ambiguous';
  /** The memories that the entry points to. */
  readonly refs: readonly string[];
}

export interface ExpandOptions {
  /** Whose names are read for codes. */
  readonly codebook?: Codebook | undefined;
}

const recall = new Recall();

/**
 * Compresses a text to an entry of the dialect.
 *
 * @param options the longest entry in code points (20–100,000; 500 when absent), or more
 * @throws {AltError} INVALID_ARGUMENT
 */
export function aaakCompress(text: string, options: number | CompressOptions = {}): string {
  const given = typeof options === 'number' ? { maxLen: options } : options;
  const { aaak, isPassThrough } = compress(text, given);
  if (!isPassThrough) recall.remember(aaak, text);
  return aaak;
}

/** The original of an entry where it is known, else what the entry says. */
export function aaakDecompress(text: string, options: ExpandOptions = {}): string {
  return aaakExpand(text, options).text;
}

/** As {@link aaakDecompress}, with where the text comes from. */
export function aaakExpand(text: string, options: ExpandOptions = {}): Expansion {
  const refs = refsIn(text);
  return expandFrom(recall.origin(text.trim()), { text, refs, codebook: options.codebook });
}

export function expandFrom(
  origin: Origin<string> | undefined,
  entry: {
    readonly text: string;
    readonly refs: readonly string[];
    readonly codebook: Codebook | undefined;
    readonly reason?: 'deleted' | 'not_found' | undefined;
  },
): Expansion {
  const { text, refs, codebook } = entry;
  if (origin?.kind === 'one') return { text: origin.original, exact: true, source: 'cache', refs };
  const reason = origin ? 'ambiguous' : entry.reason;
  const said = readable(text, codebook);
  return { text: said, exact: false, source: 'reading', ...(reason && { reason }), refs };
}

/** The memories that an entry points to, in order, each once. */
export function refsIn(text: string): string[] {
  const fields = text.split('\n').flatMap(readFields);
  return [...new Set(fields.flatMap(({ field }) => (field.kind === 'ref' ? [field.ref] : [])))];
}
