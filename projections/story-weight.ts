/** How much a memory matters to the story that a wake-up tells. */

/** The first of these that the metadata have decides. */
const KEYS = ['importance', 'weight', 'priority', 'emotional_weight'] as const;

const WORDS: ReadonlyMap<string, number> = new Map([
  ['critical', 5],
  ['high', 4],
  ['medium', 3],
  ['normal', 3],
  ['low', 2],
]);

const DEFAULT_WEIGHT = 3;
/** As many stars as the dialect of diaries gives. */
const STARS_MAX = 5;
/** Bookkeeping, and single messages of which whole conversations are told elsewhere. */
const UNTOLD: ReadonlySet<unknown> = new Set(['registry', 'sweep']);

/**
 * The weight that the metadata give, else the number of stars in the text (at most 5), else 3; null
 * for what is no part of a story.
 */
export function storyWeight(
  metadata: Readonly<Record<string, unknown>>,
  content: string,
): number | null {
  if (UNTOLD.has(metadata.ingest_mode)) return null;
  const key = KEYS.find((name) => Object.hasOwn(metadata, name));
  if (key !== undefined) return toNumber(metadata[key]);
  const stars = content.split('★').length - 1;
  return stars > 0 ? Math.min(stars, STARS_MAX) : DEFAULT_WEIGHT;
}

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return DEFAULT_WEIGHT;
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  return WORDS.get(value.trim().toLowerCase()) ?? DEFAULT_WEIGHT;
}
