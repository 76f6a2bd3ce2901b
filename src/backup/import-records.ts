/** Diary records and layer entries among what is imported: memories that know their writer. */
import type { NewEvent } from '../../replay/index.js';
import { checkAgent, checkTopic } from '../records/record.js';
import { layerOf, LAYERS } from '../records/layers.js';
import type { Metadata } from '../values.js';

type RecordedData = Extract<NewEvent, { type: 'RecordWritten' }>['data'];

/** What a record says besides what every memory says. */
export type Writing = Pick<
  RecordedData,
  'agent' | 'agent_key' | 'kind' | 'layer' | 'topic' | 'date'
>;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const LAYER_MAX = 3;

export interface WrittenItem {
  readonly writing: Writing;
  /** The metadata besides. */
  readonly rest: Metadata;
}

/**
 * Who wrote the memory; undefined for what is no record, or none that could have been written here:
 * it stays an ordinary memory, with all its metadata.
 */
export function writingOf(metadata: Metadata, content: string): WrittenItem | undefined {
  const { type, agent: name, topic: about, layer: given, date, ...rest } = metadata;
  if ((type !== 'record' && type !== 'layer_entry') || typeof name !== 'string') return undefined;
  if (date !== undefined && (typeof date !== 'string' || !DATE.test(date))) return undefined;
  try {
    const { agent, key: agent_key } = checkAgent(name);
    const topic = checkTopic(about);
    const layer = type === 'record' ? recordLayer(given, topic, content) : entryLayer(given);
    if (layer === undefined) return undefined;
    return { writing: { agent, agent_key, kind: type, layer, topic, date }, rest };
  } catch {
    // A writer or topic that no record could have.
    return undefined;
  }
}

/** Records of older products say no layer. */
function recordLayer(given: unknown, topic: string, content: string): number | undefined {
  const layer = LAYERS.findIndex((name) => name === (given ?? layerOf(topic, content)));
  return layer < 0 ? undefined : layer;
}

function entryLayer(given: unknown): number | undefined {
  const isLayer = Number.isInteger(given) && Number(given) >= 0 && Number(given) <= LAYER_MAX;
  return isLayer ? Number(given) : undefined;
}

/** The metadata that such a memory shows: those of the item, and what it lacked. */
export function metadataOf({ writing, rest }: WrittenItem): Metadata {
  const { agent, kind, layer, topic, date } = writing;
  const shown = kind === 'record' ? (LAYERS[layer] ?? null) : layer;
  const own = { agent, topic, type: kind, layer: shown };
  return { ...rest, ...own, ...(date !== undefined && { date }) };
}
