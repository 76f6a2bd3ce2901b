/** Where models are looked for, and whether their bytes are the published ones. */
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCheckedModel, verifyModel } from '../../../src/embedders/model-checks.js';
import { PINS, knownModel } from '../../../src/embedders/model-catalogue.js';
import { findModel, type ModelFiles } from '../../../src/embedders/model-files.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const MODEL: ModelFiles = {
  name: 'toy',
  folder: 'toy-model',
  hub: { repo: 'owner/toy-model', revision: 'abc123' },
  files: {
    'onnx/toy.onnx': { sizeBytes: 5, sha256: HELLO },
    'tokenizer.json': { sizeBytes: 5, sha256: HELLO },
  },
};

function put(folder: string, names: readonly string[], content = 'hello'): string {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const AS_ON_HUB = ['onnx/toy.onnx', 'tokenizer.json'];
const FLAT = ['toy.onnx', 'tokenizer.json'];
const inFolders = (...folders: string[]) => ({ folders, hubCaches: [] });

describe('a model is found', () => {
  it.each([
    ['as on the hub, below owner and name', 'owner--toy-model', AS_ON_HUB, 'onnx/toy.onnx'],
    ['flat, below owner and name', 'owner--toy-model', FLAT, 'toy.onnx'],
    ['as on the hub, below its own name', 'toy-model', AS_ON_HUB, 'onnx/toy.onnx'],
    ['flat, below its own name', 'toy-model', FLAT, 'toy.onnx'],
    ['flat, in the folder that was named', '.', FLAT, 'toy.onnx'],
  ])('%s', (_, below, names, graph) => {
    const models = temporaryFolder();
    const folder = put(join(models, below), names);
    const found = findModel(MODEL, inFolders('/nowhere', models));
    expect(found).toMatchObject({ folder, origin: 'folder' });
    expect(found.path('onnx/toy.onnx')).toBe(join(folder, graph));
  });

  it('in the first of the folders that has all of it', () => {
    const [half, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    put(join(half, 'toy-model'), ['toy.onnx']);
    for (const models of [first, second]) put(join(models, 'toy-model'), FLAT);
    expect(findModel(MODEL, inFolders(half, first, second)).folder).toBe(join(first, 'toy-model'));
  });

  it('in a cache of the hub, the pinned snapshot before another one', () => {
    const cache = temporaryFolder();
    const snapshots = join(cache, 'models--owner--toy-model/snapshots');
    const search = { folders: [temporaryFolder()], hubCaches: ['/nowhere', cache] };
    const other = put(join(snapshots, 'aaa'), AS_ON_HUB);
    expect(findModel(MODEL, search)).toMatchObject({ folder: other, origin: 'hub-cache' });
    // The cache keeps bytes aside and links to them.
    put(join(cache, 'blobs'), ['1', '2']);
    const pinned = join(snapshots, 'abc123');
    mkdirSync(join(pinned, 'onnx'), { recursive: true });
    symlinkSync(join(cache, 'blobs/1'), join(pinned, 'onnx/toy.onnx'));
    symlinkSync(join(cache, 'blobs/2'), join(pinned, 'tokenizer.json'));
    expect(findModel(MODEL, search).folder).toBe(pinned);
  });

  it('where it ships with this package', () => {
    const folder = fileURLToPath(new URL('../../../models/all-MiniLM-L6-v2', import.meta.url));
    expect(findModel(PINS.minilm)).toMatchObject({ folder, origin: 'bundled' });
  });

  it('in a package that carries it', () => {
    const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
    const sizeBytes = readFileSync(join(modules, 'stemmer/license')).length;
    const files = { license: { sizeBytes, sha256: HELLO } };
    const carried: ModelFiles = { folder: 'carried', package: 'stemmer', files };
    expect(findModel(carried)).toMatchObject({
      folder: join(modules, 'stemmer'),
      origin: 'package',
    });
  });
});

describe('a model is refused', () => {
  const refusal = (message: RegExp): Error =>
    expect.objectContaining({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(message) as string,
    }) as Error;

  it('when it is nowhere, with the command that fetches it', () => {
    const search = inFolders(temporaryFolder());
    expect(() => findModel(MODEL, search)).toThrow(
      refusal(/^The model toy is not on this machine/),
    );
    expect(() => findModel(MODEL, search)).toThrow(
      expect.objectContaining({ hint: 'Run "alt models download toy".' }) as Error,
    );
    expect(() => findModel({ ...PINS.multilingual, package: '@alt-memory/none' })).toThrow(
      expect.objectContaining({ hint: 'Run "npm install @alt-memory/none".' }) as Error,
    );
  });

  it('when a file of it is absent or cut short, by the name of that file', () => {
    const models = temporaryFolder();
    put(join(models, 'toy-model'), ['toy.onnx']);
    const search = inFolders(models);
    expect(() => findModel(MODEL, search)).toThrow(refusal(/tokenizer\.json is missing or cut/));
    put(join(models, 'toy-model'), ['tokenizer.json'], 'hell');
    expect(() => findModel(MODEL, search)).toThrow(refusal(/tokenizer\.json is missing or cut/));
  });

  it('by its checksum when a file was altered', async () => {
    const models = temporaryFolder();
    const folder = put(join(models, 'toy-model'), FLAT);
    const located = findModel(MODEL, inFolders(models));
    await expect(verifyModel(MODEL, located)).resolves.toBeUndefined();
    put(folder, ['tokenizer.json'], 'jello');
    await expect(verifyModel(MODEL, located)).rejects.toThrow(
      refusal(/^Checksum mismatch for .*tokenizer\.json\.$/),
    );
  });
});

describe('checksums', () => {
  it('are compared at the first load, and again when a file changed', async () => {
    const models = temporaryFolder();
    const folder = put(join(models, 'toy-model'), FLAT);
    const checksumsFile = join(models, 'cache', 'verified.json');
    const search = { ...inFolders(models), checksumsFile };
    await findCheckedModel(MODEL, search);
    expect(Object.keys(JSON.parse(readFileSync(checksumsFile, 'utf8')) as object)).toEqual([
      join(folder, 'toy.onnx'),
      join(folder, 'tokenizer.json'),
    ]);
    const altered = join(folder, 'toy.onnx');
    const then = new Date(1e12);
    utimesSync(altered, then, then);
    await findCheckedModel(MODEL, search);
    // Other bytes under the old time and size: taken for what was read before.
    writeFileSync(altered, 'jello');
    utimesSync(altered, then, then);
    await expect(findCheckedModel(MODEL, search)).resolves.toMatchObject({ folder });
    utimesSync(altered, then, new Date(2e12));
    await expect(findCheckedModel(MODEL, search)).rejects.toThrow(/Checksum mismatch/);
  });

  it('are compared anew when what was remembered is unreadable', async () => {
    const models = temporaryFolder();
    put(join(models, 'toy-model'), FLAT, 'jello');
    const checksumsFile = join(models, 'verified.json');
    writeFileSync(checksumsFile, '{"half');
    const search = { ...inFolders(models), checksumsFile };
    await expect(findCheckedModel(MODEL, search)).rejects.toThrow(/Checksum mismatch/);
  });

  it('are not compared where nothing can be remembered', async () => {
    const models = temporaryFolder();
    put(join(models, 'toy-model'), FLAT, 'jello');
    // A file where a folder would have to be.
    const checksumsFile = join(models, 'toy-model', 'toy.onnx', 'verified.json');
    const search = { ...inFolders(models), checksumsFile };
    await expect(findCheckedModel(MODEL, search)).resolves.toMatchObject({ origin: 'folder' });
    await expect(findCheckedModel(MODEL, inFolders(models))).resolves.toBeDefined();
  });
});

describe('the catalogue', () => {
  it('pins every file by size and checksum, and every hub model by revision', () => {
    for (const name of Object.keys(PINS)) {
      const { files, hub } = knownModel(name);
      for (const { sizeBytes, sha256 } of Object.values(files)) {
        expect(sizeBytes).toBeGreaterThan(0);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
      if (hub) expect(hub.revision).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it('is asked by name or alias in any case', () => {
    const names = ['MiniLM', 'sentence', ' gemma ', 'minilm@fp32'].map((n) => knownModel(n).name);
    expect(names).toEqual(['minilm', 'minilm', 'embeddinggemma', 'minilm@fp32']);
    expect(() => knownModel('bge')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        hint: 'The models are: minilm, minilm@fp32, embeddinggemma, multilingual.',
      }) as Error,
    );
  });

  it('has the published bytes of what ships with this package', async () => {
    await expect(verifyModel(PINS.minilm, findModel(PINS.minilm))).resolves.toBeUndefined();
  });
});
