/** A dimension as files for people, given the dimension or its path. */
import { AltError } from '../events/index.js';
import type { Exported } from './backup/markdown.js';
import { Dimension } from './dimension.js';

/**
 * Writes all memories below `folder`: `index.md`, and `<realm>/<domain>.md`. A dimension without
 * memories writes nothing.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown format; DIMENSION_NOT_FOUND; PATH_DENIED where
 *   a link lies in the way
 */
export async function exportDimension(
  dimension: Dimension | string,
  folder: string,
  format: 'markdown' = 'markdown',
): Promise<Exported> {
  // Callers without types may say anything.
  if ((format as string) !== 'markdown') {
    throw new AltError('INVALID_ARGUMENT', `Unknown format: '${format as string}'.`, {
      hint: `Valid: ['markdown'].`,
    });
  }
  if (typeof dimension !== 'string') return dimension.exportMarkdown(folder);
  const opened = new Dimension({ path: dimension });
  try {
    return await opened.exportMarkdown(folder);
  } finally {
    await opened.close();
  }
}
