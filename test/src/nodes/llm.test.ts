/** Cross-references that a language model writes, asked of a server on this machine. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSettings } from '../../../src/config.js';
import { askJson, type LlmSettings } from '../../../src/llm/ask-json.js';
import * as z from 'zod';
import type { Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model: string;
    readonly max_tokens: number;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
  };
}

type Answer = (response: ServerResponse, asked: Asked) => void | Promise<void>;

/** A server that answers each request by the next of `answers`, the last one again and again. */
async function fakeServer(...answers: Answer[]) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'];
      const { authorization } = request.headers;
      const one = { path: request.url ?? '', authorization, body };
      asked.push(one);
      void answers[Math.min(asked.length, answers.length) - 1]?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const port = String((server.address() as AddressInfo).port);
  return { endpoint: `http://127.0.0.1:${port}/v1`, asked };
}

const says =
  (text: string, usage?: object): Answer =>
  (response) => {
    const choices = [{ message: { role: 'assistant', content: text } }];
    response.end(JSON.stringify({ choices, ...(usage && { usage }) }));
  };
const fails =
  (status: number, body = 'no'): Answer =>
  (response) => {
    response.writeHead(status).end(body);
  };

const INDEX = JSON.stringify({
  topics: ['roof repair', '  ', 'kept | sessions'],
  quotes: ['[Ada] we fixed the roof', '"sessions are kept in SQLite"', 'made up by the model'],
  summary: `Roof and sessions. ${'long '.repeat(60)}`,
});
const TOKENS = { prompt_tokens: 100, completion_tokens: 20 };
const QUICK = { pausesMs: [1, 1] };

async function filled(): Promise<Dimension> {
  const { dimension } = open(join(temporaryFolder(), 'dimension'));
  await dimension.init();
  const source = (index: number) => ({
    sourceFile: 'talk.txt',
    entityId: `e${String(index)}`,
    metadata: { chunk_index: index },
  });
  await dimension.addEntity(
    'work',
    'a',
    'Sessions are kept\n in SQLite, sessions are kept in SQLite.',
    source(1),
  );
  await dimension.addEntity(
    'work',
    'a',
    'On that day we fixed the roof. Repair took long.',
    source(0),
  );
  await dimension.rebuildNodes();
  return dimension;
}

const contents = async (dimension: Dimension) =>
  (await dimension.listNodes('talk.txt')).map(({ content }) => content);

