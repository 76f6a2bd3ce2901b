/**
 * Runs the project's TypeScript without building it: `node test/tools/from-source.mjs <file> …`
 * bundles the file with what it imports from the project, and imports that. Packages stay where
 * they are installed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The bundle lies elsewhere, so it names each package by the file that its name stands for. */
const packagesInPlace = {
  name: 'packages-in-place',
  setup({ onResolve, resolve: resolvePackage }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === 'seen' || kind === 'entry-point') return undefined;
      const found = await resolvePackage(path, { kind, resolveDir, pluginData: 'seen' });
      if (found.external || found.errors.length > 0) return found;
      return { path: pathToFileURL(found.path).href, external: true };
    });
  },
};

/** The exports of a TypeScript file, named from the root of the project. */
export async function importSource(path) {
  const folder = mkdtempSync(join(tmpdir(), 'alt-memory-source-'));
  const outfile = join(folder, 'bundle.mjs');
  try {
    await build({
      entryPoints: [resolve(ROOT, path)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      plugins: [packagesInPlace],
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [, program, source] = process.argv;
if (program === fileURLToPath(import.meta.url)) {
  if (source === undefined) throw new Error('Name a TypeScript file.');
  await importSource(source);
}
