/**
 * Serves the folder of a remote to other machines over HTTP. Whoever has the token may list, read
 * and put what a remote holds, under the names that it may have, and nothing else. What it holds is
 * not understood here: it may be encrypted.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  isAltError,
  nodeFiles,
  parsePartName,
  partSize,
  realPath,
  systemError,
} from '../../events/index.js';
import { resolvePath } from '../opening.js';
import { realSystem } from '../system.js';
import { FolderRemote } from './folder-remote.js';
import { readAtMost } from './limited.js';
import { DIMENSION_BYTES_MAX, DIMENSION_OBJECT, KEY_OBJECT } from './remote.js';
import { sealedSizeMax } from './sealed-size.js';
import { checkToken } from './token.js';

export interface ServeOptions {
  /** The remote's: an empty folder becomes one with the first push. */
  readonly folder: string;
  readonly token: string;
  /** 127.0.0.1 when absent. */
  readonly host?: string | undefined;
  /** Any free one when absent. */
  readonly port?: number | undefined;
}

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

const PATH = /^\/objects\/([\w./-]*)$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;
const REQUEST_MS_MAX = 10 * 60_000;

/**
 * Serves until it is closed.
 *
 * @throws {AltError} INVALID_ARGUMENT for a token of less than 16 characters; UNAVAILABLE when the
 *   folder is not there; IO_FAILED when the port is taken
 */
export async function serveRemote(options: ServeOptions): Promise<Served> {
  const { host = '127.0.0.1', port = 0 } = options;
  const token = digest(checkToken(options.token));
  // It may be a link itself; no link within it is followed.
  const folder = realPath(resolvePath(options.folder));
  const remote = new FolderRemote(nodeFiles, folder, `serve:${realSystem.hostId()}`);
  await remote.list();
  const isLocal = LOOPBACK.test(host) || host === '::1';
  const desk = new Desk(remote, { token, isLocal });
  const server = createServer((request, response) => {
    void desk.answer(request, response);
  });
  server.requestTimeout = REQUEST_MS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(systemError(error, `Listening on ${host}:${String(port)}`));
    });
    server.listen(port, host, resolve);
  });
  const { address, port: listening } = server.address() as AddressInfo;
  const shown = address.includes(':') ? `[${address}]` : address;
  return {
    url: `http://${shown}:${String(listening)}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** How much may stand under a name, encrypted or not; undefined where nothing may. */
function sizeMaxOf(name: string): number | undefined {
  if (name === DIMENSION_OBJECT || name === KEY_OBJECT) return sealedSizeMax(DIMENSION_BYTES_MAX);
  const range = parsePartName(name);
  return range && sealedSizeMax(partSize(range));
}

interface Rules {
  readonly token: Buffer;
  /** Only programs of this machine can mean it. */
  readonly isLocal: boolean;
}

class Desk {
  readonly #remote: FolderRemote;
  readonly #rules: Rules;

  constructor(remote: FolderRemote, rules: Rules) {
    this.#remote = remote;
    this.#rules = rules;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      const isFull = isAltError(error, 'DISK_FULL');
      if (!response.headersSent) end(response, isFull ? 507 : 500);
      else response.destroy();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = this.#refusal(request);
    if (refused !== undefined) {
      end(response, refused);
      return;
    }
    const name = PATH.exec(request.url ?? '')?.[1] ?? '/';
    if (name === '') {
      await this.#list(request, response);
      return;
    }
    const sizeMax = sizeMaxOf(name);
    if (sizeMax === undefined) end(response, 404);
    else if (request.method === 'GET') await this.#get(response, name, sizeMax);
    else if (request.method === 'PUT') await this.#put(request, response, { name, sizeMax });
    else end(response, 405);
  }

  /** The status for who may not ask; undefined for who may. */
  #refusal({ headers }: IncomingMessage): number | undefined {
    const { host = '', origin, authorization = '' } = headers;
    // A page in a browser that got hold of this address, by a name of its own for it perhaps.
    if (origin !== undefined || (this.#rules.isLocal && !LOOPBACK.test(host))) return 403;
    const given = digest(authorization.replace(/^Bearer /i, ''));
    return timingSafeEqual(given, this.#rules.token) ? undefined : 401;
  }

  async #list({ method }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method !== 'GET') {
      end(response, 405);
      return;
    }
    const objects = await this.#remote.list();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ objects }));
  }

  async #get(response: ServerResponse, name: string, sizeMax: number): Promise<void> {
    const stamp = this.#remote.stampOf(name);
    const bytes = stamp === undefined ? undefined : await this.#remote.get(name, sizeMax);
    if (stamp === undefined || !bytes) {
      end(response, 404);
      return;
    }
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('etag', `"${stamp}"`);
    response.end(bytes);
  }

  async #put(
    request: IncomingMessage,
    response: ServerResponse,
    { name, sizeMax }: { readonly name: string; readonly sizeMax: number },
  ): Promise<void> {
    const size = Number(request.headers['content-length'] ?? NaN);
    if (!(size <= sizeMax)) {
      end(response, Number.isNaN(size) ? 411 : 413);
      return;
    }
    const bytes = await readAtMost(request, sizeMax);
    // Whole, or not at all: the line may have been cut.
    if (bytes.length !== size) {
      end(response, 400);
      return;
    }
    const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
    const there = this.#remote.stampOf(name);
    const isMet = noneMatch === '*' ? there === undefined : match === `"${there ?? ''}"`;
    if (!isMet) {
      end(response, 412);
      return;
    }
    // It is written before anything else happens in this process.
    response.setHeader('etag', `"${await this.#remote.put(name, bytes)}"`);
    end(response, 201);
  }
}

function end(response: ServerResponse, status: number): void {
  // What is still being sent is not waited for.
  if (status >= 400) response.setHeader('connection', 'close');
  response.statusCode = status;
  response.end();
}
