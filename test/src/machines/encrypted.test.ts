/** Remotes whose storage learns nothing but names and sizes. */
import { Decrypter, Encrypter } from 'age-encryption';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dimension, RemoteOptions } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { startS3, useKeys } from '../../support/s3-server.js';
import { flipped } from '../../support/shippers.js';
import { add, alter, expectSame, idsOf, only, partsIn, snapshot } from '../../support/shipping.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const PASSPHRASE = 'correct horse battery staple';

interface Sealed {
  readonly base: string;
  readonly remote: string;
  readonly a: Dimension;
  readonly options: RemoteOptions;
}

async function sealed(by: 'key' | 'passphrase'): Promise<Sealed> {
  const base = temporaryFolder();
  const remote = join(base, 'remote');
  useKeys({ ALT_TEST_PASSPHRASE: PASSPHRASE });
  const options: RemoteOptions =
    by === 'key' ? { keyFile: join(base, 'key') } : { passphraseEnv: 'ALT_TEST_PASSPHRASE' };
  const a = open(join(base, 'a')).dimension;
  await a.init();
  await add(a, 'a-1');
  await a.addRemote('sealed', remote, options);
  await a.push();
  return { base, remote, a, options };
}

const clone = async ({ base, remote, options }: Sealed, name: string): Promise<Dimension> => {
  const { dimension } = open(join(base, name));
  await dimension.clone(remote, options);
  return dimension;
};

const bytesOf = (folder: string): Buffer =>
  Buffer.concat(Object.values(snapshot(folder)).map((base64) => Buffer.from(base64, 'base64')));

const code = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

// Stretching a passphrase takes its time, also where other tests run beside this one.
const SLOW = { timeout: 120_000 };

describe.each(['key', 'passphrase'] as const)('a remote encrypted by a %s', SLOW, (by) => {
  it('brings machines to the same memory, and holds nothing that can be read', async () => {
    const made = await sealed(by);
    const { a, remote, base } = made;
    const b = await clone(made, 'b');
    await add(b, 'b-1');
    await b.push();
    expect(await only(a.pull())).toMatchObject({ events: 1, refused: [], waiting: [] });
    await expectSame(a, b);
    expect(await only(a.push())).toMatchObject({ parts: 0 });
    const identity = readFileSync(join(a.path, 'dimension.json'), 'utf8');
    const { id, key } = JSON.parse(identity) as { readonly id: string; readonly key: string };
    const plain = join(base, 'plain');
    await a.addRemote('plain', plain);
    await a.push({ remote: 'plain' });
    for (const secret of ['The words of', 'work', 'notes', 'EntityAdded', id, key]) {
      expect([secret, bytesOf(plain).includes(secret)]).toEqual([secret, true]);
      expect([secret, bytesOf(remote).includes(secret)]).toEqual([secret, false]);
    }
    expect(partsIn(remote)).toEqual(partsIn(plain));
    const kept = readFileSync(join(a.path, 'remotes.json'), 'utf8');
    expect(kept).not.toMatch(/AGE-SECRET-KEY|correct horse/);
    expect(await a.listRemotes()).toMatchObject([{ encrypted: false }, { encrypted: true }]);
  });

  it('is refused with another one, and nothing is taken in or sent', async () => {
    const { a, remote, base } = await sealed(by);
    await add(a, 'a-2');
    if (by === 'passphrase') useKeys({ ALT_TEST_PASSPHRASE: 'another one' });
    else {
      const other = open(join(base, 'other')).dimension;
      await other.init();
      rmSync(join(base, 'key'));
      await other.addRemote('elsewhere', join(base, 'elsewhere'), { keyFile: join(base, 'key') });
    }
    const before = snapshot(remote);
    for (const work of [a.push({ remote: 'sealed' }), a.pull({ remote: 'sealed' })]) {
      const error = await work.catch((reason: unknown) => reason);
      expect([code(error), String(error)]).toEqual([
        'INVALID_ARGUMENT',
        expect.stringContaining(`encrypted with another ${by}`),
      ]);
    }
    expect(snapshot(remote)).toEqual(before);
  });

  it('refuses what its storage altered, cut or swapped, and gets it mended', async () => {
    const made = await sealed(by);
    const { a, remote } = made;
    const b = await clone(made, 'b');
    for (const id of ['a-2', 'a-3']) {
      await add(a, id);
      await a.push();
    }
    const [, second = '', third = ''] = partsIn(remote);
    const good = snapshot(remote);
    const spoils: Readonly<Record<string, (path: string) => void>> = {
      damaged: (path) => alter(path, (bytes) => flipped(bytes, bytes.length - 30)),
      unfinished: (path) => alter(path, (bytes) => bytes.subarray(0, bytes.length / 2)),
      size: (path) => alter(path, (bytes) => Buffer.concat([bytes, randomBytes(5_000)])),
      'damaged ': (path) => writeFileSync(path, readFileSync(join(remote, third))),
    };
    for (const [said, spoil] of Object.entries(spoils)) {
      spoil(join(remote, second));
      const { refused, waiting, events } = await only(b.pull());
      const codes = [...refused, ...waiting].map((one) => one.code);
      expect([codes, events]).toEqual([expect.arrayContaining([said.trim()]), 0]);
      expect(await idsOf(b)).toEqual(['a-1']);
      const base64 = good[`/${second}`] ?? '';
      writeFileSync(join(remote, second), Buffer.from(base64, 'base64'));
    }
    alter(join(remote, second), (bytes) => flipped(bytes, 200));
    expect(await only(a.push())).toMatchObject({ parts: 1 });
    expect(await only(b.pull())).toMatchObject({ events: 2, refused: [] });
    await expectSame(a, b);
  });

  it('is not taken for a plain one, nor a plain one for it', async () => {
    const { remote, base, options, a } = await sealed(by);
    const { dimension } = open(join(base, 'c'));
    const error = await dimension.clone(remote).catch((reason: unknown) => reason);
    expect([code(error), (error as { hint?: string }).hint]).toEqual([
      'INVALID_ARGUMENT',
      expect.stringContaining('--encrypt-key'),
    ]);
    await a.addRemote('plain', join(base, 'plain'));
    const refusal = await a.addRemote('p', join(base, 'plain'), options).catch((e: unknown) => e);
    expect(code(refusal)).toBe('INVALID_ARGUMENT');
    writeFileSync(
      join(remote, 'dimension.json'),
      readFileSync(join(base, 'plain', 'dimension.json')),
    );
    const downgraded = await a.push({ remote: 'sealed' }).catch((e: unknown) => e);
    expect([code(downgraded), String(downgraded)]).toEqual([
      'INVALID_ARGUMENT',
      expect.stringContaining('is not encrypted'),
    ]);
  });
});

