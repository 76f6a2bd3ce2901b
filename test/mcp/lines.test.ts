import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Lines, TOO_LONG } from '../../mcp/lines.js';

function linesOf(chunks: readonly Buffer[], sizeBytesMax = 1_000): unknown[] {
  const lines = new Lines(sizeBytesMax);
  return chunks.flatMap((chunk) => lines.push(chunk));
}

it('finds the lines however the bytes are cut, characters among them', () => {
  const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' ')));
  const property = fc.property(text, fc.integer({ min: 1, max: 9 }), (lines, size) => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => {
      return bytes.subarray(index * size, (index + 1) * size);
    });
    expect(linesOf(chunks)).toEqual(lines.map((line) => line.toWellFormed()));
  });
  fc.assert(property);
});

it('skips a line that is too long and reads on behind it', () => {
  const chunks = ['12345', '6789', '\nok\n12345678\n', '123456789\n', 'rest'].map((text) => {
    return Buffer.from(text);
  });
  expect(linesOf(chunks, 8)).toEqual([TOO_LONG, 'ok', '12345678', TOO_LONG]);
});
