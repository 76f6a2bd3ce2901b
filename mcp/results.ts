/** What a call answers with: the object, the same as text, failures with a code and a hint. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { ERROR_CODES, isAltError, type OutputObject } from '../src/index.js';

/** A client holds the whole answer in its context; longer ones are cut, item by item. */
const TEXT_BYTES_MAX = 1024 * 1024;
const CUT_CHARACTERS = 200;

export interface ResultOptions {
  readonly warnings: readonly string[];
  /** Full paths in `source_file`; only the base name where false. */
  readonly exposesPaths: boolean;
  /** Never cut: the operation itself sees to its size. */
  readonly isWhole?: boolean;
}

export function successResult(output: OutputObject, options: ResultOptions): CallToolResult {
  const warned = withWarnings(output, options.warnings);
  const shown = (options.exposesPaths ? warned : withoutFolders(warned)) as OutputObject;
  const text = JSON.stringify(shown);
  const sizeBytes = Buffer.byteLength(text);
  if (options.isWhole === true || sizeBytes <= TEXT_BYTES_MAX) return toResult(shown, text);
  const cut = cutItems(shown, sizeBytes - TEXT_BYTES_MAX);
  return toResult(cut, JSON.stringify(cut));
}

function toResult(structuredContent: OutputObject, text: string): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent };
}

/**
 * An expected failure with its code, message and hint. Of a bug the caller learns only that it is
 * one: messages and stacks of bugs hold paths and texts.
 *
 * @param argumentHint for a refused argument whose refusal has no hint of its own
 */
export function failureResult(error: unknown, argumentHint?: string): CallToolResult {
  const isArgument = isAltError(error, 'INVALID_ARGUMENT') || isAltError(error, 'TOO_LARGE');
  const isUnsaid = isArgument && error.hint === ERROR_CODES[error.code].hint;
  const shown = isAltError(error)
    ? {
        code: error.code.toLowerCase(),
        message: error.message,
        hint: (isUnsaid ? argumentHint : undefined) ?? error.hint,
        details: error.details,
      }
    : { code: 'internal', message: 'The call failed because of a bug in the server.' };
  const text = JSON.stringify({ error: shown });
  return { content: [{ type: 'text', text }], isError: true };
}

function withWarnings(output: OutputObject, warnings: readonly string[]): OutputObject {
  if (warnings.length === 0) return output;
  const own = Array.isArray(output.warnings) ? (output.warnings as unknown[]) : [];
  return { ...output, warnings: [...warnings, ...own] };
}

/** A copy in which `source_file`, and `source` within metadata, name a file without its folders. */
function withoutFolders(value: unknown, isMetadata = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutFolders(item, isMetadata));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => {
    const isPath = key === 'source_file' || (isMetadata && key === 'source');
    if (isPath && typeof inner === 'string') return [key, baseName(inner)];
    return [key, withoutFolders(inner, isMetadata || key === 'metadata')];
  });
  return Object.fromEntries(entries);
}

/** Of a path of any system: a log travels. */
function baseName(path: string): string {
  return /[^/\\]+(?=[/\\]*$)/.exec(path)?.[0] ?? path;
}

type Item = Readonly<Record<string, unknown>>;

/** Cuts the longest texts of the lists in `output` until `excessBytes` are saved. */
function cutItems(output: OutputObject, excessBytes: number): OutputObject {
  const texts = Object.values(output)
    .filter(Array.isArray)
    .flatMap((items: unknown[]) => items.filter(isItem))
    .flatMap((item) => {
      const key = ['content', 'text'].find((name) => typeof item[name] === 'string');
      return key === undefined ? [] : [{ item, key, text: item[key] as string }];
    })
    .sort((a, b) => b.text.length - a.text.length);
  const cut = new Map<unknown, Item>();
  let savedBytes = 0;
  for (const { item, key, text } of texts) {
    if (savedBytes >= excessBytes || text.length <= CUT_CHARACTERS) break;
    const short = text.slice(0, CUT_CHARACTERS).toWellFormed();
    savedBytes +=
      Buffer.byteLength(JSON.stringify(text)) - Buffer.byteLength(JSON.stringify(short));
    cut.set(item, { ...item, [key]: short, truncated: true });
  }
  const entries = Object.entries(output).map(([key, value]) => {
    return [
      key,
      Array.isArray(value) ? value.map((item: unknown) => cut.get(item) ?? item) : value,
    ];
  });
  const count = String(cut.size);
  const warning = `${count} texts were cut to fit; read them one by one, or ask for less.`;
  return withWarnings(Object.fromEntries(entries) as OutputObject, [warning]);
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null;
}
