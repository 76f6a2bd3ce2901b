/**
 * What this machine's user prefers: flag over environment over config.json over default. Choices
 * that change what a dimension is are events, never preferences.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { realPath } from '../events/index.js';
import { changeConfigFile, readConfigFile, type ConfigValues } from './config-file.js';
import { resolveEmbedderName, type ModelSearch } from './embedders/index.js';
import type { LlmSettings } from './llm/ask-json.js';
import { CHROMA_URL, type ChromaSettings } from './vectors/chroma-server.js';

export interface Settings {
  /** The dimension's folder, absolute, symbolic links resolved. It need not exist. */
  readonly dimensionPath: string;
  /** The embedder of new dimensions; `auto` picks the best that runs here. */
  readonly embedder: string;
  /** Where models run: `auto`, `cpu`, `cuda`, `coreml` or `dml`. */
  readonly device: string;
  /** Names the caller's session in the log; at most 64 characters. */
  readonly session: string | undefined;
  readonly models: ModelSettings;
  /** Where the chroma backend finds its server. */
  readonly chroma: ChromaSettings;
  /** How many topics realms must share before a tunnel joins them by itself; at least 1. */
  readonly topicTunnelMinCount: number;
  /** The language model that may be asked where a caller wants it; undefined for none. */
  readonly llm: LlmSettings | undefined;
  /** Whether compressions are remembered in aaak_cache.json. */
  readonly aaakCache: boolean;
  /** What of the configuration could not be used, as sentences. */
  readonly warnings: readonly string[];
}

/** Whether models may be fetched: when the user says so each time, always, never. */
export type DownloadsAllowed = 'ask' | 'yes' | 'no';

