/**
 * Fetches one large file over HTTP into `<path>.part`, goes on where an earlier attempt was cut,
 * and renames it into place once its checksum is right. Nobody ever sees half a file.
 */
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AltError, explained, nodeFiles, type Files } from '../../events/index.js';
import { sha256Of } from './model-checks.js';
import type { ModelFile } from './model-files.js';

const TRIES = 3;
const RETRY_PAUSE_MS = 1_000;
/** Longer than any server takes to find a file, shorter than a user waits for a dead one. */
const STALL_MS = 30_000;

/** The answers of a busy server, which the next try may not get. */
const BUSY_STATUSES: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const RANGE_NOT_SATISFIABLE = 416;
const PARTIAL_CONTENT = 206;

/** What to fetch: the file as it was published, from where, to where. */
export interface WantedFile extends ModelFile {
  readonly url: string;
  readonly path: string;
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that are there so far. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** After so long without a byte a try has failed; 30,000 when absent. */
  readonly stallMs?: number | undefined;
  /** Between two tries; 1,000 when absent. */
  readonly retryPauseMs?: number | undefined;
}

/** Why a try failed, as the end of a sentence, and whether the next one may go better. */
class FetchFailure extends Error {
  constructor(
    reason: string,
    readonly isFinal = false,
  ) {
    super(reason);
  }
}

/**
 * Fetches a file in at most three tries.
 * Throws UNAVAILABLE with the reason, or for a wrong checksum, after which nothing is kept;
 * READ_ONLY and DISK_FULL; the reason of the signal. What came so far is kept for the next call.
 */
export async function fetchFile(wanted: WantedFile, options: FetchOptions = {}): Promise<void> {
  const part = `${wanted.path}.part`;
  try {
    await tryRepeatedly(wanted, part, options);
    if ((await sha256Of(part, options.signal)) !== wanted.sha256) {
      nodeFiles.remove(part);
      throw new FetchFailure(`checksum mismatch for ${wanted.path}`, true);
    }
    nodeFiles.rename(part, wanted.path);
    nodeFiles.syncFolder(dirname(wanted.path));
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw explained(error, `Writing ${part}`);
    throw new AltError('UNAVAILABLE', `Fetching ${wanted.url} failed: ${error.message}.`, {
      cause: error,
      hint: `Fetch it another way and put it at ${wanted.path}, or run the command again.`,
    });
  }
}

async function tryRepeatedly(
  wanted: WantedFile,
  part: string,
  options: FetchOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryOnce(wanted, part, options);
    } catch (error) {
      const isFinal = !(error instanceof FetchFailure) || error.isFinal || attempt === TRIES;
      if (isFinal || options.signal?.aborted) throw error;
    }
    await pause(options.retryPauseMs ?? RETRY_PAUSE_MS, undefined, {
      ...(options.signal && { signal: options.signal }),
    });
  }
}

/** One request, and all of its answer at the end of what is there. */
async function tryOnce(wanted: WantedFile, part: string, options: FetchOptions): Promise<void> {
  const { stallMs = STALL_MS, signal, onBytes } = options;
  const size = nodeFiles.stat(part)?.sizeBytes ?? 0;
  if (size === wanted.sizeBytes) return;
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), stallMs);
  const signals = signal ? [signal, stall.signal] : [stall.signal];
  // Compressed bytes could not be counted; `bytes=0-` is the whole file.
  const headers = { 'accept-encoding': 'identity', range: `bytes=${size}-` };
  try {
    const response = await fetch(wanted.url, { headers, signal: AbortSignal.any(signals) });
    const start = startOf(response, size);
    if (start === undefined) throw await refusal(response, part);
    await append(response, {
      file: { part, start, end: wanted.sizeBytes },
      onBytes: (bytes) => {
        timer.refresh();
        onBytes?.(bytes);
      },
    });
  } catch (error) {
    if (stall.signal.aborted) throw new FetchFailure(`no answer for ${stallMs / 1_000} s`);
    throw networkFailure(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Where in the file the answer begins; undefined when it holds no part that can be used. */
function startOf({ status, ok, headers }: Response, size: number): number | undefined {
  if (status !== PARTIAL_CONTENT) return ok ? 0 : undefined;
  const begins = Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]);
  return begins === size ? size : undefined;
}

/** Why an answer is not used. A server that refuses the rest of a file is asked for all of it. */
async function refusal(response: Response, part: string): Promise<FetchFailure> {
  const { status } = response;
  await response.body?.cancel();
  if (status === PARTIAL_CONTENT || status === RANGE_NOT_SATISFIABLE) {
    nodeFiles.remove(part);
    return new FetchFailure('the server sent another part of the file');
  }
  return new FetchFailure(`the server answered ${status}`, !BUSY_STATUSES.includes(status));
}

interface Appending {
  readonly file: { readonly part: string; readonly start: number; readonly end: number };
  readonly onBytes: (bytes: number) => void;
}

async function append(response: Response, { file, onBytes }: Appending): Promise<void> {
  const { part, start, end } = file;
  const handle = openAt(nodeFiles, part, start);
  let offset = start;
  try {
    for await (const chunk of response.body ?? []) {
      const bytes = chunk as Uint8Array;
      if (offset + bytes.length > end) {
        nodeFiles.truncate(handle, 0);
        throw new FetchFailure(`the server sent more than ${end} bytes`, true);
      }
      nodeFiles.write(handle, bytes, offset);
      offset += bytes.length;
      onBytes(offset);
    }
    nodeFiles.sync(handle);
  } finally {
    nodeFiles.close(handle);
  }
  if (offset < end) throw new FetchFailure('the connection ended early');
}

/** Opens a file that ends at `size`, making it where there is none. */
function openAt(files: Files, path: string, size: number): number {
  const handle = files.open(path, files.stat(path) ? 'write' : 'create');
  files.truncate(handle, size);
  return handle;
}

/** What `fetch` throws for a broken connection; anything else as it is. */
function networkFailure(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const { cause } = error;
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : error.message;
  return new FetchFailure(reason);
}
