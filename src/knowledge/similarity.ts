/** How alike two names are. */

/** Fewest letters to insert, delete or replace; above `max`, max + 1. */
export function lettersChanged(a: string, b: string, max: number): number {
  const [left, right] = [[...a], [...b]];
  if (Math.abs(left.length - right.length) > max) return max + 1;
  let row = right.map((_, index) => index + 1);
  for (const [index, letter] of left.entries()) {
    const next: number[] = [];
    let [diagonal, before] = [index, index + 1];
    for (const [column, other] of right.entries()) {
      const above = row[column] ?? 0;
      before = Math.min(before + 1, above + 1, diagonal + (letter === other ? 0 : 1));
      next.push(before);
      diagonal = above;
    }
    row = next;
    if (Math.min(index + 1, ...row) > max) return max + 1;
  }
  return Math.min(row.at(-1) ?? left.length, max + 1);
}

/** Twice the letters that two texts have in common in order, by the letters of both: 0–1. */
export function likeness(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const total = left.length + right.length;
  return total === 0 ? 1 : (2 * commonLetters(left, right)) / total;
}

/** What {@link likeness} is at most, by the letters alone. */
export function likenessMax(a: string, b: string): number {
  const counts = new Map<string, number>();
  for (const letter of a) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let common = 0;
  for (const letter of b) {
    const left = counts.get(letter) ?? 0;
    if (left > 0) common += 1;
    counts.set(letter, left - 1);
  }
  const total = [...a].length + [...b].length;
  return total === 0 ? 1 : (2 * common) / total;
}

/** The length of the longest common subsequence. */
function commonLetters(left: readonly string[], right: readonly string[]): number {
  let row = right.map(() => 0);
  for (const letter of left) {
    const next: number[] = [];
    for (const [column, other] of right.entries()) {
      const longest = Math.max(row[column] ?? 0, next[column - 1] ?? 0);
      next.push(letter === other ? (row[column - 1] ?? 0) + 1 : longest);
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** How much of two sets is common to both: 0–1; 0 where both are empty. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const item of a) if (b.has(item)) common += 1;
  const all = a.size + b.size - common;
  return all === 0 ? 0 : common / all;
}
