/**
 * From blocks of a text to chunks: packs whole blocks, joins what is too short, numbers lines.
 *
 * A chunk is always a verbatim slice of the decoded text. Chunkers of single formats only find the
 * blocks and sections; sizes, overlap and line numbers are decided here, once for all of them.
 */

import type { ChunkSizes, Span } from './sizes.js';
import { isSpace, windowSplit } from './window.js';

/** One piece of a source. Lines are 1-based and inclusive, in the decoded text. */
export interface Chunk {
  readonly content: string;
  readonly lineStart: number;
  readonly lineEnd: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Blocks that may share a chunk, in order, and what every chunk of them is labelled with. */
export interface Section {
  readonly blocks: readonly Span[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A source with fewer non-space characters is reported as `too_short`, not filed. */
const SHORTEST_SOURCE = 10;

/** True for a text that holds too little to be worth a memory. */
export function isTooShort(text: string): boolean {
  let seen = 0;
  for (let index = 0; index < text.length && seen < SHORTEST_SOURCE; index += 1) {
    if (!isSpace(text, index)) seen += 1;
  }
  return seen < SHORTEST_SOURCE;
}

/** Chunks of all sections in order. No chunk reaches over the end of its section. */
export function chunkSections(
  text: string,
  sections: readonly Section[],
  sizes: ChunkSizes,
): Chunk[] {
  const chunks: Chunk[] = [];
  let line = 1;
  let counted = 0;
  for (const section of sections) {
    for (const span of joinShort(pack(text, section.blocks, sizes), sizes)) {
      line += countNewlines(text.slice(counted, span.start));
      counted = span.start;
      const content = text.slice(span.start, span.end);
      const lineEnd = line + countNewlines(content);
      chunks.push({ content, lineStart: line, lineEnd, metadata: section.metadata });
    }
  }
  return chunks;
}

/** Calls `visit` with every line of `text` from offset `from` on; `end` excludes the newline. */
export function eachLine(
  text: string,
  from: number,
  visit: (line: string, span: Span) => void,
): void {
  let start = from;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    visit(text.slice(start, end), { start, end });
    start = end + 1;
  }
}

export function isBlank(line: string): boolean {
  return !/\S/.test(line);
}

function pack(text: string, blocks: readonly Span[], sizes: ChunkSizes): Span[] {
  const packed: Span[] = [];
  let open: Span | undefined;
  for (const block of blocks) {
    if (open !== undefined && block.end - open.start <= sizes.chunkSize) {
      open = { start: open.start, end: block.end };
      continue;
    }
    if (open !== undefined) packed.push(open);
    open = undefined;
    if (block.end - block.start <= sizes.chunkSize) open = block;
    else pushWindows(text, windowSplit(text, block, sizes), packed);
  }
  if (open !== undefined) packed.push(open);
  return packed;
}

function pushWindows(text: string, windows: readonly Span[], packed: Span[]): void {
  for (const window of windows) {
    const trimmed = trimBlankLines(text, window);
    if (trimmed !== undefined) packed.push(trimmed);
  }
}

/** The span without outer blank lines; undefined when nothing else is in it. */
function trimBlankLines(text: string, span: Span): Span | undefined {
  let { start, end } = span;
  let index = start;
  while (index < end && isSpace(text, index)) {
    index += 1;
    if (text[index - 1] === '\n') start = index;
  }
  if (index === end) return undefined;
  for (index = end; isSpace(text, index - 1); index -= 1) {
    if (text[index - 1] === '\n') end = index - 1;
  }
  return { start, end };
}

function joinShort(packed: readonly Span[], sizes: ChunkSizes): Span[] {
  const joined: Span[] = [];
  // The start of a short chunk that the next one takes over.
  let carried: number | undefined;
  packed.forEach((span, index) => {
    const current = { start: carried ?? span.start, end: span.end };
    carried = undefined;
    const next = packed[index + 1];
    const previous = joined.at(-1);
    if (current.end - current.start >= sizes.minChunkSize) {
      joined.push(current);
    } else if (next !== undefined && next.end - current.start <= sizes.chunkSize) {
      carried = current.start;
    } else if (previous !== undefined && current.end - previous.start <= sizes.chunkSize) {
      joined[joined.length - 1] = { start: previous.start, end: current.end };
    } else {
      joined.push(current);
    }
  });
  return joined;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
