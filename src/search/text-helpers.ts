/**
 * Line numbers for text shown to an agent, so that it can cite and ask for a range.
 */

const NUMBERED = /^\[\d+\]/;

/**
 * Puts `[N] ` before each line, counting from `start`. A line that already opens with a number in
 * brackets stays as it is but counts. An empty text stays empty.
 */
export function renderWithLineNumbers(text: string, start = 1): string {
  if (text === '') return '';
  return text
    .split('\n')
    .map((line, index) => (NUMBERED.test(line) ? line : `[${String(start + index)}] ${line}`))
    .join('\n');
}

/**
 * Lines `first` to `last` of a text (1-based, both included, clamped to the text), rendered with
 * their real numbers. Empty when the range is empty or outside the text.
 */
export function extractLineRange(text: string, first: number, last: number): string {
  const lines = text.split('\n');
  if (text === '' || last < first || last < 1 || first > lines.length) return '';
  const from = Math.max(1, first);
  return renderWithLineNumbers(lines.slice(from - 1, last).join('\n'), from);
}
