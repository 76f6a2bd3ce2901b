/** Plain text: blocks are paragraphs, and the whole file is one section. */

import { chunkSections, eachLine, isBlank, type Chunk } from './chunk.js';
import type { ChunkSizes, Span } from './sizes.js';

/** Chunks of a plain text; every non-blank line is in at least one of them. */
export function chunkText(text: string, sizes: ChunkSizes): Chunk[] {
  return chunkSections(text, [{ blocks: paragraphs(text), metadata: {} }], sizes);
}

function paragraphs(text: string): Span[] {
  const blocks: Span[] = [];
  let continues = false;
  eachLine(text, 0, (line, span) => {
    if (isBlank(line)) {
      continues = false;
      return;
    }
    const open = continues ? blocks.pop() : undefined;
    blocks.push({ start: open?.start ?? span.start, end: span.end });
    continues = true;
  });
  return blocks;
}
