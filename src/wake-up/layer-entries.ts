/**
 * The layered memory of an agent: identity, essentials, working notes, archive. Each layer is a
 * domain of the agent's realm, and each entry a memory that can be searched.
 */
import { entityById, recordsOf, type Db, type EntityRow } from '../../projections/index.js';
import type { NewEvent } from '../../replay/index.js';
import { toEntity, toIso, type Entity } from '../entity.js';
import { Places } from '../places.js';
import {
  checkAgent,
  checkEntry,
  checkTopic,
  clampLastN,
  realmOfAgent,
  type Agent,
} from '../records/record.js';
import { filterName, matchesNothing } from '../names.js';
import { change, newId, streamIn, type ChangeOptions, type Session } from '../session.js';
import { checkInteger, checkMetadata, type Metadata } from '../values.js';

/** The domains of the layers, in order. */
const LAYER_DOMAINS = [
  'layer_0_identity',
  'layer_1_essential',
  'layer_2_working',
  'layer_3_archive',
] as const;

export const IDENTITY_LAYER = 0;
export const ESSENTIAL_LAYER = 1;
export const ARCHIVE_LAYER = 3;

export interface LayerOptions extends ChangeOptions {
  /** `general` when absent. */
  readonly topic?: string | undefined;
  readonly metadata?: Metadata | undefined;
}

export interface LayerWritten {
  readonly entity_id: string;
  readonly agent: string;
  readonly layer: number;
  readonly domain: string;
  readonly created_at: string;
}

/** An entry of a layer: a memory, with what it is about. */
export interface LayerEntry extends Entity {
  readonly topic: string;
}

/** @throws {AltError} INVALID_ARGUMENT for anything but 0, 1, 2, 3 */
export function checkLayer(layer: unknown): number {
  return checkInteger(layer, { what: 'layer', min: 0, max: LAYER_DOMAINS.length - 1 });
}

export const domainOfLayer = (layer: number): string => LAYER_DOMAINS[layer] ?? LAYER_DOMAINS[0];

export interface LayerEntryDraft {
  readonly id: string;
  readonly by: Agent;
  readonly layer: number;
  readonly content: string;
  readonly topic: string;
  readonly metadata: Metadata;
}

export function layerEntryWritten(session: Session, draft: LayerEntryDraft): NewEvent {
  const { id, by, layer, content, topic, metadata } = draft;
  return {
    type: 'RecordWritten',
    stream: streamIn(session, 'entity', id),
    data: {
      ...{ entity_id: id, realm: realmOfAgent(by.key), domain: domainOfLayer(layer), content },
      ...{ agent: by.agent, agent_key: by.key, kind: 'layer_entry', layer, topic },
      ...(Object.keys(metadata).length > 0 && { metadata: metadata as Record<string, never> }),
    },
  };
}

/**
 * Files an entry in a layer of an agent's memory.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE, BUSY, DISK_FULL
 */
export async function writeLayer(
  session: Session,
  entry: { readonly agent: string; readonly layer: number; readonly content: string },
  options: LayerOptions = {},
): Promise<LayerWritten> {
  const by = checkAgent(entry.agent);
  const layer = checkLayer(entry.layer);
  const content = checkEntry(entry.content, 'content');
  const topic = checkTopic(options.topic);
  const metadata = checkMetadata(options.metadata);
  const { idempotencyKey } = options;
  const id = newId(session, 'ent', { idempotencyKey, index: 0 });
  const domain = domainOfLayer(layer);
  await change(session, {
    ...options,
    operation: 'layer',
    decide(db) {
      const places = new Places(session, db);
      places.need(realmOfAgent(by.key), domain);
      const event = layerEntryWritten(session, { id, by, layer, content, topic, metadata });
      return { events: [...places.events, event], result: true };
    },
    recall(events) {
      const isSame = events.some(({ data }) => {
        return data.entity_id === id && data.content === content && data.agent_key === by.key;
      });
      return isSame ? true : undefined;
    },
  });
  const row = await session.store.read((db) => entityById(db, id));
  return {
    entity_id: id,
    agent: by.agent,
    layer,
    domain,
    created_at: toIso(row?.createdMs ?? session.system.now()),
  };
}

const LAST_N = 10;

export interface LayersWanted {
  /** All when absent. */
  readonly layer?: number | undefined;
  /** Of each layer: 1–1,000, 10 when absent. */
  readonly lastN?: number | undefined;
}

export interface LayersRead {
  /** Layer -> its entries, newest first. */
  readonly layers: Readonly<Record<string, LayerEntry[]>>;
  readonly count: number;
}

/** The newest entries of one layer, or of each. An agent that nobody knows has none. */
export async function readLayers(
  session: Session,
  agent: string,
  options: LayersWanted = {},
): Promise<LayersRead> {
  const lastN = clampLastN(options.lastN, LAST_N);
  const wanted =
    options.layer === undefined ? [...LAYER_DOMAINS.keys()] : [checkLayer(options.layer)];
  const key = filterName(agent);
  if (key === undefined || matchesNothing(key)) return { layers: {}, count: 0 };
  const layers = await session.store.read((db) => {
    return wanted.map((layer) => [layer, entriesOf(db, { agent: key, layer }, lastN)] as const);
  });
  const count = layers.reduce((sum, [, entries]) => sum + entries.length, 0);
  return { layers: Object.fromEntries(layers), count };
}

/** Entries of one layer, newest first. */
export function entriesOf(
  db: Db,
  of: { readonly agent: string; readonly layer: number },
  limit: number,
): LayerEntry[] {
  return recordsOf(db, { ...of, kind: 'layer_entry' }, limit).map(toLayerEntry);
}

function toLayerEntry(row: EntityRow): LayerEntry {
  const entity = toEntity(row);
  const { topic } = entity.metadata;
  return { ...entity, topic: typeof topic === 'string' ? topic : '' };
}
