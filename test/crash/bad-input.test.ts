/** Bad input is refused with a code, and leaves no event. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension } from '../../src/index.js';
import { Child, useChildren } from '../support/child.js';
import { copyOf, expectWhole, newDimension, open, useTemplate } from '../support/dimensions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

useChildren();
const template = useTemplate();

type Call = (dimension: Dimension) => Promise<unknown>;

const add = (options: object, content = 'A sound text.'): Call => {
  return (dimension) => dimension.addEntity('work', 'notes', content, options);
};
const withText = (content: string): Call => add({}, content);
const withMetadata = (metadata: object): Call => add({ metadata });
const inPlace = (realm: string, domain: string): Call => {
  return (dimension) => dimension.addEntity(realm, domain, 'A sound text.');
};

function cycle(): object {
  const metadata: Record<string, unknown> = {};
  metadata.self = { metadata };
  return metadata;
}

function nested(levels: number): object {
  return levels === 0 ? {} : { deeper: nested(levels - 1) };
}

const sound = { realm: 'work', domain: 'notes', content: 'A sound text.' };

const REFUSED: Readonly<Record<string, readonly [code: string, call: Call]>> = {
  'a blank text': ['INVALID_ARGUMENT', withText(' \n\t ')],
  'a text with NUL': ['INVALID_ARGUMENT', withText('before\0after')],
  'two megabytes of text': ['TOO_LARGE', withText('x'.repeat(2 * 1024 * 1024))],
  'no text at all': ['INVALID_ARGUMENT', withText(null as unknown as string)],
  'a realm of two dots': ['INVALID_ARGUMENT', inPlace('..', 'notes')],
  'a realm that is a path': ['INVALID_ARGUMENT', inPlace('../etc/passwd', 'notes')],
  'a domain of two dots': ['INVALID_ARGUMENT', inPlace('work', '..')],
  'a domain with NUL': ['INVALID_ARGUMENT', inPlace('work', 'no\0tes')],
  'a blank realm': ['INVALID_ARGUMENT', inPlace('  ', 'notes')],
  'a realm that is no text': ['INVALID_ARGUMENT', inPlace(7 as unknown as string, 'notes')],
  'a realm of 129 letters': ['INVALID_ARGUMENT', inPlace('r'.repeat(129), 'notes')],
  'an id with a space': ['INVALID_ARGUMENT', add({ entityId: 'two words' })],
  'an id with a newline': ['INVALID_ARGUMENT', add({ entityId: 'line\n' })],
  'an id of 257 characters': ['INVALID_ARGUMENT', add({ entityId: 'i'.repeat(257) })],
  'an id in use for another text': ['ALREADY_EXISTS', add({ entityId: 'memory-1' })],
  'metadata that is a cycle': ['INVALID_ARGUMENT', withMetadata(cycle())],
  'metadata with NaN': ['INVALID_ARGUMENT', withMetadata({ share: NaN })],
  'metadata with Infinity': ['INVALID_ARGUMENT', withMetadata({ share: -Infinity })],
  'metadata with a BigInt': ['INVALID_ARGUMENT', withMetadata({ big: 1n })],
  'metadata with a function': ['INVALID_ARGUMENT', withMetadata({ run: () => 1 })],
  'metadata with a date': ['INVALID_ARGUMENT', withMetadata({ at: new Date(0) })],
  'metadata with __proto__': [
    'INVALID_ARGUMENT',
    withMetadata(JSON.parse('{"__proto__":{"admin":true}}') as object),
  ],
  'metadata of 10 levels': ['INVALID_ARGUMENT', withMetadata(nested(10))],
  'metadata of 65 KiB': ['TOO_LARGE', withMetadata({ text: 'x'.repeat(65 * 1024) })],
  'metadata that is a list': ['INVALID_ARGUMENT', withMetadata(['a'])],
  'a batch with one bad item': [
    'INVALID_ARGUMENT',
    (dimension) => dimension.batchAddEntities([sound, { ...sound, content: '' }, sound]),
  ],
  'a batch of 1,001': [
    'TOO_LARGE',
    (dimension) => dimension.batchAddEntities(Array.from({ length: 1_001 }, () => sound)),
  ],
  'a change of an unknown id': [
    'NOT_FOUND',
    (dimension) => dimension.changeEntity('unknown', { content: 'New.' }),
  ],
  'a change to a blank text': [
    'INVALID_ARGUMENT',
    (dimension) => dimension.updateEntity('memory-1', { content: ' ' }),
  ],
  'a change to a bad realm': [
    'INVALID_ARGUMENT',
    (dimension) => dimension.updateEntity('memory-1', { content: 'New.', realm: '..' }),
  ],
  'a negative limit': ['INVALID_ARGUMENT', (dimension) => dimension.listEntities({ limit: -1 })],
  'a limit of a half': [
    'INVALID_ARGUMENT',
    (dimension) => dimension.search('keeper', { limit: 0.5 }),
  ],
  'a negative offset': ['INVALID_ARGUMENT', (dimension) => dimension.listEntities({ offset: -3 })],
  'an unknown mode': [
    'INVALID_ARGUMENT',
    (dimension) => dimension.search('keeper', { mode: 'magic' }),
  ],
  'a question of 10,001 characters': [
    'TOO_LARGE',
    (dimension) => dimension.search('q'.repeat(10_001)),
  ],
  'a blank subject': ['INVALID_ARGUMENT', (dimension) => dimension.kg.add(' ', 'is', 'x')],
  'a date that is none': [
    'INVALID_ARGUMENT',
    (dimension) => dimension.kg.add('a', 'is', 'x', { validFrom: '2023-02-30' }),
  ],
  'mining what is not there': ['NOT_FOUND', (dimension) => dimension.mine('/no/such/file.md')],
};

describe('a dimension', () => {
  it.each(Object.keys(REFUSED))('refuses %s and keeps nothing of it', async (name) => {
    const { dimension, warnings } = open(copyOf(template()));
    const before = (await dimension.status()).log.events;
    const [code, call] = REFUSED[name] ?? [];
    await expect(call?.(dimension)).rejects.toMatchObject({ name: 'AltError', code });
    expect((await dimension.status()).log.events).toBe(before);
    expect((Object.prototype as { admin?: unknown }).admin).toBeUndefined();
    expect(warnings).toEqual([]);
    await expectWhole(dimension);
  });

  it('answers an unknown id with nothing', async () => {
    const { dimension } = open(copyOf(template()));
    const before = (await dimension.status()).log.events;
    expect(await dimension.getEntity('unknown')).toBeUndefined();
    expect(await dimension.getEntity('')).toBeUndefined();
    expect(await dimension.deleteEntity('unknown')).toBe(false);
    expect(await dimension.restoreEntity('unknown')).toBe(false);
    expect(await dimension.listEntities({ realm: '..' })).toEqual([]);
    expect(await dimension.search('keeper', { realm: '../..' })).toEqual([]);
    expect((await dimension.status()).log.events).toBe(before);
  });

  it('stores a lone surrogate as U+FFFD, everywhere', async () => {
    const { dimension } = open(copyOf(template()));
    const entityId = 'surrogate';
    await dimension.addEntity('work', 'notes', 'half \uD83D of a pair', {
      entityId,
      metadata: { 'key\uDC00': ['\uD800'] },
      sourceFile: '/tmp/\uD83D.md',
    });
    const entity = await dimension.getEntity(entityId);
    expect(entity?.content).toBe('half \uFFFD of a pair');
    expect(entity?.metadata).toMatchObject({ 'key\uFFFD': ['\uFFFD'] });
    expect(entity?.source_file).toBe('/tmp/\uFFFD.md');
    await expectWhole(dimension, { [entityId]: 'half \uFFFD of a pair' });
    expect((await dimension.search('half\uD83D pair')).map(({ id }) => id)).toContain(entityId);
    await dimension.rebuild();
    await expectWhole(dimension, { [entityId]: 'half \uFFFD of a pair' });
  });
});

describe('a path', () => {
  it('that holds no dimension is said, and nothing is made there', async () => {
    const path = join(temporaryFolder(), 'nothing');
    const { dimension } = open(path);
    const missing = {
      code: 'DIMENSION_NOT_FOUND',
      hint: expect.stringContaining('alt init') as string,
    };
    await expect(dimension.getEntity('x')).rejects.toMatchObject(missing);
    await expect(dimension.addEntity('work', 'notes', 'No.')).rejects.toMatchObject(missing);
    expect(() => readdirSync(path)).toThrow('ENOENT');
  });

  it.each(['a file', 'below a file'])('that is %s is refused with a hint', async (what) => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, 'text');
    const { dimension } = open(what === 'a file' ? file : join(file, 'dimension'));
    const refusal = { name: 'AltError', hint: expect.any(String) as string };
    await expect(dimension.init()).rejects.toMatchObject(refusal);
    await expect(dimension.getEntity('x')).rejects.toMatchObject(refusal);
  });

  it.runIf(process.getuid?.() === 0)(
    'of somebody else gives errors with a code and a hint',
    async () => {
      const [hidden, closed] = [join(temporaryFolder(), 'd'), join(temporaryFolder(), 'd')];
      const readable = join(temporaryFolder(), 'd');
      for (const path of [hidden, readable]) await newDimension(path);
      mkdirSync(closed);
      for (const path of [hidden, closed, readable]) chmodSync(join(path, '..'), 0o755);
      for (const name of ['.', ...readdirSync(readable, { recursive: true, encoding: 'utf8' })]) {
        chmodSync(join(readable, name), 0o755);
      }
      for (const path of [hidden, closed, readable]) {
        const lines = await new Child('attempt', path, { uid: 65_534 }).ended();
        const answers = lines.filter(({ call }) => call);
        expect(answers.map(({ call }) => call)).toEqual(['init', 'add', 'get']);
        const refused = answers.filter(({ error }) => error);
        expect(refused.map(({ call }) => call)).toContain('add');
        for (const answer of refused) {
          expect(answer).toMatchObject({
            error: 'AltError',
            code: path === closed && answer.call !== 'init' ? 'DIMENSION_NOT_FOUND' : 'READ_ONLY',
            hint: expect.any(String) as string,
          });
        }
      }
      await expectWhole(open(readable).dimension);
    },
  );
});
