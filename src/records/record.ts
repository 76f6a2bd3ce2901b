/** A diary entry as everybody sees it, and the checks of what an agent writes. */
import { AltError } from '../../events/index.js';
import type { EntityRow } from '../../projections/index.js';
import { toEntity, type Entity } from '../entity.js';
import { normalizeName, slugName } from '../names.js';
import { checkContent } from '../values.js';
import { LAYERS, type Layer } from './layers.js';

/** A diary entry: a memory, with who wrote it and about what. */
export interface DiaryEntry extends Entity {
  readonly agent: string;
  readonly topic: string;
  readonly layer: Layer;
}

/** The longest entry; longer texts are mined. */
const ENTRY_CHARACTERS_MAX = 100_000;
const TOPIC_CHARACTERS_MAX = 128;
const DEFAULT_TOPIC = 'general';
const LAST_N_MAX = 1_000;

/** An agent as it spells itself, and by what agents are compared. */
export interface Agent {
  readonly agent: string;
  readonly key: string;
}

/** @throws {AltError} INVALID_ARGUMENT */
export function checkAgent(agent: string): Agent {
  const key = normalizeName(agent, 'agent');
  return { agent: agent.trim().toWellFormed(), key };
}

/** The realm of an agent that names no other; cut where the agent's name is too long for one. */
export const realmOfAgent = (key: string): string => slugName(`agent_${key}`);

/** @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
export function checkEntry(entry: unknown, what = 'entry'): string {
  const text = checkContent(entry, what);
  if ([...text].length <= ENTRY_CHARACTERS_MAX) return text;
  throw new AltError('TOO_LARGE', `${what} is longer than 100,000 characters.`, {
    hint: 'Write a summary, and mine the long text itself.',
  });
}

/** A word or two; `general` when there is none. @throws {AltError} INVALID_ARGUMENT, TOO_LARGE */
export function checkTopic(topic: unknown): string {
  if (topic === undefined || topic === null) return DEFAULT_TOPIC;
  if (typeof topic !== 'string') throw invalid('topic must be a text.');
  const text = topic.trim().toWellFormed();
  if (text === '') return DEFAULT_TOPIC;
  if (/\p{Cc}/u.test(text)) throw invalid('topic contains control characters.');
  if ([...text].length <= TOPIC_CHARACTERS_MAX) return text;
  throw new AltError('TOO_LARGE', 'topic is longer than 128 characters.');
}

/** How many entries to read: at least 1, at most 1,000. @throws {AltError} INVALID_ARGUMENT */
export function clampLastN(lastN: unknown, otherwise: number): number {
  if (lastN === undefined) return otherwise;
  if (typeof lastN !== 'number' || !Number.isInteger(lastN)) {
    throw invalid('last_n must be a whole number.');
  }
  return Math.min(Math.max(lastN, 1), LAST_N_MAX);
}

const invalid = (message: string): AltError => new AltError('INVALID_ARGUMENT', message);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function toDiaryEntry(row: EntityRow): DiaryEntry {
  const entity = toEntity(row);
  const { agent, topic, layer } = entity.metadata;
  return {
    ...entity,
    agent: textOf(agent),
    topic: textOf(topic),
    layer: LAYERS.find((name) => name === layer) ?? 'L0',
  };
}
