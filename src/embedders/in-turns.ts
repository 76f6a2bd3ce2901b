/** Embedding many texts by our own code, with a turn for the event loop every few texts. */
import { setImmediate } from 'node:timers/promises';
import * as base from './embedder.js';

/** Texts embedded before the event loop gets a turn: about two milliseconds. */
const TEXTS_PER_TURN = 16;

/** Adds a text's numbers to a vector of 384 zeros; it is scaled to length 1 afterwards. */
export type Project = (text: string, vector: Float32Array) => void;

/** Embeds texts one by one. Throws EMBEDDING_FAILED, CANCELLED. */
export async function embedInTurns(
  texts: readonly string[],
  project: Project,
  options: base.EmbedOptions,
): Promise<base.EmbedResult> {
  const vectors = new Float32Array(texts.length * base.DIMENSION);
  const empty = new Array<boolean>(texts.length).fill(false);
  for (let start = 0; start < texts.length; start += TEXTS_PER_TURN) {
    await setImmediate();
    base.throwIfCancelled(options.signal);
    const end = Math.min(start + TEXTS_PER_TURN, texts.length);
    for (let index = start; index < end; index += 1) {
      const vector = vectors.subarray(index * base.DIMENSION, (index + 1) * base.DIMENSION);
      project(texts[index] ?? '', vector);
      empty[index] = !base.normalise(vector);
    }
    options.onProgress?.(end, texts.length);
  }
  return { vectors, empty };
}
