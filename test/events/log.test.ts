/** What the log promises while nothing goes wrong: docs/FORMAT.md §5, §7, and erasure. */
import { readdirSync, renameSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Log, LogWriter, NO_HEAD, nodeFiles, type StoredEvent } from '../../events/index.js';
import { DIMENSION, envelope, REPLICA } from '../support/envelopes.js';
import { failingFiles } from '../support/failing-files.js';
import { contents, memory, readLog, WrittenLog } from '../support/written-log.js';

const MIB = 1024 * 1024;
const damaged = expect.objectContaining({ code: 'LOG_DAMAGED' }) as Error;

describe('a log', () => {
  it('reads back what was appended, commit by commit', () => {
    const log = new WrittenLog();
    const appended = [log.append('one'), log.append('two', 'three'), log.append('vier 🎉')];
    const read = log.read();
    expect(read.commits).toEqual(appended.map(({ commit }) => commit));
    expect(contents(read)).toEqual(['one', 'two', 'three', 'vier 🎉']);
    expect(read.commits.map(({ header }) => [header.seq, header.count])).toEqual([
      ...[
        [1, 1],
        [2, 2],
        [4, 1],
      ],
    ]);
    expect(read.head).toEqual(log.head);
    expect(read.end).toMatchObject({ kind: 'end', offset: log.bytes().length });
  });

  it('goes on from any head', () => {
    const log = new WrittenLog();
    const heads = ['one', 'two', 'three'].map((text) => log.append(text).head);
    log.seal();
    heads.push(log.append('four').head);
    const rest = [NO_HEAD, ...heads].map((head) => log.read(head));
    expect(rest.map(contents)).toEqual([
      ['one', 'two', 'three', 'four'],
      ['two', 'three', 'four'],
      ['three', 'four'],
      ['four'],
      [],
    ]);
    expect(rest.map(({ head }) => head)).toEqual(rest.map(() => log.head));
  });

  it('shows a reader what is appended after it was opened only when it asks anew', () => {
    const log = new WrittenLog();
    log.append('one');
    const { head } = log.read();
    log.append('two');
    expect(contents(log.read(head))).toEqual(['two']);
  });

  it('reads an event again by its place and digest', () => {
    const log = new WrittenLog();
    const { commit } = log.append('one', 'two');
    const [, second] = commit.events as [StoredEvent, StoredEvent];
    const read = { state: 'content', payload: second.payload };
    expect(log.log.readEvent(second.place, second.digest)).toEqual(read);
    const otherDigest = Buffer.alloc(32);
    expect(() => log.log.readEvent(second.place, otherDigest)).toThrow(damaged);
    nodeFiles.remove(log.path());
    expect(() => log.log.readEvent(second.place, second.digest)).toThrow(damaged);
  });

  it('lists replicas and segments by their names alone', () => {
    const log = new WrittenLog();
    log.append('one', 'two');
    log.seal();
    log.append('three');
    const folder = log.log.folderOf(REPLICA);
    writeFileSync(join(folder, '0000000000000009.seg.new'), '');
    mkdirSync(join(folder, '..', 'not-a-replica'));
    mkdirSync(join(folder, '..', '0b'.repeat(16)));
    expect(log.log.replicas()).toEqual(['0b'.repeat(16), REPLICA]);
    expect(log.log.segments(REPLICA)).toEqual([1, 3]);
    expect(new Log(nodeFiles, join(log.folder, 'none')).replicas()).toEqual([]);
  });

  it('syncs each commit once before it returns, and never when it may not last', () => {
    const log = new WrittenLog();
    const durable = failingFiles();
    const relaxed = failingFiles();
    log.append('one');
    log.appendEvents([memory('two')], log.writer(durable.files));
    expect(durable.calls.slice(-2)).toEqual(['write', 'sync']);
    const writer = new LogWriter({
      files: relaxed.files,
      randomBytes: () => Buffer.alloc(16),
      folder: log.log.folderOf(REPLICA),
      dimension: DIMENSION,
      replica: REPLICA,
      durable: false,
    });
    log.appendEvents([memory('three')], writer);
    expect(relaxed.calls).not.toContain('sync');
    expect(contents(log.read())).toEqual(['one', 'two', 'three']);
  });
});

describe('events carried over from another log', () => {
  it('keep their bytes and digests, erased or not', () => {
    const from = new WrittenLog();
    const [secret, kept] = from.append('secret', 'kept').commit.events as [
      StoredEvent,
      StoredEvent,
    ];
    from.log.clear([secret.place]);
    const to = new WrittenLog();
    const payloadAt = ({ place }: StoredEvent): Buffer => {
      const start = place.offset + 41;
      return from.bytes().subarray(start, start + place.length);
    };
    const { commit } = to.writer().appendEncoded(NO_HEAD, envelope(1), [
      { payload: payloadAt(secret), event: undefined, erased: true, digest: secret.digest },
      { payload: payloadAt(kept), event: kept.payload, erased: false },
    ]);
    const read = to.read();
    expect(read.end.kind).toBe('end');
    expect(read.commits).toEqual([commit]);
    expect(read.commits[0]?.events).toMatchObject([
      { erased: true, digest: secret.digest, payload: undefined },
      { erased: false, digest: kept.digest, payload: kept.payload },
    ]);
  });
});

