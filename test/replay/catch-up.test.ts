/** Catching up: what is there is folded, what is not whole waits, what is damaged is named. */
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catchUp } from '../../replay/index.js';
import { entityAdded } from '../support/given.js';
import {
  commitEnds,
  deliver,
  fastFiles,
  newViews,
  withMachines,
  type Machine,
} from '../support/replicas.js';

const segmentOf = (machine: Machine, replica: string): string =>
  join(machine.log.folderOf(replica), '0000000000000001.seg');

const contents = (machine: Machine): unknown[] =>
  machine.db.all<{ content: string }>('SELECT content FROM entities ORDER BY id').map((row) => {
    return row.content;
  });

/** Two machines; the first has written three memories, the second holds the first two of them. */
const withTwo = (work: (a: Machine, b: Machine) => Promise<void>): Promise<void> =>
  withMachines(2, async ([a, b]) => {
    if (!a || !b) throw new Error('two machines are needed');
    for (const id of ['e1', 'e2', 'e3']) await a.write(entityAdded(id));
    deliver({ from: a, to: b, replica: a.replica, commits: 2 });
    await work(a, b);
  });

describe('catching up', () => {
  it('folds what arrived, and nothing twice', async () => {
    await withTwo(async (a, b) => {
      expect(await catchUp(b.db, b.log)).toMatchObject({ events: 2, tornTail: undefined });
      expect(await catchUp(b.db, b.log)).toMatchObject({ events: 0, newer: [], cut: [] });
      deliver({ from: a, to: b, replica: a.replica });
      expect(await catchUp(b.db, b.log)).toMatchObject({ events: 1 });
      expect(contents(b)).toEqual(['text of e1', 'text of e2', 'text of e3']);
    });
  });

  it('leaves an unfinished commit of another replica alone until the rest arrives', async () => {
    await withTwo(async (a, b) => {
      deliver({ from: a, to: b, replica: a.replica, commits: 2, extraBytes: 90 });
      const { size } = statSync(segmentOf(b, a.replica));
      expect(await catchUp(b.db, b.log, { own: b.replica })).toMatchObject({
        events: 2,
        tornTail: undefined,
      });
      expect(statSync(segmentOf(b, a.replica)).size).toBe(size);
      deliver({ from: a, to: b, replica: a.replica });
      await b.fold();
      expect(contents(b)).toEqual(['text of e1', 'text of e2', 'text of e3']);
    });
  });

  it('sets an unfinished commit of its own aside and goes on writing', async () => {
    await withTwo(async (a) => {
      const path = segmentOf(a, a.replica);
      const { size } = statSync(path);
      appendFileSync(path, readFileSync(path).subarray(104, 190));
      const { tornTail } = await catchUp(a.db, a.log, { own: a.replica });
      expect(tornTail).toMatchObject({ segment: 1, offset: size, sizeBytes: 86 });
      expect(statSync(tornTail?.quarantined ?? '').size).toBe(86);
      expect(statSync(path).size).toBe(size);
      await a.write(entityAdded('e4'));
      expect(await a.rebuiltDigest()).toEqual(a.digest());
      expect(contents(a)).toHaveLength(4);
    });
  });

  it('without the lock leaves an unfinished commit of its own where it is', async () => {
    await withTwo(async (a) => {
      const path = segmentOf(a, a.replica);
      appendFileSync(path, readFileSync(path).subarray(104, 190));
      const { size } = statSync(path);
      expect(await catchUp(a.db, a.log)).toMatchObject({ tornTail: undefined });
      expect(statSync(path).size).toBe(size);
    });
  });

  it('folds what lies before damage, then names the place', async () => {
    await withTwo(async (a) => {
      const [first] = commitEnds(a.log, a.replica);
      const bytes = readFileSync(segmentOf(a, a.replica));
      const at = (first?.offset ?? 0) + 60;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(segmentOf(a, a.replica), bytes);
      a.useViews();
      await expect(a.fold()).rejects.toMatchObject({ code: 'LOG_DAMAGED' });
      expect(contents(a)).toEqual(['text of e1']);
    });
  });

  it('refuses a log that is shorter than what was folded', async () => {
    await withTwo(async (a) => {
      const [, second] = commitEnds(a.log, a.replica);
      truncateSync(segmentOf(a, a.replica), second?.offset ?? 0);
      await expect(a.fold()).rejects.toMatchObject({
        code: 'LOG_DAMAGED',
        details: { reason: 'the log is shorter than what was already read from it' },
      });
    });
  });

  it('refuses a log that holds another commit where one was folded', async () => {
    await withTwo(async (a, b) => {
      await b.fold();
      const [first] = commitEnds(b.log, a.replica);
      const path = segmentOf(b, a.replica);
      const bytes = Buffer.concat([readFileSync(path), Buffer.alloc(50)]);
      bytes.fill(7, first?.offset);
      writeFileSync(path, bytes);
      const reason = 'the log holds other bytes than were already read from it';
      await expect(catchUp(b.db, b.log)).rejects.toMatchObject({ details: { reason } });
    });
  });

  it('under the lock leaves a damaged log of another replica cut, and goes on', async () => {
    await withTwo(async (a, b) => {
      deliver({ from: a, to: b, replica: a.replica });
      const path = segmentOf(b, a.replica);
      const bytes = readFileSync(path);
      const at = (commitEnds(b.log, a.replica)[0]?.offset ?? 0) + 60;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(path, bytes);
      const report = await catchUp(b.db, b.log, { own: b.replica });
      expect(report).toMatchObject({ events: 1, cut: [expect.stringContaining(a.replica)] });
      await b.write(entityAdded('e9'));
      expect(contents(b)).toEqual(['text of e1', 'text of e9']);
    });
  });

  it('reports a segment of a newer format and folds nothing of it', async () => {
    await withTwo(async (a, b) => {
      await b.fold();
      const path = segmentOf(b, 'f'.repeat(32));
      fastFiles.makeFolder(b.log.folderOf('f'.repeat(32)));
      const bytes = readFileSync(segmentOf(a, a.replica));
      const crc = (of: Buffer) => import('node:zlib').then(({ crc32 }) => crc32(of));
      bytes.write('f'.repeat(32), 24, 'hex');
      bytes.writeUInt8(2, 7);
      bytes.writeUInt32BE(await crc(bytes.subarray(0, 100)), 100);
      writeFileSync(path, bytes);
      const report = await catchUp(b.db, b.log);
      expect(report).toMatchObject({ events: 0, newer: ['f'.repeat(32)] });
    });
  });

  it('stops when it is told to, and keeps the views as they were', async () => {
    await withTwo(async (a) => {
      const many = Array.from({ length: 400 }, (_, n) => entityAdded(`m${String(n)}`));
      await a.write(...many);
      for (let n = 0; n < 20; n += 1) {
        await a.write(...many.map((_, at) => entityAdded(`n${String(n)}-${String(at)}`)));
      }
      const db = newViews();
      const stop = new AbortController();
      const onProgress = () => {
        stop.abort(new Error('told to stop'));
      };
      const running = catchUp(db, a.log, { signal: stop.signal, onProgress });
      await expect(running).rejects.toThrow('told to stop');
      expect(db.all('SELECT * FROM heads')).toEqual([]);
      expect(db.all('SELECT * FROM events')).toEqual([]);
      expect(await catchUp(db, a.log)).toMatchObject({ events: 8_403 });
      db.close();
    });
  });
});
