/**
 * A real S3 server, s3rver, on this machine until the test ends. In front of it stands what it
 * lacks: conditional writes, as Amazon's have them, short pages of lists, and failures that a test
 * asks for.
 */
import { createRequire } from 'node:module';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

interface Context {
  readonly method: string;
  readonly path: string;
  query: Readonly<Record<string, string>>;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  status: number;
  type: string;
  body: unknown;
  readonly get: (header: string) => string;
}

type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

interface Store {
  readonly getMetadata: (bucket: string, key: string) => Promise<{ readonly etag: string }>;
}

interface S3rver {
  readonly middleware: Middleware[];
  readonly store: Store;
  readonly httpServer: Server;
  readonly run: () => Promise<AddressInfo>;
}

/** The package has no types. */
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;

const BUCKET = 'memories';
/** Those of s3rver. */
export const S3_KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

export interface S3Server {
  readonly endpoint: string;
  /** s3://bucket/prefix */
  readonly address: string;
  /** Names a page of a list holds. */
  pageSize: number;
  /** Whether it knows If-Match and If-None-Match, refuses them, or has never heard of them. */
  conditions: 'known' | 'refused' | 'ignored';
  /** Called with each request before it is answered; `false` cuts the line. */
  before: (request: {
    readonly method: string;
    readonly key: string;
  }) => Promise<boolean> | boolean;
  readonly asked: string[];
  /** All bytes that it holds, in one. */
  readonly everything: () => Buffer;
}

/** Starts one; the keys to it are in the environment until the test ends. */
export async function startS3(): Promise<S3Server> {
  const directory = join(temporaryFolder(), 's3');
  const s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: [{ name: BUCKET }],
  });
  s3.middleware.unshift(failing, oneWriteAtATime(), conditional, paged);
  const { port } = await s3.run();
  const server: S3Server = {
    endpoint: `http://127.0.0.1:${String(port)}`,
    address: `s3://${BUCKET}/of/mine`,
    pageSize: 3,
    conditions: 'known',
    before: () => true,
    asked: [],
    everything: () => bytesBelow(directory),
  };
  useKeys(S3_KEYS);
  onTestFinished(() => {
    s3.httpServer.closeAllConnections();
    s3.httpServer.close();
  });
  return server;

  async function failing(context: Context, next: () => Promise<void>): Promise<void> {
    const { method } = context;
    const key = decodeURIComponent(context.path).replace(`/${BUCKET}/`, '');
    server.asked.push(`${method} ${key}`);
    if (await server.before({ method, key })) await next();
    else context.res.destroy();
  }

  async function conditional(context: Context, next: () => Promise<void>): Promise<void> {
    const [match, noneMatch] = [context.get('if-match'), context.get('if-none-match')];
    const isAsked = context.method === 'PUT' && match + noneMatch !== '';
    if (isAsked && server.conditions === 'refused') {
      refuse(context, 501, 'NotImplemented');
      return;
    }
    if (isAsked && server.conditions === 'known') {
      const [, bucket = '', ...key] = decodeURIComponent(context.path).split('/');
      const there = await s3.store.getMetadata(bucket, key.join('/')).catch(() => undefined);
      const isMet = noneMatch === '*' ? !there : match === there?.etag;
      if (!isMet) {
        refuse(context, 412, 'PreconditionFailed');
        return;
      }
    }
    await next();
  }

  async function paged(context: Context, next: () => Promise<void>): Promise<void> {
    const { 'continuation-token': token, ...query } = context.query;
    if (context.method !== 'GET' || query['list-type'] === undefined) {
      await next();
      return;
    }
    const after = token === undefined ? {} : { 'start-after': fromToken(token) };
    context.query = { ...query, ...after };
    await next();
    context.body = onePage(String(context.body), server.pageSize);
  }
}

/** Its own tokens are made with a cipher that Node no longer has. */
const tokenOf = (key: string): string => Buffer.from(key).toString('base64url');
const fromToken = (token: string): string => Buffer.from(token, 'base64url').toString();

/** The beginning of a list that s3rver gave in one. */
function onePage(xml: string, pageSize: number): string {
  const contents = xml.match(/<Contents>.*?<\/Contents>/gs) ?? [];
  const last = /<Key>(.*?)<\/Key>/.exec(contents[pageSize - 1] ?? '')?.[1];
  if (contents.length <= pageSize || last === undefined) return xml;
  const isTruncated = '<IsTruncated>false</IsTruncated>';
  const more = isTruncated.replace('false', 'true');
  const token = `<NextContinuationToken>${tokenOf(last)}</NextContinuationToken>`;
  return contents
    .slice(pageSize)
    .reduce((rest, content) => rest.replace(content, ''), xml)
    .replace(isTruncated, more + token);
}

function oneWriteAtATime(): Middleware {
  let last: Promise<unknown> = Promise.resolve();
  return async (context, next) => {
    if (context.method !== 'PUT') {
      await next();
      return;
    }
    const turn = last.then(next);
    last = turn.catch(() => undefined);
    await turn;
  };
}

function refuse(context: Context, status: number, code: string): void {
  context.req.resume();
  context.status = status;
  context.type = 'application/xml';
  context.body = `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;
}

function bytesBelow(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
}

/** Puts keys in the environment until the test ends. */
export function useKeys(keys: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(keys)) {
    const before = process.env[name];
    process.env[name] = value;
    onTestFinished(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    });
  }
}
