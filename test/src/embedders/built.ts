/**
 * Builds entries the way a release does, for tests that need a real worker or a real process. The
 * files go below node_modules, from where packages and the bundled models are found.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export const EMBEDDERS = join(ROOT, 'src/embedders');

/** A new folder for built files. */
export function builtFolder(): string {
  const parent = join(ROOT, 'node_modules/.cache/embedder-tests');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'built-'));
}

/** Bundles TypeScript source text or a file into `folder`, under the given file name. */
export async function buildInto(
  folder: string,
  name: string,
  from: { readonly file: string } | { readonly source: string },
): Promise<URL> {
  const path = join(folder, name);
  await build({
    ...('file' in from
      ? { entryPoints: [from.file] }
      : { stdin: { contents: from.source, resolveDir: EMBEDDERS, loader: 'ts' } }),
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: path,
    logLevel: 'error',
  });
  return pathToFileURL(path);
}
