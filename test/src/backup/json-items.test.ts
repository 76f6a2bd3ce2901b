/** Items of a list, or of lines, however the text is cut on its way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readItems } from '../../../src/index.js';
import { holds } from '../../support/holds.js';
import { runs } from '../../support/level.js';

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield await Promise.resolve(bytes.subarray(at, at + size));
    at += size;
  }
}

async function read(text: string, sizes: readonly number[] = [64]): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of readItems(pieces(Buffer.from(text), sizes))) items.push(item);
  return items;
}

const object = fc.dictionary(
  fc.constantFrom('a', '"', '\\', '{', '}]', 'ü'),
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('{', '}', '\\"', '"}', '[{"', '\u2028🍞'),
  ),
);

describe('the items of a text', () => {
  it('are those of the list or of its lines, wherever the text is cut', async () => {
    const layouts = fc.constantFrom(
      (items: unknown[]) => JSON.stringify(items),
      (items: unknown[]) => JSON.stringify(items, undefined, 2),
      (items: unknown[]) => `\ufeff${JSON.stringify(items)}\r\n`,
      (items: unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join(''),
      (items: unknown[]) => items.map((item) => JSON.stringify(item)).join('\n\n'),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    const property = fc.asyncProperty(
      fc.array(object),
      layouts,
      sizes,
      async (list, write, cuts) => {
        const items = JSON.parse(JSON.stringify(list)) as unknown[];
        expect(await read(write(items), cuts)).toEqual(items);
      },
    );
    await holds(property, runs(200, 5_000));
  });

  it.each([
    ['a number', '[1]', 'Item 0 is no object.'],
    ['a word', 'memories', 'Item 0 is no object.'],
    ['a broken object', '[{"a": }]', 'Item 0 is no JSON.'],
    ['an end in the middle', '{"a": 1}\n{"a": ', 'Item 1 ends in the middle.'],
    ['a list without an end', '[{"a": 1},', 'Item 1 is missing: the list has no end.'],
  ])('are refused after %s', async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  it('are none in an empty text or list', async () => {
    for (const text of ['', ' \n', '[]', '[ ]\n']) expect(await read(text)).toEqual([]);
  });

  it('are refused when one is larger than any memory', async () => {
    const huge = `{"content": "${'x'.repeat(17 * 1024 * 1024)}`;
    await expect(read(huge, [1024 * 1024])).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});
