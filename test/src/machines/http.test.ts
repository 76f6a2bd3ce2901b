/** A remote that another machine serves. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveRemote, type Dimension } from '../../../src/index.js';
import { HttpRemote } from '../../../src/machines/http-remote.js';
import { open } from '../../support/dimensions.js';
import { serveFiles, type Answer } from '../../support/file-server.js';
import { add, expectSame, only, partsIn, snapshot } from '../../support/shipping.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const TOKEN = 'a-token-of-enough-characters';

interface Box {
  readonly base: string;
  readonly folder: string;
  readonly url: string;
  readonly tokenFile: string;
}

async function box(): Promise<Box> {
  const base = temporaryFolder();
  const folder = join(base, 'served');
  mkdirSync(folder);
  const tokenFile = join(base, 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const served = await serveRemote({ folder, token: TOKEN });
  onTestFinished(() => served.close());
  return { base, folder, url: served.url, tokenFile };
}

async function pairOver({ base, url, tokenFile }: Box): Promise<{ a: Dimension; b: Dimension }> {
  const a = open(join(base, 'a')).dimension;
  await a.init();
  await add(a, 'a-1');
  await a.addRemote('box', url, { tokenFile });
  await a.push();
  const b = open(join(base, 'b')).dimension;
  await b.clone(url, { tokenFile });
  return { a, b };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** As nobody's client would: nothing of the path or the headers is made right. */
