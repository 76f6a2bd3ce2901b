import { describe, expect, it } from 'vitest';
import { keywordText } from '../../../projections/text/keyword-text.js';

describe('keywordText', () => {
  it.each([
    ['plain ASCII, as it is', 'plain ASCII, as it is'],
    ['Crème brûlée', 'Crème brûlée'],
    ['喜欢', '喜 欢'],
    ['iPhone手机15', 'iPhone 手 机 15'],
    ['한국', '한 국'],
    ['กำ', 'ก ำ'],
    ['हिन्दी', 'हिन्दी'],
    ['\u1112\u1161\u11ab', '한'],
    ['🌡hot', 'hot'],
    ['a—b', 'a b'],
  ])('stores %j as %j', (text, expected) => {
    expect(keywordText(text).trim().replaceAll('  ', ' ')).toBe(expected);
  });
});
