/**
 * A remote that another machine serves with `alt serve`. Every request carries the token; nothing
 * is sent anywhere else, also when the server says so.
 */
import { AltError, isAltError, readText } from '../../events/index.js';
import { environmentVariable } from '../config.js';
import { OBJECTS_MAX, type Remote, type RemoteObject } from './remote.js';
import { readAtMost } from './limited.js';
import { retrying } from './retrying.js';

export interface HttpOptions {
  readonly tokenFile?: string | undefined;
  readonly tokenEnv?: string | undefined;
  readonly insecureHttp?: boolean | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** How long the line may be silent. */
const SILENT_MS_MAX = 60_000;
const LIST_BYTES_MAX = 256 * 1024 * 1024;
const TOKEN_ENV = 'ALT_REMOTE_TOKEN';

/** A status that is no answer to the question. */
class BadStatus extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${String(status)}`);
  }
}

export class HttpRemote implements Remote {
  readonly location: string;
  readonly #options: HttpOptions;

  /** @throws {AltError} INVALID_ARGUMENT for an address that is none, or shows the token to all */
  constructor(location: string, options: HttpOptions) {
    const url = urlOf(location);
    if (!url || url.search !== '' || url.hash !== '') {
      throw new AltError('INVALID_ARGUMENT', 'That is no address of a remote.', {
        hint: 'It is https://HOST:PORT, and a path where there is one.',
      });
    }
    const isOpen = url.protocol === 'http:' && !LOOPBACK.test(url.hostname);
    if (isOpen && options.insecureHttp !== true) {
      throw new AltError(
        'INVALID_ARGUMENT',
        'http:// would show token and memory to the network.',
        {
          hint: 'Use https://, a tunnel to 127.0.0.1, or --insecure-http within a VPN.',
        },
      );
    }
    this.location = location;
    this.#options = options;
  }

  list(): Promise<RemoteObject[]> {
    return this.#trying('Reading', async () => {
      const body = await this.#ask('', {}, LIST_BYTES_MAX);
      const objects = objectsIn(body ?? Buffer.alloc(0));
      if (!objects) throw new AltError('UNAVAILABLE', `${this.location} is not served by alt.`);
      if (objects.length <= OBJECTS_MAX) return objects;
      throw new AltError('TOO_LARGE', `${this.location} holds more than 200,000 objects.`);
    });
  }

  get(name: string, sizeBytesMax: number): Promise<Buffer | undefined> {
    return this.#trying('Reading', () => this.#ask(name, {}, sizeBytesMax));
  }

  put(name: string, bytes: Buffer, replaces?: string): Promise<string | undefined> {
    const condition =
      replaces === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${replaces}"` };
    return this.#trying('Writing', async () => {
      const response = await this.#fetch(name, AbortSignal.timeout(10 * SILENT_MS_MAX), {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', ...condition },
        body: new Uint8Array(bytes),
      });
      await response.body?.cancel();
      if (response.status === 412) return undefined;
      if (!response.ok) throw new BadStatus(response.status);
      return response.headers.get('etag')?.slice(1, -1) ?? '';
    });
  }

  async #ask(name: string, init: RequestInit, bytesMax: number): Promise<Buffer | undefined> {
    const silence = new AbortController();
    const timer = setTimeout(() => {
      silence.abort();
    }, SILENT_MS_MAX);
    try {
      const response = await this.#fetch(name, silence.signal, init);
      if (response.ok && response.body) {
        return await readAtMost(response.body, bytesMax, () => timer.refresh());
      }
      await response.body?.cancel();
      if (response.status === 404 && name !== '') return undefined;
      throw new BadStatus(response.status);
    } finally {
      clearTimeout(timer);
    }
  }

  #fetch(name: string, signal: AbortSignal, init: RequestInit): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${tokenOf(this.#options)}` };
    // A redirect would take the token along.
    return fetch(`${this.location}/objects/${name}`, {
      ...init,
      headers,
      signal,
      redirect: 'error',
    });
  }

  async #trying<Result>(verb: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await retrying(work, isPassing);
    } catch (error) {
      throw httpError(error, `${verb} ${this.location} failed`);
    }
  }
}

function urlOf(location: string): URL | undefined {
  return URL.canParse(location) ? new URL(location) : undefined;
}

/** @throws {AltError} UNAVAILABLE when there is none, or it cannot be sent */
function tokenOf({ tokenFile, tokenEnv = TOKEN_ENV }: HttpOptions): string {
  const token =
    tokenFile === undefined ? environmentVariable(tokenEnv) : readText(tokenFile)?.trim();
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new AltError('UNAVAILABLE', `There is no token in ${tokenFile ?? tokenEnv}.`, {
    hint: 'It is what "alt serve" uses on the other machine: copy its file, or set the variable.',
  });
}

const isPassing = (error: unknown): boolean =>
  error instanceof BadStatus ? error.status >= 500 || error.status === 429 : isOfTheLine(error);

/** fetch says TypeError of every line that breaks, and of nothing else here. */
const isOfTheLine = (error: unknown): boolean =>
  error instanceof TypeError || (error as Error).name === 'TimeoutError';

function httpError(error: unknown, failed: string): unknown {
  if (isAltError(error)) return error;
  if (error instanceof BadStatus) {
    const { status } = error;
    if (status === 401 || status === 403) {
      return new AltError('UNAVAILABLE', `${failed}: the token was refused.`, {
        hint: 'Compare it with the token file of "alt serve" on the other machine.',
      });
    }
    const code = status === 507 ? 'DISK_FULL' : 'UNAVAILABLE';
    return new AltError(code, `${failed}: HTTP ${String(status)}.`, {
      hint: 'Is that address the one that "alt serve" shows? See what it printed there.',
    });
  }
  const { name, cause } = error as Error & { readonly cause?: { readonly code?: unknown } };
  if (!isOfTheLine(error) && name !== 'AbortError') return error;
  const reason = typeof cause?.code === 'string' ? cause.code : 'the line broke';
  return new AltError('UNAVAILABLE', `${failed}: ${reason}.`, {
    hint: 'Is "alt serve" running there, and the network up? What was sent stays there.',
  });
}

/** Undefined when that is no list. */
function objectsIn(body: Buffer): RemoteObject[] | undefined {
  try {
    const { objects } = JSON.parse(body.toString('utf8')) as { readonly objects: unknown };
    return Array.isArray(objects) ? objects.flatMap(objectOf) : undefined;
  } catch {
    // Whatever answers there, it is not what is asked for.
    return undefined;
  }
}

function objectOf(listed: unknown): RemoteObject[] {
  const { name, sizeBytes, stamp, refused } = (listed ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof stamp !== 'string') return [];
  if (!Number.isSafeInteger(sizeBytes)) return [];
  const object = { name, sizeBytes: sizeBytes as number, stamp };
  return [typeof refused === 'string' ? { ...object, refused } : object];
}
