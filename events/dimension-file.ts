/**
 * dimension.json: what makes a folder a dimension. Format version, id and key; written once. The
 * key turns names into stream ids (streams.ts), so a log without it cannot be added to.
 */
import { join } from 'node:path';
import { AltError } from './errors.js';
import { readText, replaceFile, type Files } from './files.js';

const FORMAT = 1;
const KEY_BYTES = 32;

export interface DimensionIdentity {
  /** 32 hex digits. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** What a dimension file of this format says; undefined for anything else. */
function parseIdentity(json: Record<string, unknown>): DimensionIdentity | undefined {
  const { format, id, key } = json;
  if (format !== FORMAT || typeof id !== 'string' || typeof key !== 'string') return undefined;
  return /^[0-9a-f]{32}$/.test(id) ? { id, key: Buffer.from(key, 'base64') } : undefined;
}

/** Of a newer format nothing else is known. */
function isNewer({ format }: Record<string, unknown>): boolean {
  return Number.isSafeInteger(format) && (format as number) > FORMAT;
}

const pathIn = (folder: string): string => join(folder, 'dimension.json');

/**
 * The identity of the dimension in `folder`; undefined when there is none.
 *
 * @throws {AltError} DIMENSION_DAMAGED, UPGRADE_REQUIRED, MIGRATION_REQUIRED
 */
export function readDimensionFile(files: Files, folder: string): DimensionIdentity | undefined {
  const text = readText(pathIn(folder));
  const hasLog = files.list(join(folder, 'log')).length > 0;
  if (text === undefined) {
    if (hasLog) throw damaged(folder, 'is missing');
    return undefined;
  }
  const json = parseJson(text);
  if (isNewer(json)) {
    throw new AltError('UPGRADE_REQUIRED', `${folder} was made by a newer release.`, {
      hint: 'Upgrade alt-memory and try again.',
    });
  }
  const identity = parseIdentity(json);
  if (!identity) {
    if (!hasLog && isLegacy(files, folder)) throw legacy(folder);
    throw damaged(folder, 'is unreadable');
  }
  if (identity.key.length !== KEY_BYTES) throw damaged(folder, 'holds a key of the wrong length');
  return identity;
}

/** Writes the identity of a new dimension. */
export function writeDimensionFile(
  files: Files,
  folder: string,
  identity: DimensionIdentity,
): void {
  replaceFile(files, pathIn(folder), printDimensionFile(identity));
}

export function printDimensionFile({ id, key }: DimensionIdentity): string {
  const content = { format: FORMAT, id, key: key.toString('base64') };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** What a dimension file says, wherever it was found; undefined when it is none of this format. */
export function parseDimensionFile(text: string): DimensionIdentity | undefined {
  const identity = parseIdentity(parseJson(text));
  return identity?.key.length === KEY_BYTES ? identity : undefined;
}

/** A new identity from random bytes. */
export function newIdentity(randomBytes: (size: number) => Buffer): DimensionIdentity {
  return { id: randomBytes(16).toString('hex'), key: randomBytes(KEY_BYTES) };
}

function parseJson(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    // What is no JSON is no dimension file; the caller says so.
    return {};
  }
}

/** The Python product keeps its memories in dimension.db beside a dimension.json of its own. */
function isLegacy(files: Files, folder: string): boolean {
  return files.stat(join(folder, 'dimension.db')) !== undefined;
}

function legacy(folder: string): AltError {
  return new AltError('MIGRATION_REQUIRED', `${folder} holds a dimension of the Python product.`, {
    hint: 'Name another folder with --dimension; "alt migrate" brings the old memories over.',
  });
}

function damaged(folder: string, what: string): AltError {
  return new AltError('DIMENSION_DAMAGED', `dimension.json in ${folder} ${what}.`, {
    hint: 'Put it back from a backup; every copy of this dimension has the same one.',
  });
}
