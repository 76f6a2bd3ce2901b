/** Diaries: what agents write for themselves, read back by who wrote it, wherever it was filed. */
import { AltError } from '../../events/index.js';
import {
  countRecords,
  entityById,
  listAgents as agentRows,
  recordsOf,
  type RecordFilter,
} from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { toIso } from '../entity.js';
import { filterName, matchesNothing, normalizeName } from '../names.js';
import { Places } from '../places.js';
import { change, newId, streamIn, type ChangeOptions, type Session } from '../session.js';
import { checkMetadata, type Metadata } from '../values.js';
import { layerOf, LAYERS, type Layer } from './layers.js';
import {
  checkAgent,
  checkEntry,
  checkTopic,
  clampLastN,
  realmOfAgent,
  toDiaryEntry,
  type DiaryEntry,
} from './record.js';

export interface RecordOptions extends ChangeOptions {
  /** At most 128 characters; `general` when absent. */
  readonly topic?: string | undefined;
  /** `agent_<agent>` when absent. */
  readonly realm?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly sourceFile?: string | undefined;
  /** What wrote it, when no person or agent asked for it. */
  readonly origin?: 'hook' | 'mine' | undefined;
}

export interface RecordWritten {
  readonly entity_id: string;
  readonly realm: string;
  readonly agent: string;
  readonly topic: string;
  readonly layer: Layer;
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
}

export interface DiaryOptions {
  /** 1–1,000, 10 when absent; what lies outside is clamped. */
  readonly lastN?: number | undefined;
  readonly realm?: string | undefined;
  readonly topic?: string | undefined;
}

export interface DiaryPage {
  /** By what agents are compared. */
  readonly agent: string;
  readonly entries: DiaryEntry[];
  /** How many there are in all. */
  readonly total: number;
}

export interface AgentSummary {
  readonly name: string;
  /** Records and layer entries. */
  readonly entries: number;
  readonly last_entry_at: string;
  readonly realms: string[];
}

/** The domain that records are filed in. */
const RECORD_DOMAIN = 'record';
/** `YYYY-MM-DD`. */
const DATE_CHARACTERS = 10;

/**
 * Files a diary entry as a memory of its own, searchable like any other.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE, BUSY, DISK_FULL
 */
export async function recordWrite(
  session: Session,
  by: { readonly agent: string; readonly entry: string },
  options: RecordOptions = {},
): Promise<RecordWritten> {
  const { agent, key } = checkAgent(by.agent);
  const entry = checkEntry(by.entry);
  const topic = checkTopic(options.topic);
  const metadata = checkMetadata(options.metadata);
  const realm = isGiven(options.realm) ? normalizeName(options.realm, 'realm') : realmOfAgent(key);
  const { idempotencyKey, sourceFile = '', origin } = options;
  const id = newId(session, 'ent', { idempotencyKey, index: 0 });
  const layer = layerOf(topic, entry);
  const written = { entity_id: id, realm, agent, topic, layer };
  await change(session, {
    ...options,
    operation: 'record',
    decide(db) {
      const places = new Places(session, db);
      places.need(realm, RECORD_DOMAIN);
      const event: NewEvent = {
        type: 'RecordWritten',
        stream: streamIn(session, 'entity', id),
        data: {
          ...{ entity_id: id, realm, domain: RECORD_DOMAIN, content: entry },
          ...{ agent, agent_key: key, kind: 'record', layer: LAYERS.indexOf(layer), topic },
          date: toIso(session.system.now()).slice(0, DATE_CHARACTERS),
          ...(Object.keys(metadata).length > 0 && { metadata: metadata as Record<string, never> }),
          ...(sourceFile !== '' && { source_file: sourceFile }),
          ...(origin !== undefined && { origin }),
        },
      };
      return { events: [...places.events, event], result: true };
    },
    recall(events) {
      const isSame = events.some(({ data }) => {
        return data.entity_id === id && data.content === entry && data.agent_key === key;
      });
      return isSame ? true : undefined;
    },
  });
  const row = await session.store.read((db) => entityById(db, id));
  return { ...written, timestamp: toIso(row?.createdMs ?? session.system.now()) };
}

const isGiven = (text: string | undefined): text is string => text !== undefined && text !== '';

/** An agent's entries, newest first, in one realm or wherever it wrote. */
export async function recordRead(
  session: Session,
  agent: string,
  options: DiaryOptions = {},
): Promise<DiaryPage> {
  const lastN = clampLastN(options.lastN, 10);
  const key = filterName(typeof agent === 'string' ? agent.trim() : agent);
  if (key === undefined) throw new AltError('INVALID_ARGUMENT', 'Whose diary? agent is blank.');
  const realm = filterName(options.realm);
  if (matchesNothing(key)) return { agent, entries: [], total: 0 };
  if (matchesNothing(realm)) return { agent: key, entries: [], total: 0 };
  const topic = isGiven(options.topic) ? checkTopic(options.topic) : undefined;
  const filter: RecordFilter = { agent: key, kind: 'record', realm, topic };
  return session.store.read((db) => ({
    agent: key,
    entries: recordsOf(db, filter, lastN).map(toDiaryEntry),
    total: countRecords(db, filter),
  }));
}

/** Everyone who wrote a record or a layer entry that is still there, by name. */
export async function listAgents(session: Session): Promise<AgentSummary[]> {
  const rows = await session.store.read(agentRows);
  return rows.map(({ name, entries, lastMs, realms }) => {
    return { name, entries, last_entry_at: toIso(lastMs), realms: [...realms] };
  });
}
