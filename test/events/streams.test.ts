import { describe, expect, it } from 'vitest';
import { keyedHash, streamOf } from '../../events/index.js';

const KEY = Buffer.alloc(32, 0x4b);
const OTHER_KEY = Buffer.alloc(32, 0x4c);

describe('streamOf', () => {
  it('lets the id of an own entity stand', () => {
    const id = 'ent_0123456789abcdefghjkmnpqrs';
    expect(streamOf(KEY, 'entity', id)).toBe(`entity:${id}`);
    expect(streamOf(OTHER_KEY, 'entity', id)).toBe(`entity:${id}`);
  });

  it('hides every other name under the key', () => {
    expect(streamOf(KEY, 'entity', 'ent_short')).toBe('entity:b0c41d71b6f70282093f0fe2bf67dfbe');
    expect(streamOf(KEY, 'realm', 'work')).toBe('realm:7506901f4d42a2d6ad173bfe120ae0f3');
    const own = 'ent_0123456789abcdefghjkmnpqrs';
    expect(streamOf(KEY, 'realm', own)).not.toContain(own);
  });

  it('gives another stream for another key, kind, or division of the name', () => {
    const streams = [
      streamOf(KEY, 'realm', 'work'),
      streamOf(OTHER_KEY, 'realm', 'work'),
      streamOf(KEY, 'domain', 'work'),
      streamOf(KEY, 'domain', 'wo', 'rk'),
      streamOf(KEY, 'domain', 'w', 'ork'),
    ].map((stream) => stream.split(':')[1]);
    expect(new Set(streams).size).toBe(5);
  });
});

describe('keyedHash', () => {
  it('is HMAC-SHA-256 over the parts, joined by NUL, cut to size', () => {
    // echo -n 'a\0b' | openssl dgst -sha256 -mac HMAC -macopt hexkey:4b4b…
    expect(keyedHash(KEY, ['a', 'b'])).toBe('5315d9697fbb645136c1a2f2da2d4dc9');
    expect(keyedHash(KEY, ['a', 'b'], 32)).toBe(
      '5315d9697fbb645136c1a2f2da2d4dc9de215f7d676ee561269813a4df68c400',
    );
  });
});
