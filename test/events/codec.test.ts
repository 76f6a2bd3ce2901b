import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCommitHeader,
  decodeEvent,
  encodeCommitHeader,
  encodeEvent,
  type CommitHeader,
  type EventPayload,
} from '../../events/codec.js';
import { inHex } from '../support/golden.js';
import { runs } from '../support/level.js';

const RUNS = runs(200, 5_000);
const NONCE = Buffer.alloc(16, 7);

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
const key = text.filter((name) => name !== '__proto__');
const number = fc
  .oneof(fc.maxSafeInteger(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => value + 0);
const leaf = fc.oneof(
  ...[fc.constant(null), fc.boolean(), number, text, fc.uint8Array({ maxLength: 300 })],
);

/** JSON values and byte strings, nested to the depth that metadata may have. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 8, depthSize: 'medium' },
    { arbitrary: leaf, weight: 3 },
    { arbitrary: fc.array(tie('value'), { maxLength: 4 }), weight: 1 },
    { arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 4 }), weight: 2 },
  ),
}));

const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
/** Up to the last moment that a date can express. */
const moment = fc.integer({ min: 0, max: 8.64e15 });
const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const replica = bytes(16).map((id) => Buffer.from(id).toString('hex'));

const event: fc.Arbitrary<EventPayload> = fc.record({
  type: text,
  v: count,
  stream: text,
  data: fc.dictionary(key, value),
  nonce: bytes(16),
});

const header: fc.Arbitrary<CommitHeader> = fc.record(
  {
    at: fc.record({ ms: moment, counter: fc.nat(0xffff_ffff) }),
    wall: moment,
    replica,
    seq: count,
    count,
    actor: fc.record(
      {
        kind: fc.constantFrom('cli', 'mcp', 'api', 'hook', 'mine', 'merge', 'undo'),
        tool: text,
        name: text,
        session: text,
      },
      { requiredKeys: ['kind'] },
    ),
    source: fc.constantFrom('user', 'model', 'tool', 'external', 'peer'),
    cause: bytes(32),
    batch: bytes(16),
    derivedFrom: fc.array(fc.record({ replica, seq: count, digest: bytes(8) })),
    seen: fc.dictionary(replica, fc.maxSafeNat()),
  },
  { requiredKeys: ['at', 'wall', 'replica', 'seq', 'count', 'actor', 'source'] },
);

const payloadOf = (data: EventPayload['data']): Buffer =>
  encodeEvent({ type: 'T', v: 1, stream: 's:1', data, nonce: NONCE });

describe('an event', () => {
  it('comes back from its payload as it went in', () => {
    const property = fc.property(event, (original) => {
      expect(inHex(decodeEvent(encodeEvent(original)))).toEqual(inHex(original));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('reads the same with another MessagePack library', () => {
    const property = fc.property(event, (original) => {
      expect(inHex(decode(encodeEvent(original)))).toEqual(inHex(original));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('is read from what another library wrote', () => {
    const property = fc.property(event, (original) => {
      expect(inHex(decodeEvent(Buffer.from(encode(original))))).toEqual(inHex(original));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('has the same bytes whatever was encoded before it', () => {
    const before = payloadOf({ a: 1, b: 'x' });
    payloadOf({ c: [1, { d: 2 }] });
    expect(payloadOf({ a: 1, b: 'x' })).toEqual(before);
  });

  it('stands in these very bytes', () => {
    expect(payloadOf({ a: 4_294_967_296, b: 0.5 }).toString('hex')).toBe(
      '85a474797065a154a17601a673747265616da3733a31a464617461' +
        '82a161cb41f0000000000000a162cb3fe0000000000000' +
        'a56e6f6e6365c41007070707070707070707070707070707',
    );
  });

  it('reads a negative zero as zero', () => {
    expect(decodeEvent(payloadOf({ zero: -0 }))?.data).toEqual({ zero: 0 });
  });

  it('is none without a nonce of 16 bytes, with data that is no map, or with more after it', () => {
    const fields = { type: 'T', v: 1, stream: 's:1', data: {}, nonce: NONCE };
    const wrong = [
      { ...fields, nonce: Buffer.alloc(15) },
      { ...fields, data: [] },
      { ...fields, v: 0 },
      { ...fields, v: 1.5 },
      { ...fields, type: 3 },
      [fields],
      'text',
    ];
    const decoded = wrong.map((fieldsOfIt) => decodeEvent(Buffer.from(encode(fieldsOfIt))));
    expect(decoded).toEqual(wrong.map(() => undefined));
    expect(decodeEvent(Buffer.concat([payloadOf({}), Buffer.from([1])]))).toBeUndefined();
  });

  it('is none in random bytes', () => {
    const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (random) => {
      expect(decodeEvent(Buffer.from(random))).toBeUndefined();
    });
    fc.assert(property, { numRuns: RUNS });
  });
});

describe('a commit header', () => {
  it('comes back from its payload as it went in', () => {
    const property = fc.property(header, (original) => {
      expect(inHex(decodeCommitHeader(encodeCommitHeader(original)))).toEqual(inHex(original));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('reads with another MessagePack library as docs/FORMAT.md has it', () => {
    const original: CommitHeader = {
      at: { ms: 1_767_225_600_000, counter: 2 },
      wall: 1_767_225_600_001,
      replica: '1a'.repeat(16),
      seq: 5,
      count: 2,
      actor: { kind: 'mcp', tool: 'add' },
      source: 'model',
      cause: Buffer.alloc(32, 1),
      batch: Buffer.alloc(16, 2),
      derivedFrom: [{ replica: '2b'.repeat(16), seq: 9, digest: Buffer.alloc(8, 3) }],
      seen: { ['3c'.repeat(16)]: 7, ['2b'.repeat(16)]: 9 },
    };
    expect(inHex(decode(encodeCommitHeader(original)))).toEqual({
      at: [1_767_225_600_000, 2],
      wall: 1_767_225_600_001,
      replica: '1a'.repeat(16),
      seq: 5,
      count: 2,
      actor: { kind: 'mcp', tool: 'add' },
      source: 'model',
      cause: '01'.repeat(32),
      batch: '02'.repeat(16),
      derivedFrom: [['2b'.repeat(16), 9, '03'.repeat(8)]],
      seen: [
        ['2b'.repeat(16), 9],
        ['3c'.repeat(16), 7],
      ],
    });
  });

  it('is none when a field is missing or of another kind', () => {
    const good = decode(
      encodeCommitHeader({
        at: { ms: 1, counter: 0 },
        wall: 1,
        replica: '1a'.repeat(16),
        seq: 1,
        count: 1,
        actor: { kind: 'api' },
        source: 'user',
      }),
    ) as object;
    const changes = [
      { at: [1] },
      { at: [1, -1] },
      { wall: 1.5 },
      { replica: Buffer.alloc(15) },
      { seq: 0 },
      { count: 0 },
      { actor: { kind: 'robot' } },
      { actor: { kind: 'api', tool: 4 } },
      { source: 'nobody' },
      { cause: Buffer.alloc(31) },
      { batch: 'x' },
      { derivedFrom: [[Buffer.alloc(16), 1]] },
      { seen: [[Buffer.alloc(3), 1]] },
    ];
    const decoded = changes.map((change) =>
      decodeCommitHeader(Buffer.from(encode({ ...good, ...change }))),
    );
    expect(decodeCommitHeader(Buffer.from(encode(good)))).toBeDefined();
    expect(decoded).toEqual(changes.map(() => undefined));
  });
});
