/** Chunking of plain text and Markdown: nothing is lost, nothing is too long, sections hold. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTooShort, type Chunk } from '../../../src/mining/chunk.js';
import { chunkMarkdown } from '../../../src/mining/chunk-markdown.js';
import { chunkText } from '../../../src/mining/chunk-text.js';
import { readFrontmatter } from '../../../src/mining/frontmatter.js';
import { chunkSizes } from '../../../src/mining/sizes.js';

const SIZES = chunkSizes();

/** The offsets within the chunk's lines at which its content stands: several, where it repeats. */
function placesOf(text: string, chunk: Chunk, lineStarts: readonly number[]): number[] {
  const places: number[] = [];
  const beyond = lineStarts[chunk.lineStart] ?? text.length;
  const lastLine = lineStarts[chunk.lineEnd - 1] ?? Number.NaN;
  let place = text.indexOf(chunk.content, lineStarts[chunk.lineStart - 1] ?? Number.NaN);
  while (place !== -1 && place < beyond) {
    const end = place + chunk.content.length;
    const endsInLine = end > lastLine && end < (lineStarts[chunk.lineEnd] ?? text.length + 1);
    if (endsInLine) places.push(place);
    place = text.indexOf(chunk.content, place + 1);
  }
  return places;
}

/** True when the chunks, laid on their lines in order, leave nothing but white space uncovered. */
function covers(text: string, chunks: readonly Chunk[], from = 0): boolean {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const reach = (covered: number): number =>
    covered + (/^\s*/.exec(text.slice(covered))?.[0].length ?? 0);
  // Start of the last chunk -> how far all chunks up to it can reach.
  let states = new Map([[-1, reach(from)]]);
  for (const chunk of chunks) {
    const next = new Map<number, number>();
    for (const place of placesOf(text, chunk, lineStarts)) {
      const before = [...states].filter(([start, covered]) => start <= place && place <= covered);
      const furthest = Math.max(...before.map(([, covered]) => covered));
      if (before.length > 0)
        next.set(place, reach(Math.max(furthest, place + chunk.content.length)));
    }
    states = next;
  }
  return [...states.values()].includes(text.length);
}

const sizesArbitrary = fc
  .record({ size: fc.integer({ min: 2, max: 120 }), overlap: fc.nat(119), min: fc.nat(120) })
  .map(({ size, overlap, min }) =>
    chunkSizes({
      chunkSize: size,
      chunkOverlap: Math.min(overlap, size - 1),
      minChunkSize: Math.min(min, size),
    }),
  );

const wordArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z]{1,12}$/) },
  fc.constantFrom(
    '記憶は投影である。',
    '👩‍👩‍👧‍👦',
    'e\u0301',
    '🇩🇪🇫🇷',
    '한국어',
    'A.',
    'yes!',
    'x'.repeat(150),
  ),
);
const lineArbitrary = fc
  .array(wordArbitrary, { minLength: 1, maxLength: 12 })
  .map((words) => words.join(' '));
const textLineArbitrary = fc.oneof(
  { weight: 5, arbitrary: lineArbitrary },
  fc.constantFrom('', '', '   ', '\t'),
);
const markdownLineArbitrary = fc.oneof(
  { weight: 3, arbitrary: textLineArbitrary },
  fc
    .tuple(
      fc.constantFrom('# ', '## ', '### ', '- ', '  - ', '1. ', '> ', '    ', '| a | ', '#'),
      lineArbitrary,
    )
    .map(([prefix, line]) => prefix + line),
  fc.constantFrom('```', '~~~~', '  ```ts', '- ```', '---', '===', '| --- | :-: |', '<!--', '-->'),
  fc.constantFrom('***', '<pre>', '</pre>', '-', '+++', 'title: x', '$$'),
);
const textOf = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));

