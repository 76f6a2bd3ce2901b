/** What a memory tells the graph: where it is, and the tags in its metadata. */
import type { TaggedRow } from '../../projections/index.js';

export interface Tagged {
  readonly realm: string;
  readonly domain: string;
  /** '' where it has none; so for the next two. */
  readonly gate: string;
  readonly date: string;
  readonly topic: string;
  /** The different names that it mentions, in order. */
  readonly names: readonly string[];
  readonly createdMs: number;
  /** Sorts as the memories were added. */
  readonly added: string;
}

/** What is longer names nobody. */
const NAME_CHARACTERS_MAX = 128;
/** Pairs grow with the square of the names; a memory with more is a list of names, no context. */
const NAMES_MAX = 50;
const NO_SENTINEL: ReadonlySet<unknown> = new Set([undefined, null, false, 0, '', 'false']);

type Metadata = Readonly<Record<string, unknown>>;

export function toTagged(row: TaggedRow): Tagged {
  const { realm, domain, createdMs, added } = row;
  const metadata = JSON.parse(row.metadata) as Metadata;
  return {
    realm,
    domain,
    gate: textIn(metadata.gate),
    date: textIn(metadata.date),
    topic: textIn(metadata.topic),
    names: isSentinel(metadata.is_sentinel) ? [] : namesIn(metadata.entities),
    createdMs,
    added: added.toString('latin1'),
  };
}

/** Without the spaces around it; '' for what is no text. */
const textIn = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/^ +| +$/g, '') : '';

/** A place holder of a miner, in which nothing is told. */
const isSentinel = (value: unknown): boolean => !NO_SENTINEL.has(value);

/** The different names of a memory, in order: from `A;B`, a list of names or of `{name}`. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'string' && !Array.isArray(value)) return [];
  const items: unknown[] = typeof value === 'string' ? value.split(';') : value;
  const names = new Set<string>();
  for (const item of items) {
    const name = nameIn(item);
    if (name !== '' && name.length <= NAME_CHARACTERS_MAX) names.add(name);
    if (names.size === NAMES_MAX) break;
  }
  return [...names].sort();
}

function nameIn(item: unknown): string {
  const named = typeof item === 'object' && item !== null ? (item as { name?: unknown }) : {};
  const text = typeof item === 'string' ? item : named.name;
  return typeof text === 'string' ? text.normalize('NFC').trim() : '';
}

/** Whether both tell the same. */
export function isSame(a: Tagged, b: Tagged): boolean {
  const fields = ['realm', 'domain', 'gate', 'date', 'topic', 'createdMs', 'added'] as const;
  if (fields.some((field) => a[field] !== b[field])) return false;
  return a.names.length === b.names.length && a.names.every((name, at) => name === b.names[at]);
}
