/** A machine that watches its remotes takes in what arrives by itself. */
import { renameSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { followRemotes, type Dimension, type TransferReport } from '../../../src/index.js';
import { add, expectSame, idsOf, pairOfMachines } from '../../support/shipping.js';

interface Watching {
  /** The next report. */
  next(): Promise<TransferReport>;
  stop(): Promise<void>;
}

function watching(dimension: Dimension, everyMs?: number): Watching {
  const controller = new AbortController();
  const reports = followRemotes(dimension, { everyMs, signal: controller.signal });
  onTestFinished(() => {
    controller.abort();
  });
  return {
    async next() {
      const { value } = await reports.next();
      if (!value) throw new Error('The watching ended.');
      return value;
    },
    async stop() {
      controller.abort();
      expect(await reports.next()).toEqual({ done: true, value: undefined });
    },
  };
}

describe('a remote folder that is watched', () => {
  it('brings what was there, and then whatever arrives, until it is stopped', async () => {
    const { a, b } = await pairOfMachines();
    await add(a, 'a-2');
    await a.push();
    // An hour: only the folder can tell that there is something new.
    const watch = watching(b, 3_600_000);
    expect(await watch.next()).toMatchObject({ remote: 'usb', events: 1, error: null });
    for (const id of ['a-3', 'a-4']) {
      const arrival = watch.next();
      await add(a, id);
      await a.push();
      expect(await arrival).toMatchObject({ events: 1, error: null });
    }
    await watch.stop();
    expect(await idsOf(b)).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
    await expectSame(a, b);
  });

  it('says once that it cannot be reached, and goes on when it is there again', async () => {
    const { a, b, remote } = await pairOfMachines();
    const watch = watching(b, 50);
    expect(await watch.next()).toMatchObject({ events: 0, error: null });
    const trouble = watch.next();
    renameSync(remote, `${remote}-away`);
    expect((await trouble).error).toMatchObject({ code: 'UNAVAILABLE' });
    const again = watch.next();
    renameSync(`${remote}-away`, remote);
    expect(await again).toMatchObject({ error: null });
    const arrival = watch.next();
    await add(a, 'a-2');
    await a.push();
    expect(await arrival).toMatchObject({ events: 1 });
    await watch.stop();
  });

  it('must be there in the beginning, if one is named', async () => {
    const { b } = await pairOfMachines();
    const { signal } = new AbortController();
    const reports = followRemotes(b, { remote: 'nope', signal });
    await expect(reports.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