export interface ModelSettings {
  /** Where models are looked for before what is installed. */
  readonly search: ModelSearch;
  /** Where downloads are put; one of the folders that are searched. */
  readonly folder: string;
  readonly downloads: DownloadsAllowed;
  /** Where models are fetched from, without a slash at the end. */
  readonly endpoint: string;
  /** The models whose terms the user accepted. */
  readonly accepted: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const EMBEDDER_VARIABLES = ['ALT_DEFAULT_EMBEDDER', 'ALT_MEMORY_EMBEDDING_MODEL'] as const;
const SESSION_CHARACTERS_MAX = 64;
const DEVICES: readonly string[] = ['auto', 'cpu', 'cuda', 'coreml', 'dml'];
const HUB = 'https://huggingface.co';
const ACCEPTED_KEY = 'accepted_models';

/** The preferences that hold here. `dimension` is what the caller named: it comes first. */
export function readSettings(
  given: { readonly dimension?: string | undefined } = {},
  env: Environment = process.env,
): Settings {
  const warnings: string[] = [];
  const { values, problem } = readConfigFile(configPath(env));
  if (problem !== undefined) warnings.push(`${problem}; it is ignored.`);
  const sources: Sources = { env, values, warnings };
  const named = filled(given.dimension);
  const dimension = named ?? preference(sources, ['ALT_DIM_PATH', 'ALT_MEMORY_PATH'], 'dim_path');
  const dimensionPath = realPath(expandHome(dimension ?? '~/.alt-memory'));
  const devices = ['ALT_EMBEDDING_DEVICE', 'ALT_MEMORY_EMBEDDING_DEVICE'];
  return {
    dimensionPath,
    embedder: preference(sources, EMBEDDER_VARIABLES, 'default_embedder') ?? 'auto',
    device: knownDevice(preference(sources, devices, 'embedding_device') ?? 'auto', warnings),
    session: filled(env.ALT_SESSION)?.slice(0, SESSION_CHARACTERS_MAX).toWellFormed(),
    models: modelSettings(sources, dimensionPath),
    chroma: chromaSettings(sources),
    topicTunnelMinCount: topicTunnelMinCount(sources),
    llm: llmSettings(sources),
    aaakCache: yesOrNo(sources, 'aaak_cache', true),
    warnings,
  };
}

/** Where the models of a dimension are looked for; `folder` comes before all others. */
export function modelSearch(
  dimensionPath: string,
  folder?: string,
  env: Environment = process.env,
): ModelSearch {
  const { search } = readSettings({ dimension: dimensionPath }, env).models;
  if (folder === undefined) return search;
  return { ...search, folders: [expandHome(folder), ...search.folders] };
}

/**
 * Sets one key of config.json and keeps all others; undefined removes it.
 *
 * @throws {AltError} CONFIG_DAMAGED when the file cannot be read; READ_ONLY, DISK_FULL, BUSY
 */
export async function writeConfig(
  key: string,
  value: unknown,
  env: Environment = process.env,
): Promise<void> {
  await changeConfigFile(realPath(configPath(env)), (values) => ({ ...values, [key]: value }));
}

/** What config.json says; the same object as long as it says the same. */
export function configValues(env: Environment = process.env): ConfigValues {
  return readConfigFile(configPath(env)).values;
}

export interface DefaultEmbedder {
  readonly default_embedder: string;
  readonly source: 'env' | 'config' | 'default';
}

/** The embedder that new dimensions get, and where that was said. */
export function defaultEmbedder(env: Environment = process.env): DefaultEmbedder {
  const { values } = readConfigFile(configPath(env));
  const set = EMBEDDER_VARIABLES.map((name) => filled(env[name])).find(isGiven);
  if (set !== undefined) return { default_embedder: set, source: 'env' };
  const { default_embedder: configured } = values;
  const name = typeof configured === 'string' ? filled(configured) : undefined;
  if (name !== undefined) return { default_embedder: name, source: 'config' };
  return { default_embedder: 'auto', source: 'default' };
}

/**
 * Writes the embedder of new dimensions to config.json. An environment variable that says otherwise
 * stays effective, and the answer shows it.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown name; as {@link writeConfig}
 */
export async function setDefaultEmbedder(
  model: string,
  env: Environment = process.env,
): Promise<DefaultEmbedder & { readonly effective: string }> {
  const name = resolveEmbedderName(model);
  await writeConfig('default_embedder', name, env);
  const { default_embedder: effective, source } = defaultEmbedder(env);
  return { default_embedder: name, effective, source };
}

/** A variable whose name the user chose, such as that of a passphrase; undefined when empty. */
export function environmentVariable(
  name: string,
  env: Environment = process.env,
): string | undefined {
  return filled(env[name]);
}

/** Sets a variable for a library of this process, unless the user did. */
export function setForLibrary(name: string, value: string): void {
  process.env[name] ??= value;
}

/** Records that the user accepts the terms of a model. @throws {AltError} as {@link writeConfig} */
export async function acceptModel(name: string, env: Environment = process.env): Promise<void> {
  await changeConfigFile(realPath(configPath(env)), (values) => {
    return { ...values, [ACCEPTED_KEY]: [...new Set([...acceptedIn(values), name])] };
  });
}

/** What settings are read from, and where what is wrong with them is said. */
interface Sources {
  readonly env: Environment;
  readonly values: ConfigValues;
  readonly warnings: string[];
}

/** The first variable that is set, else the text under `key` in config.json. */
function preference(
  { env, values, warnings }: Sources,
  names: readonly string[],
  key: string,
): string | undefined {
  const set = names.map((name) => filled(env[name])).find(isGiven);
  if (set !== undefined) return set;
  const value = values[key];
  if (value === undefined || typeof value === 'string') return filled(value);
  warnings.push(`${key} in config.json is no text and is ignored.`);
  return undefined;
}

function modelSettings(sources: Sources, dimensionPath: string): ModelSettings {
  const { env, values } = sources;
  const caches = expandHome(filled(env.XDG_CACHE_HOME) ?? '~/.cache');
  const cache = join(caches, 'alt-memory');
  const configured = preference(sources, [], 'models_dir');
  const named = [filled(env.ALT_MODELS_DIR), configured].filter(isGiven).map(expandHome);
  const hubHome = filled(env.HF_HOME);
  const hubs = [filled(env.HF_HUB_CACHE), hubHome && join(hubHome, 'hub')].filter(isGiven);
  return {
    search: {
      folders: [...named, join(dimensionPath, 'models'), join(cache, 'models')],
      hubCaches: [...hubs.map(expandHome), join(caches, 'huggingface', 'hub')],
      checksumsFile: join(cache, 'verified.json'),
    },
    folder: named[0] ?? join(cache, 'models'),
    downloads: downloadsAllowed(sources),
    endpoint: (filled(env.HF_ENDPOINT) ?? HUB).replace(/\/+$/, ''),
    accepted: [...acceptedIn(values), ...(isOn(env.ALT_ACCEPT_GEMMA) ? ['embeddinggemma'] : [])],
  };
}

function chromaSettings(sources: Sources): ChromaSettings {
  const url = preference(sources, ['ALT_CHROMA_URL'], 'chroma_url') ?? CHROMA_URL;
  return {
    url: knownServer(url, sources.warnings),
    token: preference(sources, ['ALT_CHROMA_TOKEN'], 'chroma_token'),
    tenant: preference(sources, ['ALT_CHROMA_TENANT'], 'chroma_tenant'),
    database: preference(sources, ['ALT_CHROMA_DATABASE'], 'chroma_database'),
    storesDocuments: yesOrNo(sources, 'chroma_store_documents', false),
  };
}

function topicTunnelMinCount({ env, values, warnings }: Sources): number {
  const value = filled(env.ALT_TOPIC_TUNNEL_MIN_COUNT) ?? values.topic_tunnel_min_count ?? 1;
  const count = typeof value === 'string' ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 1) return count;
  warnings.push('topic_tunnel_min_count must be a whole number of at least 1; 1 is used.');
  return 1;
}

