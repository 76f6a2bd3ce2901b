/** What an agent begins a session with: its newest diary entries, layer by layer. */
import { AltError } from '../../events/index.js';
import { listAgents, recordsOf, type Db, type EntityRow } from '../../projections/index.js';
import { toEntity, type Entity } from '../entity.js';
import { filterName, matchesNothing } from '../names.js';
import { clampLastN } from '../records/record.js';
import type { Session } from '../session.js';
import { estimateTokens, snippet } from './snippet.js';

const LAST_N = 5;
const TEXT_CHARACTERS_MAX = 200;
/** Agents that an error names. */
const KNOWN_MAX = 10;

interface SectionKind {
  readonly name: 'identity' | 'L1' | 'L0' | 'L2' | 'L3';
  readonly title: string;
  /** The layer of diary entries that it shows. */
  readonly record?: number;
  /** The layer of the agent's memory whose entries it shows too. */
  readonly layer?: number;
  /** Left out where it is empty. */
  readonly isOptional: boolean;
  /** At most so many, whatever was asked for. */
  readonly lastNMax?: number;
}

const SECTIONS: readonly SectionKind[] = [
  { name: 'identity', title: 'identity', layer: 0, isOptional: true, lastNMax: 1 },
  { name: 'L1', title: 'L1 daily summaries', record: 1, layer: 1, isOptional: false },
  { name: 'L0', title: 'L0 immediate records', record: 0, layer: 2, isOptional: false },
  { name: 'L2', title: 'L2 patterns', record: 2, isOptional: true },
  { name: 'L3', title: 'L3 archive', layer: 3, isOptional: true },
];

export interface AgentWakeUpOptions {
  /** Entries of each section, 1–1,000; 5 when absent. */
  readonly lastN?: number | undefined;
  /** The archive too. */
  readonly allLayers?: boolean | undefined;
}

export interface Section {
  readonly name: SectionKind['name'];
  readonly title: string;
  /** Newest first. */
  readonly entries: Entity[];
}

export interface AgentWakeUp {
  /** By what agents are compared. */
  readonly agent: string;
  readonly text: string;
  readonly tokens_estimate: number;
  readonly sections: Section[];
}

/** @throws {AltError} NOT_FOUND for an agent that never wrote, naming those that did */
export async function wakeUpAgent(
  session: Session,
  agent: string,
  options: AgentWakeUpOptions = {},
): Promise<AgentWakeUp> {
  const lastN = clampLastN(options.lastN, LAST_N);
  const kinds = SECTIONS.filter(({ name }) => name !== 'L3' || options.allLayers === true);
  const key = filterName(agent);
  const sections = await session.store.read((db) => {
    const agents = listAgents(db).map(({ name }) => name);
    if (key === undefined || matchesNothing(key) || !agents.includes(key)) {
      throw unknownAgent(agent, agents);
    }
    return kinds.map((kind) => sectionOf(db, kind, { agent: key, lastN }));
  });
  const shown = sections.filter(({ entries }, index) => {
    return entries.length > 0 || kinds[index]?.isOptional !== true;
  });
  const text = shown.map(sectionText).join('\n\n');
  return { agent: String(key), text, tokens_estimate: estimateTokens(text), sections: shown };
}

function sectionOf(
  db: Db,
  { name, title, record, layer, lastNMax = Infinity }: SectionKind,
  { agent, lastN }: { readonly agent: string; readonly lastN: number },
): Section {
  const limit = Math.min(lastN, lastNMax);
  const rows: EntityRow[] = [];
  if (record !== undefined)
    rows.push(...recordsOf(db, { agent, kind: 'record', layer: record }, limit));
  if (layer !== undefined)
    rows.push(...recordsOf(db, { agent, kind: 'layer_entry', layer }, limit));
  // Both halves are in order; the sort is stable and joins them by time.
  const newest = rows.sort((a, b) => b.createdMs - a.createdMs).slice(0, limit);
  return { name, title, entries: newest.map(toEntity) };
}

function sectionText({ title, entries }: Section): string {
  const heading = `--- ${title} (${String(entries.length)} entries) ---`;
  const lines = entries.map(({ created_at, content }) => {
    return `  [${created_at}] ${snippet(content, TEXT_CHARACTERS_MAX)}`;
  });
  return [heading, ...lines].join('\n');
}

function unknownAgent(agent: string, known: readonly string[]): AltError {
  const names = known.slice(0, KNOWN_MAX).join(', ');
  const more = known.length > KNOWN_MAX ? ' and others' : '';
  return new AltError('NOT_FOUND', `The agent '${agent}' never wrote anything here.`, {
    hint:
      known.length === 0 ? 'Nobody did yet: "alt record" writes.' : `These did: ${names}${more}.`,
    details: { agents: [...known] },
  });
}
