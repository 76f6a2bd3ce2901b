/**
 * Changing the embedder or the backend of a dimension while it answers: the new vectors are made
 * beside the old ones, and only a complete new space takes over. A failure at any point leaves the
 * old one as it was.
 */
import { AltError, isAltError } from '../../events/index.js';
import { EMBEDDER_SETTING } from '../../projections/index.js';
import {
  chooseEmbedder,
  DIMENSION,
  resolveDevice,
  resolveEmbedderName,
  throwIfCancelled,
} from '../embedders/index.js';
import { change, streamIn, type Session } from '../session.js';
import {
  availableBackends,
  resolveBackendName,
  type BackendName,
  type BackendWork,
} from './backend.js';
import type { Embedding } from './embedding.js';
import { readLocalChoices } from './local-choices.js';
import { closeSpace, type Space } from './space.js';

export interface SwitchContext {
  readonly session: Session;
  readonly embedding: Embedding;
}

export interface SwitchOptions extends BackendWork {
  /** False to choose now and let the vectors follow behind; true when absent. */
  readonly reindex?: boolean | undefined;
}

export interface EmbedderSwitch {
  readonly model: string;
  readonly requested: string;
  readonly dimension: typeof DIMENSION;
  readonly device: string;
  readonly space_id: string;
  readonly previous: string;
  /** Passages that have their vector in the new space. */
  readonly reindexed: number;
  /** Passages in which the new embedder finds nothing: their words still find them. */
  readonly empty: number;
  readonly seconds: number;
  readonly note?: string;
  /** Set when the device asked for cannot be used. */
  readonly fallback?: string;
  readonly fallback_reason?: string;
}

/**
 * Chooses another embedder for the dimension, on every machine that shares it.
 *
 * @throws {AltError} INVALID_ARGUMENT for an unknown name or device, UNAVAILABLE when the model
 *   does not load here, EMBEDDING_FAILED, CANCELLED, BUSY when another switch runs
 */
export async function setEmbedder(
  context: SwitchContext,
  model: string,
  options: SwitchOptions & { readonly device?: string | undefined } = {},
): Promise<EmbedderSwitch> {
  const requested = resolveEmbedderName(model);
  const device = options.device === undefined ? undefined : resolveDevice(options.device);
  return context.embedding.switching(async () => {
    const started = performance.now();
    const previous = (await context.embedding.spaces.wanted()).name;
    const target = await openTarget(context, requested, device);
    const done = await takeUp(context, { target, requested, previous, device }, options);
    return { ...done, seconds: (performance.now() - started) / 1_000 };
  });
}

/** Opens the space and loads its model: what cannot be used is not chosen. */
async function openTarget(
  { embedding }: SwitchContext,
  requested: string,
  device: string | undefined,
): Promise<Space> {
  const { spaces } = embedding;
  const name = requested === 'auto' ? (await chooseEmbedder(spaces.models)).name : requested;
  const target = await spaces.opener.open(await spaces.wantedBy(name), device);
  try {
    await target.embedder.load();
    return target;
  } catch (error) {
    await closeSpace(target);
    throw error;
  }
}

interface Choice {
  readonly target: Space;
  readonly requested: string;
  readonly previous: string;
  readonly device: string | undefined;
}

async function takeUp(
  context: SwitchContext,
  choice: Choice,
  options: SwitchOptions,
): Promise<Omit<EmbedderSwitch, 'seconds'>> {
  const { embedding, session } = context;
  const { target, requested, previous, device } = choice;
  const { name } = target;
  const isSame = name === previous;
  let reindexed = 0;
  try {
    if (options.reindex !== false) reindexed = await reindex(embedding, target, options);
    throwIfCancelled(options.signal);
    if (!isSame) await choose(session, { requested, name, space: spaceOf(target) });
  } catch (error) {
    await closeSpace(target);
    throw error;
  }
  // It is chosen: what fails from here on is no failure of the choice.
  embedding.spaces.adopt(target);
  const summary = { ...summaryOf(choice), reindexed: isSame ? 0 : reindexed };
  if (options.reindex !== false) await rememberHere(context, target);
  rememberDevice(context, device);
  return summary;
}

/** The next process begins with the old space if this fails, and finds the new one complete. */
async function rememberHere({ session, embedding }: SwitchContext, target: Space): Promise<void> {
  try {
    await embedding.alone(() => embedding.spaces.remember(target));
  } catch (error) {
    if (!isAltError(error)) throw error;
    session.store.warn({ code: error.code, message: error.message });
  }
}