describe('the key of a remote', SLOW, () => {
  it('under a passphrase is as age itself writes and reads it', async () => {
    const { base, remote } = await sealed('passphrase');
    const key = readFileSync(join(remote, 'key.age'));
    const decrypter = new Decrypter();
    decrypter.addPassphrase(PASSPHRASE);
    const identity = await decrypter.decrypt(key, 'text');
    expect(identity).toMatch(/^AGE-SECRET-KEY-1/);
    // By hand, with the key itself.
    writeFileSync(join(base, 'by-hand'), identity);
    const { dimension } = open(join(base, 'b'));
    await dimension.clone(remote, { keyFile: join(base, 'by-hand') });
    expect(await idsOf(dimension)).toEqual(['a-1']);
    const encrypter = new Encrypter();
    encrypter.setPassphrase('new passphrase');
    encrypter.setScryptWorkFactor(10);
    writeFileSync(join(remote, 'key.age'), await encrypter.encrypt(identity));
    useKeys({ ALT_TEST_PASSPHRASE: 'new passphrase' });
    const { dimension: c } = open(join(base, 'c'));
    await c.clone(remote, { passphraseEnv: 'ALT_TEST_PASSPHRASE' });
    await expectSame(dimension, c);
  });

  it('is made where there is none, for its owner only; what is no key is said', async () => {
    const made = await sealed('key');
    const { a, base, remote } = made;
    const keyFile = join(base, 'key');
    expect(readFileSync(keyFile, 'utf8')).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]+\n$/);
    if (process.platform !== 'win32') expect(statSync(keyFile).mode & 0o077).toBe(0);
    writeFileSync(keyFile, 'AGE-SECRET-KEY-1NOTAKEY');
    const error = await a.push({ remote: 'sealed' }).catch((reason: unknown) => reason);
    expect(code(error)).toBe('INVALID_ARGUMENT');
    expect(String(error)).not.toContain('NOTAKEY');
    rmSync(keyFile);
    const { dimension } = open(join(base, 'c'));
    await expect(dimension.clone(remote, made.options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(a.addRemote('both', join(base, 'x'), { keyFile, passphraseEnv: 'X' }))
      .rejects //
      .toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(a.addRemote('none', join(base, 'y'), { passphraseEnv: 'ALT_TEST_UNSET' }))
      .rejects //
      .toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('encrypted storage in S3', { timeout: 60_000 }, () => {
  it('holds no byte of the memory either', async () => {
    const server = await startS3();
    const base = temporaryFolder();
    const options = { endpoint: server.endpoint, keyFile: join(base, 'key') };
    const { dimension: a } = open(join(base, 'a'));
    await a.init();
    await add(a, 'a-1');
    await a.addRemote('s3', server.address, options);
    await a.push();
    const { dimension: b } = open(join(base, 'b'));
    await b.clone(server.address, options);
    await expectSame(a, b);
    expect(server.everything().includes('The words of')).toBe(false);
    expect(server.everything().includes('age-encryption.org/v1')).toBe(true);
  });
});
