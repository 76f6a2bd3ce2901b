/** Decoding of files. */

import { describe, expect, it } from 'vitest';
import { decodeSource, normalizeText } from '../../../src/mining/decode.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('decodeSource', () => {
  it('reads UTF-8 with and without a mark', () => {
    const text = 'Grüße 記憶 👋';
    const plain = Buffer.from(text);
    const marked = Buffer.concat([bytes(0xef, 0xbb, 0xbf), plain]);
    const expected = { isBinary: false, text, encoding: 'utf-8' };
    expect([decodeSource(plain), decodeSource(marked)]).toEqual([expected, expected]);
  });

  it('reads marked UTF-16 of both orders', () => {
    const little = Buffer.from('\uFEFFa\r\nü', 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(decodeSource(little)).toEqual({ isBinary: false, text: 'a\nü', encoding: 'utf-16le' });
    expect(decodeSource(big)).toEqual({ isBinary: false, text: 'a\nü', encoding: 'utf-16be' });
  });

  it('reads what is no UTF-8 as windows-1252', () => {
    expect(decodeSource(bytes(0x93, 0x80, 0x94, 0xfc, 0x9f))).toEqual({
      isBinary: false,
      text: '“€”üŸ',
      encoding: 'windows-1252',
    });
  });

  it('takes a NUL in the first 8 KiB for a binary file and removes a later one', () => {
    expect(decodeSource(bytes(0x61, 0, 0x62))).toEqual({ isBinary: true });
    expect(decodeSource(bytes(0xef, 0xbb, 0xbf, 0))).toEqual({ isBinary: true });
    const late = decodeSource(Buffer.from(`${'a'.repeat(8192)}\0b`));
    expect(late).toEqual({ isBinary: false, text: `${'a'.repeat(8192)}b`, encoding: 'utf-8' });
  });

  it('reads an empty file as an empty text', () => {
    expect(decodeSource(bytes())).toEqual({ isBinary: false, text: '', encoding: 'utf-8' });
  });
});

describe('normalizeText', () => {
  it('makes every line end LF and repairs half surrogate pairs', () => {
    expect(normalizeText('a\r\nb\rc\n\0\uD83Dd\uDC4B👋')).toBe('a\nb\nc\n\uFFFDd\uFFFD👋');
  });
});
