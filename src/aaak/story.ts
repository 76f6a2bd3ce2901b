/** The essential story of a dimension in the dialect: what a session wakes up with. */
import { writeLegend, type Codebook } from './codebook.js';
import { compress } from './compress.js';
import { SEPARATOR } from './compose.js';
import { CODE_IN_TEXT, isAaak, writeRef } from './grammar.js';
import { lengthOf } from './length.js';
import { normalizeText } from './text.js';

/** A memory that may be told, in the order of its importance. */
export interface StoryMemory {
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  /** As the wake-up layers rank it; stars of the entry when it lies in 1–5. */
  readonly importance?: number | undefined;
}

export interface StoryOptions {
  /** The longest story with all its lines, in code points; 3,200 when absent. */
  readonly budget?: number | undefined;
  /** How many memories there are, where they are read one by one as they are told. */
  readonly total?: number | undefined;
}

export interface Story {
  readonly text: string;
  /** The ids of the memories that are in it. */
  readonly ids: readonly string[];
  /** How many were left out for want of room. */
  readonly omitted: number;
}

const HEADING = '## L1 — ESSENTIAL STORY (AAAK)';
const NO_MEMORIES = '## L1 — No memories yet.';
const BUDGET = 3_200;
const ENTRY_CHARACTERS_MAX = 160;
/** Once this many in a row did not fit, nothing that follows is tried. */
const MISSES_MAX = 40;

interface Told {
  readonly memory: StoryMemory;
  readonly entry: string;
}

/** Tells as many memories as fit, the first before the others, by realm and domain. */
export function tellStory(
  memories: Iterable<StoryMemory>,
  codebook: Codebook,
  options: StoryOptions = {},
): Story {
  const { budget = BUDGET, total = [...memories].length } = options;
  if (total === 0) return { text: NO_MEMORIES, ids: [], omitted: 0 };
  let told: Told[] = [];
  let misses = 0;
  for (const memory of memories) {
    if (misses === MISSES_MAX) break;
    const tried = [...told, { memory, entry: entryOf(memory, codebook) }];
    const fits = lengthOf(write(tried, total, codebook)) <= budget;
    misses = fits ? 0 : misses + 1;
    if (fits) told = tried;
  }
  return {
    text: write(told, total, codebook),
    ids: told.map(({ memory }) => memory.id),
    omitted: total - told.length,
  };
}

/** A diary entry that is in the dialect already is shown as it was written. */
function entryOf({ id, content, importance }: StoryMemory, codebook: Codebook): string {
  const written = normalizeText(content);
  if (isAaak(written)) return `${written}${SEPARATOR}${writeRef(id)}`;
  const stars = Math.round(importance ?? 0);
  const options = { maxLen: ENTRY_CHARACTERS_MAX, ref: id, codebook };
  return compress(content, stars >= 1 && stars <= 5 ? { ...options, importance: stars } : options)
    .aaak;
}

function write(told: readonly Told[], total: number, codebook: Codebook): string {
  const groups = new Map<string, string[]>();
  for (const { memory, entry } of told) {
    const place = `[${memory.realm}/${memory.domain}]`;
    groups.set(place, [...(groups.get(place) ?? []), entry]);
  }
  const places = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = told.map(({ entry }) => entry).join('\n');
  const legend = writeLegend(codebook, new Set(entries.match(CODE_IN_TEXT)));
  const omitted = total - told.length;
  return [
    HEADING,
    ...(legend === '' ? [] : [legend]),
    ...places.flatMap(([place, lines]) => [place, ...lines]),
    ...(omitted === 0 ? [] : [`…+${String(omitted)}`]),
  ].join('\n');
}