function llmSettings(sources: Sources): LlmSettings | undefined {
  const endpoint = preference(sources, ['LLM_ENDPOINT'], 'llm_endpoint');
  const model = preference(sources, ['LLM_MODEL'], 'llm_model');
  if (endpoint === undefined || model === undefined) return undefined;
  return { endpoint, model, key: preference(sources, ['LLM_KEY'], 'llm_key') };
}

function yesOrNo({ values, warnings }: Sources, key: string, otherwise: boolean): boolean {
  const value = values[key] ?? otherwise;
  if (typeof value === 'boolean') return value;
  warnings.push(`${key} must be true or false; ${String(otherwise)} is used.`);
  return otherwise;
}

/** The client of the server can say a host and a port, and nothing more. */
function knownServer(url: string, warnings: string[]): string {
  const parsed = /^https?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  const isPlain = parsed?.pathname === '/' && parsed.search === '' && parsed.username === '';
  if (parsed && isPlain) return parsed.origin;
  warnings.push(`The chroma url must be http(s)://HOST:PORT and no more; ${CHROMA_URL} is used.`);
  return CHROMA_URL;
}

function downloadsAllowed(sources: Sources): DownloadsAllowed {
  if (isOn(sources.env.HF_HUB_OFFLINE)) return 'no';
  const value = preference(sources, ['ALT_ALLOW_DOWNLOADS'], 'allow_downloads') ?? 'ask';
  const said = value.toLowerCase();
  if (said === 'ask' || said === 'yes' || said === 'no') return said;
  sources.warnings.push(`allow_downloads must be ask, yes or no, not '${value}'; no is used.`);
  return 'no';
}

function acceptedIn(values: ConfigValues): string[] {
  const accepted = values[ACCEPTED_KEY];
  if (!Array.isArray(accepted)) return [];
  return accepted.filter((name) => typeof name === 'string');
}

function knownDevice(device: string, warnings: string[]): string {
  const named = device.toLowerCase();
  if (DEVICES.includes(named)) return named;
  warnings.push(`Unknown embedding device '${device}'; auto is used.`);
  return 'auto';
}

/** The user's settings, whatever dimension is in use. */
function configPath(env: Environment): string {
  return join(expandHome(filled(env.ALT_MEMORY_HOME) ?? '~/.alt-memory'), 'config.json');
}

const isGiven = (value: string | undefined): value is string => value !== undefined;
const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value?.trim() ?? '');

/** Blank means not set. */
function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** Absolute, with `~` as the user's home. */
function expandHome(path: string): string {
  return resolve(/^~(?=$|[\\/])/.test(path) ? join(homedir(), path.slice(1)) : path);
}
