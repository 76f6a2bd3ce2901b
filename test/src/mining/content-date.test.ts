/** The day a source is about. */

import { describe, expect, it } from 'vitest';
import { contentDate } from '../../../src/mining/content-date.js';

const MTIME_MS = Date.UTC(2020, 0, 31, 23, 59);
const dateOf = (fileName: string, text = ''): unknown => {
  const found = contentDate({ fileName, text, format: 'markdown', mtimeMs: MTIME_MS });
  return [found?.date, found?.source];
};

describe('contentDate', () => {
  it.each([
    ['release-2024-01-05.md', '2024-01-05'],
    ['2024.1.5', '2024-01-05'],
    ['notes_2024-12-31-2.md', '2024-12-31'],
    ['call-5th-of-March-2023.md', '2023-03-05'],
    ['2023-Sept-07_standup.md', '2023-09-07'],
  ])('reads the file name %s', (name, date) => {
    expect(dateOf(name, 'date 1999-01-01')).toEqual([date, 'file_name']);
  });

  it('takes no part of a longer number and no day that does not exist', () => {
    expect(dateOf('12024-01-05.md')).toEqual(['2020-01-31', 'mtime']);
    expect(dateOf('2023-02-29.md')).toEqual(['2020-01-31', 'mtime']);
    expect(dateOf('2024-02-29.md')).toEqual(['2024-02-29', 'file_name']);
  });

  it('reads the frontmatter before the body', () => {
    const text = '---\ndate: 2024-05-06T10:00:00Z\n---\n2001-01-01';
    expect(dateOf('a.md', text)).toEqual(['2024-05-06', 'frontmatter']);
    const named = '---\ncreated: May 6, 2024\n---\n2001-01-01';
    expect(dateOf('a.md', named)).toEqual(['2024-05-06', 'frontmatter']);
  });

  it('takes no date from a bare year or month', () => {
    expect(dateOf('a.md', '---\ndate: 2024\n---\nMay 2024')).toEqual(['2020-01-31', 'mtime']);
  });

  it('reads the first ten lines only', () => {
    expect(dateOf('a.md', `${'\n'.repeat(9)}2024-01-05`)).toEqual(['2024-01-05', 'body']);
    expect(dateOf('a.md', `${'\n'.repeat(10)}2024-01-05`)).toEqual(['2020-01-31', 'mtime']);
  });

  it('prefers the ISO form, then slashes, then month names', () => {
    expect(dateOf('a.md', 'May 1, 2021, 3/4/2022 and 2023-01-02')).toEqual(['2023-01-02', 'body']);
    expect(dateOf('a.md', 'May 1, 2021 and 3/4/2022')).toEqual(['2022-03-04', 'body']);
    expect(dateOf('a.md', 'on the 1st of May, 2021 and June 2, 2022')).toEqual([
      '2021-05-01',
      'body',
    ]);
  });

  it('reads slashes with the day first once one cannot be a month', () => {
    expect(dateOf('a.md', '3/4/99\n25/12/99')).toEqual(['1999-04-03', 'body']);
    expect(dateOf('a.md', '3/4/21')).toEqual(['2021-03-04', 'body']);
  });

  it('gives the UTC day of the last change, or none without any', () => {
    expect(dateOf('a.md', 'text')).toEqual(['2020-01-31', 'mtime']);
    expect(contentDate({ fileName: 'a.md', text: '', format: 'text' })).toBeUndefined();
  });
});
