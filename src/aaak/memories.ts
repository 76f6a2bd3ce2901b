/** Memories of a dimension as entries: what they say of themselves goes in with their text. */
import type { Db, EntityRow } from '../../projections/index.js';
import type { CompressOptions } from './compress.js';
import { revisionOf } from './references.js';
import { aaakCountTokens } from './text.js';

/** A memory and its entry. */
export interface CompressedMemory {
  readonly id: string;
  readonly realm: string;
  readonly domain: string;
  readonly source_file: string;
  readonly aaak: string;
  /** Estimates. */
  readonly original_tokens: number;
  readonly aaak_tokens: number;
}

const IMPORTANCE_KEYS = ['importance', 'weight', 'priority', 'emotional_weight'];
const IMPORTANCE_WORDS: Readonly<Record<string, number>> = {
  critical: 5,
  high: 4,
  medium: 3,
  normal: 3,
  low: 2,
};

/** What its metadata says of how the memory is written; its reference comes with it. */
export function memoryOptions(db: Db, row: EntityRow): CompressOptions {
  const metadata = JSON.parse(row.metadata) as Readonly<Record<string, unknown>>;
  return {
    ref: row.id,
    rev: revisionOf(db, row.stream),
    importance: importanceOf(metadata),
    flags: flagsOf(metadata),
  };
}

/** 1–5 stars, where the metadata gives them. */
function importanceOf(metadata: Readonly<Record<string, unknown>>): number | undefined {
  const key = IMPORTANCE_KEYS.find((name) => metadata[name] !== undefined);
  const given = key === undefined ? undefined : metadata[key];
  const word = typeof given === 'string' ? IMPORTANCE_WORDS[given.trim().toLowerCase()] : undefined;
  const stars = word ?? Math.round(Number(typeof given === 'boolean' ? NaN : given));
  return stars >= 1 && stars <= 5 ? stars : undefined;
}

/** SENSITIVE and GENESIS are never guessed: only the metadata says them. */
function flagsOf({ flags, sensitivity, genesis }: Readonly<Record<string, unknown>>): string[] {
  const said = Array.isArray(flags) ? flags : [];
  const isSensitive =
    said.includes('SENSITIVE') ||
    (typeof sensitivity === 'string' && sensitivity.startsWith('MAXIMUM'));
  const isGenesis = said.includes('GENESIS') || genesis === true;
  return [...(isSensitive ? ['SENSITIVE'] : []), ...(isGenesis ? ['GENESIS'] : [])];
}

export function compressedMemory(row: EntityRow, aaak: string): CompressedMemory {
  const { id, realm, domain, sourceFile, content } = row;
  const tokens = { original_tokens: aaakCountTokens(content), aaak_tokens: aaakCountTokens(aaak) };
  return { id, realm, domain, source_file: sourceFile, aaak, ...tokens };
}
