/** What a session begins with: who the user is, and the story of what matters most. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readText } from '../../events/index.js';
import {
  activePersona,
  countEntities,
  storyRows,
  weightiest,
  type StoryRow,
} from '../../projections/index.js';
import type { Codebook } from '../aaak/codebook.js';
import { tellStory as tellInAaak, type StoryMemory } from '../aaak/story.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { identityPath, readIdentity } from './identity-file.js';
import { cursorNow } from './news.js';
import { estimateTokens } from './snippet.js';
import {
  STORY_ENTRIES_MAX,
  tellStory,
  toStoryEntry,
  type Story,
  type StoryEntry,
} from './story.js';

/** Where an older product kept it, for all dimensions of a user. */
const LEGACY_IDENTITY = join('.alt-memory', 'identity.txt');
const IDENTITY_CHARACTERS_WARN = 2_000;
/** Of how many memories, those that matter most, the story in the dialect is made. */
const AAAK_CANDIDATES_MAX = 2_000;

export interface WakeUpOptions {
  /** Only the story of this realm. */
  readonly realm?: string | undefined;
  /** The story in the compressed dialect: as many memories as fit, each with its reference. */
  readonly aaak?: boolean | undefined;
}

export interface WakeUp {
  readonly text: string;
  /** A quarter of the characters. */
  readonly tokens_estimate: number;
  readonly l0: string;
  /** What the story is made of, as far as it fits, in the order of the text. */
  readonly l1: StoryEntry[];
  /** Ask with it for what is new since: {@link newsSince}. */
  readonly cursor: string;
  readonly warnings: string[];
}

/**
 * L0 and L1, with an empty line between. Reads only.
 *
 * @param codebook of the dialect, where the story is told in it
 */
export async function wakeUp(
  session: Session,
  options: WakeUpOptions = {},
  codebook?: Codebook,
): Promise<WakeUp> {
  const realm = filterName(options.realm);
  const { cursor, ...story } = await session.store.read((db): Story & { cursor: string } => {
    const most = codebook ? AAAK_CANDIDATES_MAX : STORY_ENTRIES_MAX;
    const weighed = matchesNothing(realm) ? [] : weightiest(db, most, realm);
    const rows = storyRows(db, weighed);
    const told = codebook
      ? storyInAaak(rows, weighed.length, codebook)
      : tellStory([...rows].map(toStoryEntry), realm !== undefined);
    return { ...told, cursor: cursorNow(db) };
  });
  const l0 = await identityText(session);
  const text = `${l0}\n\n${story.text}`;
  const warnings =
    l0.length > IDENTITY_CHARACTERS_WARN
      ? [`The identity has ${String(l0.length)} characters; every session reads all of them.`]
      : [];
  return { text, tokens_estimate: estimateTokens(text), l0, l1: story.shown, cursor, warnings };
}

function storyInAaak(rows: Iterable<StoryRow>, total: number, codebook: Codebook): Story {
  const read: StoryEntry[] = [];
  const told = tellInAaak(memoriesOf(rows, read), codebook, { total });
  const ids = new Set(told.ids);
  const shown = read.filter(({ id }) => ids.has(id));
  // As the text has them: by place, and within it those that matter most first.
  shown.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : Number(placeOf(a) > placeOf(b))));
  return { text: told.text, shown };
}

const placeOf = ({ realm, domain }: StoryEntry): string => `[${realm}/${domain}]`;

function* memoriesOf(rows: Iterable<StoryRow>, read: StoryEntry[]): Generator<StoryMemory> {
  for (const row of rows) {
    read.push(toStoryEntry(row));
    const { id, realm, domain, content, weight: importance } = row;
    yield { id, realm, domain, content, importance };
  }
}

/** The identity; else that of an older product; else what the active persona is; else a hint. */
async function identityText(session: Session): Promise<string> {
  const own = (await readIdentity(session)) || legacyIdentity();
  if (own !== '') return own;
  const persona = await session.store.read(activePersona);
  const description = persona?.description.trim() ?? '';
  if (description !== '') return description;
  return `## L0 — IDENTITY\nNothing yet: write who you are in ${identityPath(session)}`;
}

function legacyIdentity(): string {
  try {
    return readText(join(homedir(), LEGACY_IDENTITY))?.trim() ?? '';
  } catch {
    // What cannot be read there was never promised: the dimension has a place of its own.
    return '';
  }
}

export interface LayerStatus {
  readonly dimension_path: string;
  readonly L0_identity: { readonly path: string; readonly exists: boolean };
  readonly L1_essential: { readonly description: string; readonly max_entities: number };
  readonly L2_on_demand: { readonly description: string };
  readonly L3_deep_search: { readonly description: string };
  readonly total_entities: number;
}

/** Which layers a wake-up has, and what they draw on. */
export async function layerStatus(session: Session): Promise<LayerStatus> {
  const identity = await readIdentity(session);
  return {
    dimension_path: session.store.folder,
    L0_identity: { path: identityPath(session), exists: identity !== '' },
    L1_essential: {
      description: 'The memories that matter most',
      max_entities: STORY_ENTRIES_MAX,
    },
    L2_on_demand: { description: 'The newest memories of a realm or domain' },
    L3_deep_search: { description: 'Memories by meaning and by words' },
    total_entities: await session.store.read((db) => countEntities(db)),
  };
}
