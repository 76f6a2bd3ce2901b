/** The version of this package: written in package.json and nowhere else. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package, found from sources and from the bundle alike. */
function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest?.name === 'alt-memory') return folder;
    if (folder === dirname(folder)) throw new Error('The package folder was not found.');
  }
}

function readManifest(folder: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string };
  } catch {
    // Most folders on the way up have no manifest.
    return undefined;
  }
}

export const VERSION: string = readManifest(packageFolder())?.version ?? '0.0.0';
