/** kill -9 in the middle of a transfer over each kind of remote, each machine a process. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveRemote, type RemoteOptions } from '../../src/index.js';
import { Child, pause, useChildren } from '../support/child.js';
import { open } from '../support/dimensions.js';
import { runs } from '../support/level.js';
import { startS3 } from '../support/s3-server.js';
import { expectSame, only } from '../support/shipping.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const KILLS = runs(3, 40);
const PARTS = 8;

useChildren();

interface Reached {
  readonly address: string;
  readonly options: RemoteOptions;
}

const KINDS: Readonly<Record<string, (base: string) => Promise<Reached>>> = {
  async s3() {
    const { address, endpoint } = await startS3();
    return { address, options: { endpoint } };
  },
  async http(base) {
    const [folder, tokenFile] = [join(base, 'served'), join(base, 'token')];
    const token = 'a-token-of-enough-characters';
    mkdirSync(folder);
    writeFileSync(tokenFile, token);
    const served = await serveRemote({ folder, token });
    onTestFinished(() => served.close());
    return { address: served.url, options: { tokenFile } };
  },
  'encrypted folder': (base) =>
    Promise.resolve({
      address: join(base, 'remote'),
      options: { keyFile: join(base, 'key') },
    }),
};

/** Starts a transfer and kills it in the midst. @returns whether it was done before. */
async function killed(folder: string, name: 'push' | 'pull'): Promise<boolean> {
  const child = new Child('ship', folder, { name });
  await child.line(({ ready }) => ready === true);
  await pause(Math.floor(Math.random() * 300));
  const lines = await child.kill();
  expect(lines.filter(({ error }) => error !== undefined)).toEqual([]);
  return lines.some(({ done }) => done === true);
}

describe.each(Object.entries(KINDS))('a transfer over %s', { timeout: 120_000 }, (_, start) => {
  it('that is killed is gone on with by the next, in both directions', async () => {
    const base = temporaryFolder();
    const { address, options } = await start(base);
    const { dimension: a } = open(join(base, 'a'));
    await a.init();
    await a.addEntity('work', 'notes', 'The first.');
    await a.addRemote('far', address, options);
    await a.push();
    const { dimension: b } = open(join(base, 'b'));
    await b.clone(address, options);
    await b.close();
    await a.addRemote('aside', join(base, 'aside'));
    for (let n = 0; n < PARTS; n += 1) {
      const content = `${String(n)} ${'Long words of it. '.repeat(20_000)}`;
      await a.addEntity('work', 'notes', content);
    }
    await a.close();
    for (let kill = 0; kill < KILLS; kill += 1) await killed(a.path, 'push');
    const sender = open(a.path).dimension;
    expect(await only(sender.push({ remote: 'far' }))).toMatchObject({ refused: [], error: null });
    expect(await only(sender.push({ remote: 'far' }))).toMatchObject({ parts: 0 });
    for (let kill = 0; kill < KILLS; kill += 1) {
      await killed(b.path, 'pull');
      const { dimension } = open(b.path);
      expect((await dimension.verify()).ok).toBe(true);
      await dimension.close();
    }
    const receiver = open(b.path).dimension;
    expect(await only(receiver.pull())).toMatchObject({ refused: [], waiting: [], error: null });
    await expectSame(sender, receiver);
  });
});
