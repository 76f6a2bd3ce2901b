import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { keywordText } from '../../../projections/text/keyword-text.js';
import { buildFtsQuery, ftsQueryParts, rebuildFtsQuery } from '../../../src/search/fts-query.js';

const db = new Database(':memory:');
db.exec(
  `CREATE VIRTUAL TABLE t USING fts5(c,
    tokenize="unicode61 remove_diacritics 2 categories 'L* M* N* Co'")`,
);
const insert = db.prepare('INSERT INTO t (c) VALUES (?)');
const match = db.prepare('SELECT count(*) AS n FROM t WHERE t MATCH ?');
const count = (expression: string): number => (match.get(expression) as { n: number }).n;
afterAll(() => db.close());

describe('buildFtsQuery', () => {
  it.each([
    ['login safari', 'login* AND safari*'],
    ['login AND safari', 'login AND safari'],
    ['"login safari"', '"login safari"'],
    ['multi-part', 'multi* AND part*'],
    ['Safari 18.2', 'Safari* AND "18.2"*'],
    ['log*', 'log*'],
    ['-foo', 'foo*'],
    ["user's", '"user\'s"*'],
    ['C++', '"C++"'],
    ['src/auth.py', '"src/auth.py"*'],
    ['foo:bar', '"foo:bar"*'],
    ['+++ 🎉 — cats', 'cats*'],
    ['🎉', ''],
    ['', ''],
    [' \t\n', ''],
    ['喜欢', '"喜 欢"'],
    ['iPhone手机', '"iPhone 手 机"'],
    ['한국', '"한 국"'],
    ['हिन्दी', 'हिन्दी*'],
    ['cats and dogs', 'cats* AND dogs*'],
    ['and or', 'and* AND or*'],
    ['rock-and-roll', 'rock* AND and* AND roll*'],
    ['nearby', 'nearby*'],
    ['NEAR(a b, 5)', 'NEAR(a b, 5)'],
    ['"unbalanced', 'unbalanced*'],
    ['AND* x', '"AND"* AND x*'],
    ['a\0b', 'a* AND b*'],
    ['snake_case', 'snake_case*'],
    ['___', ''],
    ['"喜欢" OR 猫', '"喜 欢" OR "猫"'],
    ['𐐀𐐁.𐐂', '"𐐀𐐁.𐐂"*'],
  ])('builds %j as %j', (query, expected) => {
    expect(buildFtsQuery(query)).toBe(expected);
  });

  it('finds what it asks for', () => {
    const text = 'Login on Safari 18.2 bei Müller; 我喜欢吃苹果。 हिन्दी 한국어 src/auth.py 🌡hot';
    const { lastInsertRowid } = insert.run(keywordText(text));
    const queries = ['log saf', 'Safari 18.2', 'muller', '喜欢', '"喜欢吃"', 'हिन्द', '국어', 'hot'];
    for (const query of [...queries, '"🌡hot"', '苹果 OR nothing']) {
      expect([query, count(buildFtsQuery(query))]).toEqual([query, 1]);
    }
    expect(count(buildFtsQuery('喜苹'))).toBe(0);
    db.prepare('DELETE FROM t WHERE rowid = ?').run(lastInsertRowid);
  });

  it('never is a syntax error for a query without quotes and operators', () => {
    const syntax = fc.constantFrom(...'"\'()*:^{}+-,.;?\0\x1a_ \tAND', '喜', 'é', 'हि', '🌡', 'and');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc
        .array(fc.oneof(syntax, fc.constantFrom('AND', 'OR', 'NEAR', 'x')))
        .map((list) => list.join('')),
    );
    fc.assert(
      fc.property(text, (query) => {
        const built = buildFtsQuery(query);
        const isRule4 = built === ftsQueryParts(query).join(' AND ');
        if (isRule4 && built !== '') expect(count(built)).toBe(0);
        const rebuilt = rebuildFtsQuery(query);
        if (rebuilt !== '') expect(count(rebuilt)).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('rebuildFtsQuery', () => {
  it.each([
    ['foo AND (bar', 'foo* AND bar*'],
    ['foo AND', 'foo*'],
    ['"a b" c:"d"', 'a* AND b* AND "c:" AND d*'],
    ['NEAR(a b, 5)', 'a* AND "b," AND 5*'],
    ['AND OR', '"AND" AND "OR"'],
    ['"" ""', ''],
  ])('rebuilds %j as %j', (query, expected) => {
    expect(rebuildFtsQuery(query)).toBe(expected);
  });
});
