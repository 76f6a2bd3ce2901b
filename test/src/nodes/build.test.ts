/** What a source is said to be about: topics, quotes, names, pointers, limits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNodeLine } from '../../../projections/index.js';
import { buildNodeLines, type SourcePart } from '../../../src/nodes/build.js';

const part = (id: string, content: string, lines?: SourcePart['lines']): SourcePart => {
  return { id, content, ...(lines && { lines }) };
};

function linesOf(contents: readonly string[], date?: string) {
  const parts = contents.map((content, index) => {
    const start = index * 10 + 1;
    return part(`e${String(index + 1)}`, content, { start, end: start + 8 });
  });
  const place = { sourceFile: '/p/notes.md', realm: 'work', domain: 'general' };
  return buildNodeLines({ ...place, parts, date });
}

const topicsOf = (...contents: string[]) =>
  linesOf(contents).map((line) => parseNodeLine(line).topic);

describe('the topics of a source', () => {
  it('are what was done, lower case, then headings of three levels', () => {
    const text = '# The Login Page\n\nWe Fixed the redirect loop. Then decided to use SQLite!\n';
    expect(topicsOf(`${text}#### Too deep to count\n### Tables ##\n## Abc\n`)).toEqual([
      'fixed the redirect loop',
      'decided to use sqlite',
      'the login page',
      'tables',
    ]);
  });

  it('end with a whole word, and need 3 characters after the verb', () => {
    const long = 'They migrated the entire customer database to somewhere else.';
    expect(topicsOf(long)).toEqual(['migrated the entire customer database to']);
    expect(topicsOf('rebuilt the house; fixed it.')).toEqual(['work/general/notes']);
  });

  it('are no comments in fenced code and no lines of more than 60 characters', () => {
    const code = '```sh\n# install the thing\n```\n';
    expect(topicsOf(code, `# ${'long '.repeat(13)}`)).toEqual(['work/general/notes']);
  });

  it('are said once, and point to the first three parts they stand in', () => {
    const said = 'We decided to use SQLite.';
    const lines = linesOf([said, 'Nothing.', said.toUpperCase(), said, said]);
    expect(lines).toEqual(['decided to use sqlite|SQLite|→e1,e3,e4']);
  });

  it('carry day and lines where both are known', () => {
    const [line] = linesOf(['None.', 'We decided to use SQLite.'], '2026-02-03');
    expect(line).toBe('decided to use sqlite||2026-02-03:L11-L19|→e2');
    const bare = { sourceFile: 'a', realm: 'r', domain: 'd', date: '2026-02-03' };
    const parts = [part('e1', 'We decided to use SQLite.')];
    expect(buildNodeLines({ ...bare, parts })).toEqual(['decided to use sqlite||→e1']);
  });

  it('are 12 and 3 quotes for 20,000 characters, and late ones are found as well', () => {
    const words = Array.from({ length: 20 }, (_, index) => `added part ${String(index)}.`);
    const quotes = words.map((word) => `"he said that he ${word}"`).join('\n\n');
    const first = topicsOf(`${words.join(' ')} ${quotes}`);
    expect(first.filter((topic) => topic.startsWith('added'))).toHaveLength(12);
    expect(first.filter((topic) => topic.startsWith('"'))).toHaveLength(3);
    const filler = 'word '.repeat(3_900);
    expect(topicsOf(`fixed the start. ${filler}`, `fixed the end. ${filler}`)).toEqual([
      'fixed the start',
      'fixed the end',
    ]);
    expect(topicsOf(`${'word '.repeat(40_000)} fixed the very end.`)).toEqual([
      'fixed the very end',
    ]);
  });

  it('are the place and the stem, cut to 40 characters, when there is nothing else', () => {
    const parts = [part('e1', 'x'), part('e2', 'y'), part('e3', 'z'), part('e4', 'q')];
    const lines = buildNodeLines({
      sourceFile: `C:\\files\\${'n'.repeat(50)}.tar.gz`,
      realm: 'work',
      domain: 'general',
      parts,
    });
    expect(lines).toEqual([`work/general/${'n'.repeat(40)}||→e1,e2,e3`]);
  });
});

describe('the quotes of a source', () => {
  it('are kept in their quotes and their case, from 15 to 150 characters', () => {
    const text =
      'She said "Never deploy on\nFridays" and "no" and "ok then", but “curly is fine too”.';
    expect(topicsOf(`${text}\n\n"${'x'.repeat(151)}"`)).toEqual([
      '"Never deploy on Fridays"',
      '"curly is fine too"',
    ]);
  });

  it('do not reach over a paragraph, nor stand between two quotes', () => {
    expect(topicsOf('a "lone quote mark here\n\nand another" there')).toEqual([
      'work/general/notes',
    ]);
    expect(topicsOf('"short" and between these two "tiny"')).toEqual(['work/general/notes']);
  });
});

describe('the names of a line', () => {
  const namesOf = (...contents: string[]) =>
    linesOf(contents).map((line) => parseNodeLine(line).names);

  it('are those seen twice, the most frequent first, at most five, near its parts', () => {
    const text =
      'Fixed the login with Grace. Ada met Grace Hopper. Ada and Grace Hopper. Ada! Grace?';
    expect(namesOf(text)).toEqual([['Ada', 'Grace', 'Grace Hopper']]);
    const names = ['Alba', 'Berta', 'Cleo', 'Dora', 'Elsa', 'Fritz'];
    expect(namesOf(`fixed it all, ${names.join(', ')}, ${names.join(', ')}.`)).toEqual([
      names.slice(0, 5),
    ]);
    expect(namesOf('Fixed the roof. Ada, Ada.', 'Fixed the door. Bea, Bea.')).toEqual([
      ['Ada'],
      ['Bea'],
    ]);
  });

  it('are no weekdays, months, pronouns, questions, no words written small as well', () => {
    const stop = 'On Monday, in March: They? What? However. '.repeat(3);
    expect(namesOf(`fixed the roof. ${stop} Roses. Roses are roses.`)).toEqual([[]]);
  });
});

describe('whatever a source holds', () => {
  it('it has 1 to 200 lines, whose pointers are its own, and is built the same again', () => {
    const words = fc.constantFrom(
      ...['fixed the ', '# Heading ', '\n', '\n\n', '"', 'Ada ', '→', '|', ';', '\ud800', '決めた'],
      ...['decided to go ', '“quoted text of it”', '```', 'x'.repeat(3_000), ' '.repeat(500)],
    );
    const contents = fc.array(
      fc.array(words, { minLength: 1, maxLength: 30 }).map((all) => all.join('')),
      { minLength: 1, maxLength: 12 },
    );
    const property = fc.property(contents, (all) => {
      const lines = linesOf(all, '2026-01-01');
      expect(linesOf(all, '2026-01-01')).toEqual(lines);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(200);
      for (const line of lines) {
        const { topic, ids, names } = parseNodeLine(line);
        expect(topic).not.toBe('');
        expect(ids.length).toBeGreaterThan(0);
        expect(ids.length).toBeLessThanOrEqual(3);
        expect(names.length).toBeLessThanOrEqual(5);
        for (const id of ids) expect(Number(id.slice(1))).toBeLessThanOrEqual(all.length);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('many parts share 200 lines among them', () => {
    const many = Array.from({ length: 300 }, (_, index) => {
      return `fixed item ${String(index)}. ${'filler '.repeat(2_700)}`;
    });
    expect(linesOf(many)).toHaveLength(200);
  });

  it('takes time in proportion to its length', () => {
    const hostile = ['# ' + ' '.repeat(200_000) + 'x', '"'.repeat(200_000), 'A '.repeat(100_000)];
    const started = performance.now();
    linesOf([...hostile, '```\n'.repeat(50_000), 'fixed '.repeat(40_000)]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
