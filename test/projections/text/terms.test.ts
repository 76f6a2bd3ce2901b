import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packTerms, termFrequency, termHash } from '../../../projections/text/packed-terms.js';
import { MAX_TERM_CHARACTERS, queryTerms, terms } from '../../../projections/text/terms.js';

const RANKING_TOKENIZER = `"unicode61 remove_diacritics 0 categories 'L* M* N* Co'"`;
const REFERENCE_TOKENIZER = `"porter unicode61 remove_diacritics 2 categories 'L* M* N* Co'"`;

/** The terms FTS5 stores for each text, in order. */
function ftsTerms(tokenizer: string, texts: readonly string[]): string[][] {
  const db = new Database(':memory:');
  db.exec(`CREATE VIRTUAL TABLE t USING fts5(c, content='', tokenize=${tokenizer})`);
  db.exec('CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)');
  const insert = db.prepare('INSERT INTO t (rowid, c) VALUES (?, ?)');
  db.transaction(() => texts.forEach((text, index) => insert.run(index + 1, text)))();
  const found: string[][] = texts.map(() => []);
  const rows = db.prepare('SELECT doc, term FROM v ORDER BY doc, offset').all();
  for (const { doc, term } of rows as { doc: number; term: string }[]) found[doc - 1]?.push(term);
  db.close();
  return found;
}

describe('terms', () => {
  it.each([
    ['The Cats were running', ['the', 'cat', 'were', 'run']],
    ["don't stop", ['don', 't', 'stop']],
    ['snake_case e-mail v18.2', ['snake', 'case', 'e', 'mail', 'v18', '2']],
    ['1990s', ['1990']],
    ['Café CAFÉ cafe\u0301', ['cafe', 'cafe', 'cafe']],
    ['Ελλάδα ΟΔΟΣ οδός', ['ελλαδα', 'οδοσ', 'οδοσ']],
    ['Ёлка', ['елка']],
    ['straße', ['straße']],
    ['eﬃcient', ['effici']],
    ['हिन्दी', ['हिन्दी']],
    ['喜欢猫', ['喜欢', '欢猫']],
    ['猫', ['猫']],
    ['iPhone手机', ['iphon', '手机']],
    ['スーパー', ['スー', 'ーパ', 'パー']],
    ['か\u3099く', ['がく']],
    ['한국어', ['한국어']],
    ['𠀀𠀁𠀂', ['𠀀𠀁', '𠀁𠀂']],
    ['❤\ufe0f \u0301 \ud800', []],
    ['', []],
  ])('turns %j into %j', (text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it('cuts a long word to its first 64 units without splitting a pair', () => {
    expect(terms('a'.repeat(1000))).toEqual(['a'.repeat(64)]);
    expect(terms(`${'x'.repeat(63)}${'𐐨'.repeat(5)}`)).toEqual(['x'.repeat(63)]);
    expect(MAX_TERM_CHARACTERS).toBe(64);
  });

  it('gives terms that FTS5 stores unchanged, for every code point', () => {
    const texts: string[] = [];
    for (let code = 1; code < 0x110000; code += 1) {
      const term = terms(String.fromCodePoint(code)).join(' ');
      if (term !== '' && code < 0xf0000) texts.push(term);
    }
    texts.push(terms('\u{f0000} \u{10fffd}').join(' '));
    const stored = ftsTerms(RANKING_TOKENIZER, texts);
    const changed = texts.filter((text, index) => stored[index]?.join(' ') !== text);
    expect(changed).toEqual([]);
    expect(texts.length).toBeGreaterThan(130_000);
  });

  it('gives terms that FTS5 stores unchanged, for any text', () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), 2000);
    const joined = texts.map((text) => terms(text).join(' '));
    expect(ftsTerms(RANKING_TOKENIZER, joined).map((list) => list.join(' '))).toEqual(joined);
  });

  it('agrees with the porter tokenizer of FTS5 on Latin words', () => {
    const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzéüñçåőž');
    const endings = fc.constantFrom(
      '',
      's',
      'ing',
      'ed',
      'ies',
      'ational',
      'ness',
      'ly',
      'ization',
    );
    const word = fc
      .tuple(fc.array(letters, { minLength: 1, maxLength: 8 }), endings)
      .map(([stem, ending]) => stem.join('') + ending)
      // No language writes `yying`: the two stemmers differ on it.
      .filter((text) => !text.includes('yy'));
    const words = fc.sample(word, 5000);
    const stored = ftsTerms(REFERENCE_TOKENIZER, words);
    expect(words.map((text) => terms(text))).toEqual(stored);
  });
});

describe('queryTerms', () => {
  it.each([
    ['What did the cat do to the cat?', ['cat']],
    ['What is this?', ['what', 'is', 'thi']],
    ['Who is Will?', ['will']],
    ['喜欢什么', ['喜欢', '欢什', '什么']],
    ['?!', []],
  ])('asks %j for %j', (question, expected) => {
    expect(queryTerms(question)).toEqual(expected);
  });
});

describe('packed terms', () => {
  it('hashes as FNV-1a does', () => {
    expect(termHash('')).toBe(0x811c9dc5);
    expect(termHash('a')).toBe(0xe40c292c);
    expect(termHash('foobar')).toBe(0xbf9cf968);
  });

  it('lays hashes out ascending, then frequencies', () => {
    const { blob, length } = packTerms(['foobar', 'a', 'foobar']);
    expect(length).toBe(3);
    expect([...blob]).toEqual([0x68, 0xf9, 0x9c, 0xbf, 0x2c, 0x29, 0x0c, 0xe4, 2, 1]);
  });

  it('packs nothing into nothing', () => {
    expect(packTerms([])).toEqual({ blob: new Uint8Array(0), length: 0 });
    expect(termFrequency(new Uint8Array(0), 7)).toBe(0);
  });

  it('stops counting at 255', () => {
    const { blob, length } = packTerms(Array.from({ length: 300 }, () => 'a'));
    expect([termFrequency(blob, termHash('a')), length]).toEqual([255, 300]);
  });

  it('finds every frequency again, and 0 for what is absent', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(words, fc.string(), (list, other) => {
        const { blob } = packTerms(list);
        for (const word of [...list, other]) {
          const hash = termHash(word);
          const count = list.filter((one) => termHash(one) === hash).length;
          expect(termFrequency(blob, hash)).toBe(count);
        }
      }),
    );
  });

  it('hashes the UTF-8 bytes', () => {
    const reference = (text: string): number => {
      let hash = 0x811c9dc5;
      for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
      return hash >>> 0;
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(termHash(text)).toBe(reference(text));
      }),
    );
  });
});
