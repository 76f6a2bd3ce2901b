/**
 * What this machine's user prefers: flag over environment over config.json over default. Choices
 * that change what a dimension is are events, never preferences.
 *
 * config.json is the user's. It is only read here; one that cannot be read is said, and left alone.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Settings {
  /** The dimension's folder, absolute, symbolic links resolved. It need not exist. */
  readonly dimensionPath: string;
  /** The embedder of new dimensions; `auto` picks the best that runs here. */
  readonly embedder: string;
  /** Where models run: `auto`, `cpu`, `cuda`, `coreml` or `dml`. */
  readonly device: string;
  /** Names the caller's session in the log; at most 64 characters. */
  readonly session: string | undefined;
  /** What of the configuration could not be used, as sentences. */
  readonly warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const SESSION_CHARACTERS_MAX = 64;
const DEVICES: readonly string[] = ['auto', 'cpu', 'cuda', 'coreml', 'dml'];

/** The preferences that hold here. `dimension` is what the caller named: it comes first. */
export function readSettings(
  given: { readonly dimension?: string | undefined } = {},
  env: Environment = process.env,
): Settings {
  const warnings: string[] = [];
  const file = readConfigFile(configFolder(env), warnings);
  const textIn = (key: string): string | undefined => {
    const value = file[key];
    if (value === undefined || typeof value === 'string') return filled(value);
    warnings.push(`${key} in config.json is no text and is ignored.`);
    return undefined;
  };
  const preference = (names: readonly string[], key: string): string | undefined => {
    return names.map((name) => filled(env[name])).find(isGiven) ?? textIn(key);
  };
  const named = filled(given.dimension);
  const path = named ?? preference(['ALT_DIM_PATH', 'ALT_MEMORY_PATH'], 'dim_path');
  const embedder = preference(
    ['ALT_DEFAULT_EMBEDDER', 'ALT_MEMORY_EMBEDDING_MODEL'],
    'default_embedder',
  );
  const device = preference(
    ['ALT_EMBEDDING_DEVICE', 'ALT_MEMORY_EMBEDDING_DEVICE'],
    'embedding_device',
  );
  return {
    dimensionPath: realPath(expandHome(path ?? '~/.alt-memory')),
    embedder: embedder ?? 'auto',
    device: knownDevice(device ?? 'auto', warnings),
    session: filled(env.ALT_SESSION)?.slice(0, SESSION_CHARACTERS_MAX).toWellFormed(),
    warnings,
  };
}

function knownDevice(device: string, warnings: string[]): string {
  if (DEVICES.includes(device)) return device;
  warnings.push(`Unknown embedding device '${device}'; auto is used.`);
  return 'auto';
}

const isGiven = (value: string | undefined): boolean => value !== undefined;

/** The folder of the files that belong to the user, whatever dimension is in use. */
function configFolder(env: Environment): string {
  return expandHome(filled(env.ALT_MEMORY_HOME) ?? '~/.alt-memory');
}

/** Blank means not set. */
function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** Absolute, with `~` as the user's home. */
function expandHome(path: string): string {
  return resolve(/^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What does not exist yet is no link.
    return path;
  }
}

function readConfigFile(folder: string, warnings: string[]): Readonly<Record<string, unknown>> {
  const path = join(folder, 'config.json');
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
    warnings.push(`${path} is no JSON object and is ignored.`);
  } catch (error) {
    if (isMissing(error)) return {};
    const reason = error instanceof Error ? error.message : String(error);
    warnings.push(`${path} cannot be read and is ignored: ${reason}`);
  }
  return {};
}

function isMissing(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ENOENT' || code === 'ENOTDIR';
}