describe('a segment', () => {
  it('is closed when the next commit would pass 8 MiB, and the chain goes on', () => {
    const log = new WrittenLog();
    const text = 'x'.repeat(3 * MIB);
    for (let n = 0; n < 5; n += 1) log.append(`${String(n)}${text}`);
    expect(log.log.segments(REPLICA)).toEqual([1, 3, 5]);
    const read = log.read();
    expect(read.end.kind).toBe('end');
    expect(read.commits.map(({ header }) => header.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(read.head).toEqual(log.head);
    expect(log.bytes(1).length).toBeLessThanOrEqual(8 * MIB);
  });

  it('is the commit’s own when that is larger', () => {
    const log = new WrittenLog();
    log.append('small');
    log.append('x'.repeat(9 * MIB));
    log.append('small again');
    expect(log.log.segments(REPLICA)).toEqual([1, 2, 3]);
    expect(log.read().end.kind).toBe('end');
  });

  it('may be begun and hold nothing yet', () => {
    const log = new WrittenLog();
    log.append('one');
    log.seal();
    const { head } = log.append('two');
    log.overwrite(log.bytes(2).subarray(0, 104), 2);
    const read = log.read();
    expect(read.end.kind).toBe('end');
    expect(read.head).toMatchObject({ seq: 1, segment: 2, offset: 104 });
    log.head = read.head;
    log.appendEvents([memory('two again')], log.writer());
    expect(contents(log.read())).toEqual(['one', 'two again']);
    expect(log.head.segment).toBe(head.segment);
  });
});

describe('a commit', () => {
  it('is refused beyond 64 MiB, or with a payload beyond 16 MiB, and nothing is written', () => {
    const log = new WrittenLog();
    const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' }) as Error;
    const many = Array.from({ length: 5 }, () => 'x'.repeat(15 * MIB));
    expect(() => log.append(...many)).toThrow(tooLarge);
    expect(() => log.append('x'.repeat(16 * MIB))).toThrow(tooLarge);
    expect(readdirSync(log.folder)).toEqual([]);
    log.append(...many.slice(0, 4));
    expect(log.read().commits.map(({ events }) => events.length)).toEqual([4]);
  });

  it('holds at least one event', () => {
    const log = new WrittenLog();
    expect(() => log.append()).toThrow('at least one event');
    expect(readdirSync(log.folder)).toEqual([]);
  });
});

describe('what was read of a log', () => {
  it('is even with it, behind it, or beyond what is left of it', () => {
    const log = new WrittenLog();
    const compare = (): string => log.log.compare(REPLICA, log.head);
    expect(compare()).toBe('even');
    const first = log.append('one').head;
    expect([compare(), log.log.compare(REPLICA, NO_HEAD)]).toEqual(['even', 'beyond']);
    log.append('two');
    expect([compare(), log.log.compare(REPLICA, first)]).toEqual(['even', 'beyond']);
    const sealed = log.head;
    log.seal();
    log.append('three');
    expect([compare(), log.log.compare(REPLICA, sealed)]).toEqual(['even', 'beyond']);
    log.overwrite(log.bytes(3).subarray(0, -1), 3);
    expect(compare()).toBe('short');
    nodeFiles.remove(log.path(3));
    expect(compare()).toBe('short');
  });

  it('is missed when the log is shorter', () => {
    const log = new WrittenLog();
    log.append('one');
    log.append('two');
    log.log.checkHead(REPLICA, log.head);
    log.overwrite(log.bytes().subarray(0, -1));
    expect(() => {
      log.log.checkHead(REPLICA, log.head);
    }).toThrow(damaged);
    nodeFiles.remove(log.path());
    expect(() => {
      log.log.checkHead(REPLICA, log.head);
    }).toThrow(damaged);
  });

  it('is missed when other bytes stand at its end', () => {
    const log = new WrittenLog();
    log.append('one');
    const other = new WrittenLog();
    other.append('two');
    expect(other.bytes().length).toBe(log.bytes().length);
    log.overwrite(other.bytes());
    expect(() => {
      log.log.checkHead(REPLICA, log.head);
    }).toThrow(damaged);
  });
});

describe('clearing', () => {
  it('leaves zeros where the content was, and everything else as it was', () => {
    const log = new WrittenLog();
    log.append('one');
    const { commit } = log.append('the secret', 'the rest');
    const last = log.append('last').head;
    const before = log.bytes();
    const [secret] = commit.events as [StoredEvent];
    log.log.clear([secret.place]);
    const after = log.bytes();
    expect(after.includes('the secret')).toBe(false);
    const { offset, length } = secret.place;
    before[offset + 4] = 0x80;
    before.fill(0, offset + 41, offset + 41 + length);
    expect(after).toEqual(before);
    const read = log.read();
    expect(read.end.kind).toBe('end');
    expect(read.head).toEqual(last);
    expect(contents(read)).toEqual(['one', undefined, 'the rest', 'last']);
    expect(read.commits[1]?.events[0]).toMatchObject({ erased: true, digest: secret.digest });
    expect(log.log.readEvent(secret.place, secret.digest)).toEqual({
      ...{ state: 'erased', payload: undefined },
    });
  });

  it('is harmless twice, and after it was interrupted', () => {
    const log = new WrittenLog();
    const [secret] = log.append('the secret').commit.events as [StoredEvent];
    log.log.clear([secret.place]);
    const once = log.bytes();
    log.log.clear([secret.place, secret.place]);
    expect(log.bytes()).toEqual(once);

    const torn = new WrittenLog();
    const [place] = torn.append('the secret').commit.events as [StoredEvent];
    const failing = failingFiles({ operation: 'write', call: 1, errno: 'EIO', shortBytes: 60 });
    expect(() => {
      new Log(failing.files, torn.folder).clear([place.place]);
    }).toThrow('EIO');
    torn.log.clear([place.place]);
    expect(torn.bytes()).toEqual(once);
  });

  it('of the last event leaves the head that was read of it valid', () => {
    const log = new WrittenLog();
    const { commit, head } = log.append('the secret');
    log.log.clear(commit.events.map(({ place }) => place));
    log.log.checkHead(REPLICA, head);
    log.append('next');
    expect(contents(log.read())).toEqual([undefined, 'next']);
  });
});

describe('a segment from elsewhere', () => {
  it('with a newer min_reader is kept and not read', () => {
    const log = new WrittenLog();
    log.append('one');
    const bytes = log.bytes();
    bytes.writeUInt8(2, 7);
    log.overwrite(withCrc(bytes));
    const read = log.read();
    expect(read.end).toMatchObject({ kind: 'newer', segment: 1, offset: 0 });
    expect(read.commits).toEqual([]);
  });

  it('with a newer version that this reader may fold is read', () => {
    const log = new WrittenLog();
    log.append('one');
    const bytes = log.bytes();
    bytes.writeUInt8(2, 6);
    log.overwrite(withCrc(bytes));
    expect(contents(log.read())).toEqual(['one']);
  });

  it.each([
    ['of another replica', (bytes: Buffer) => bytes.write('ff', 24, 'hex')],
    ['with another first seq', (bytes: Buffer) => bytes.writeBigUInt64BE(9n, 40)],
    ['with another chain before it', (bytes: Buffer) => bytes.write('ff', 48, 'hex')],
  ])('%s is damage', (_, change) => {
    const log = new WrittenLog();
    log.append('one');
    log.seal();
    log.append('two');
    const bytes = log.bytes(2);
    change(bytes);
    log.overwrite(withCrc(bytes), 2);
    const read = log.read();
    expect(contents(read)).toEqual(['one']);
    expect(read.end).toMatchObject({ kind: 'damage', segment: 2, offset: 0 });
  });

  it('under the name of another seq is missed where it should be', () => {
    const log = new WrittenLog();
    log.append('one');
    log.seal();
    log.append('two');
    renameSync(log.path(2), log.path(7));
    const { end, commits } = log.read();
    expect([end.kind, end.segment, contents({ commits })]).toEqual(['damage', 1, ['one']]);
    renameSync(log.path(1), `${log.path(1)}.gone`);
    expect(log.read().end).toMatchObject({ kind: 'damage', segment: 0 });
  });

  it('is damage when its commits do not follow or its time does not rise', () => {
    const writers = [envelope(1), envelope(0)].map((second) => {
      const log = new WrittenLog();
      const { head } = log.append('one');
      const writer = log.writer();
      writer.append(head, second, [memory('two')]);
      return log.read();
    });
    const ends = writers.map(({ end, commits }) => [end.kind, end.reason, commits.length]);
    expect(ends).toEqual([
      ['damage', 'the logical time does not rise', 1],
      ['damage', 'the logical time does not rise', 1],
    ]);
    const log = new WrittenLog();
    const { head } = log.append('one');
    log.writer().append({ ...head, seq: 5 }, envelope(2), [memory('two')]);
    expect(log.read().end).toMatchObject({ kind: 'damage', reason: 'the seq does not follow' });
  });

  it('is read as another replica’s under that name only', () => {
    const log = new WrittenLog();
    log.append('one');
    const other = '2b'.repeat(16);
    renameSync(log.log.folderOf(REPLICA), log.log.folderOf(other));
    expect(readLog(log.log, other).end.kind).toBe('damage');
  });
});

function withCrc(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 100)), 100);
  return bytes;
}
