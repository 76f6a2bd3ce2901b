import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chainAfterFrame,
  chainAfterHeader,
  decodeHeader,
  digestAt,
  encodeFrames,
  encodeHeader,
  findEndFrame,
  firstSeqOf,
  readFrameHead,
  segmentName,
} from '../../events/log/segment.js';
import { runs } from '../support/level.js';

const RUNS = runs(200, 5_000);
const SALT = Buffer.alloc(16, 0x5a);
const ERASED = 0x80;

const bytes = (size: number) =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((value) => Buffer.from(value));
const hex = (size: number) => bytes(size).map((value) => value.toString('hex'));

const header = fc.record({
  dimension: hex(16),
  replica: hex(16),
  firstSeq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  chain: bytes(32),
  salt: bytes(16),
});

const frames = fc.array(
  fc.record({
    payload: fc.uint8Array({ minLength: 1, maxLength: 100 }),
    flags: fc.constantFrom(0, 1, 2, 3),
  }),
  { minLength: 1, maxLength: 5 },
);

describe('a segment header', () => {
  it('comes back from its bytes as it went in', () => {
    const property = fc.property(header, (original) => {
      const read = decodeHeader(encodeHeader(original));
      expect(read).toEqual({ ...original, formatVersion: 1, minReader: 1 });
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('has 104 bytes, the first of which say what it is', () => {
    const encoded = encodeHeader({
      dimension: 'd0'.repeat(16),
      replica: '1a'.repeat(16),
      firstSeq: 258,
      chain: Buffer.alloc(32, 0xcc),
      salt: SALT,
    });
    expect(encoded.toString('hex')).toBe(
      '414c544c4f47' + // ALTLOG
        '0101' +
        'd0'.repeat(16) +
        '1a'.repeat(16) +
        '0000000000000102' +
        'cc'.repeat(32) +
        '5a'.repeat(16) +
        '00000000' +
        'e34d9618',
    );
  });

  it('is none when any of its bits is flipped', () => {
    const good = encodeHeader({
      dimension: 'd0'.repeat(16),
      replica: '1a'.repeat(16),
      firstSeq: 1,
      chain: Buffer.alloc(32),
      salt: SALT,
    });
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const flipped = Buffer.from(good);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodeHeader(flipped), `bit ${String(bit)}`).toBeUndefined();
    }
  });
});

describe('a segment name', () => {
  it('is the first seq in 16 digits', () => {
    expect(segmentName(1)).toBe('0000000000000001.seg');
    expect(segmentName(9_007_199_254_740_991)).toBe('9007199254740991.seg');
    expect(firstSeqOf('0000000000000042.seg')).toBe(42);
    expect(['1.seg', '0000000000000001.seg.new', '000000000000000x.seg'].map(firstSeqOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('frames', () => {
  it('are found again at the place they were written for', () => {
    const property = fc.property(frames, fc.nat({ max: 2 ** 40 }), (written, offset) => {
      const view = {
        salt: SALT,
        bytes: encodeFrames(written, { salt: SALT, offset }),
        start: offset,
      };
      let at = 0;
      for (const { payload, flags } of written) {
        expect(readFrameHead(view, at)).toEqual({ length: payload.length, flags });
        expect(digestAt(view.bytes, at)).toEqual(createHash('sha256').update(payload).digest());
        at += 41 + payload.length;
      }
      expect(at).toBe(view.bytes.length);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('are none at another offset or under another salt', () => {
    const view = {
      salt: SALT,
      bytes: encodeFrames([{ payload: SALT, flags: 2 }], { salt: SALT, offset: 104 }),
    };
    expect(readFrameHead({ ...view, start: 104 }, 0)).toEqual({ length: 16, flags: 2 });
    expect(readFrameHead({ ...view, start: 105 }, 0)).toBeUndefined();
    expect(readFrameHead({ ...view, salt: Buffer.alloc(16), start: 104 }, 0)).toBeUndefined();
  });

  it('are none with an unknown flag or a length that is out of bounds', () => {
    const good = encodeFrames([{ payload: SALT, flags: 2 }], { salt: SALT, offset: 104 });
    for (const flag of [0x04, 0x08, 0x10, 0x20, 0x40]) {
      const bad = encodeFrames([{ payload: SALT, flags: flag }], { salt: SALT, offset: 104 });
      expect(readFrameHead({ salt: SALT, bytes: bad, start: 104 }, 0)).toBeUndefined();
    }
    const zeros = { salt: SALT, bytes: Buffer.alloc(good.length), start: 104 };
    expect(readFrameHead(zeros, 0)).toBeUndefined();
  });

  it('stay themselves when they are marked erased', () => {
    const encoded = encodeFrames([{ payload: SALT, flags: 2 }], { salt: SALT, offset: 104 });
    const chain = chainAfterFrame(SALT_CHAIN, encoded, 0);
    encoded.writeUInt8(2 | ERASED, 4);
    expect(readFrameHead({ salt: SALT, bytes: encoded, start: 104 }, 0)).toEqual({
      length: 16,
      flags: 2 | ERASED,
    });
    expect(chainAfterFrame(SALT_CHAIN, encoded, 0)).toEqual(chain);
  });

  it('with END are found behind anything', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (before) => {
      const offset = 104 + before.length;
      const frame = encodeFrames([{ payload: SALT, flags: 2 }], { salt: SALT, offset });
      const view = { salt: SALT, bytes: Buffer.concat([before, frame]), start: 104 };
      expect(findEndFrame(view, 0)).toBe(before.length);
      expect(findEndFrame({ ...view, bytes: view.bytes.subarray(0, -1) }, 0)).toBeUndefined();
    });
    fc.assert(property, { numRuns: RUNS });
  });
});

const SALT_CHAIN = Buffer.alloc(32, 0x11);

describe('the chain', () => {
  it('is SHA-256 over what docs/FORMAT.md says', () => {
    const head = Buffer.alloc(104, 0x22);
    const sha256 = (value: Buffer): string => createHash('sha256').update(value).digest('hex');
    expect(chainAfterHeader(SALT_CHAIN, head).toString('hex')).toBe(
      sha256(Buffer.concat([SALT_CHAIN, head])),
    );
    const encoded = encodeFrames([{ payload: SALT, flags: 3 }], { salt: SALT, offset: 104 });
    const link = Buffer.concat([encoded.subarray(0, 5), encoded.subarray(9, 41)]);
    expect(chainAfterFrame(SALT_CHAIN, encoded, 0).toString('hex')).toBe(
      sha256(Buffer.concat([SALT_CHAIN, link])),
    );
  });
});
