/** A web server on this machine that serves files well or badly, and remembers what was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers one request; `content` is the file at its path, empty where there is none. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
) => void | Promise<void>;

/** As a good server does: the whole file, or the part that was asked for. */
const serve: Answer = (request, response, content) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN);
  if (Number.isNaN(start)) {
    response.end(content);
    return;
  }
  if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  response.writeHead(206, { 'content-range': range }).end(content.subarray(start));
};

/** The whole file, whatever was asked for. */
export const serveWhole: Answer = (_request, response, content) => {
  response.end(content);
};

/** A status and no file. */
export const answer =
  (status: number): Answer =>
  (_request, response) => {
    response.writeHead(status).end('no file');
  };

/** The first `bytes` of what was asked for, and then the line is cut. */
export const cutAfter =
  (bytes: number): Answer =>
  (request, response, content) => {
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-range': range, 'content-length': content.length - start });
    response.write(content.subarray(start, start + bytes), () => response.destroy());
  };

/** The first `bytes`, and then nothing more, for ever. */
export const stallAfter =
  (bytes: number): Answer =>
  (_request, response, content) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes));
  };

/** All of it in `parts`, one every `pauseMs`. */
export const trickle =
  (parts: number, pauseMs: number): Answer =>
  async (_request, response, content) => {
    const length = Math.ceil(content.length / parts);
    for (let part = 0; part < parts; part += 1) {
      response.write(content.subarray(part * length, (part + 1) * length));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    response.end();
  };

export interface FileServer {
  readonly url: string;
  /** Path and range of every request so far. */
  readonly asked: string[];
  /** How the next requests are answered, one each; after them as a good server does. */
  readonly answers: Answer[];
}

/** Serves `files` by their paths, without the slash in front, until the test is over. */
export async function serveFiles(files: Readonly<Record<string, Buffer>>): Promise<FileServer> {
  const asked: string[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1);
    asked.push(`${path} ${request.headers.range ?? ''}`.trim());
    const content = files[path];
    const chosen = answers.shift() ?? (content === undefined ? answer(404) : serve);
    void chosen(request, response, content ?? Buffer.alloc(0));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers };
}
