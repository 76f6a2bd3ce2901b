/** Stands before a Chroma server, counts what is asked, and misbehaves when told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** What is done with a request: an error's status, no answer, or a word for it. */
export type Conduct = number | 'pass' | 'hang' | 'drop';

export class ChromaProxy {
  readonly url: string;
  /** The last part of each path that was asked for. */
  readonly asked: string[] = [];
  conduct: (what: string) => Conduct | Promise<Conduct> = () => 'pass';
  readonly #server: Server;
  readonly #target: string;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = target;
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    this.url = `http://127.0.0.1:${String(port)}`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async before(target: string): Promise<ChromaProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new ChromaProxy(server, target);
    onTestFinished(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return proxy;
  }

  count(what: string): number {
    return this.asked.filter((each) => each === what).length;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    const what = url.split('?')[0]?.split('/').at(-1) ?? '';
    this.asked.push(what);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const conduct = await this.conduct(what);
    if (conduct === 'pass') await this.#pass(request, response, chunks);
    else if (conduct === 'drop') request.socket.destroy();
    else if (conduct !== 'hang') {
      response.writeHead(conduct, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'Told', message: 'the proxy was told to' }));
    }
  }

  async #pass(request: IncomingMessage, response: ServerResponse, chunks: Buffer[]): Promise<void> {
    const { url = '', method = 'GET' } = request;
    try {
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${this.#target}${url}`, { method, headers, ...body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      request.socket.destroy();
    }
  }
}
