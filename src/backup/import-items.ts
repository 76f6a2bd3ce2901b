/** What one item of an import says, or what is wrong with it. */
import { AltError } from '../../events/index.js';
import { normalizeName } from '../names.js';
import {
  checkContent,
  checkId,
  checkLabel,
  checkMetadata,
  checkShape,
  type Metadata,
} from '../values.js';
import { metadataOf, writingOf, type WrittenItem } from './import-records.js';
import { checkMoment } from './moments.js';

/** An item as exports have it; the names of older products are read too. */
export interface ImportItem {
  readonly realm?: unknown;
  readonly domain?: unknown;
  readonly content?: unknown;
  readonly entity_id?: unknown;
  readonly id?: unknown;
  readonly metadata?: unknown;
  readonly source_file?: unknown;
  readonly created_at?: unknown;
  readonly updated_at?: unknown;
}

export interface CheckedItem {
  readonly index: number;
  readonly id: string | undefined;
  readonly realm: string;
  readonly domain: string;
  readonly content: string;
  readonly metadata: Metadata;
  /** Of a diary record or layer entry. */
  readonly written: WrittenItem | undefined;
  readonly sourceFile: string;
  readonly createdMs: number | undefined;
  readonly updatedMs: number | undefined;
}

export interface SkippedItem {
  /** Place in the list, from 0. */
  readonly index: number;
  readonly id?: string;
  readonly reason: 'exists' | 'blank' | 'invalid';
  /** What is wrong, as a sentence. */
  readonly error?: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Never throws for what the item says. */
export function checkItem(item: unknown, index: number): CheckedItem | SkippedItem {
  try {
    checkShape(item, 'object', 'The item');
    const values = item as Values;
    const createdMs = checkMoment(values.created_at, 'created_at');
    const id = checkId(firstOf(values, 'entity_id', 'id'));
    const realm = normalizeName(textOf(values, 'realm', 'wing'), 'realm');
    const domain = normalizeName(textOf(values, 'domain', 'room'), 'domain');
    const content = checkContent(firstOf(values, 'content', 'text', 'document'));
    const metadata = checkMetadata(values.metadata);
    const written = writingOf(metadata, content);
    return {
      index,
      id,
      realm,
      domain,
      content,
      metadata: written ? metadataOf(written) : metadata,
      written,
      sourceFile: checkLabel(firstOf(values, 'source_file', 'source'), 'source_file'),
      createdMs,
      // Nobody changed it since, as far as the item says.
      updatedMs: checkMoment(values.updated_at, 'updated_at') ?? createdMs,
    };
  } catch (error) {
    if (!(error instanceof AltError)) throw error;
    return skippedFor(item, index, error.message);
  }
}

export const isSkipped = (item: CheckedItem | SkippedItem): item is SkippedItem => 'reason' in item;

function skippedFor(item: unknown, index: number, error: string): SkippedItem {
  const values = (item ?? {}) as Values;
  const content = firstOf(values, 'content', 'text', 'document');
  const isBlank = typeof content === 'string' && content.trim() === '';
  const id = firstOf(values, 'entity_id', 'id');
  const isId = typeof id === 'string' && id !== '';
  return { index, ...(isId && { id }), reason: isBlank ? 'blank' : 'invalid', error };
}

function firstOf(values: Values, ...keys: readonly string[]): unknown {
  const key = keys.find((name) => Object.hasOwn(values, name) && values[name] !== null);
  return key === undefined ? undefined : values[key];
}

/** A name, or an error that says that it is missing. */
function textOf(values: Values, key: string, alias: string): string {
  const value = firstOf(values, key, alias);
  if (typeof value === 'string') return value;
  throw new AltError('INVALID_ARGUMENT', `${key} must be a text.`);
}
