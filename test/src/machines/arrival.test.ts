/** What is looked at before bytes reach the log: names, clocks, erasures, formats. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { streamOf } from '../../../events/index.js';
import { HEADER_BYTES } from '../../../events/log/segment.js';
import {
  fastFiles,
  IDENTITY,
  withMachines,
  type EventToWrite,
  type Machine,
} from '../../support/replicas.js';
import { MemoryRemote, Shipper } from '../../support/shippers.js';

const STREAM = streamOf(IDENTITY.key, 'realm', 'work');
const describing = (description: string) => {
  return { type: 'RealmDescribed', stream: STREAM, data: { name: 'work', description } } as const;
};
const erasing: EventToWrite = {
  type: 'Erased',
  stream: STREAM,
  data: { digests: [], whole_stream: true },
};

/** Machines that ship; closed afterwards. */
async function withShippers(
  count: number,
  work: (shippers: readonly Shipper[], machines: readonly Machine[]) => Promise<void>,
): Promise<void> {
  await withMachines(count, async (machines) => {
    const shippers = machines.map((machine) => new Shipper(machine));
    try {
      await work(shippers, machines);
    } finally {
      for (const { store } of shippers) await store.close();
    }
  });
}

const ends = (machine: Machine): Record<string, number> =>
  Object.fromEntries(machine.log.replicas().map((id) => [id, machine.bytesOf(id).length]));

/** Whether the log of a dimension, or what waits to get there, holds the text. */
function holds(folder: string, text: string): boolean {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /^(log|incoming)\b.*\.(seg|part|json)$/.test(name))
    .some((name) => readFileSync(join(folder, name)).includes(text));
}

describe('a name', () => {
  const NAMES = [
    '../outside/0000000000000001.00000000-00000200.part',
    '/etc/0000000000000001.00000000-00000200.part',
    'C:\\0000000000000001.00000000-00000200.part',
    `${'ab'.repeat(16)}/../../0000000000000001.00000000-00000200.part`,
    `${'ab'.repeat(16)}\\0000000000000001.00000000-00000200.part`,
    `${'AB'.repeat(16)}/0000000000000001.00000000-00000200.part`,
    `${'ab'.repeat(16)}/0000000000000001.00000000-00000200.part\n`,
    `${'ab'.repeat(16)}/0000000000000001.00000000-00000200.part\0.txt`,
    `${'ab'.repeat(16)}/0000000000000001.00000200-00000200.part`,
    `${'ab'.repeat(16)}/0000000000000001.00000050-00000200.part`,
    `${'ab'.repeat(16)}/0000000000000000.00000000-00000200.part`,
    `${'ab'.repeat(16)}/1.0-200.part`,
    '__proto__/0000000000000001.00000000-00000200.part',
  ];

  it.each(NAMES)('%j is refused, and nothing is read of it', async (name) => {
    await withShippers(1, async ([one], [machine]) => {
      const remote = new MemoryRemote();
      remote.objects.set(name, Buffer.alloc(HEADER_BYTES + 200));
      expect(await one?.pull(remote)).toMatchObject({
        parts: 0,
        refused: [{ part: name, code: 'name' }],
      });
      expect(remote.read).toEqual([]);
      expect(ends(machine as Machine)).toEqual({});
    });
  });
});

describe('a claim of ten gigabytes', () => {
  it('is refused by the list alone', async () => {
    await withShippers(1, async ([one]) => {
      const remote = new MemoryRemote();
      const name = `${'ab'.repeat(16)}/0000000000000001.00000000-00000200.part`;
      remote.objects.set(name, Buffer.alloc(0));
      remote.claims.set(name, { sizeBytes: 10_000_000_000 });
      expect(await one?.pull(remote)).toMatchObject({ refused: [{ part: name, code: 'size' }] });
      expect(remote.read).toEqual([]);
    });
  });
});

describe('a commit from the future', () => {
  it('waits until its time is near; what comes before it does not', async () => {
    await withShippers(2, async ([writer, reader], [theirs, ours]) => {
      if (!writer || !reader || !theirs || !ours) return;
      const remote = new MemoryRemote();
      await theirs.write(describing('now'));
      theirs.nowMs += 10 * 365 * 24 * 3_600_000;
      await theirs.write(describing('in ten years'));
      await writer.push(remote);

      const report = await reader.pull(remote);
      expect(report).toMatchObject({ parts: 1, events: 1, waiting: [{ code: 'future' }] });
      await ours.fold();
      expect(ours.digest()).toEqual(await ours.rebuiltDigest());
      expect(ends(ours)[theirs.replica]).toBeLessThan(ends(theirs)[theirs.replica] ?? 0);
      // Nobody gets it from here, and no clock here is drawn along.
      const forwarded = new MemoryRemote('forwarded');
      await reader.push(forwarded);
      expect(forwarded.parts()).toHaveLength(1);
      await ours.write(describing('after it'));
      const last = ours.log.read(ours.replica).next();
      expect(last?.header.at.ms).toBeLessThan(theirs.nowMs - 1_000_000);

      ours.nowMs = theirs.nowMs - 9 * 60_000;
      expect(await reader.pull(remote)).toMatchObject({ parts: 1, events: 1, waiting: [] });
      expect(ends(ours)[theirs.replica]).toBe(ends(theirs)[theirs.replica]);
    });
  });
});

