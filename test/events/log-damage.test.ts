/** Bytes that changed after they were written: docs/FORMAT.md §8. No read returns altered data. */
import { describe, expect, it } from 'vitest';
import type { Head, StoredEvent } from '../../events/index.js';
import { envelope, REPLICA } from '../support/envelopes.js';
import { runs } from '../support/level.js';
import { contents, memory, WrittenLog } from '../support/written-log.js';

/** Bytes of a sealed segment that may change unnoticed. */
const NOT_COVERED: readonly number[] = [];

const IS_FULL = runs(0, 1) === 1;

interface Sealed {
  readonly log: WrittenLog;
  readonly whole: Buffer;
  /** The ends of the commits in the first segment. */
  readonly ends: readonly Head[];
}

/** Three commits, the second with an erased event, sealed by a second segment. */
function sealedLog(): Sealed {
  const log = new WrittenLog();
  const ends = [log.append('one').head];
  const { commit, head } = log.append('two', 'secret');
  ends.push(head, log.append('three').head);
  const [, secret] = commit.events as [StoredEvent, StoredEvent];
  log.log.clear([secret.place]);
  log.seal();
  log.append('four');
  return { log, whole: log.bytes(), ends };
}

/** The bits of these bytes to flip: all of them when there is time, else one of each byte. */
function bitsOf(start: number, end: number): number[] {
  const bits: number[] = [];
  for (let bit = start * 8; bit < end * 8; bit += 1) {
    if (IS_FULL || (bit & 7) === (bit >> 3) % 8) bits.push(bit);
  }
  return bits;
}

/** The log with one bit of its first segment flipped. */
function flip({ log, whole }: Sealed, bit: number): void {
  const flipped = Buffer.from(whole);
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  log.overwrite(flipped);
}

describe('a sealed segment', () => {
  it('has no byte that could change unnoticed, and what stands before a change is read', () => {
    const sealed = sealedLog();
    const { log, whole, ends } = sealed;
    const texts = contents(log.read());
    expect(texts).toEqual(['one', 'two', undefined, 'three', 'four']);
    const unnoticed = new Set<number>();
    for (const bit of bitsOf(0, whole.length)) {
      flip(sealed, bit);
      const { commits, end } = log.read();
      const wholeBefore = ends.filter(({ offset }) => offset <= bit >> 3).length;
      if (end.kind !== 'damage' || end.segment !== 1) unnoticed.add(bit >> 3);
      expect([bit, commits.length]).toEqual([bit, wholeBefore]);
      expect(texts.slice(0, contents({ commits }).length)).toEqual(contents({ commits }));
    }
    expect([...unnoticed]).toEqual(NOT_COVERED);
  });

  it('that is shorter than it was is damage', () => {
    const { log, whole } = sealedLog();
    for (let size = 0; size < whole.length; size += 1) {
      log.overwrite(whole.subarray(0, size));
      expect([size, log.read().end.kind]).toEqual([size, 'damage']);
    }
  });

  it('that is longer than it was is damage', () => {
    const { log, whole } = sealedLog();
    for (const more of [Buffer.alloc(1), whole.subarray(104)]) {
      log.overwrite(Buffer.concat([whole, more]));
      expect(log.read().end.kind).toBe('damage');
    }
  });
});

describe('the last segment', () => {
  it('is damaged, not torn, by a flip before its last whole commit', () => {
    const sealed = sealedLog();
    const { whole, ends } = sealed;
    const lastStart = ends[1]?.offset ?? 0;
    // Without the segment after it this one is the last.
    const single = { ...sealed, log: new WrittenLog() };
    single.log.append('one');
    for (const bit of bitsOf(0, lastStart)) {
      flip({ ...single, whole }, bit);
      expect([bit, single.log.read().end.kind]).toEqual([bit, 'damage']);
    }
  });

  it('with a flip in its last commit never reads another commit for it', () => {
    const log = new WrittenLog();
    const before = log.append('one').head;
    const last = log.append('two').head;
    const whole = log.bytes();
    for (const bit of bitsOf(before.offset, whole.length)) {
      flip({ log, whole, ends: [] }, bit);
      const { commits, end } = log.read();
      expect(contents({ commits })).toEqual(['one']);
      expect(['tail', 'damage']).toContain(end.kind);
    }
    // Who has read that commit before knows that it is not what it was.
    const endFrame = whole.length - last.tail.readUInt32BE(0) - 41;
    flip({ log, whole, ends: [] }, endFrame * 8);
    expect(() => {
      log.log.checkHead(REPLICA, last);
    }).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }) as Error);
  });
});

describe('an event', () => {
  it('is not read again when any bit of it is flipped', () => {
    const log = new WrittenLog();
    const [event] = log.append('content').commit.events as [StoredEvent];
    const whole = log.bytes();
    const { offset, length } = event.place;
    for (const bit of bitsOf(offset + 9, offset + 41 + length)) {
      flip({ log, whole, ends: [] }, bit);
      expect(() => log.log.readEvent(event.place, event.digest)).toThrow(
        expect.objectContaining({ code: 'LOG_DAMAGED' }) as Error,
      );
    }
  });

  it('marked as erased whose content still stands is damage', () => {
    const log = new WrittenLog();
    const [event] = log.append('content').commit.events as [StoredEvent];
    const bytes = log.bytes();
    bytes.writeUInt8(bytes.readUInt8(event.place.offset + 4) | 0x80, event.place.offset + 4);
    log.overwrite(bytes);
    expect(log.read().end).toMatchObject({ kind: 'damage', reason: 'the event is altered' });
  });
});

describe('the error for damage', () => {
  it('names the segment, the byte and what to do', () => {
    const log = new WrittenLog();
    log.append('one');
    log.overwrite(log.bytes().subarray(0, 120));
    const check = (): void => {
      log.log.checkHead(REPLICA, log.head);
    };
    const segment = `${REPLICA}/0000000000000001.seg`;
    expect(check).toThrow(
      expect.objectContaining({
        code: 'LOG_DAMAGED',
        hint: 'Run "alt verify" for the whole picture, then "alt repair --mode scan".',
        details: {
          segment,
          offset: log.head.offset,
          reason: 'the log is shorter than what was already read from it',
        },
      }) as Error,
    );
  });

  it('is thrown by a writer whose segment has lost its header', () => {
    const log = new WrittenLog();
    log.append('one');
    const bytes = log.bytes();
    bytes.fill(0, 0, 10);
    log.overwrite(bytes);
    expect(() => log.writer().append(log.head, envelope(2), [memory('two')])).toThrow(
      expect.objectContaining({ code: 'LOG_DAMAGED' }) as Error,
    );
  });
});
