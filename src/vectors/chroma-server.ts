/**
 * The way to a Chroma server: requests with a time limit and few retries. A server that fails is
 * left alone for a while, so that a search does not wait for it each time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ChromaClient } from 'chromadb';
import { AltError, isAltError } from '../../events/index.js';
import { throwIfCancelled } from '../embedders/index.js';

export interface ChromaSettings {
  /** `http://host:port` or `https://…`. */
  readonly url: string;
  readonly token?: string | undefined;
  readonly tenant?: string | undefined;
  readonly database?: string | undefined;
  /** Sends the texts as well; without it the server holds vectors and places only. */
  readonly storesDocuments?: boolean | undefined;
}

export const CHROMA_URL = 'http://127.0.0.1:8000';

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
const RETRY_MS = 50;
/** A server that failed is left alone for ten times as long as it took to fail. */
const REST_FACTOR = 10;
const REST_MS_MIN = 1_000;
const REST_MS_MAX = 60_000;

/** Why the server did not do what it was asked. */
export class ChromaTrouble extends AltError {
  constructor(
    readonly kind: 'unreachable' | 'refused' | 'missing',
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super('UNAVAILABLE', message, options);
  }

  /** In a few words, for the answer of a search. */
  get brief(): string {
    return this.kind === 'unreachable' ? 'chroma unreachable' : this.message.replace(/\.$/, '');
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export class ChromaServer {
  readonly settings: ChromaSettings;
  readonly #closing = new AbortController();
  readonly #ends: readonly AbortSignal[];
  #trouble: ChromaTrouble | undefined;
  #restsUntil = 0;

  /** @param closing ends what is under way, as {@link close} does. */
  constructor(settings: ChromaSettings, closing?: AbortSignal) {
    this.settings = settings;
    this.#ends = closing ? [this.#closing.signal, closing] : [this.#closing.signal];
  }

  /** Why it is left alone now; undefined when it may be asked. */
  get trouble(): ChromaTrouble | undefined {
    return performance.now() < this.#restsUntil ? this.#trouble : undefined;
  }

  /** Asks it again even if it failed just now. */
  wake(): void {
    this.#restsUntil = 0;
  }

  /** @throws {ChromaTrouble} also without the package; {@link AltError} CANCELLED */
  async call<Result>(
    use: (client: ChromaClient) => Promise<Result>,
    options: CallOptions = {},
  ): Promise<Result> {
    if (this.trouble) throw this.trouble;
    const { signal, timeoutMs = TIMEOUT_MS } = options;
    const started = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const ends = [timeout, ...this.#ends, ...(signal ? [signal] : [])];
      try {
        return await use(await this.#client(AbortSignal.any(ends)));
      } catch (error) {
        throwIfCancelled(signal);
        const trouble = this.#explain(error);
        const isWorthwhile = trouble.kind === 'unreachable' && !ends.some((end) => end.aborted);
        if (!isWorthwhile || attempt === RETRIES) throw this.#remember(trouble, started);
      }
      await pause(RETRY_MS * 2 ** attempt);
    }
  }

  async #client(signal: AbortSignal): Promise<ChromaClient> {
    const { token, tenant, database } = this.settings;
    const url = new URL(this.settings.url);
    const { ChromaClient } = await loadClient();
    const isSecure = url.protocol === 'https:';
    return new ChromaClient({
      host: url.hostname,
      port: Number(url.port || (isSecure ? 443 : 80)),
      ssl: isSecure,
      tenant: tenant ?? 'default_tenant',
      database: database ?? 'default_database',
      ...(token !== undefined && {
        headers: { 'x-chroma-token': token, authorization: `Bearer ${token}` },
      }),
      fetchOptions: { signal },
    });
  }

  #explain(error: unknown): ChromaTrouble {
    if (isAltError(error)) return new ChromaTrouble('refused', error.message, hintOf(error));
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const { url } = this.settings;
    if (name === 'ChromaNotFoundError') {
      return new ChromaTrouble('missing', `The Chroma server at ${url} has no such collection.`);
    }
    if (LOST_CONNECTION.has(name) || message === 'terminated') {
      return new ChromaTrouble('unreachable', `The Chroma server at ${url} cannot be reached.`, {
        hint: 'Start it with "chroma run --path DIR", or name another in ALT_CHROMA_URL.',
        cause: error,
      });
    }
    const said = message.trim().replace(/\.$/, '');
    return new ChromaTrouble('refused', `The Chroma server at ${url} answered: ${said}.`, {
      cause: error,
    });
  }

  #remember(trouble: ChromaTrouble, started: number): ChromaTrouble {
    if (trouble.kind === 'missing') return trouble;
    const now = performance.now();
    const restMs = Math.max(REST_MS_MIN, (now - started) * REST_FACTOR);
    this.#trouble = trouble;
    this.#restsUntil = now + Math.min(REST_MS_MAX, restMs);
    return trouble;
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort();
  }
}

/** Names of errors that mean that no answer came. */
const LOST_CONNECTION = new Set(['ChromaConnectionError', 'AbortError', 'TimeoutError']);

const hintOf = ({ hint }: AltError): { hint?: string } => (hint === undefined ? {} : { hint });

async function loadClient(): Promise<{ ChromaClient: typeof ChromaClient }> {
  try {
    return await import('chromadb');
  } catch (error) {
    throw new AltError('UNAVAILABLE', 'The chroma backend needs the package chromadb.', {
      hint: 'npm install chromadb',
      cause: error,
    });
  }
}