describe('nodes by a language model', () => {
  it('are tied to the parts that say it, without quotes that nobody said', async () => {
    const dimension = await filled();
    const { endpoint, asked } = await fakeServer(
      says(`Here:\n\`\`\`json\n${INDEX}\n\`\`\``, TOKENS),
    );
    const llm = { endpoint, model: 'small', key: 'secret' };
    expect(await dimension.rebuildNodes('talk.txt', { llm })).toEqual({
      sources: 1,
      rebuilt: 1,
      failed: [],
      input_tokens: 100,
      output_tokens: 20,
    });
    const [node] = await dimension.listNodes('talk.txt');
    expect(node?.metadata.generated_by).toBe('llm:small');
    const lines = node?.content.split('\n') ?? [];
    expect(lines.slice(0, 4)).toEqual([
      'roof repair||→e0',
      'kept sessions|SQLite|→e1',
      '"[Ada] we fixed the roof"||→e0',
      '"sessions are kept in SQLite"|SQLite|→e1',
    ]);
    expect(lines[4]).toMatch(/^Roof and sessions\. (long ?)*l?\|SQLite\|→e0,e1$/);
    expect(lines[4]?.split('|')[0]?.length).toBeLessThanOrEqual(200);
    expect(lines).toHaveLength(5);
    const [{ path, authorization, body } = {} as Asked] = asked;
    expect([path, authorization]).toEqual(['/v1/chat/completions', 'Bearer secret']);
    expect([body.model, body.max_tokens]).toEqual(['small', 1_500]);
    expect(body.messages[1]).toEqual({
      role: 'user',
      content: [
        'On that day we fixed the roof. Repair took long.',
        'Sessions are kept\n in SQLite, sessions are kept in SQLite.',
      ].join('\n\n'),
    });
  });

  it('stay for what is left of the source, and go with what they quote', async () => {
    const dimension = await filled();
    const { endpoint } = await fakeServer(says(INDEX));
    await dimension.rebuildNodes('talk.txt', { llm: { endpoint, model: 'small' } });
    await dimension.updateEntity('e1', { content: 'All of it was thrown away.' });
    const [node] = await dimension.listNodes('talk.txt');
    expect(node?.metadata.generated_by).toBe('llm:small');
    expect(node?.content.split('\n').slice(0, 2)).toEqual([
      'roof repair||→e0',
      '"[Ada] we fixed the roof"||→e0',
    ]);
    expect(node?.content).not.toContain('e1');
    await dimension.deleteEntity('e0');
    const [last] = await dimension.listNodes('talk.txt');
    expect(last?.content).toBe('work/a/talk||→e1');
    expect(last?.metadata).not.toHaveProperty('generated_by');
  });

  it('send a long source in windows of at most 30,000 characters', async () => {
    const { dimension } = open(join(temporaryFolder(), 'dimension'));
    await dimension.init();
    await dimension.addEntity('work', 'a', 'word '.repeat(15_000), { sourceFile: 'long.txt' });
    const answer = JSON.stringify({ topics: ['words'] });
    const { endpoint, asked } = await fakeServer(says(answer, TOKENS));
    const report = await dimension.rebuildNodes('long.txt', { llm: { endpoint, model: 'm' } });
    expect(report).toMatchObject({ input_tokens: 300, output_tokens: 60 });
    expect(asked.map(({ body }) => body.messages[1]?.content.length)).toEqual([
      30_000, 30_000, 15_000,
    ]);
  });

  it('come at the third try of a busy, cut or muddled server', async () => {
    const dimension = await filled();
    const cut: Answer = (response) => void response.destroy();
    for (const bad of [fails(503), cut, says('no JSON'), says('{"topics": 7}'), fails(200, 'x')]) {
      const { endpoint, asked } = await fakeServer(bad, bad, says(INDEX));
      const options = { llm: { endpoint, model: 'm' }, ...QUICK };
      expect(await dimension.rebuildNodes('talk.txt', options)).toMatchObject({ failed: [] });
      expect(asked).toHaveLength(3);
    }
  });

  it('leave the old ones where the model fails, and say why, without the key', async () => {
    const dimension = await filled();
    const before = await contents(dimension);
    const refusal = fails(401, 'Wrong API key: secret');
    const refused = await fakeServer(refusal);
    const llm = { endpoint: refused.endpoint, model: 'm', key: 'secret' };
    const report = await dimension.rebuildNodes('talk.txt', { llm, ...QUICK });
    expect(report.failed).toEqual([
      {
        file: 'talk.txt',
        error: 'The language model m failed: the server answered 401: Wrong API key: ***.',
      },
    ]);
    expect(refused.asked).toHaveLength(1);
    const busy = await fakeServer(fails(500));
    const again = { llm: { endpoint: busy.endpoint, model: 'm' }, ...QUICK };
    expect((await dimension.rebuildNodes('talk.txt', again)).failed).toHaveLength(1);
    expect(busy.asked).toHaveLength(3);
    expect(await contents(dimension)).toEqual(before);
  });

  it('leave the old ones when the source changed meanwhile', async () => {
    const dimension = await filled();
    const { endpoint } = await fakeServer(async (response, asked) => {
      await dimension.updateEntity('e0', { content: 'We decided to sell the house.' });
      await says(INDEX)(response, asked);
    });
    const report = await dimension.rebuildNodes('talk.txt', { llm: { endpoint, model: 'm' } });
    expect(report.failed).toMatchObject([{ error: 'talk.txt changed while the model read it.' }]);
    expect(await contents(dimension)).toEqual(['decided to sell the house||→e0']);
  });

  it('are not waited for longer than a try may take, nor after the caller gave up', async () => {
    const silent: Answer = () => undefined;
    const { endpoint } = await fakeServer(silent);
    const llm = { endpoint, model: 'm' };
    const question = { instructions: '', content: '', maxOutputTokens: 1, schema: z.object({}) };
    const late = askJson(llm, question, { timeoutMs: 30, pausesMs: [] });
    await expect(late).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The language model m failed: it did not answer in time.',
    });
    const signal = AbortSignal.timeout(30);
    const given = askJson(llm, question, { signal });
    await expect(given).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('are never sent on to another server', async () => {
    const dimension = await filled();
    const other = await fakeServer(says(INDEX));
    const moved: Answer = (response) => {
      response.writeHead(307, { location: `${other.endpoint}/chat/completions` }).end();
    };
    const { endpoint } = await fakeServer(moved);
    const report = await dimension.rebuildNodes('talk.txt', {
      llm: { endpoint, model: 'm' },
      ...QUICK,
    });
    expect(report.failed).toHaveLength(1);
    expect(other.asked).toEqual([]);
  });
});

describe('the settings of the language model', () => {
  it('name endpoint and model, or there is none', () => {
    const home = { ALT_MEMORY_HOME: temporaryFolder() };
    expect(readSettings({}, home).llm).toBeUndefined();
    expect(readSettings({}, { ...home, LLM_ENDPOINT: 'http://x' }).llm).toBeUndefined();
    const env = { ...home, LLM_ENDPOINT: 'http://x/v1', LLM_MODEL: 'm', LLM_KEY: 'k' };
    const llm: LlmSettings = { endpoint: 'http://x/v1', model: 'm', key: 'k' };
    expect(readSettings({}, env).llm).toEqual(llm);
  });

  it('must be http or https', async () => {
    const dimension = await filled();
    for (const endpoint of ['ftp://x/v1', 'file:///etc', 'x', 'http://']) {
      const rebuilt = dimension.rebuildNodes('talk.txt', { llm: { endpoint, model: 'm' } });
      await expect(rebuilt).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('may be the address of the completions themselves', async () => {
    const dimension = await filled();
    const { endpoint, asked } = await fakeServer(says(INDEX));
    const llm = { endpoint: `${endpoint}/chat/completions/`, model: 'm' };
    await dimension.rebuildNodes('talk.txt', { llm });
    expect(asked.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
  });

  it('are asked for where a caller wants the model and there is none', async () => {
    const dimension = await filled();
    const rebuilt = dimension.rebuildNodes('talk.txt', { llm: true });
    await expect(rebuilt).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'No language model is configured.',
    });
  });
});
