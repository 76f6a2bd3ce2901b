/** How a write that was never finished is told from damage: docs/FORMAT.md §8. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Log, nodeFiles, type EventPayload, type Head } from '../../events/index.js';
import { REPLICA, seededBytes } from '../support/envelopes.js';
import { failingFiles } from '../support/failing-files.js';
import { runs } from '../support/level.js';
import { contents, memory, WrittenLog } from '../support/written-log.js';

const HEAD_BYTES = 41;

/** A log whose last commit has three events, and where that commit begins. */
function withLastCommit(): { log: WrittenLog; whole: Buffer; before: Head } {
  const log = new WrittenLog();
  log.append('first');
  const before = log.head;
  log.append('second, the longest of the three events', 'third', 'fourth');
  return { log, whole: log.bytes(), before };
}

/** Where the frames of the last commit begin. */
function frameStarts(whole: Buffer, from: number): number[] {
  const starts: number[] = [];
  for (let at = from; at < whole.length; at += HEAD_BYTES + whole.readUInt32BE(at)) starts.push(at);
  return starts;
}

describe('a tail', () => {
  it('that was cut at any byte of its last commit is a tail, and the commit is not there', () => {
    const { log, whole, before } = withLastCommit();
    for (let size = before.offset; size < whole.length; size += 1) {
      log.overwrite(whole.subarray(0, size));
      const { end, head, commits } = log.read();
      const kind = size === before.offset ? 'end' : 'tail';
      expect([size, end.kind, commits.length]).toEqual([size, kind, 1]);
      expect(head).toEqual(before);
      const resumed = log.read(before);
      expect([resumed.end.kind, resumed.commits.length]).toEqual([kind, 0]);
    }
    log.overwrite(whole);
    expect(log.read().commits.length).toBe(2);
  });

  it('that was cut within the header of its segment is a tail', () => {
    const log = new WrittenLog();
    log.append('first');
    log.seal();
    log.append('second');
    const whole = log.bytes(2);
    for (let size = 0; size < 104; size += 1) {
      log.overwrite(whole.subarray(0, size), 2);
      const { end, commits } = log.read();
      expect([size, end.kind, end.segment, end.offset, commits.length]).toEqual([
        ...[size, 'tail', 2, 0, 1],
      ]);
    }
    log.overwrite(Buffer.alloc(104), 2);
    expect(log.read().end.kind).toBe('tail');
  });

  it('of zeros is a tail, wherever in the last commit they begin, until END is written', () => {
    const { log, whole, before } = withLastCommit();
    const endHead = frameStarts(whole, before.offset).at(-1) ?? 0;
    for (let size = before.offset; size < whole.length; size += 1) {
      const zeroed = Buffer.concat([whole.subarray(0, size), Buffer.alloc(whole.length - size)]);
      log.overwrite(zeroed);
      // A whole END frame with another payload cannot be told from an acknowledged commit.
      const kind = size < endHead + HEAD_BYTES ? 'tail' : 'damage';
      const { end, head } = log.read();
      if (zeroed.equals(whole)) continue;
      expect([size, end.kind]).toEqual([size, kind]);
      expect(head).toEqual(before);
    }
    log.overwrite(Buffer.concat([whole, Buffer.alloc(4096)]));
    const read = log.read();
    expect([read.end.kind, read.end.offset, read.commits.length]).toEqual([
      'tail',
      whole.length,
      2,
    ]);
  });

  it('of random bytes is a tail, wherever they begin, until the head of END is whole', () => {
    const { log, whole, before } = withLastCommit();
    const randomBytes = seededBytes('garbage');
    const endHead = frameStarts(whole, before.offset).at(-1) ?? 0;
    for (let n = 0; n < runs(50, 2_000); n += 1) {
      const garbage = Buffer.concat(Array.from({ length: (n % 40) + 1 }, () => randomBytes(64)));
      const cut = before.offset + (n % (whole.length - before.offset));
      log.overwrite(Buffer.concat([whole.subarray(0, cut), garbage]));
      // As with zeros: a whole END frame with another payload looks like an acknowledged commit.
      const hasEnd = cut >= endHead + HEAD_BYTES && cut + garbage.length >= whole.length;
      expect([n, log.read().end.kind]).toEqual([n, hasEnd ? 'damage' : 'tail']);
    }
  });

  it('that quotes a frame is a tail: a quoted frame has another place', () => {
    const log = new WrittenLog();
    log.append('first');
    const quoted = log.bytes().subarray(104);
    const before = log.head;
    const texts = ['latin1', 'utf8'] as const;
    const quoting = texts.map((encoding) => memory(quoted.toString(encoding)));
    const raw: EventPayload = { ...memory('x'), data: { header: log.bytes(), frames: quoted } };
    log.appendEvents([...quoting, raw]);
    const whole = log.bytes();
    expect(whole.includes(quoted, before.offset)).toBe(true);
    for (const start of frameStarts(whole, before.offset)) {
      for (const gap of [0, HEAD_BYTES - 1]) {
        const torn = Buffer.from(whole);
        torn.fill(0, start, start + gap + 1);
        torn.fill(0, whole.length - 20);
        const endHead = frameStarts(whole, before.offset).at(-1) ?? 0;
        torn.fill(0, endHead, endHead + HEAD_BYTES);
        log.overwrite(torn);
        const { end, head } = log.read();
        expect([start, end.kind]).toEqual([start, 'tail']);
        expect(head).toEqual(before);
      }
    }
  });

  it('that quotes END frames for the place where they stand shows no commit', () => {
    const log = new WrittenLog();
    log.append('first');
    const before = log.head;
    log.append('second');
    const frames = log.bytes().subarray(before.offset);
    log.overwrite(log.bytes().subarray(0, before.offset));
    log.head = before;
    log.appendEvents([{ ...memory('x'), data: { frames } }]);
    const whole = log.bytes();
    const torn = Buffer.from(whole);
    torn.fill(0, before.offset, before.offset + HEAD_BYTES);
    log.overwrite(torn);
    const { commits, head } = log.read();
    expect([commits.length, head]).toEqual([1, before]);
  });

  it('is damage when another segment follows', () => {
    const { log, whole, before } = withLastCommit();
    log.seal();
    log.append('fifth');
    for (const size of [before.offset + 1, whole.length - 1]) {
      log.overwrite(whole.subarray(0, size));
      const { end, commits } = log.read();
      expect([end.kind, end.segment, commits.length]).toEqual(['damage', 1, 1]);
    }
    log.overwrite(whole);
    log.overwrite(log.bytes(5).subarray(0, 50), 5);
    expect(log.read().end).toMatchObject({ kind: 'tail', segment: 5 });
    log.overwrite(whole.subarray(0, 50));
    expect(log.read().end).toMatchObject({ kind: 'damage', segment: 1 });
  });

  it('is damage when a whole commit stands behind it', () => {
    const { log, whole, before } = withLastCommit();
    log.append('fifth');
    const torn = log.bytes();
    torn.fill(0, before.offset, before.offset + HEAD_BYTES);
    log.overwrite(torn);
    expect(log.read().end).toMatchObject({ kind: 'damage', offset: before.offset });
    expect(torn.length).toBeGreaterThan(whole.length);
  });
});

