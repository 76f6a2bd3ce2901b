/** L1, the essential story: the few memories that matter most, within a budget. */
import type { StoryRow } from '../../projections/index.js';
import { baseName, fileMark, snippet } from './snippet.js';

/** How many memories the story is made of. */
export const STORY_ENTRIES_MAX = 15;
const STORY_CHARACTERS_MAX = 3_200;
const SNIPPET_CHARACTERS_MAX = 200;
const HEADING = '## L1 — ESSENTIAL STORY';
const EMPTY = '## L1 — No memories yet.';
const MORE = '  ... (more in L3 search)';

/** A memory of the story. */
export interface StoryEntry {
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  readonly importance: number;
  readonly snippet: string;
  /** Base name of its file; '' when none. */
  readonly source: string;
}

export const toStoryEntry = (row: StoryRow): StoryEntry => ({
  id: row.id,
  realm: row.realm,
  domain: row.domain,
  importance: row.weight,
  snippet: snippet(row.content, SNIPPET_CHARACTERS_MAX),
  source: baseName(row.sourceFile),
});

export interface Story {
  readonly text: string;
  /** What the text shows, in its order. */
  readonly shown: StoryEntry[];
}

/**
 * Tells the story by place, places in alphabetical order. An entry that does not fit is left out,
 * and shorter ones after it still get their turn.
 *
 * @param entries the most important first
 * @param isOneRealm all are of one realm, which then need not be named
 */
export function tellStory(entries: readonly StoryEntry[], isOneRealm: boolean): Story {
  if (entries.length === 0) return { text: EMPTY, shown: [] };
  const groups = new Map<string, StoryEntry[]>();
  for (const entry of entries) {
    const label = isOneRealm ? entry.domain : `${entry.realm}/${entry.domain}`;
    groups.set(label, [...(groups.get(label) ?? []), entry]);
  }
  const lines = [HEADING];
  const shown: StoryEntry[] = [];
  let left = STORY_CHARACTERS_MAX;
  for (const label of [...groups.keys()].sort()) {
    const fitting = fit(groups.get(label) ?? [], label, left);
    lines.push(...fitting.lines);
    shown.push(...fitting.shown);
    left -= fitting.characters;
  }
  if (shown.length < entries.length) lines.push(MORE);
  return { text: lines.join('\n'), shown };
}

/** The entries of one place that fit into so many characters, its heading included. */
function fit(
  entries: readonly StoryEntry[],
  label: string,
  charactersMax: number,
): { readonly lines: string[]; readonly shown: StoryEntry[]; readonly characters: number } {
  const heading = `\n[${label}]`;
  const lines = [heading];
  const shown: StoryEntry[] = [];
  let characters = heading.length;
  for (const entry of entries) {
    const line = `  - ${entry.snippet}${fileMark(entry.source)}`;
    if (characters + line.length > charactersMax) continue;
    lines.push(line);
    shown.push(entry);
    characters += line.length;
  }
  return shown.length === 0 ? { lines: [], shown, characters: 0 } : { lines, shown, characters };
}
