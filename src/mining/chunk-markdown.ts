/**
 * Markdown: headings open sections, chunks stay inside their section and carry the headings above
 * them; frontmatter is no content but labels every chunk.
 */

import { chunkSections, type Chunk } from './chunk.js';
import { readFrontmatter, type Frontmatter } from './frontmatter.js';
import { markdownSections } from './markdown-blocks.js';
import type { ChunkSizes } from './sizes.js';

/** Bounds of what frontmatter may put on every single chunk. */
const LONGEST_TITLE = 200;
const LONGEST_TAG = 100;
const MOST_TAGS = 50;

/**
 * Chunks of a Markdown text; every non-blank line outside the frontmatter is in at least one.
 * Metadata: `heading_path` ("A > B") below a heading; `title`, `tags` (string[]) of frontmatter.
 */
export function chunkMarkdown(text: string, sizes: ChunkSizes): Chunk[] {
  const frontmatter = readFrontmatter(text);
  const shared = documentMetadata(frontmatter);
  const sections = markdownSections(text, frontmatter?.bodyStart ?? 0).map((section) => ({
    blocks: section.blocks,
    metadata: section.headings.length
      ? { ...shared, heading_path: section.headings.join(' > ') }
      : shared,
  }));
  return chunkSections(text, sections, sizes);
}

function documentMetadata(frontmatter: Frontmatter | undefined): Record<string, unknown> {
  const title = frontmatter?.fields.get('title');
  const tags = frontmatter?.fields.get('tags');
  const metadata: Record<string, unknown> = {};
  if (typeof title === 'string' && title !== '') metadata['title'] = clip(title, LONGEST_TITLE);
  const list = typeof tags === 'string' ? tags.split(',').map((tag) => tag.trim()) : (tags ?? []);
  const named = list.filter((tag) => tag !== '').slice(0, MOST_TAGS);
  if (named.length > 0) metadata['tags'] = named.map((tag) => clip(tag, LONGEST_TAG));
  return metadata;
}

/** The first `longest` units, without half a surrogate pair at the end. */
function clip(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
}