describe('cutTail', () => {
  it('moves the bytes to quarantine, and writing goes on', () => {
    const { log, whole, before } = withLastCommit();
    const torn = whole.subarray(0, -3);
    log.overwrite(torn);
    const cut = log.log.cutTail(REPLICA, log.read().end);
    expect(cut.offset).toBe(before.offset);
    expect(cut.quarantined.startsWith(join(log.folder, 'quarantine'))).toBe(true);
    expect(readFileSync(cut.quarantined)).toEqual(tailOf(torn, cut.offset));
    expect([cut.segment, cut.sizeBytes]).toEqual([1, torn.length - cut.offset]);
    expect(log.read()).toMatchObject({ end: { kind: 'end' }, head: before });
    log.head = before;
    log.appendEvents([memory('again')], log.writer());
    expect(contents(log.read())).toEqual(['first', 'again']);
  });

  it('removes a segment whose header was never finished', () => {
    const log = new WrittenLog();
    log.append('first');
    const before = log.head;
    log.seal();
    log.append('second');
    log.overwrite(log.bytes(2).subarray(0, 50), 2);
    log.log.cutTail(REPLICA, log.read().end);
    expect(log.log.segments(REPLICA)).toEqual([1]);
    expect(log.read()).toMatchObject({ end: { kind: 'end' }, head: before });
  });

  it('keeps every tail under a name of its own', () => {
    const { log, whole } = withLastCommit();
    for (const missing of [1, 2]) {
      log.overwrite(whole.subarray(0, -missing));
      log.log.cutTail(REPLICA, log.read().end);
    }
    const name = `${REPLICA}-0000000000000001.seg-tail`;
    expect(readdirSync(join(log.folder, 'quarantine')).sort()).toEqual([name, `${name}.1`]);
  });

  it.each([
    ['makeFolder', 'ENOSPC', 'DISK_FULL'],
    ['write', 'ENOSPC', 'DISK_FULL'],
    ['sync', 'ENOSPC', 'DISK_FULL'],
    ['syncFolder', 'EIO', 'IO_FAILED'],
    ['open', 'EACCES', 'READ_ONLY'],
  ] as const)('leaves the log alone when %s fails with %s', (operation, errno, code) => {
    const { log, whole } = withLastCommit();
    const torn = whole.subarray(0, -3);
    log.overwrite(torn);
    const { end } = log.read();
    // The first thing that is opened is the segment, to read the tail.
    const call = operation === 'open' ? 2 : 1;
    const failing = failingFiles({ operation, call, errno, shortBytes: 5 });
    expect(() => new Log(failing.files, log.folder).cutTail(REPLICA, end)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
    expect(log.bytes()).toEqual(torn);
    const cut = new Log(nodeFiles, log.folder).cutTail(REPLICA, end);
    expect(readFileSync(cut.quarantined)).toEqual(tailOf(torn, end.offset));
  });
});

const tailOf = (bytes: Buffer, offset: number): Buffer => Buffer.from(bytes.subarray(offset));
