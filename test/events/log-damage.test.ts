/** Bytes that changed after they were written: docs/FORMAT.md §8. No read returns altered data. */
import { describe, expect, it } from 'vitest';
import type { Head, StoredEvent } from '../../events/index.js';
import { envelope, REPLICA } from '../support/envelopes.js';
import { runs } from '../support/level.js';
import { contents, memory, WrittenLog } from '../support/written-log.js';

/**
 * Where a bit of a sealed segment may change unnoticed, and harmless: a payload that still matches
 * its digest is content whatever the flag says, and one that was erased is cleared again.
 */
const NOT_COVERED: readonly string[] = ['ERASED flag of content', 'erased payload'];

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

/** What the byte at an offset of the segment is, as far as it matters here. */
function kindAt(whole: Buffer, offset: number): 'flags' | 'erased payload' | 'other' {
  let kind: 'flags' | 'erased payload' | 'other' = 'other';
  for (let at = 104; at < whole.length; at += 41 + whole.readUInt32BE(at)) {
    const end = at + 41 + whole.readUInt32BE(at);
    if (offset === at + 4) kind = 'flags';
    const isErased = whole.readUInt8(at + 4) === 0x80 || whole.readUInt8(at + 4) === 0x82;
    if (isErased && offset >= at + 41 && offset < end) kind = 'erased payload';
  }
  return kind;
}

/** The name under which a flip there may go unnoticed. */
function harmless(whole: Buffer, bit: number): string {
  const kind = kindAt(whole, bit >> 3);
  if (kind === 'flags' && (bit & 7) === 7) return 'ERASED flag of content';
  return kind === 'erased payload' ? kind : `byte ${String(bit >> 3)}`;
}

/** The bits of these bytes to flip: all of them when there is time, else one of each byte. */
function bitsOf(whole: Buffer, start: number, end: number): number[] {
  const bits: number[] = [];
  for (let bit = start * 8; bit < end * 8; bit += 1) {
    const isPicked = (bit & 7) === (bit >> 3) % 8 || kindAt(whole, bit >> 3) === 'flags';
    if (IS_FULL || isPicked) bits.push(bit);
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
  it('hides no change that matters, and what stands before a change is read', () => {
    const sealed = sealedLog();
    const { log, whole, ends } = sealed;
    const texts = contents(log.read());
    expect(texts).toEqual(['one', 'two', undefined, 'three', 'four']);
    const unnoticed = new Set<string>();
    for (const bit of bitsOf(whole, 0, whole.length)) {
      flip(sealed, bit);
      const { commits, end } = log.read();
      const wholeBefore = ends.filter(({ offset }) => offset <= bit >> 3).length;
      if (end.kind === 'end') {
        unnoticed.add(harmless(whole, bit));
        expect([bit, contents({ commits })]).toEqual([bit, texts]);
        continue;
      }
      expect([bit, end.kind, end.segment]).toEqual([bit, 'damage', 1]);
      expect([bit, commits.length]).toEqual([bit, wholeBefore]);
      expect(texts.slice(0, contents({ commits }).length)).toEqual(contents({ commits }));
    }
    expect([...unnoticed].sort()).toEqual(NOT_COVERED);
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
    const noticed = bitsOf(whole, 0, lastStart).filter((bit) => {
      return !NOT_COVERED.includes(harmless(whole, bit));
    });
    for (const bit of noticed) {
      flip({ ...single, whole }, bit);
      expect([bit, single.log.read().end.kind]).toEqual([bit, 'damage']);
    }
  });

  it('with a flip in its last commit never reads another commit for it', () => {
    const log = new WrittenLog();
    const before = log.append('one').head;
    const last = log.append('two').head;
    const whole = log.bytes();
    for (const bit of bitsOf(whole, before.offset, whole.length)) {
      flip({ log, whole, ends: [] }, bit);
      const { commits, end } = log.read();
      const isHarmless = NOT_COVERED.includes(harmless(whole, bit));
      expect(contents({ commits })).toEqual(isHarmless ? ['one', 'two'] : ['one']);
      expect(isHarmless ? ['end'] : ['tail', 'damage']).toContain(end.kind);
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
    for (const bit of bitsOf(whole, offset + 9, offset + 41 + length)) {
      flip({ log, whole, ends: [] }, bit);
      expect(() => log.log.readEvent(event.place, event.digest)).toThrow(
        expect.objectContaining({ code: 'LOG_DAMAGED' }) as Error,
      );
    }
  });

  it('marked as erased is content while that stands, and unfinished when it is half gone', () => {
    const log = new WrittenLog();
    const [event] = log.append('content').commit.events as [StoredEvent];
    const { place, digest } = event;
    const bytes = log.bytes();
    bytes.writeUInt8(bytes.readUInt8(place.offset + 4) | 0x80, place.offset + 4);
    log.overwrite(bytes);
    expect(contents(log.read())).toEqual(['content']);
    bytes.fill(0, place.offset + 41, place.offset + 60);
    log.overwrite(bytes);
    expect(log.read().commits[0]?.events[0]).toMatchObject({
      ...{ erased: true, unfinished: true, payload: undefined },
    });
    expect(log.log.readEvent(place, digest)).toEqual({ state: 'unfinished', payload: undefined });
    log.log.clear([place]);
    expect(log.log.readEvent(place, digest)).toEqual({ state: 'erased', payload: undefined });
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
