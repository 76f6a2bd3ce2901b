/** Memories on one line, and the sizes of texts that a model is shown. */

/** How many characters a token has, roughly: enough to plan by. */
const CHARACTERS_PER_TOKEN = 4;

export const estimateTokens = (text: string): number =>
  Math.floor(text.length / CHARACTERS_PER_TOKEN);

/** On one line; of a longer text the beginning and `...`, together at most `max` characters. */
export function snippet(text: string, max: number): string {
  const characters = [...text.trim().replace(/\r?\n|\r/g, ' ')];
  if (characters.length <= max) return characters.join('');
  return `${characters.slice(0, max - 3).join('')}...`;
}

export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** `  (notes.md)`, or nothing where there is no file. */
export const fileMark = (sourceFile: string): string =>
  sourceFile === '' ? '' : `  (${baseName(sourceFile)})`;
