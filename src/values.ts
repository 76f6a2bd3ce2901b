/** Checks of everything that comes from outside, each with an error that says what to do. */
import { AltError } from '../events/index.js';

/** The longest text of one memory. */
const CONTENT_CHARACTERS_MAX = 1_000_000;
const ID_CHARACTERS_MAX = 256;
const METADATA_BYTES_MAX = 64 * 1024;
const METADATA_DEPTH_MAX = 8;
const METADATA_KEY_CHARACTERS_MAX = 128;
const PATH_CHARACTERS_MAX = 4096;
/** Mirrored from the memory's own fields; never taken from the caller's metadata. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(['realm', 'domain', 'source_file']);
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const invalid = (message: string, hint?: string): AltError =>
  new AltError('INVALID_ARGUMENT', message, hint === undefined ? {} : { hint });

/**
 * Text as it is stored: lone surrogates become U+FFFD, nothing else changes.
 *
 * @throws {AltError} INVALID_ARGUMENT when blank or with NUL, TOO_LARGE over the limit.
 */
export function checkContent(content: unknown, what = 'content'): string {
  if (typeof content !== 'string') throw invalid(`${what} must be a string.`);
  if (content.trim() === '') throw invalid(`${what} is blank.`);
  if (content.includes('\0')) throw invalid(`${what} contains a NUL character.`);
  if (content.length > CONTENT_CHARACTERS_MAX) {
    throw new AltError(
      'TOO_LARGE',
      `${what} has ${String(content.length)} characters; the limit is 1,000,000.`,
      { hint: 'Mine it instead: "alt mine FILE" stores long texts in parts.' },
    );
  }
  return content.toWellFormed();
}

/**
 * Something that must be a list of items or an object: what TypeScript promises and other callers
 * may break.
 *
 * @throws {AltError} INVALID_ARGUMENT
 */
export function checkShape(value: unknown, shape: 'list' | 'object' | 'text', what: string): void {
  const isList = Array.isArray(value);
  const isObject = typeof value === 'object' && value !== null && !isList;
  const fits = { list: isList, object: isObject, text: typeof value === 'string' }[shape];
  if (fits) return;
  const written = { list: '[…]', object: '{…}', text: '"…"' }[shape];
  const name = shape === 'object' ? 'an object' : `a ${shape}`;
  throw invalid(`${what} must be ${name}.`, `In JSON it is written ${written}.`);
}

/** The key of a call that may be made twice: 1–256 characters. */
export function checkIdempotencyKey(key: unknown): void {
  if (key === undefined) return;
  const fits = typeof key === 'string' && key.length >= 1 && key.length <= ID_CHARACTERS_MAX;
  if (!fits) throw invalid('The idempotency key must be a text of 1 to 256 characters.');
}

/** An id given by a caller: 1–256 visible ASCII characters; undefined for none or ''. */
export function checkId(id: unknown, what = 'entity_id'): string | undefined {
  if (id === undefined || id === null || id === '') return undefined;
  if (typeof id !== 'string' || !/^[\x21-\x7e]+$/.test(id) || id.length > ID_CHARACTERS_MAX) {
    throw invalid(`${what} must be 1 to 256 visible ASCII characters without spaces.`);
  }
  return id;
}

export type Metadata = Record<string, unknown>;

/**
 * A JSON object of at most 64 KiB, 8 levels deep; the reserved keys are left out.
 *
 * @throws {AltError} INVALID_ARGUMENT, TOO_LARGE
 */
export function checkMetadata(metadata: unknown): Metadata {
  if (metadata === undefined || metadata === null) return {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) {
    throw invalid('metadata must be a JSON object.');
  }
  const clean = checkJson(metadata, 1) as Metadata;
  for (const key of RESERVED_KEYS) Reflect.deleteProperty(clean, key);
  checkMetadataSize(clean);
  return clean;
}

/** @throws {AltError} TOO_LARGE for more than 64 KiB */
export function checkMetadataSize(metadata: Metadata): void {
  if (Buffer.byteLength(JSON.stringify(metadata)) <= METADATA_BYTES_MAX) return;
  throw new AltError('TOO_LARGE', 'metadata is larger than 64 KiB.', {
    hint: 'Keep long texts as memories of their own.',
  });
}

/** A deep copy that holds JSON values only. */
function checkJson(value: unknown, depth: number): unknown {
  if (depth > METADATA_DEPTH_MAX + 1) throw invalid('metadata is nested deeper than 8 levels.');
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw invalid('metadata holds a number that JSON cannot express.');
  }
  if (Array.isArray(value)) return value.map((item) => checkJson(item, depth + 1));
  if (typeof value !== 'object' || !isPlain(value)) {
    throw invalid(`metadata holds a ${typeof value}, which JSON cannot express.`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [checkKey(key), checkJson(item, depth + 1)]),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function checkKey(key: string): string {
  if (FORBIDDEN_KEYS.has(key)) throw invalid(`metadata must not have a key '${key}'.`);
  if (key.length > METADATA_KEY_CHARACTERS_MAX) {
    throw invalid('metadata has a key of more than 128 characters.');
  }
  return key.toWellFormed();
}

/** A path or label as given: at most 4,096 characters, no NUL; '' for none. */
export function checkLabel(label: unknown, what: string): string {
  if (label === undefined || label === null) return '';
  if (typeof label !== 'string' || label.includes('\0')) throw invalid(`${what} must be a text.`);
  if (label.length > PATH_CHARACTERS_MAX) throw invalid(`${what} is longer than 4,096 characters.`);
  return label.toWellFormed();
}

/**
 * Text that may be blank, as it is stored.
 *
 * @throws {AltError} INVALID_ARGUMENT for what is no text or has NUL, TOO_LARGE over the limit.
 */
export function checkText(text: unknown, what: string, charactersMax: number): string {
  if (typeof text !== 'string') throw invalid(`${what} must be a text.`);
  if (text.includes('\0')) throw invalid(`${what} contains a NUL character.`);
  if ([...text].length <= charactersMax) return text.toWellFormed();
  const limit = charactersMax.toLocaleString('en-US');
  throw new AltError('TOO_LARGE', `${what} is longer than ${limit} characters.`);
}

/**
 * A whole number within bounds.
 *
 * @throws {AltError} INVALID_ARGUMENT
 */
export function checkInteger(
  value: unknown,
  bounds: { readonly what: string; readonly min: number; readonly max: number },
): number {
  const { what, min, max } = bounds;
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw invalid(`${what} must be a whole number from ${String(min)} to ${String(max)}.`);
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/**
 * A moment in time as it is stored: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`. Fractions are cut,
 * other offsets converted; '' and null are no date.
 *
 * @throws {AltError} INVALID_ARGUMENT naming the field and the forms that are read.
 */
export function checkInstant(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const parsed = typeof value === 'string' ? parseInstant(value) : undefined;
  if (parsed !== undefined) return parsed;
  const shown = typeof value === 'string' ? value.slice(0, 40) : typeof value;
  throw invalid(
    `${what} '${shown}' is no date.`,
    'Dates are YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, and exist in the calendar.',
  );
}

function parseInstant(text: string): string | undefined {
  if (!isCalendarDate(text.slice(0, 10))) return undefined;
  if (text.length === 10) return text;
  if (!DATE_TIME.test(text)) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const utc = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  // The other end of the world may be a year further, and years have four digits.
  return isCalendarDate(utc.slice(0, 10)) ? utc : undefined;
}

function isCalendarDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || year === '0000') return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return date.toISOString().slice(0, 10) === text;
}
