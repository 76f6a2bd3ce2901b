/** A remote in S3-compatible storage. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../../events/index.js';
import { S3Remote } from '../../../src/machines/s3-remote.js';
import type { Dimension } from '../../../src/index.js';
import { open } from '../../support/dimensions.js';
import { IDENTITY, withMachines } from '../../support/replicas.js';
import { S3_KEYS, startS3, useKeys, type S3Server } from '../../support/s3-server.js';
import { Shipper } from '../../support/shippers.js';
import { add, expectSame, idsOf, only } from '../../support/shipping.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

async function machineAt(server: S3Server, path: string): Promise<Dimension> {
  const { dimension } = open(path);
  await dimension.init();
  await dimension.addRemote('s3', server.address, { endpoint: server.endpoint });
  return dimension;
}

async function pairOver(server: S3Server): Promise<{ a: Dimension; b: Dimension }> {
  const base = temporaryFolder();
  const a = await machineAt(server, join(base, 'a'));
  await add(a, 'a-1');
  await a.push();
  const { dimension: b } = open(join(base, 'b'));
  await b.clone(server.address, { endpoint: server.endpoint });
  return { a, b };
}

const remoteAt = ({ address, endpoint }: S3Server): S3Remote => new S3Remote(address, { endpoint });

describe('a remote in S3', { timeout: 60_000 }, () => {
  it('brings machines to the same memory, over lists of many pages', async () => {
    const server = await startS3();
    const { a, b } = await pairOver(server);
    for (const id of ['2', '3', '4', '5']) {
      await add(a, `a-${id}`);
      await a.push();
      await add(b, `b-${id}`);
      await b.push();
    }

    expect(await only(a.pull())).toMatchObject({ parts: 4, refused: [], waiting: [] });
    await b.pull();
    expect(await idsOf(a)).toHaveLength(9);
    await expectSame(a, b);
    server.asked.length = 0;
    expect(await only(a.pull())).toMatchObject({ parts: 0 });
    // Ten objects, twice; of the parts nothing is read again.
    expect(server.asked.filter((request) => request === 'GET ')).toHaveLength(2 * 4);
    expect(server.asked.filter((request) => request.endsWith('.part'))).toEqual([]);
    expect(await a.listRemotes()).toMatchObject([{ kind: 's3', location: server.address }]);
  });

  it('shares its bucket with what lies beside it, and refuses what is not its own', async () => {
    const server = await startS3();
    const { a, b } = await pairOver(server);
    const beside = new S3Remote('s3://memories', { endpoint: server.endpoint });
    await beside.put('of/minerals.txt', Buffer.from('Not ours.'));
    await beside.put('of/mine/notes.txt', Buffer.from('Somebody put it here.'));
    await add(a, 'a-2');
    expect(await only(a.push())).toMatchObject({ parts: 1 });
    const report = await only(b.pull());
    expect(report).toMatchObject({ events: 1, refused: [{ part: 'notes.txt', code: 'name' }] });
    const { dimension: other } = open(join(temporaryFolder(), 'other'));
    await other.init();
    const { endpoint } = server;
    await expect(other.addRemote('s3', server.address, { endpoint })).rejects.toMatchObject({
      code: 'OTHER_DIMENSION',
    });
    await expect(other.addRemote('s3', 's3://memories', { endpoint })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('gets the erased form of what was erased, in place of the words', async () => {
    const server = await startS3();
    await remoteAt(server).put('dimension.json', Buffer.from('{}'));
    const stream = streamOf(IDENTITY.key, 'realm', 'work');
    const data = { name: 'work', description: 'secret words' };
    await withMachines(2, async (machines) => {
      const [theirs, ours] = machines;
      const [writer, eraser] = machines.map((machine) => new Shipper(machine));
      if (!writer || !eraser || !theirs || !ours) return;
      try {
        await theirs.write({ type: 'RealmDescribed', stream, data });
        await writer.push(remoteAt(server));
        expect(server.everything().includes('secret words')).toBe(true);
        await eraser.pull(remoteAt(server));
        await ours.fold();
        const erased = { digests: [], whole_stream: true };
        await ours.write({ type: 'Erased', stream, data: erased });
        expect(await eraser.push(remoteAt(server))).toMatchObject({ parts: 2, refused: [] });
        expect(server.everything().includes('secret words')).toBe(false);
        await writer.pull(remoteAt(server));
        expect(await writer.digest()).toEqual(await eraser.digest());
      } finally {
        for (const { store } of [writer, eraser]) await store.close();
      }
    });
  });
});

describe('an object in S3', () => {
  it('is put only where nothing, or still the same, stands', async () => {
    const server = await startS3();
    const remote = remoteAt(server);
    const first = await remote.put('name', Buffer.from('first'));
    expect(await remote.put('name', Buffer.from('second'))).toBeUndefined();
    const second = await remote.put('name', Buffer.from('second'), first);
    expect(second).not.toBe(first);
    expect(await remote.put('name', Buffer.from('third'), first)).toBeUndefined();
    expect(await remote.put('gone', Buffer.from('third'), first)).toBeUndefined();
    expect((await remote.get('name', 100))?.toString()).toBe('second');
    expect(await remote.list()).toEqual([{ name: 'name', sizeBytes: 6, stamp: second }]);
  });

  it.each(['refused', 'ignored'] as const)('is put where conditions are %s', async (conditions) => {
    const server = await startS3();
    server.conditions = conditions;
    const remote = remoteAt(server);
    await remote.put('name', Buffer.from('first'));
    expect(await remote.put('name', Buffer.from('second'))).toBeDefined();
    expect((await remote.get('name', 100))?.toString()).toBe('second');
  });

  it('is read no further than was asked', async () => {
    const server = await startS3();
    const remote = remoteAt(server);
    await remote.put('name', Buffer.alloc(5_000_000, 'x'));
    expect(await remote.get('name', 1_000)).toEqual(Buffer.alloc(1_000, 'x'));
    expect(await remote.get('none', 1_000)).toBeUndefined();
  });
});

describe('a push that another machine overtakes', () => {
  it('looks again at what stands there, and leaves it alone', async () => {
    const server = await startS3();
    const { a, b } = await pairOver(server);
    await add(a, 'a-2');
    // Both have it, the remote does not: both forward the same part.
    await b.merge(a.path);
    let isFirst = true;
    server.before = async ({ method }) => {
      if (method === 'PUT' && isFirst) {
        isFirst = false;
        await b.push();
      }
      return true;
    };
    expect(await only(a.push())).toMatchObject({ parts: 0, refused: [] });
    server.before = () => true;
    expect(await only(a.push())).toMatchObject({ parts: 0 });
    expect(await a.listRemotes()).toMatchObject([{ unshipped: 0 }]);
    await expectSame(a, b);
  });
});

describe('a line to S3', { timeout: 60_000 }, () => {
  it('that breaks now and then is tried again', async () => {
    const server = await startS3();
    const { a, b } = await pairOver(server);
    let requests = 0;
    server.before = () => {
      requests += 1;
      return requests % 2 === 0;
    };
    await add(a, 'a-2');
    expect(await only(a.push())).toMatchObject({ parts: 1, error: null });
    expect(await only(b.pull())).toMatchObject({ events: 1, error: null });
  });

  it('that is down is said, and the transfer goes on when it is up', async () => {
    const server = await startS3();
    const { a, b } = await pairOver(server);
    await add(a, 'a-2');
    server.before = ({ method }) => method !== 'PUT';
    expect((await only(a.push())).error).toMatchObject({ code: 'UNAVAILABLE' });
    server.before = () => true;
    expect(await only(a.push())).toMatchObject({ parts: 1, error: null });
    expect(await only(b.pull())).toMatchObject({ events: 1 });
  });
});

describe('keys to S3', { timeout: 60_000 }, () => {
  it('that are wrong, or to no bucket, are said without being shown, and never kept', async () => {
    const server = await startS3();
    const { a } = await pairOver(server);
    const secret = 'Wrong/Secret+Key0123456789';
    useKeys({ AWS_ACCESS_KEY_ID: 'NOBODY', AWS_SECRET_ACCESS_KEY: secret });
    const error = await a.push({ remote: 's3' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('InvalidAccessKeyId') as string,
      hint: expect.stringContaining('AWS_ACCESS_KEY_ID') as string,
    });
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain(secret);
    const kept = readFileSync(join(a.path, 'remotes.json'), 'utf8');
    expect(kept).toContain(server.endpoint);
    expect(kept).not.toMatch(/S3RVER|Secret/);
    useKeys(S3_KEYS);
    const { endpoint } = server;
    await expect(a.addRemote('no', 's3://no-such-bucket/x', { endpoint })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'There is no bucket "no-such-bucket".',
    });
  });

  it.each(['s3://key:secret@bucket/x', 's3://', 's3://B', 's3://bucket/a b', 's3://bucket//x'])(
    'do not belong in an address, nor is %s one',
    async (address) => {
      const { dimension } = open(join(temporaryFolder(), 'dimension'));
      await dimension.init();
      const error = await dimension.addRemote('s3', address).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect((error as Error).message).not.toContain('secret');
      await expect(dimension.addRemote('ftp', 'ftp://host/x')).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        hint: expect.stringContaining('s3://') as string,
      });
    },
  );
});
