/** The raw bytes of whatever lies below a folder, searched without asking the product. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Every file below a folder, as a path relative to it. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
}

/**
 * The files in which one of the texts stands, in any case, each with the texts. Nothing may have
 * the folder open.
 */
export function filesWith(folder: string, texts: readonly string[]): Record<string, string[]> {
  const found = filesBelow(folder).map((file) => {
    const bytes = readFileSync(join(folder, file)).toString('latin1').toLowerCase();
    const held = texts.filter((text) => {
      return bytes.includes(Buffer.from(text.toLowerCase()).toString('latin1'));
    });
    return [file, held] as const;
  });
  return Object.fromEntries(found.filter(([, held]) => held.length > 0));
}

/** The files in which those bytes stand. Nothing may have the folder open. */
export function filesWithBytes(folder: string, bytes: Buffer): string[] {
  return filesBelow(folder).filter((file) => readFileSync(join(folder, file)).includes(bytes));
}
