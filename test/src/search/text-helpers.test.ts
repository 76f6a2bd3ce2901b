import { describe, expect, it } from 'vitest';
import { extractLineRange, renderWithLineNumbers } from '../../../src/search/text-helpers.js';

describe('renderWithLineNumbers', () => {
  it('numbers lines from the given start', () => {
    expect(renderWithLineNumbers('a\n\nb', 7)).toBe('[7] a\n[8] \n[9] b');
    expect(renderWithLineNumbers('')).toBe('');
  });

  it('counts but keeps a line that has a number', () => {
    expect(renderWithLineNumbers('a\n[40] b\n[x] c')).toBe('[1] a\n[40] b\n[3] [x] c');
  });
});

describe('extractLineRange', () => {
  it.each([
    [2, 3, '[2] b\n[3] c'],
    [-5, 1, '[1] a'],
    [3, 99, '[3] c'],
    [2, 1, ''],
    [4, 9, ''],
    [-3, 0, ''],
  ])('gives lines %i to %i as %j', (first, last, expected) => {
    expect(extractLineRange('a\nb\nc', first, last)).toBe(expected);
  });

  it('gives nothing of an empty text', () => {
    expect(extractLineRange('', 1, 1)).toBe('');
  });
});