function summaryOf(choice: Choice): Omit<EmbedderSwitch, 'seconds' | 'reindexed'> {
  const { target, requested, previous, device } = choice;
  const { name: model, embedder, cache } = target;
  const { device: used, runtime, warnings = [] } = embedder.describe();
  const isAsked = device !== undefined && device !== 'auto' && runtime !== 'none';
  const isFallback = isAsked && used !== device;
  return {
    model,
    requested,
    dimension: DIMENSION,
    device: used,
    space_id: embedder.spaceId,
    previous,
    empty: cache.emptyCount(),
    ...(model === previous && { note: 'already active' }),
    ...(isFallback && { fallback: used, fallback_reason: warnings.join(' ') }),
  };
}

/** The fitted space changes with the memories: its name is what was chosen. */
const spaceOf = ({ name, embedder }: Space): string =>
  name === 'numpy' ? 'numpy' : embedder.spaceId;

/** @returns how many passages there are. */
async function reindex(embedding: Embedding, target: Space, work: BackendWork): Promise<number> {
  const { signal, onProgress } = work;
  const fills = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  await embedding.fill(target, fills);
  await embedding.alone(() => target.backend.save());
  return embedding.passages();
}

async function choose(
  session: Session,
  data: { readonly requested: string; readonly name: string; readonly space: string },
): Promise<void> {
  const stream = streamIn(session, 'setting', EMBEDDER_SETTING);
  await change(session, {
    operation: 'set_embedder',
    decide: () => ({ events: [{ type: 'EmbedderChosen', stream, data }], result: undefined }),
  });
}

function rememberDevice({ session, embedding }: SwitchContext, device: string | undefined): void {
  const choices = readLocalChoices(session.store.folder);
  if (device === undefined || choices.device === device) return;
  embedding.spaces.choose({ ...choices, device });
}

export interface BackendSwitch {
  readonly backend: BackendName;
  readonly previous_backend: BackendName;
  /** Vectors in the new index. */
  readonly reindexed: number;
  readonly note?: string;
}

/**
 * Chooses what searches the vectors of the dimension on this machine. Runs no model: vectors come
 * from the cache.
 *
 * @throws {AltError} INVALID_ARGUMENT, UNAVAILABLE when there is no server or package, CANCELLED,
 *   BUSY when another switch runs
 */
export async function setBackend(
  { session, embedding }: SwitchContext,
  name: string,
  options: SwitchOptions = {},
): Promise<BackendSwitch> {
  const backend = resolveBackendName(name);
  return embedding.switching(async () => {
    const { folder } = session.store;
    const choices = readLocalChoices(folder);
    const previous = { backend, previous_backend: choices.backend };
    if (choices.backend === backend) {
      return { ...previous, reindexed: 0, note: 'already active' };
    }
    const space = await embedding.space();
    const next = embedding.spaces.opener.openBackend(backend, space);
    try {
      const reindexed = await embedding.alone(async () => {
        if (options.reindex !== false) return next.rebuild(options);
        const { degraded } = await next.describe();
        if (degraded !== undefined) throw new AltError('UNAVAILABLE', `${degraded}.`);
        return 0;
      });
      embedding.spaces.choose({ ...choices, backend });
      embedding.spaces.reopen();
      return { ...previous, reindexed };
    } finally {
      await next.close();
    }
  });
}

export interface BackendStatus {
  readonly backend: BackendName;
  /** What could be chosen here without installing anything. */
  readonly available: readonly BackendName[];
  readonly vectors: number;
  /** Vectors that are embedded but not in the index yet. */
  readonly index_lag: number;
  readonly degraded?: string;
}

/** What searches the vectors here, and how far it is. */
export async function getBackend({ session, embedding }: SwitchContext): Promise<BackendStatus> {
  const { backend } = readLocalChoices(session.store.folder);
  const available = availableBackends();
  try {
    const space = await embedding.space();
    const { lag = 0, degraded } = await space.backend.describe();
    const vectors = (await embedding.passages()) - (await embedding.lacking(space));
    const state = { backend, available, vectors, index_lag: lag };
    return degraded === undefined ? state : { ...state, degraded };
  } catch (error) {
    if (!isAltError(error, 'UNAVAILABLE')) throw error;
    return { backend, available, vectors: 0, index_lag: 0, degraded: error.message };
  }
}
