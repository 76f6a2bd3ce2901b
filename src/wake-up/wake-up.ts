/** What a session begins with: who the user is, and the story of what matters most. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readText } from '../../events/index.js';
import { activePersona, countEntities, weightiest } from '../../projections/index.js';
import { filterName, matchesNothing } from '../names.js';
import type { Session } from '../session.js';
import { identityPath, readIdentity } from './identity-file.js';
import { estimateTokens } from './snippet.js';
import { STORY_ENTRIES_MAX, tellStory, toStoryEntry, type StoryEntry } from './story.js';

/** Where an older product kept it, for all dimensions of a user. */
const LEGACY_IDENTITY = join('.alt-memory', 'identity.txt');
const IDENTITY_CHARACTERS_WARN = 2_000;

export interface WakeUpOptions {
  /** Only the story of this realm. */
  readonly realm?: string | undefined;
}

export interface WakeUp {
  readonly text: string;
  /** A quarter of the characters. */
  readonly tokens_estimate: number;
  readonly l0: string;
  /** What the story is made of, as far as it fits, in the order of the text. */
  readonly l1: StoryEntry[];
  readonly warnings: string[];
}

/** L0 and L1, with an empty line between. Reads only. */
export async function wakeUp(session: Session, options: WakeUpOptions = {}): Promise<WakeUp> {
  const realm = filterName(options.realm);
  const rows = matchesNothing(realm)
    ? []
    : await session.store.read((db) => weightiest(db, STORY_ENTRIES_MAX, realm));
  const story = tellStory(rows.map(toStoryEntry), realm !== undefined);
  const l0 = await identityText(session);
  const text = `${l0}\n\n${story.text}`;
  const warnings =
    l0.length > IDENTITY_CHARACTERS_WARN
      ? [`The identity has ${String(l0.length)} characters; every session reads all of them.`]
      : [];
  return { text, tokens_estimate: estimateTokens(text), l0, l1: story.shown, warnings };
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
