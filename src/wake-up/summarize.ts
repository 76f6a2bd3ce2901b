/**
 * Condenses an agent's memory from the bottom up: the archive into one essential entry, the
 * essentials into one identity entry.
 *
 * Each summary is one memory that is written anew, under an id made from the agent's name: it does
 * not grow by its own earlier words, and two machines that summarise make one summary.
 */
import { entityById, type Db } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { Places } from '../places.js';
import { checkAgent, realmOfAgent, type Agent } from '../records/record.js';
import { change, derivedId, type Session } from '../session.js';
import {
  ARCHIVE_LAYER,
  domainOfLayer,
  entriesOf,
  ESSENTIAL_LAYER,
  IDENTITY_LAYER,
  layerEntryWritten,
  type LayerEntry,
} from './layer-entries.js';
import { snippet } from './snippet.js';

export interface Summarized {
  readonly l0_updated: boolean;
  /** Essential entries written: 0 or 1. */
  readonly l1_count: number;
  /** Archive entries that were condensed. */
  readonly l3_count: number;
}

interface Level {
  readonly from: number;
  readonly to: number;
  readonly topic: string;
  readonly source: string;
  /** Of each entry. */
  readonly entryCharacters: number;
  /** Of the summary: the oldest entries are left out beyond. */
  readonly characters: number;
}

const LEVELS: { readonly essential: Level; readonly identity: Level } = {
  essential: {
    from: ARCHIVE_LAYER,
    to: ESSENTIAL_LAYER,
    topic: 'summarized_archive',
    source: 'summarize_l3',
    entryCharacters: 200,
    characters: 10_000,
  },
  identity: {
    from: ESSENTIAL_LAYER,
    to: IDENTITY_LAYER,
    topic: 'identity_summary',
    source: 'summarize_l1',
    entryCharacters: 300,
    characters: 2_000,
  },
};

const SEPARATOR = '; ';
/** Entries that are read for a summary; more than fit in one. */
const ENTRIES_MAX = 10_000;

/** Writes nothing when there is nothing new to say. @throws {AltError} INVALID_ARGUMENT */
export async function summarize(session: Session, agent: string): Promise<Summarized> {
  const by = checkAgent(agent);
  return change(session, {
    decide(db) {
      const archive = entriesOf(db, { agent: by.key, layer: ARCHIVE_LAYER }, ENTRIES_MAX);
      const essential = summaryOf(session, db, { by, level: LEVELS.essential, entries: archive });
      const before = entriesOf(db, { agent: by.key, layer: ESSENTIAL_LAYER }, ENTRIES_MAX);
      const others = before.filter(({ id }) => id !== essential.id);
      // As the essentials will be: the summary that is being written stands in front.
      const essentials =
        essential.content === '' ? others : [{ content: essential.content }, ...others];
      const level = LEVELS.identity;
      const identity = summaryOf(session, db, { by, level, entries: essentials });
      const result = {
        l0_updated: identity.events.length > 0,
        l1_count: essential.events.length > 0 ? 1 : 0,
        l3_count: archive.length,
      };
      const events = [...essential.events, ...identity.events];
      if (events.length === 0) return { events, result };
      const places = new Places(session, db);
      for (const { to } of Object.values(LEVELS)) {
        places.need(realmOfAgent(by.key), domainOfLayer(to));
      }
      return { events: [...places.events, ...events], result };
    },
  });
}

interface Summary {
  readonly id: string;
  readonly content: string;
  readonly events: readonly NewEvent[];
}

function summaryOf(
  session: Session,
  db: Db,
  of: {
    readonly by: Agent;
    readonly level: Level;
    readonly entries: readonly Pick<LayerEntry, 'content'>[];
  },
): Summary {
  const { by, level, entries } = of;
  const parts = ['summary', by.key, String(level.to)];
  const id = `ent_${derivedId(session.store.identity.key, parts)}`;
  const content = condense(entries, level);
  const living = entityById(db, id);
  if (content === '' || living?.content === content) return { id, content, events: [] };
  if (living) {
    const { stream } = living;
    return {
      id,
      content,
      events: [{ type: 'EntityRevised', stream, data: { entity_id: id, content } }],
    };
  }
  const { topic, source, to: layer } = level;
  const draft = { id, by, layer, content, topic, metadata: { source } };
  return { id, content, events: [layerEntryWritten(session, draft)] };
}

/** The newest entries first, as many as fit. */
function condense(entries: readonly Pick<LayerEntry, 'content'>[], level: Level): string {
  let text = '';
  for (const { content } of entries) {
    const part = snippet(content, level.entryCharacters);
    const next = text === '' ? part : `${text}${SEPARATOR}${part}`;
    if (next.length > level.characters) break;
    text = next;
  }
  return text;
}
