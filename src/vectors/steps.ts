/** Pending passages, cut into pieces that are embedded and stored one after the other. */
import {
  passagesAfter,
  passageTexts,
  type CachedVector,
  type Db,
  type EmbeddingCache,
  type PassageText,
} from '../../projections/index.js';
import { DIMENSION, type EmbedOptions } from '../embedders/index.js';
import type { Space } from './space.js';

/** Passages looked at in one turn. */
export const ROWS_PER_TURN = 256;

/** Passages that were looked at together. */
export interface Turn {
  readonly generation: string;
  readonly mark: number;
  readonly texts: readonly PassageText[];
  /** The last label that was looked at. */
  readonly through: number;
}

export interface Step {
  readonly generation: string;
  readonly texts: readonly PassageText[];
  /** Everything up to this label has a vector once the step is done. */
  readonly through: number;
}

/** The next passages beyond the mark, those without a vector with their texts. */
export function nextTurn(db: Db, cache: EmbeddingCache, generation: string): Turn {
  const mark = cache.mark(generation);
  const rows = passagesAfter(db, mark, ROWS_PER_TURN);
  const missing = rows.filter(({ textHash }) => !cache.has(textHash));
  const texts = passageTexts(
    db,
    missing.map(({ label }) => label),
  );
  return { generation, mark, texts, through: rows.at(-1)?.label ?? mark };
}

/** Cuts a turn into pieces of at most `size` texts; the last reaches to the turn's end. */
export function steps(turn: Turn, size: number): Step[] {
  const { generation, texts, through } = turn;
  const pieces: Step[] = [];
  for (let at = 0; at < texts.length; at += size) {
    const piece = texts.slice(at, at + size);
    const isLast = at + size >= texts.length;
    const reached = isLast ? through : (piece.at(-1)?.label ?? through);
    pieces.push({ generation, texts: piece, through: reached });
  }
  return pieces.length > 0 ? pieces : [{ generation, texts: [], through }];
}

export async function embedStep(
  space: Pick<Space, 'embedder' | 'cache'>,
  step: Step,
  options: EmbedOptions = {},
): Promise<void> {
  const texts = step.texts.map(({ text }) => text);
  const { vectors, empty } = await space.embedder.embedDocuments(texts, options);
  const rows: CachedVector[] = step.texts.map(({ textHash, stream }, at) => {
    const vector = vectors.subarray(at * DIMENSION, (at + 1) * DIMENSION);
    return { textHash, stream, vector: empty[at] === true ? undefined : vector };
  });
  space.cache.put(rows, { generation: step.generation, label: step.through });
}