function ask(url: string, path: string, asked: Asked = {}): Promise<number> {
  const { method = 'GET', headers = {}, body } = asked;
  const authorization = `Bearer ${TOKEN}`;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, path, headers: { authorization, ...headers } }, (got) => {
      got.resume();
      resolve(got.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const PART = `${'ab'.repeat(16)}/0000000000000001.00000000-00000200.part`;

describe('a remote that another machine serves', () => {
  it('may be reached through a link, which changes nothing of what may be put there', async () => {
    const { base, folder } = await box();
    writeFileSync(join(folder, 'dimension.json'), 'whose it is');
    symlinkSync(folder, join(base, 'link'));
    const served = await serveRemote({ folder: join(base, 'link'), token: TOKEN });
    onTestFinished(() => served.close());
    const path = '/objects/dimension.json';
    expect(await ask(served.url, path)).toBe(200);
    const put = { method: 'PUT', headers: { 'if-none-match': '*' }, body: 'mine' };
    expect(await ask(served.url, path, put)).toBe(412);
    expect(readFileSync(join(folder, 'dimension.json'), 'utf8')).toBe('whose it is');
  });

  it('brings machines to the same memory, and is a folder like any other', async () => {
    const served = await box();
    const { a, b } = await pairOver(served);
    await add(b, 'b-1');
    await add(a, 'a-2');
    await a.push();
    await b.push();
    expect(await only(a.pull())).toMatchObject({ events: 1, refused: [], waiting: [] });
    await b.pull();
    await expectSame(a, b);
    expect(partsIn(served.folder)).toHaveLength(3);
    expect(await a.listRemotes()).toMatchObject([{ kind: 'http', location: served.url }]);
    const kept = readFileSync(join(a.path, 'remotes.json'), 'utf8');
    expect([kept.includes(served.tokenFile), kept.includes(TOKEN)]).toEqual([true, false]);
    const { dimension: c } = open(join(served.base, 'c'));
    await c.clone(served.folder);
    await expectSame(a, c);
  });

  it('puts an object only where nothing, or still the same, stands', async () => {
    const { url, tokenFile } = await box();
    const remote = new HttpRemote(url, { tokenFile });
    const first = await remote.put(PART, Buffer.from('first'));
    expect(await remote.put(PART, Buffer.from('second'))).toBeUndefined();
    const second = await remote.put(PART, Buffer.from('second'), first);
    expect(await remote.put(PART, Buffer.from('third'), first)).toBeUndefined();
    expect((await remote.get(PART, 3))?.toString()).toBe('sec');
    expect(await remote.list()).toEqual([{ name: PART, sizeBytes: 6, stamp: second }]);
    expect(await remote.get('dimension.json', 100)).toBeUndefined();
  });

  it('answers nobody without the token, by another name, or from a page', async () => {
    const served = await box();
    await pairOver(served);
    const before = snapshot(served.folder);
    const { url } = served;
    const refusals: readonly (readonly [Asked, number])[] = [
      [{ headers: { authorization: '' } }, 401],
      [{ headers: { authorization: `Bearer ${TOKEN}x` } }, 401],
      [{ headers: { authorization: `Bearer ${TOKEN.slice(1)}` } }, 401],
      [{ headers: { host: 'evil.example' } }, 403],
      [{ headers: { origin: 'https://evil.example' } }, 403],
    ];
    for (const [asked, status] of refusals) {
      for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
        const body = method === 'PUT' ? { body: 'x' } : {};
        for (const path of ['/objects/', '/objects/dimension.json', `/objects/${PART}`]) {
          expect(await ask(url, path, { ...asked, ...body, method })).toBe(status);
        }
      }
    }
    expect(snapshot(served.folder)).toEqual(before);
  });

  it('gives and takes nothing but what a remote holds', async () => {
    const served = await box();
    await pairOver(served);
    const { url, base, folder } = served;
    writeFileSync(join(base, 'outside'), 'Not to be had.');
    writeFileSync(join(folder, 'notes.txt'), 'Nor this.');
    mkdirSync(join(folder, 'ab'.repeat(16)));
    symlinkSync(join(base, 'outside'), join(folder, PART));
    const before = snapshot(base);
    const names = [
      '../outside',
      '%2e%2e/outside',
      '..%2foutside',
      'notes.txt',
      '/etc/passwd',
      'dimension.json/',
      `${'ab'.repeat(16)}/../dimension.json`,
      `${'ab'.repeat(16)}\\..\\dimension.json`,
      `${PART}.new`,
    ];
    for (const name of names) {
      expect(await ask(url, `/objects/${name}`)).toBe(404);
      expect(await ask(url, `/objects/${name}`, { method: 'PUT', body: 'x' })).toBe(404);
    }
    expect(await ask(url, `/objects/${PART}`)).toBe(404);
    const big = { 'content-length': '10000000000', 'if-none-match': '*' };
    const claim = { method: 'PUT', headers: big };
    expect(await ask(url, `/objects/${PART}`, claim)).toBe(413);
    const chunked = { 'transfer-encoding': 'chunked', 'if-none-match': '*' };
    expect(await ask(url, `/objects/${PART}`, { method: 'PUT', headers: chunked })).toBe(411);
    expect(await ask(url, '/objects/dimension.json', { method: 'PUT', body: 'x' })).toBe(412);
    expect(await ask(url, '/objects/dimension.json', { method: 'DELETE' })).toBe(405);
    expect(snapshot(base)).toEqual(before);
  });

  it('keeps nothing of an object whose line was cut', async () => {
    const { url, folder } = await box();
    const headers = { 'if-none-match': '*', authorization: `Bearer ${TOKEN}` };
    const sized = { ...headers, 'content-length': '300' };
    const sent = request(url, { method: 'PUT', path: `/objects/${PART}`, headers: sized });
    await new Promise<void>((resolve) => {
      sent.on('error', () => undefined);
      sent.on('close', resolve);
      sent.write('half', () => sent.destroy());
    });
    expect(await ask(url, `/objects/${PART}`)).toBe(404);
    expect(snapshot(folder)).toEqual({});
  });

  it('needs a token that cannot be guessed', async () => {
    const folder = temporaryFolder();
    await expect(serveRemote({ folder, token: 'short' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('a machine that asks another', () => {
  it('says what is wrong, and shows the token to nobody else', async () => {
    const served = await box();
    const { a } = await pairOver(served);
    writeFileSync(served.tokenFile, 'another-token-than-is-right');
    const refusal = await a.push({ remote: 'box' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
    expect(String((refusal as Error).message)).toContain('the token was refused');
    writeFileSync(served.tokenFile, '');
    await expect(a.push({ remote: 'box' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const tokens: string[] = [];
    const noting: Answer = (asked, response) => {
      tokens.push(asked.headers.authorization ?? '');
      response.end('{"objects":[]}');
    };
    const elsewhere = await serveFiles({});
    elsewhere.answers.push(noting);
    const redirecting: Answer = (_asked, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/objects/` }).end();
    };
    const other = await serveFiles({});
    other.answers.push(redirecting, redirecting, redirecting);
    writeFileSync(served.tokenFile, TOKEN);
    const remote = new HttpRemote(other.url, { tokenFile: served.tokenFile });
    await expect(remote.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(tokens).toEqual([]);
  });

  it.each(['', 'no list', '{}', '{"objects":7}', '[]'])('takes %j for no remote', async (text) => {
    const { tokenFile } = await box();
    const server = await serveFiles({ 'objects/': Buffer.from(text) });
    const remote = new HttpRemote(server.url, { tokenFile });
    await expect(remote.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('reads of a body no more than it asked for', async () => {
    const { tokenFile } = await box();
    const server = await serveFiles({ [`objects/${PART}`]: Buffer.alloc(20_000_000, 'x') });
    const remote = new HttpRemote(server.url, { tokenFile });
    expect(await remote.get(PART, 1_000)).toEqual(Buffer.alloc(1_000, 'x'));
  });

  it.each([
    'http://host.example/memory',
    'https://user:secret@host.example',
    'https://host.example/?token=secret',
    'https://',
  ])('is not told %s', async (address) => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    const error = await dimension.addRemote('box', address).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((error as Error).message).not.toContain('secret');
  });
});