describe('what was erased here', () => {
  it('never reaches the disk again, and the remote gets the erased form', async () => {
    await withShippers(2, async ([writer, eraser], [theirs, ours]) => {
      if (!writer || !eraser || !theirs || !ours) return;
      const first = new MemoryRemote();
      await theirs.write(describing('old words'));
      await writer.push(first);
      await eraser.pull(first);
      await ours.fold();
      await ours.write(erasing);
      await eraser.store.read(() => undefined);
      expect(holds(ours.folder, 'old words')).toBe(false);
      expect(holds(theirs.folder, 'old words')).toBe(true);

      // Written without knowing of the erasure: it is erased wherever it arrives.
      await theirs.write(describing('secret words'));
      await writer.push(first);
      let wroteBytes = 0;
      let wroteSecret = false;
      const watched = new Shipper(ours, {
        ...fastFiles,
        write(handle, bytes, offset) {
          wroteBytes += bytes.length;
          wroteSecret ||= Buffer.from(bytes).includes('secret words');
          fastFiles.write(handle, bytes, offset);
        },
      });
      expect(await watched.pull(first)).toMatchObject({ parts: 1, events: 1 });
      await watched.store.close();
      expect([wroteBytes > 200, wroteSecret]).toEqual([true, false]);
      expect(holds(ours.folder, 'secret words')).toBe(false);
      await ours.fold();
      expect(ours.digest()).toEqual(await ours.rebuiltDigest());

      const names = first.parts();
      expect([...first.objects.values()].some((bytes) => bytes.includes('words'))).toBe(true);
      const report = await eraser.push(first);
      // Both parts of theirs in their erased form, and its own.
      expect(report).toMatchObject({ parts: 3, refused: [] });
      expect(first.parts()).toEqual(expect.arrayContaining(names));
      expect([...first.objects.values()].some((bytes) => bytes.includes('words'))).toBe(false);

      // The writer, who still has it, hears of the erasure and brings nothing back.
      await writer.pull(first);
      expect(holds(theirs.folder, 'words')).toBe(false);
      expect(await writer.push(first)).toMatchObject({ parts: 0, refused: [] });
      expect(await writer.digest()).toEqual(await eraser.digest());
    });
  });

  it('is not kept while the part that holds it waits', async () => {
    await withShippers(2, async ([writer, eraser], [theirs, ours]) => {
      if (!writer || !eraser || !theirs || !ours) return;
      await ours.write(erasing);
      const remote = new MemoryRemote();
      await theirs.write({ ...describing('first'), stream: streamOf(IDENTITY.key, 'realm', 'b') });
      await writer.push(remote);
      const [missing = ''] = remote.parts();
      const bytes = remote.objects.get(missing) ?? Buffer.alloc(0);
      await theirs.write(describing('secret words'));
      await writer.push(remote);
      remote.objects.delete(missing);
      expect(await eraser.pull(remote)).toMatchObject({ waiting: [{ code: 'gap' }] });
      expect(holds(ours.folder, 'secret words')).toBe(false);
      remote.objects.set(missing, bytes);
      expect(await eraser.pull(remote)).toMatchObject({ events: 2, waiting: [] });
      expect(holds(ours.folder, 'secret words')).toBe(false);
    });
  });

  it('wins over content wherever two copies are equal but for it', async () => {
    await withShippers(3, async ([writer, eraser, third], [theirs, ours]) => {
      if (!writer || !eraser || !third || !theirs || !ours) return;
      const remote = new MemoryRemote();
      await theirs.write(describing('secret words'));
      await writer.push(remote);
      await third.pull(remote);
      await eraser.pull(remote);
      await ours.fold();
      await ours.write(erasing);
      const clean = new MemoryRemote('clean');
      await eraser.push(clean);
      // Holding the content, it takes the erased copy for the same, and clears its own.
      expect(await third.pull(clean)).toMatchObject({ parts: 1, refused: [], waiting: [] });
      expect(holds(third.machine.folder, 'secret words')).toBe(false);
      // Holding the erased form, it takes the content for the same, and keeps its own.
      expect(await third.pull(remote)).toMatchObject({ parts: 0, refused: [], waiting: [] });
      expect(holds(third.machine.folder, 'secret words')).toBe(false);
    });
  });
});

describe('a part of a newer format', () => {
  it('waits for an upgrade', async () => {
    await withShippers(2, async ([writer, reader], [theirs]) => {
      const remote = new MemoryRemote();
      await theirs?.write(describing('now'));
      await writer?.push(remote);
      const [name = ''] = remote.parts();
      const bytes = remote.objects.get(name) ?? Buffer.alloc(0);
      bytes.writeUInt8(9, 7);
      bytes.writeUInt32BE(crc32(bytes.subarray(0, 100)), 100);
      expect(await reader?.pull(remote)).toMatchObject({ waiting: [{ code: 'newer' }] });
    });
  });
});

describe('bytes that a killed pull left', () => {
  const LEFT: Readonly<Record<string, (rest: Buffer) => Buffer>> = {
    'a commit in part': (rest) => rest.subarray(0, rest.length - 9),
    'more than there was to come': (rest) => Buffer.alloc(rest.length + 3_000, 1),
  };

  it.each(Object.entries(LEFT))('are written over by the next: %s', async (_, leave) => {
    await withShippers(2, async ([writer, reader], [theirs, ours]) => {
      if (!writer || !reader || !theirs || !ours) return;
      const remote = new MemoryRemote();
      await theirs.write(describing('one'));
      await writer.push(remote);
      await reader.pull(remote);
      await theirs.write(describing('two'));
      await writer.push(remote);
      const path = join(ours.log.folderOf(theirs.replica), '0000000000000001.seg');
      const held = readFileSync(path);
      const whole = theirs.bytesOf(theirs.replica);
      writeFileSync(path, Buffer.concat([held, leave(whole.subarray(held.length))]));
      const report = await reader.pull(remote);
      expect(report).toMatchObject({ events: 1, refused: [], waiting: [] });
      expect(ours.bytesOf(theirs.replica)).toEqual(whole);
    });
  });
});
