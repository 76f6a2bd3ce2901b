/** Fetching one file from servers that answer well, badly, partly or not at all. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchFile, type FetchOptions } from '../../../src/embedders/fetch-file.js';
import * as server from '../../support/file-server.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CONTENT = Buffer.from('0123456789'.repeat(20_000));
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

interface Fetched {
  readonly path: string;
  readonly part: string;
  readonly asked: readonly string[];
  readonly fetch: (options?: FetchOptions) => Promise<void>;
}

async function fetching(...answers: readonly server.Answer[]): Promise<Fetched> {
  const { url, asked, answers: queue } = await server.serveFiles({ 'm.onnx': CONTENT });
  queue.push(...answers);
  const path = join(temporaryFolder(), 'm.onnx');
  const wanted = { url: `${url}/m.onnx`, path, sizeBytes: CONTENT.length, sha256: SHA256 };
  return {
    path,
    part: `${path}.part`,
    asked,
    fetch: (options) => fetchFile(wanted, { retryPauseMs: 1, ...options }),
  };
}

/** What a user reads of a failure. */
async function failure(work: Promise<void>): Promise<string> {
  const error: unknown = await work.then(
    () => 'nothing failed',
    (reason: unknown) => reason,
  );
  const { code, message, hint } = error as { code: string; message: string; hint: string };
  return `[${code}] ${message} ${hint}`;
}

describe('a file is fetched', () => {
  it('whole, telling how far it is', async () => {
    const { fetch, path, part, asked } = await fetching();
    const told: number[] = [];
    await fetch({ onBytes: (bytes) => told.push(bytes) });
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(existsSync(part)).toBe(false);
    expect(told.at(-1)).toBe(200_000);
    expect(asked).toEqual(['m.onnx bytes=0-']);
  });

  it('from where an earlier call was cut', async () => {
    const { fetch, path, part, asked } = await fetching();
    writeFileSync(part, CONTENT.subarray(0, 150_001));
    await fetch();
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(asked).toEqual(['m.onnx bytes=150001-']);
  });

  it('from where the line was cut, in the same call', async () => {
    const { fetch, path, asked } = await fetching(server.cutAfter(70_000), server.cutAfter(30_000));
    await fetch();
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(asked).toEqual(['m.onnx bytes=0-', 'm.onnx bytes=70000-', 'm.onnx bytes=100000-']);
  });

  it('from the start where the server knows no ranges', async () => {
    const { fetch, path, part } = await fetching(server.serveWhole);
    writeFileSync(part, Buffer.alloc(150_000, 'x'));
    await fetch();
    expect(readFileSync(path)).toEqual(CONTENT);
  });

  it('from the start where too much is there, or another part of the file comes', async () => {
    const { fetch, path, part } = await fetching();
    writeFileSync(part, Buffer.alloc(300_000));
    await fetch();
    expect(readFileSync(path)).toEqual(CONTENT);
    const other = await fetching((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 7-9/200000' }).end('789');
    });
    writeFileSync(other.part, CONTENT.subarray(0, 5));
    await other.fetch();
    expect(readFileSync(other.path)).toEqual(CONTENT);
    expect(other.asked).toEqual(['m.onnx bytes=5-', 'm.onnx bytes=0-']);
  });

  it('without a request where only its checksum was left to compare', async () => {
    const { fetch, path, part, asked } = await fetching();
    writeFileSync(part, CONTENT);
    await fetch();
    expect([readFileSync(path).length, asked]).toEqual([200_000, []]);
  });

  it('in one try from a server that is slow but never stalls', async () => {
    const { fetch, path, asked } = await fetching(server.trickle(6, 300));
    await fetch({ stallMs: 1_200 });
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(asked).toHaveLength(1);
  });

  it('in the third try of a busy server', async () => {
    const { fetch, path } = await fetching(server.answer(503), server.answer(429));
    await fetch();
    expect(existsSync(path)).toBe(true);
  });
});

describe('a file is refused', () => {
  it('when its checksum is wrong, and nothing of it is kept', async () => {
    const { fetch, path, part } = await fetching((_request, response) => {
      response.end(Buffer.alloc(200_000));
    });
    expect(await failure(fetch())).toContain(`checksum mismatch for ${path}.`);
    expect([existsSync(path), existsSync(part)]).toEqual([false, false]);
  });

  it('when there is more of it than was published', async () => {
    const { fetch, path } = await fetching((_request, response) => {
      response.end(Buffer.alloc(200_001));
    });
    expect(await failure(fetch())).toContain('the server sent more than 200000 bytes.');
    expect(existsSync(path)).toBe(false);
  });

  it.each([401, 403, 404, 410])('at once with status %i, saying what to do', async (status) => {
    const { fetch, path, asked } = await fetching(server.answer(status));
    const told = await failure(fetch());
    expect(told).toMatch(
      new RegExp(
        `^\\[UNAVAILABLE\\] Fetching http.*m\\.onnx failed: the server answered ${status}\\.`,
      ),
    );
    expect(told).toContain(`Fetch it another way and put it at ${path}`);
    expect(asked).toHaveLength(1);
  });

  it('after three tries of a server that stays busy, stalls or cuts the line', async () => {
    const busy = await fetching(server.answer(503), server.answer(503), server.answer(503));
    expect(await failure(busy.fetch())).toContain('the server answered 503.');
    const cut = server.cutAfter(10);
    const cutting = await fetching(cut, cut, cut);
    expect(await failure(cutting.fetch())).toMatch(/failed: \S.*\. Fetch it another way/);
    expect(cutting.asked).toHaveLength(3);
    const stall = server.stallAfter(1_000);
    const stalling = await fetching(stall, stall, stall);
    expect(await failure(stalling.fetch({ stallMs: 80 }))).toContain('no answer for 0.08 s.');
    expect(stalling.asked).toHaveLength(3);
  });

  it('when nobody listens', async () => {
    const wanted = { url: 'http://127.0.0.1:1/m.onnx', path: join(temporaryFolder(), 'm.onnx') };
    const file = { ...wanted, sizeBytes: 1, sha256: SHA256 };
    expect(await failure(fetchFile(file, { retryPauseMs: 1 }))).toMatch(/^\[UNAVAILABLE\]/);
  });

  it('when it cannot be written, without another try', async () => {
    const { fetch, part, asked } = await fetching();
    mkdirSync(part);
    expect(await failure(fetch())).toContain('[IO_FAILED] Writing');
    expect(asked).toHaveLength(1);
  });
});

describe('a stopped fetch', () => {
  it('keeps what came, and the next call goes on', async () => {
    const { fetch, path, part, asked } = await fetching(server.stallAfter(80_000));
    const stopping = new AbortController();
    const stopped = fetch({
      signal: stopping.signal,
      onBytes: (bytes) => {
        if (bytes === 80_000) stopping.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(readFileSync(part).length).toBe(80_000);
    await fetch();
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(asked).toEqual(['m.onnx bytes=0-', 'm.onnx bytes=80000-']);
  });
});