describe('any text', () => {
  it('keeps every character of plain text within the size', () => {
    fc.assert(
      fc.property(textOf(textLineArbitrary), sizesArbitrary, (text, sizes) => {
        const chunks = chunkText(text, sizes);
        expect(covers(text, chunks)).toBe(true);
        for (const { content } of chunks) {
          expect(content.length).toBeLessThanOrEqual(sizes.chunkSize);
          expect(content).not.toMatch(/\p{Surrogate}/u);
          expect(content.trim()).not.toBe('');
        }
        expect(chunkText(text, sizes)).toEqual(chunks);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every character of Markdown outside the frontmatter within the size', () => {
    fc.assert(
      fc.property(textOf(markdownLineArbitrary), sizesArbitrary, (text, sizes) => {
        const chunks = chunkMarkdown(text, sizes);
        expect(covers(text, chunks, readFrontmatter(text)?.bodyStart)).toBe(true);
        for (const { content } of chunks) {
          expect(content.length).toBeLessThanOrEqual(sizes.chunkSize);
          expect(content).not.toMatch(/\p{Surrogate}/u);
        }
        expect(chunkMarkdown(text, sizes)).toEqual(chunks);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every character of arbitrary Unicode', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        sizesArbitrary,
        (text, sizes) => {
          expect(covers(text, chunkText(text, sizes))).toBe(true);
        },
      ),
    );
  });
});

describe('plain text', () => {
  it('packs whole paragraphs and starts a new chunk where the next does not fit', () => {
    const paragraph = (letter: string): string => letter.repeat(300);
    const text = ['a', 'b', 'c'].map(paragraph).join('\n\n');
    expect(chunkText(text, SIZES)).toEqual([
      { content: `${paragraph('a')}\n\n${paragraph('b')}`, lineStart: 1, lineEnd: 3, metadata: {} },
      { content: paragraph('c'), lineStart: 5, lineEnd: 5, metadata: {} },
    ]);
  });

  it('joins a short tail to the chunk before it where both fit', () => {
    const sizes = chunkSizes({ chunkSize: 100, chunkOverlap: 0, minChunkSize: 30 });
    const text = `${'word '.repeat(17)}end\n\n${'a'.repeat(90)}\n\nshort tail`;
    expect(chunkText(text, sizes).map(({ content }) => content.length)).toEqual([88, 90, 10]);
    const fitting = `${'a'.repeat(95)}\n\n${'b'.repeat(40)}\n\nshort tail`;
    expect(chunkText(fitting, sizes).map(({ content }) => content.length)).toEqual([95, 52]);
  });

  it('keeps indentation and drops outer blank lines', () => {
    expect(chunkText('\n \n    indented\n  more\n\n', SIZES)).toEqual([
      { content: '    indented\n  more', lineStart: 3, lineEnd: 4, metadata: {} },
    ]);
  });

  it('gives no chunk for a blank text', () => {
    expect(chunkText(' \n\t\n', SIZES)).toEqual([]);
  });

  it('cuts a two-line paragraph of 3981 characters within the size', () => {
    const second = 'dolor sit. '.repeat(144).slice(0, 1580);
    const text = `${'lorem ipsum '.repeat(200)}\n${second}`;
    expect(text.length).toBe(3981);
    const chunks = chunkText(text, SIZES);
    expect(Math.max(...chunks.map(({ content }) => content.length))).toBeLessThanOrEqual(800);
    expect(covers(text, chunks)).toBe(true);
  });

  it('cuts Chinese and Japanese text after its sentence marks', () => {
    const text = '記憶は投影である。'.repeat(200);
    const chunks = chunkText(text, SIZES);
    expect(covers(text, chunks)).toBe(true);
    for (const { content } of chunks) {
      expect(content.length).toBeLessThanOrEqual(800);
      expect(content.endsWith('。')).toBe(true);
    }
  });

  it('parts no emoji sequence at a hard cut', () => {
    const family = '👩‍👩‍👧‍👦';
    const chunks = chunkText(family.repeat(300), SIZES);
    for (const { content } of chunks) expect(content.replaceAll(family, '')).toBe('');
  });

  it('stays within time in proportion for one line of 5 MB', () => {
    const started = performance.now();
    for (const text of [
      'x'.repeat(5_000_000),
      'lorem 記憶 '.repeat(555_555),
      '記'.repeat(1_000_000),
    ]) {
      const chunks = chunkMarkdown(text, SIZES);
      expect(chunks.at(-1)?.content.trimEnd().at(-1)).toBe(text.trimEnd().at(-1));
      expect(chunks.every(({ lineEnd }) => lineEnd === 1)).toBe(true);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('Markdown', () => {
  const paths = (text: string): unknown[] =>
    chunkMarkdown(text, SIZES).map(({ content, metadata }) => [content, metadata['heading_path']]);

  it('opens a section at each heading and names the headings above', () => {
    expect(paths('intro\n\n# A\n\none\n\n## B ##\ntwo\n\n# C\nthree')).toEqual([
      ['intro', undefined],
      ['# A\n\none', 'A'],
      ['## B ##\ntwo', 'A > B'],
      ['# C\nthree', 'C'],
    ]);
  });

  it('keeps a title without text together with the section below it', () => {
    expect(paths('# A\n\n## B\n\ntext\n\n## C\n\n## D\n\nmore')).toEqual([
      ['# A\n\n## B\n\ntext', 'A > B'],
      ['## C', 'A > C'],
      ['## D\n\nmore', 'A > D'],
    ]);
  });

  it('reads underlined headings', () => {
    expect(paths('Title\n=====\none\n\nSub\n---\ntwo')).toEqual([
      ['Title\n=====\none', 'Title'],
      ['Sub\n---\ntwo', 'Title > Sub'],
    ]);
  });

  it('opens no section inside code, HTML, lists and quotes', () => {
    const text = [
      '# A',
      '```sh\n# comment\n\n# comment\n```',
      '- step\n\n  ```sh\n  # comment\n  ```\n\n  # inner',
      '- ```\n  # comment\n  ```',
      '<!--\n# hidden\n\n# hidden\n-->',
      '<pre>\n# raw\n</pre>',
      '> # quoted',
      '    # indented code',
      '- item\n\n  text of the item\n---',
      '#hashtag',
    ].join('\n\n');
    expect(new Set(paths(text).map((pair) => (pair as string[])[1]))).toEqual(new Set(['A']));
  });

  it('ends an unclosed fence of a list item with the item', () => {
    expect(paths('- item\n  ```\n  code\n\n# A\ntext')).toEqual([
      ['- item\n  ```\n  code', undefined],
      ['# A\ntext', 'A'],
    ]);
  });

  it('cuts between a table and the paragraph above it', () => {
    const sizes = chunkSizes({ chunkSize: 60, chunkOverlap: 0, minChunkSize: 0 });
    const table = '| name | value |\n| --- | --- |\n| a | 1 |';
    const text = `${'word '.repeat(6)}end\n${table}`;
    expect(chunkMarkdown(text, sizes).map(({ content }) => content)).toEqual([
      `${'word '.repeat(6)}end`,
      table,
    ]);
  });

  it('leaves the other sections alone when a paragraph is added at the top', () => {
    const body = Array.from(
      { length: 200 },
      (_, index) => `${index % 10 === 0 ? `# H${index}\n\n` : ''}${`text ${index} `.repeat(20)}`,
    ).join('\n\n');
    const before = chunkMarkdown(body, SIZES).map(({ content }) => content);
    const after = chunkMarkdown(body.replace('\n\n', '\n\nadded\n\n'), SIZES);
    const changed = after.filter(({ content }) => !before.includes(content));
    expect(new Set(changed.map(({ metadata }) => metadata['heading_path']))).toEqual(
      new Set(['H0']),
    );
  });

  it('takes title and tags from the frontmatter, which is no content', () => {
    const text = '---\ntitle: "A: b"\ntags:\n  - one\n  - \'two\'\n---\n\n# H\nbody text\n';
    expect(chunkMarkdown(text, SIZES)).toEqual([
      {
        content: '# H\nbody text',
        lineStart: 8,
        lineEnd: 9,
        metadata: { title: 'A: b', tags: ['one', 'two'], heading_path: 'H' },
      },
    ]);
    const toml = '+++\ntitle = "T"\ntags = ["a", "b"]\n[extra]\ntitle = "no"\n+++\nbody';
    expect(chunkMarkdown(toml, SIZES)[0]?.metadata).toEqual({ title: 'T', tags: ['a', 'b'] });
  });

  it('keeps prose between two rules as text', () => {
    expect(paths('---\nJust a sentence.\n---\nmore')).toEqual([
      ['---', undefined],
      ['Just a sentence.\n---\nmore', 'Just a sentence.'],
    ]);
    expect(readFrontmatter('---\nnever closed: yes\n')).toBeUndefined();
  });
});

describe('sizes', () => {
  it('refuses what is out of range', () => {
    for (const given of [
      { chunkSize: 0 },
      { chunkSize: 1.5 },
      { chunkOverlap: -1 },
      { chunkSize: 10, chunkOverlap: 10 },
      { chunkSize: 10, minChunkSize: 11 },
    ]) {
      expect(() => chunkSizes(given)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });

  it('shrinks what was not given to a small size', () => {
    expect(chunkSizes({ chunkSize: 20 })).toEqual({
      chunkSize: 20,
      chunkOverlap: 19,
      minChunkSize: 20,
    });
  });

  it('calls a text of nine characters too short', () => {
    expect([isTooShort(' 123 456\n789 '), isTooShort('1234567890')]).toEqual([true, false]);
  });
});
